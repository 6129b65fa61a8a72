/*
 * Convolution in the five passes of kernels_cl/fft_convolve.cl: the plan, its buffers, and the order of the passes.
 *
 * P >= N + R an axis is enough: aliases fall outside the wanted N. A volume that does not fit the device's memory is
 * cut into slabs along z: each output slab is the sum over input slabs, each convolved with the planes of the kernel
 * that lie between the two; the sum is taken before the passes back.
 *
 * A device that works in the host's memory reads and writes the caller's volume where it lies. To any other, the volume
 * goes in parts, so that the passes over one part run while the next is on its way.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/opencl/cl_engine.h"
#include "backend/opencl/cl_spectrum.h"
#include "backend/opencl/cl_transfer.h"

/* Parts that a volume is sent in, and the least that is worth a part of its own. */
enum { PARTS = 8, LEAST_PART = 1 << 20 };

typedef struct fused {
    dvk_backend *b;
    size_t n[3];
    size_t slab, slabs; /* planes in one, and how many */
    size_t part;        /* planes sent at a time */
    size_t reach_z;
    bool octant; /* the spectrum kept is an octant of real numbers */
    dvk_cl_passes passes;
    dvk_cl_taps taps;    /* kept where there are slabs */
    dvk_cl_room room;    /* the same */
    cl_mem volume, data; /* a slab, and its transform along x and y */
    cl_mem sum;          /* the same of the output slab, where there are slabs */
    cl_mem spectrum;     /* of the kernel */
} fused;

/* --- sizes --- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t slab_bytes(const fused *f)
{
    return f->n[0] * f->n[1] * f->slab * sizeof(float);
}

/* Planes sent at a time. */
static size_t part_planes(const fused *f)
{
    const size_t plane = f->n[0] * f->n[1] * sizeof(float), least = (LEAST_PART + plane - 1) / plane;
    const size_t part = larger(least, (f->slab + PARTS - 1) / PARTS);
    return part < f->slab ? part : f->slab;
}

/* Beside a whole spectrum there is room for a part of the volume only, so that parts wait for each other. */
static size_t volume_bytes(const fused *f)
{
    if (f->b->shared)
        return 0;
    return f->octant ? slab_bytes(f) : f->n[0] * f->n[1] * part_planes(f) * sizeof(float);
}

/* Numbers in one part, real or imaginary, of a transformed slab. */
static size_t data_part(const fused *f)
{
    return dvk_cl_passes_plane(&f->passes) * f->slab;
}

static size_t data_bytes(const fused *f)
{
    return 2 * data_part(f) * sizeof(float);
}

static size_t spectrum_bytes(const fused *f)
{
    return 2 * dvk_cl_spectrum_part(&f->passes) * sizeof(float);
}

static bool fits(const fused *f)
{
    const dvk_backend *b = f->b;
    const size_t running = data_bytes(f) + volume_bytes(f);
    size_t most = spectrum_bytes(f) + dvk_cl_room_bytes(&f->passes, &f->taps) + data_bytes(f) + running;
    size_t largest = larger(spectrum_bytes(f), larger(dvk_cl_room_bytes(&f->passes, &f->taps), data_bytes(f)));
    if (f->octant) {
        const size_t octant = dvk_cl_octant_part(&f->passes) * sizeof(float);
        most = larger(dvk_cl_spectrum_even_bytes(&f->passes, &f->taps), octant + running);
        largest = larger(data_bytes(f), octant);
    } else if (f->slabs == 1) {
        most = spectrum_bytes(f) + larger(dvk_cl_room_bytes(&f->passes, &f->taps), running);
    }
    return most <= b->memory && larger(largest, slab_bytes(f)) <= b->largest;
}

/* The fewest slabs whose buffers fit. */
static dvk_status set_sizes(fused *f)
{
    for (size_t slabs = 1; slabs <= f->n[2]; slabs++) {
        f->slab = (f->n[2] + slabs - 1) / slabs;
        f->slabs = (f->n[2] + f->slab - 1) / f->slab;
        f->octant = f->slabs == 1 && f->taps.even;
        f->reach_z = f->slabs == 1 ? f->taps.half[2] : f->slab - 1;
        const size_t size[3] = {f->n[0], f->n[1], f->slab}, reach[3] = {f->taps.half[0], f->taps.half[1], f->reach_z};
        dvk_cl_passes_size(&f->passes, size, reach);
        if (fits(f))
            return DVK_OK;
    }
    return dvk_fail(DVK_ERR_RETRY, "%zu x %zu x %zu voxels do not fit the device's memory", f->n[0], f->n[1], f->n[2]);
}

bool dvk_cl_fused_takes(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps)
{
    return dvk_cl_axis_tile(b, dvk_cl_axis_length((n[0] + taps->half[0] + 1) / 2), true) > 0 &&
           dvk_cl_axis_tile(b, dvk_cl_axis_length(n[1] + taps->half[1]), false) > 0 &&
           dvk_cl_axis_tile(b, dvk_cl_axis_length(2 * n[2]), false) > 0;
}

/* --- plans --- */

static void free_fused(void *state)
{
    fused *f = state;
    if (!f)
        return;
    clFinish(f->b->queue); /* nothing may still use the buffers after a failure on the way */
    cl_mem *all[] = {&f->volume, &f->data, &f->sum, &f->spectrum};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        dvk_cl_buffer_free(f->b, all[i]);
    dvk_cl_room_free(&f->passes, &f->room);
    dvk_cl_passes_free(&f->passes);
    dvk_cl_taps_free(&f->taps);
    dvk_free(f);
}

/* The spectrum of the kernel for a volume in one piece; the taps have had their use. */
static dvk_status make_spectrum(fused *f)
{
    if (f->octant) {
        DVK_TRY(dvk_cl_spectrum_even(&f->passes, &f->taps, &f->spectrum));
    } else {
        DVK_TRY(dvk_cl_buffer(f->b, spectrum_bytes(f), &f->spectrum));
        DVK_TRY(dvk_cl_spectrum_whole(&f->passes, &f->taps, &f->room, f->reach_z, 0, f->spectrum));
    }
    dvk_cl_room_free(&f->passes, &f->room);
    dvk_cl_taps_free(&f->taps);
    return DVK_OK;
}

static dvk_status prepare(fused *f)
{
    DVK_TRY(set_sizes(f));
    const size_t *length = f->passes.length;
    f->passes.factor = (float)(f->taps.factor * 2 / ((double)length[0] * (double)length[1] * (double)length[2]));
    DVK_TRY(dvk_cl_passes_make(&f->passes));
    if (!f->octant)
        DVK_TRY(dvk_cl_room_make(&f->passes, &f->taps, &f->room));
    if (f->slabs == 1) {
        DVK_TRY(make_spectrum(f));
    } else {
        DVK_TRY(dvk_cl_buffer(f->b, spectrum_bytes(f), &f->spectrum));
        DVK_TRY(dvk_cl_buffer(f->b, data_bytes(f), &f->sum));
    }
    DVK_TRY(dvk_cl_buffer(f->b, data_bytes(f), &f->data));
    f->part = part_planes(f);
    return f->b->shared ? DVK_OK : dvk_cl_buffer(f->b, volume_bytes(f), &f->volume);
}

static dvk_status create_fused(dvk_backend *b, const size_t n[3], dvk_cl_taps *taps, void **out)
{
    fused *f = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *f, &f));
    f->b = b;
    f->passes.b = b;
    memcpy(f->n, n, sizeof f->n);
    f->taps = *taps;
    taps->value = NULL;
    const dvk_status status = prepare(f);
    if (status == DVK_OK)
        *out = f;
    else
        free_fused(f);
    return status;
}

/* --- slabs between host and device --- */

static size_t planes_of(const fused *f, size_t slab)
{
    const size_t left = f->n[2] - slab * f->slab;
    return left < f->slab ? left : f->slab;
}

static size_t plane_values(const fused *f)
{
    return f->n[0] * f->n[1];
}

/* `planes` planes of the volume and of `data`, from plane `first` on. */
static dvk_cl_planes planes_at(const fused *f, cl_mem volume, cl_mem data, size_t first, size_t planes)
{
    return (dvk_cl_planes){.volume = volume,
                           .at = first * plane_values(f),
                           .size = {f->n[0], f->n[1], planes},
                           .data = data,
                           .plane = first,
                           .imaginary = data_part(f)};
}

/* The part of `planes` planes that starts with plane z. */
static dvk_cl_planes part_at(const fused *f, cl_mem data, size_t z, size_t planes)
{
    dvk_cl_planes v = planes_at(f, f->volume, data, z, planes - z < f->part ? planes - z : f->part);
    if (!f->octant)
        v.at = 0;
    return v;
}

static dvk_status forward_in_place(fused *f, const float *in, size_t planes)
{
    cl_mem volume = NULL;
    DVK_TRY(dvk_cl_wrap(f->b, (void *)(uintptr_t)in, planes * plane_values(f) * sizeof *in, false, &volume));
    const dvk_cl_planes v = planes_at(f, volume, f->data, 0, planes);
    const dvk_status status = dvk_cl_forward(&f->passes, &v);
    clReleaseMemObject(volume); /* OpenCL keeps it until the queue is done with it */
    return status;
}

static dvk_status backward_in_place(fused *f, cl_mem data, float *out, size_t planes)
{
    cl_mem volume = NULL;
    const size_t bytes = planes * plane_values(f) * sizeof *out;
    DVK_TRY(dvk_cl_wrap(f->b, out, bytes, true, &volume));
    const dvk_cl_planes v = planes_at(f, volume, data, 0, planes);
    dvk_status status = dvk_cl_backward(&f->passes, &v);
    if (status == DVK_OK)
        status = dvk_cl_wrap_read(f->b, volume, bytes);
    clReleaseMemObject(volume);
    return status;
}

/* An input slab, transformed along x and y. */
static dvk_status send_slab(fused *f, size_t slab, const float *in)
{
    const size_t planes = planes_of(f, slab);
    in += slab * f->slab * plane_values(f);
    if (f->b->shared)
        return forward_in_place(f, in, planes);
    for (size_t z = 0; z < planes; z += f->part) {
        const dvk_cl_planes v = part_at(f, f->data, z, planes);
        if (z == 0 || !f->octant)
            DVK_TRY(dvk_cl_transfer_begin(f->b));
        DVK_TRY(dvk_cl_send(f->b, f->volume, v.at * sizeof *in, in + z * plane_values(f),
                            v.size[2] * plane_values(f) * sizeof *in));
        DVK_TRY(dvk_cl_forward(&f->passes, &v));
    }
    return DVK_OK;
}

/* An output slab back from its transform along x and y. */
static dvk_status receive_slab(fused *f, size_t slab, cl_mem data, float *out)
{
    const size_t planes = planes_of(f, slab);
    out += slab * f->slab * plane_values(f);
    if (f->b->shared)
        return backward_in_place(f, data, out, planes);
    for (size_t z = 0; z < planes; z += f->part) {
        const dvk_cl_planes v = part_at(f, data, z, planes);
        DVK_TRY(dvk_cl_backward(&f->passes, &v));
        DVK_TRY(dvk_cl_receive(f->b, f->volume, v.at * sizeof *out, out + z * plane_values(f),
                               v.size[2] * plane_values(f) * sizeof *out));
        if (!f->octant)
            DVK_TRY(dvk_cl_transfer_end(f->b));
    }
    return dvk_cl_transfer_end(f->b);
}

/* --- running --- */

static dvk_status run_whole(fused *f, const float *in, float *out)
{
    const dvk_cl_sum whole = {.data = f->data,
                              .to = f->data,
                              .spectrum = f->spectrum,
                              .filled = f->n[2],
                              .wanted = f->n[2],
                              .imaginary = data_part(f)};
    DVK_TRY(send_slab(f, 0, in));
    if (f->octant)
        DVK_TRY(dvk_cl_z_even(&f->passes, f->data, f->spectrum, f->n[2], data_part(f)));
    else
        DVK_TRY(dvk_cl_z_general(&f->passes, &whole));
    return receive_slab(f, 0, f->data, out);
}

static dvk_status run_slabs(fused *f, const float *in, float *out)
{
    for (size_t to = 0; to < f->slabs; to++) {
        dvk_cl_sum sum = {.data = f->data,
                          .to = f->sum,
                          .spectrum = f->spectrum,
                          .wanted = planes_of(f, to),
                          .imaginary = data_part(f)};
        for (size_t from = 0; from < f->slabs; from++) {
            const long shift = ((long)to - (long)from) * (long)f->slab;
            if (labs(shift) > (long)(f->taps.half[2] + f->reach_z))
                continue; /* further apart than the kernel reaches */
            DVK_TRY(dvk_cl_spectrum_whole(&f->passes, &f->taps, &f->room, f->reach_z, shift, f->spectrum));
            DVK_TRY(send_slab(f, from, in));
            sum.filled = planes_of(f, from);
            DVK_TRY(dvk_cl_z_general(&f->passes, &sum));
            sum.add = true;
        }
        DVK_TRY(receive_slab(f, to, f->sum, out));
    }
    return DVK_OK;
}

/* A slab's result would overwrite input that later slabs still need. */
static dvk_status run_slabs_in_place(fused *f, float *volume)
{
    const size_t voxels = f->n[0] * f->n[1] * f->n[2];
    float *copy = NULL;
    DVK_TRY(dvk_alloc(voxels, sizeof *copy, &copy));
    memcpy(copy, volume, voxels * sizeof *copy);
    const dvk_status status = run_slabs(f, copy, volume);
    if (status != DVK_OK)
        clFinish(f->b->queue); /* nothing may still read the copy */
    dvk_free(copy);
    return status;
}

static dvk_status run_fused(void *state, const float *in, float *out)
{
    fused *f = state;
    dvk_status status = DVK_OK;
    if (f->slabs == 1)
        status = run_whole(f, in, out);
    else
        status = in == out ? run_slabs_in_place(f, out) : run_slabs(f, in, out);
    if (status != DVK_OK)
        clFinish(f->b->queue); /* nothing may still work in the caller's memory */
    return status;
}

const dvk_cl_engine dvk_cl_fused = {create_fused, run_fused, free_fused};
