/*
 * Convolution in the five passes of kernels_cl/fft_convolve.cl: the plan, its buffers, and the order of the passes.
 *
 * P >= N + R an axis is enough: aliases fall outside the wanted N. A volume that does not fit the device's memory is
 * cut into slabs along z: each output slab is the sum over input slabs, each convolved with the planes of the kernel
 * that lie between the two; the sum is taken before the passes back.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/opencl/cl_axis.h"
#include "backend/opencl/cl_engine.h"

typedef struct fused {
    dvk_backend *b;
    size_t n[3];
    size_t slab, slabs; /* planes in one, and how many */
    size_t length[3];   /* of the circles, x in real points */
    size_t row;         /* numbers in a row of a spectrum */
    size_t reach_z;
    bool octant; /* the spectrum kept is an octant of real numbers */
    float factor;
    dvk_cl_taps taps; /* kept where there are slabs */
    dvk_cl_axis axis[3];
    cl_mem volume, data;   /* a slab, and its transform along x and y */
    cl_mem sum;            /* the same of the output slab, where there are slabs */
    cl_mem spectrum;       /* of the kernel */
    cl_mem placed, pieces; /* the kernel on the padded grid, and its taps: while the spectrum is made */
} fused;

/* --- sizes --- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t volume_bytes(const fused *f)
{
    return f->n[0] * f->n[1] * f->slab * sizeof(float);
}

/* Numbers in one part, real or imaginary, of a transformed slab and of a kernel's spectrum. */
static size_t data_part(const fused *f)
{
    return f->row * f->length[1] * f->slab;
}

static size_t spectrum_part(const fused *f)
{
    return f->row * f->length[1] * f->length[2];
}

static size_t octant_bytes(const fused *f)
{
    return f->row * (f->length[1] / 2 + 1) * (f->length[2] / 2 + 1) * sizeof(float);
}

static size_t placed_bytes(const fused *f)
{
    return f->length[0] * f->length[1] * f->length[2] * sizeof(float);
}

/* Planes of taps that one pair of slabs meets, at most. */
static size_t piece_bytes(const fused *f)
{
    const size_t planes = dvk_cl_taps_planes(&f->taps), met = 2 * f->slab - 1;
    return dvk_cl_taps_plane(&f->taps) * (f->slabs == 1 || planes < met ? planes : met) * sizeof(float);
}

static bool fits(const fused *f)
{
    const size_t spectrum = 2 * spectrum_part(f) * sizeof(float), data = 2 * data_part(f) * sizeof(float);
    const size_t making = placed_bytes(f) + piece_bytes(f), volume = volume_bytes(f);
    size_t all = spectrum + making + 2 * data + volume;
    if (f->octant)
        all = octant_bytes(f) + larger(spectrum + making, data + volume);
    else if (f->slabs == 1)
        all = spectrum + larger(making, data + volume);
    return all <= f->b->memory && larger(spectrum, larger(piece_bytes(f), volume)) <= f->b->largest;
}

/* The fewest slabs whose buffers fit. */
static dvk_status set_sizes(fused *f)
{
    const size_t half = dvk_cl_axis_length((f->n[0] + f->taps.half[0] + 1) / 2);
    f->length[0] = 2 * half;
    f->length[1] = dvk_cl_axis_length(f->n[1] + f->taps.half[1]);
    f->row = (half + 15) / 16 * 16;
    for (size_t slabs = 1; slabs <= f->n[2]; slabs++) {
        f->slab = (f->n[2] + slabs - 1) / slabs;
        f->slabs = (f->n[2] + f->slab - 1) / f->slab;
        f->octant = f->slabs == 1 && f->taps.even;
        f->reach_z = f->slabs == 1 ? f->taps.half[2] : f->slab - 1;
        f->length[2] = dvk_cl_axis_length(f->slab + f->reach_z);
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

/* --- passes --- */

enum { MOST_ARGS = 16 };

/* Runs a kernel on groups of one tile each; its last two arguments are the tile's parts. */
static dvk_status run_tiles(fused *f, const dvk_cl_axis *axis, const char *name, size_t tiles, size_t others,
                            const dvk_cl_arg *args, size_t count)
{
    const dvk_cl_source source = {"fft_convolve.cl", axis->options};
    const size_t local[3] = {axis->tile / axis->lanes, dvk_cl_axis_items(axis), 1};
    const size_t global[3] = {tiles * local[0], others * local[1], 1};
    const dvk_cl_arg part = {dvk_cl_axis_tile_bytes(axis), NULL};
    dvk_cl_arg all[MOST_ARGS];
    memcpy(all, args, count * sizeof *args);
    all[count] = all[count + 1] = part;
    return dvk_cl_enqueue(f->b, &source, name, global, local, all, count + 2);
}

/* Along x, on rows of `size` values of `from`; the spectrum's parts lie `part` apart. */
static dvk_status pass_x(fused *f, bool forward, cl_mem from, cl_mem to, const size_t size[3], size_t part)
{
    const dvk_cl_axis *x = &f->axis[0];
    const cl_int4 grid = {{(cl_int)size[0], (cl_int)size[1], (cl_int)size[2], (cl_int)f->length[1]}};
    const cl_int row = (cl_int)f->row;
    const cl_ulong imaginary = part;
    const dvk_cl_arg args[] = {DVK_CL_ARG(from),       DVK_CL_ARG(to),        DVK_CL_ARG(x->plan),
                               DVK_CL_ARG(x->twiddle), DVK_CL_ARG(x->twist),  DVK_CL_ARG(grid),
                               DVK_CL_ARG(row),        DVK_CL_ARG(imaginary), DVK_CL_ARG(f->factor)};
    const size_t tiles = (size[1] * size[2] + x->tile - 1) / x->tile;
    return run_tiles(f, x, forward ? "x_forward" : "x_backward", tiles, 1, args, forward ? 8 : 9);
}

/* Along y in place, on `planes` planes of which `rows` rows are filled or wanted. */
static dvk_status pass_y(fused *f, bool forward, cl_mem data, size_t rows, size_t planes, size_t part)
{
    const dvk_cl_axis *y = &f->axis[1];
    const cl_int used = (cl_int)rows, row = (cl_int)f->row;
    const cl_ulong imaginary = part;
    const dvk_cl_arg args[] = {DVK_CL_ARG(data), DVK_CL_ARG(y->plan), DVK_CL_ARG(y->twiddle),
                               DVK_CL_ARG(used), DVK_CL_ARG(row),     DVK_CL_ARG(imaginary)};
    return run_tiles(f, y, forward ? "y_forward" : "y_backward", f->row / y->tile, planes, args, 6);
}

static dvk_status pass_z_even(fused *f)
{
    const dvk_cl_axis *z = &f->axis[2];
    const cl_int n = (cl_int)f->n[2], row = (cl_int)f->row;
    const cl_ulong plane = f->row * f->length[1], octant = f->row * (f->length[1] / 2 + 1), imaginary = data_part(f);
    const dvk_cl_arg args[] = {DVK_CL_ARG(f->data),     DVK_CL_ARG(f->spectrum), DVK_CL_ARG(f->axis[1].distance),
                               DVK_CL_ARG(z->distance), DVK_CL_ARG(z->plan),     DVK_CL_ARG(z->twiddle),
                               DVK_CL_ARG(n),           DVK_CL_ARG(row),         DVK_CL_ARG(plane),
                               DVK_CL_ARG(octant),      DVK_CL_ARG(imaginary)};
    return run_tiles(f, z, "z_even", f->row / z->tile, f->length[1], args, 11);
}

/* `filled` planes of data convolved along z with the complex spectrum; `wanted` of them put into `to`, or added. */
static dvk_status pass_z_general(fused *f, cl_mem to, size_t filled, size_t wanted, bool add)
{
    const dvk_cl_axis *z = &f->axis[2];
    const cl_int n = (cl_int)filled, kept = (cl_int)wanted, adds = add, row = (cl_int)f->row;
    const cl_ulong plane = f->row * f->length[1], imaginary = data_part(f), kernel_imaginary = spectrum_part(f);
    const dvk_cl_arg args[] = {DVK_CL_ARG(f->data), DVK_CL_ARG(to),         DVK_CL_ARG(f->spectrum),
                               DVK_CL_ARG(z->plan), DVK_CL_ARG(z->twiddle), DVK_CL_ARG(n),
                               DVK_CL_ARG(kept),    DVK_CL_ARG(adds),       DVK_CL_ARG(row),
                               DVK_CL_ARG(plane),   DVK_CL_ARG(imaginary),  DVK_CL_ARG(kernel_imaginary)};
    return run_tiles(f, z, "z_general", f->row / z->tile, f->length[1], args, 12);
}

/* --- the kernel's spectrum --- */

/* All of the spectrum of the kernel between slabs `shift` planes apart. */
static dvk_status transform_taps(fused *f, long shift, cl_mem into)
{
    const dvk_cl_axis *z = &f->axis[2];
    const cl_int row = (cl_int)f->row;
    const cl_ulong plane = f->row * f->length[1], imaginary = spectrum_part(f);
    dvk_cl_placing placing = {
        .taps = &f->taps, .pieces = f->pieces, .row = f->length[0], .reach_z = f->reach_z, .turned = true};
    const dvk_cl_arg args[] = {DVK_CL_ARG(into), DVK_CL_ARG(z->plan), DVK_CL_ARG(z->twiddle),
                               DVK_CL_ARG(row),  DVK_CL_ARG(plane),   DVK_CL_ARG(imaginary)};
    memcpy(placing.padded, f->length, sizeof placing.padded);
    DVK_TRY(dvk_cl_place(f->b, &placing, shift, f->placed));
    DVK_TRY(pass_x(f, true, f->placed, into, f->length, spectrum_part(f)));
    DVK_TRY(pass_y(f, true, into, f->length[1], f->length[2], spectrum_part(f)));
    return run_tiles(f, z, "z_forward", f->row / z->tile, f->length[1], args, 6);
}

static dvk_status keep_octant(fused *f, cl_mem spectrum)
{
    const dvk_cl_source source = {"fft_convolve.cl", f->axis[1].options};
    const size_t points[3] = {f->row, f->length[1] / 2 + 1, f->length[2] / 2 + 1};
    const cl_int4 size = dvk_cl_int4(points[0], points[1], points[2]);
    const cl_int row = (cl_int)f->row;
    const cl_ulong plane = f->row * f->length[1];
    const dvk_cl_arg args[] = {DVK_CL_ARG(spectrum),
                               DVK_CL_ARG(f->spectrum),
                               DVK_CL_ARG(f->axis[1].position),
                               DVK_CL_ARG(f->axis[2].position),
                               DVK_CL_ARG(size),
                               DVK_CL_ARG(row),
                               DVK_CL_ARG(plane)};
    DVK_TRY(dvk_cl_buffer(f->b, octant_bytes(f), &f->spectrum));
    return dvk_cl_launch(f->b, &source, "keep_octant", points, args, 7);
}

/* The spectrum of the whole kernel, for a volume in one piece. */
static dvk_status make_spectrum(fused *f)
{
    cl_mem spectrum = NULL;
    DVK_TRY(dvk_cl_buffer(f->b, 2 * spectrum_part(f) * sizeof(float), &spectrum));
    dvk_status status = transform_taps(f, 0, spectrum);
    if (status == DVK_OK && f->octant)
        status = keep_octant(f, spectrum);
    if (status == DVK_OK && !f->octant)
        f->spectrum = spectrum;
    else
        dvk_cl_buffer_free(&spectrum);
    dvk_cl_buffer_free(&f->placed);
    dvk_cl_buffer_free(&f->pieces);
    dvk_cl_taps_free(&f->taps);
    return status;
}

/* --- plans --- */

static void free_fused(void *state)
{
    fused *f = state;
    if (!f)
        return;
    clFinish(f->b->queue); /* nothing may still use the buffers after a failure on the way */
    cl_mem *all[] = {&f->volume, &f->data, &f->sum, &f->spectrum, &f->placed, &f->pieces};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        dvk_cl_buffer_free(all[i]);
    for (int a = 0; a < 3; a++)
        dvk_cl_axis_free(&f->axis[a]);
    dvk_cl_taps_free(&f->taps);
    dvk_free(f);
}

static dvk_status prepare(fused *f)
{
    DVK_TRY(set_sizes(f));
    f->factor = (float)(f->taps.factor * 2 / ((double)f->length[0] * (double)f->length[1] * (double)f->length[2]));
    for (int a = 0; a < 3; a++)
        DVK_TRY(dvk_cl_axis_make(f->b, a == 0 ? f->length[0] / 2 : f->length[a], a == 0, &f->axis[a]));
    DVK_TRY(dvk_cl_buffer(f->b, placed_bytes(f), &f->placed));
    DVK_TRY(dvk_cl_buffer(f->b, piece_bytes(f), &f->pieces));
    if (f->slabs == 1) {
        DVK_TRY(make_spectrum(f));
    } else {
        DVK_TRY(dvk_cl_buffer(f->b, 2 * spectrum_part(f) * sizeof(float), &f->spectrum));
        DVK_TRY(dvk_cl_buffer(f->b, 2 * data_part(f) * sizeof(float), &f->sum));
    }
    DVK_TRY(dvk_cl_buffer(f->b, 2 * data_part(f) * sizeof(float), &f->data));
    return dvk_cl_buffer(f->b, volume_bytes(f), &f->volume);
}

static dvk_status create_fused(dvk_backend *b, const size_t n[3], dvk_cl_taps *taps, void **out)
{
    fused *f = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *f, &f));
    f->b = b;
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

/* --- running --- */

static size_t planes_of(const fused *f, size_t slab)
{
    const size_t left = f->n[2] - slab * f->slab;
    return left < f->slab ? left : f->slab;
}

/* An input slab, transformed along x and y. */
static dvk_status send_slab(fused *f, size_t slab, const float *in)
{
    const size_t plane = f->n[0] * f->n[1], size[3] = {f->n[0], f->n[1], planes_of(f, slab)};
    DVK_TRY(dvk_cl_write(f->b, f->volume, 0, in + slab * f->slab * plane, plane * size[2] * sizeof *in));
    DVK_TRY(pass_x(f, true, f->volume, f->data, size, data_part(f)));
    return pass_y(f, true, f->data, f->n[1], size[2], data_part(f));
}

/* An output slab back from its transform along x and y. */
static dvk_status receive_slab(fused *f, size_t slab, cl_mem data, float *out)
{
    const size_t plane = f->n[0] * f->n[1], size[3] = {f->n[0], f->n[1], planes_of(f, slab)};
    DVK_TRY(pass_y(f, false, data, f->n[1], size[2], data_part(f)));
    DVK_TRY(pass_x(f, false, data, f->volume, size, data_part(f)));
    return dvk_cl_read(f->b, f->volume, 0, out + slab * f->slab * plane, plane * size[2] * sizeof *out);
}

static dvk_status run_whole(fused *f, const float *in, float *out)
{
    DVK_TRY(send_slab(f, 0, in));
    if (f->octant)
        DVK_TRY(pass_z_even(f));
    else
        DVK_TRY(pass_z_general(f, f->data, f->n[2], f->n[2], false));
    return receive_slab(f, 0, f->data, out);
}

static dvk_status run_slabs(fused *f, const float *in, float *out)
{
    for (size_t to = 0; to < f->slabs; to++) {
        bool add = false;
        for (size_t from = 0; from < f->slabs; from++) {
            const long shift = ((long)to - (long)from) * (long)f->slab;
            if (labs(shift) > (long)(f->taps.half[2] + f->reach_z))
                continue; /* further apart than the kernel reaches */
            DVK_TRY(transform_taps(f, shift, f->spectrum));
            DVK_TRY(send_slab(f, from, in));
            DVK_TRY(pass_z_general(f, f->sum, planes_of(f, from), planes_of(f, to), add));
            add = true;
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
    dvk_free(copy);
    return status;
}

static dvk_status run_fused(void *state, const float *in, float *out)
{
    fused *f = state;
    if (f->slabs == 1)
        return run_whole(f, in, out);
    return in == out ? run_slabs_in_place(f, out) : run_slabs(f, in, out);
}

const dvk_cl_engine dvk_cl_fused = {create_fused, run_fused, free_fused};
