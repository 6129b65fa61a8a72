/*
 * Convolution on an OpenCL device: by padded transforms, or as a plain sum.
 *
 * P >= N + R an axis is enough: aliases fall outside the wanted N. The spectrum of an even kernel is real and even in
 * each axis, so an octant of it is kept. A volume that does not fit the device's memory is cut into slabs along z: each
 * output slab is the sum over input slabs, each convolved with the planes of the kernel that lie between the two.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/opencl/cl_taps.h"
#include "backend/opencl/opencl.h"

static const dvk_cl_source source = {"convolve.cl", ""};

struct dvk_conv_plan {
    dvk_backend *b;
    bool direct;
    size_t n[3];
    size_t slab, slabs; /* planes in one, and how many */
    size_t padded[3];
    size_t row; /* floats in a padded row */
    size_t reach_z;
    dvk_cl_taps taps; /* the values only where there are slabs */
    float factor;
    dvk_cl_fft *fft;
    cl_mem volume, work, scratch;
    cl_mem spectrum; /* of the kernel: an octant of real numbers where `octant`, else all of it */
    cl_mem pieces;   /* taps on the device */
    cl_mem sum;      /* spectrum of an output slab */
    bool octant;
};

static cl_int4 int4(size_t x, size_t y, size_t z)
{
    return (cl_int4){{(cl_int)x, (cl_int)y, (cl_int)z, 0}};
}

static cl_int4 int4_of(const size_t v[3])
{
    return int4(v[0], v[1], v[2]);
}

static dvk_status launch(dvk_conv_plan *p, const char *kernel, size_t x, size_t y, size_t z, const dvk_cl_arg *args,
                         size_t count)
{
    const size_t points[3] = {x, y, z};
    return dvk_cl_launch(p->b, &source, kernel, points, args, count);
}

/* --- sizes --- */

static size_t padded_bytes(const dvk_conv_plan *p)
{
    return p->row * p->padded[1] * p->padded[2] * sizeof(float);
}

static size_t octant_bytes(const dvk_conv_plan *p)
{
    return p->row / 2 * (p->padded[1] / 2 + 1) * (p->padded[2] / 2 + 1) * sizeof(float);
}

static size_t slab_bytes(const dvk_conv_plan *p)
{
    return p->n[0] * p->n[1] * p->slab * sizeof(float);
}

/* Planes of taps that one pair of slabs meets, at most. */
static size_t piece_bytes(const dvk_conv_plan *p)
{
    const size_t planes = dvk_cl_taps_planes(&p->taps), met = 2 * p->slab - 1;
    return dvk_cl_taps_plane(&p->taps) * (p->slabs == 1 || planes < met ? planes : met) * sizeof(float);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Whether the plan's buffers fit. The transform's scratch is taken to be as large as its data, the most that it was
 * seen to ask for. */
static bool fits(const dvk_conv_plan *p)
{
    const size_t padded = padded_bytes(p), piece = piece_bytes(p), slab = slab_bytes(p);
    size_t all = 4 * padded + piece + slab;
    if (p->slabs == 1 && p->octant)
        all = 2 * padded + octant_bytes(p) + larger(piece, slab);
    else if (p->slabs == 1)
        all = 2 * padded + larger(piece, padded + slab);
    return all <= p->b->memory && larger(padded, larger(piece, slab)) <= p->b->largest;
}

/* The fewest slabs whose buffers fit. */
static dvk_status set_sizes(dvk_conv_plan *p)
{
    for (int a = 0; a < 2; a++)
        p->padded[a] = dvk_cl_fft_size(p->n[a] + p->taps.half[a]);
    p->row = 2 * dvk_cl_fft_half(p->padded[0]);
    for (size_t slabs = 1; slabs <= p->n[2]; slabs++) {
        p->slab = (p->n[2] + slabs - 1) / slabs;
        p->slabs = (p->n[2] + p->slab - 1) / p->slab;
        p->octant = p->slabs == 1 && p->taps.even;
        p->reach_z = p->slabs == 1 ? p->taps.half[2] : p->slab - 1;
        p->padded[2] = dvk_cl_fft_size(p->slab + p->reach_z);
        if (fits(p))
            return DVK_OK;
    }
    return dvk_fail(DVK_ERR_RETRY, "%s: %zu x %zu x %zu voxels do not fit its memory", p->b->device.name, p->n[0],
                    p->n[1], p->n[2]);
}

/* --- the kernel's spectrum --- */

/* Sends the planes of taps that slabs `shift` planes apart meet; *first is the first of them. */
static dvk_status send_taps(dvk_conv_plan *p, long shift, size_t *first)
{
    const long half = (long)p->taps.half[2], reach = (long)p->reach_z;
    long low = shift - reach, high = shift + reach;
    if (p->taps.even) {
        const long from = labs(low), to = labs(high);
        low = low <= 0 && high >= 0 ? 0 : from < to ? from : to;
        high = from < to ? to : from;
    } else {
        low = low > -half ? low : -half;
    }
    high = high < half ? high : half;
    *first = (size_t)(p->taps.even ? low : low + half);
    const size_t plane = dvk_cl_taps_plane(&p->taps);
    return dvk_cl_write(p->b, p->pieces, 0, p->taps.value + *first * plane,
                        (size_t)(high - low + 1) * plane * sizeof(float));
}

/* The spectrum of the kernel between slabs `shift` planes apart, in place in `into`. */
static dvk_status transform_taps(dvk_conv_plan *p, long shift, cl_mem into)
{
    size_t start = 0;
    DVK_TRY(send_taps(p, shift, &start));
    const cl_int4 reach = int4(p->taps.half[0], p->taps.half[1], p->reach_z), half = int4_of(p->taps.half),
                  padded = int4_of(p->padded);
    const cl_int row = (cl_int)p->row, even = p->taps.even, moved = (cl_int)shift, first = (cl_int)start;
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->pieces), DVK_CL_ARG(into),   DVK_CL_ARG(reach),
                               DVK_CL_ARG(half),      DVK_CL_ARG(padded), DVK_CL_ARG(row),
                               DVK_CL_ARG(even),      DVK_CL_ARG(moved),  DVK_CL_ARG(first)};
    DVK_TRY(launch(p, "place", p->row, p->padded[1], p->padded[2], args, 9));
    return dvk_cl_fft_run(p->b, p->fft, true, into, p->scratch);
}

static dvk_status keep_octant(dvk_conv_plan *p)
{
    const size_t x = p->row / 2, y = p->padded[1] / 2 + 1, z = p->padded[2] / 2 + 1;
    const cl_int4 size = int4(x, y, z);
    const cl_int row = (cl_int)p->row, rows = (cl_int)p->padded[1];
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->work), DVK_CL_ARG(p->spectrum), DVK_CL_ARG(size), DVK_CL_ARG(row),
                               DVK_CL_ARG(rows)};
    return launch(p, "keep_even", x, y, z, args, 5);
}

/* --- plans --- */

static dvk_status create_fft(dvk_conv_plan *p)
{
    DVK_TRY(set_sizes(p));
    p->factor = (float)(p->taps.factor / ((double)p->padded[0] * (double)p->padded[1] * (double)p->padded[2]));
    DVK_TRY(dvk_cl_fft_plan(p->b, p->padded, &p->fft));
    if (dvk_cl_fft_scratch(p->fft) > 0)
        DVK_TRY(dvk_cl_buffer(p->b, dvk_cl_fft_scratch(p->fft), &p->scratch));
    DVK_TRY(dvk_cl_buffer(p->b, p->octant ? octant_bytes(p) : padded_bytes(p), &p->spectrum));
    DVK_TRY(dvk_cl_buffer(p->b, piece_bytes(p), &p->pieces));
    if (p->octant) {
        DVK_TRY(dvk_cl_buffer(p->b, padded_bytes(p), &p->work));
        DVK_TRY(transform_taps(p, 0, p->work));
        DVK_TRY(keep_octant(p));
    } else if (p->slabs == 1) {
        DVK_TRY(transform_taps(p, 0, p->spectrum));
    } else {
        DVK_TRY(dvk_cl_buffer(p->b, padded_bytes(p), &p->sum));
    }
    if (p->slabs == 1) {
        dvk_cl_buffer_free(&p->pieces);
        dvk_cl_taps_free(&p->taps);
    }
    if (!p->work)
        DVK_TRY(dvk_cl_buffer(p->b, padded_bytes(p), &p->work));
    return dvk_cl_buffer(p->b, slab_bytes(p), &p->volume);
}

static dvk_status create_direct(dvk_conv_plan *p)
{
    const size_t taps = dvk_cl_taps_plane(&p->taps) * dvk_cl_taps_planes(&p->taps) * sizeof(float);
    p->slab = p->n[2];
    p->factor = (float)p->taps.factor;
    DVK_TRY(dvk_cl_buffer(p->b, slab_bytes(p), &p->volume));
    DVK_TRY(dvk_cl_buffer(p->b, slab_bytes(p), &p->work));
    DVK_TRY(dvk_cl_buffer(p->b, taps, &p->pieces));
    DVK_TRY(dvk_cl_write(p->b, p->pieces, 0, p->taps.value, taps));
    dvk_cl_taps_free(&p->taps);
    return DVK_OK;
}

dvk_status dvk_cl_conv_create(dvk_backend *b, const dvk_conv_problem *problem, bool direct, dvk_conv_plan **out)
{
    dvk_conv_plan *p = NULL;
    *out = NULL;
    if (problem->n[0] == 0 || problem->n[1] == 0 || problem->n[2] == 0)
        return dvk_fail(DVK_ERR_INVALID, "nothing to convolve: a grid without voxels");
    DVK_TRY(dvk_alloc(1, sizeof *p, &p));
    p->b = b;
    p->direct = direct;
    memcpy(p->n, problem->n, sizeof p->n);
    dvk_status status = dvk_cl_taps_make(problem, !direct, &p->taps);
    if (status == DVK_OK)
        status = direct ? create_direct(p) : create_fft(p);
    if (status == DVK_OK)
        *out = p;
    else
        dvk_cl_conv_free(p);
    return status;
}

void dvk_cl_conv_free(dvk_conv_plan *p)
{
    if (!p)
        return;
    clFinish(p->b->queue); /* nothing may still use the buffers after a failure on the way */
    cl_mem *all[] = {&p->volume, &p->work, &p->scratch, &p->spectrum, &p->pieces, &p->sum};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        dvk_cl_buffer_free(all[i]);
    dvk_cl_taps_free(&p->taps);
    dvk_free(p);
}

/* --- running --- */

static size_t planes_of(const dvk_conv_plan *p, size_t slab)
{
    const size_t left = p->n[2] - slab * p->slab;
    return left < p->slab ? left : p->slab;
}

/* The spectrum of an input slab, in `work`. */
static dvk_status transform_slab(dvk_conv_plan *p, size_t slab, const float *in)
{
    const size_t plane = p->n[0] * p->n[1];
    const cl_int4 n = int4(p->n[0], p->n[1], planes_of(p, slab)), padded = int4_of(p->padded);
    const cl_int row = (cl_int)p->row;
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->volume), DVK_CL_ARG(p->work), DVK_CL_ARG(n), DVK_CL_ARG(padded),
                               DVK_CL_ARG(row)};
    DVK_TRY(dvk_cl_write(p->b, p->volume, 0, in + slab * p->slab * plane, plane * planes_of(p, slab) * sizeof *in));
    DVK_TRY(launch(p, "pad", p->row, p->padded[1], p->padded[2], args, 5));
    return dvk_cl_fft_run(p->b, p->fft, true, p->work, p->scratch);
}

/* The volume of an output slab from its spectrum. */
static dvk_status receive_slab(dvk_conv_plan *p, size_t slab, cl_mem spectrum, float *out)
{
    const size_t plane = p->n[0] * p->n[1], planes = planes_of(p, slab);
    const cl_int4 n = int4(p->n[0], p->n[1], planes), padded = int4_of(p->padded);
    const cl_int row = (cl_int)p->row;
    const dvk_cl_arg args[] = {DVK_CL_ARG(spectrum), DVK_CL_ARG(p->volume), DVK_CL_ARG(n),
                               DVK_CL_ARG(padded),   DVK_CL_ARG(row),       DVK_CL_ARG(p->factor)};
    DVK_TRY(dvk_cl_fft_run(p->b, p->fft, false, spectrum, p->scratch));
    DVK_TRY(launch(p, "crop", p->n[0], p->n[1], planes, args, 6));
    return dvk_cl_read(p->b, p->volume, 0, out + slab * p->slab * plane, plane * planes * sizeof *out);
}

static dvk_status run_whole(dvk_conv_plan *p, const float *in, float *out)
{
    const cl_int4 padded = int4_of(p->padded);
    const cl_int row = (cl_int)p->row;
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->work), DVK_CL_ARG(p->spectrum), DVK_CL_ARG(padded), DVK_CL_ARG(row)};
    DVK_TRY(transform_slab(p, 0, in));
    DVK_TRY(launch(p, p->octant ? "multiply_even" : "multiply", p->row / 2, p->padded[1], p->padded[2], args, 4));
    return receive_slab(p, 0, p->work, out);
}

/* Adds what one input slab gives an output slab. */
static dvk_status add_pair(dvk_conv_plan *p, size_t from, size_t to, const float *in)
{
    const long shift = ((long)to - (long)from) * (long)p->slab;
    const cl_int4 padded = int4_of(p->padded);
    const cl_int row = (cl_int)p->row;
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->sum), DVK_CL_ARG(p->work), DVK_CL_ARG(p->spectrum), DVK_CL_ARG(padded),
                               DVK_CL_ARG(row)};
    if (labs(shift) > (long)(p->taps.half[2] + p->reach_z))
        return DVK_OK; /* further apart than the kernel reaches */
    DVK_TRY(transform_taps(p, shift, p->spectrum));
    DVK_TRY(transform_slab(p, from, in));
    return launch(p, "multiply_add", p->row / 2, p->padded[1], p->padded[2], args, 5);
}

static dvk_status run_slabs(dvk_conv_plan *p, const float *in, float *out)
{
    dvk_status status = DVK_OK;
    const cl_float zero = 0;
    for (size_t to = 0; to < p->slabs; to++) {
        CL_TRY(clEnqueueFillBuffer(p->b->queue, p->sum, &zero, sizeof zero, 0, padded_bytes(p), 0, NULL, NULL));
        for (size_t from = 0; from < p->slabs; from++)
            DVK_TRY_DONE(add_pair(p, from, to, in));
        DVK_TRY_DONE(receive_slab(p, to, p->sum, out));
    }
done:
    return status;
}

static dvk_status run_direct(dvk_conv_plan *p, const float *in, float *out)
{
    const size_t bytes = slab_bytes(p);
    const cl_int4 n = int4_of(p->n), half = int4_of(p->taps.half);
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->volume), DVK_CL_ARG(p->pieces), DVK_CL_ARG(p->work),
                               DVK_CL_ARG(n),         DVK_CL_ARG(half),      DVK_CL_ARG(p->factor)};
    DVK_TRY(dvk_cl_write(p->b, p->volume, 0, in, bytes));
    DVK_TRY(launch(p, "sum_directly", p->n[0], p->n[1], p->n[2], args, 6));
    return dvk_cl_read(p->b, p->work, 0, out, bytes);
}

/* A slab's result would overwrite input that later slabs still need. */
static dvk_status run_slabs_in_place(dvk_conv_plan *p, float *volume)
{
    const size_t voxels = p->n[0] * p->n[1] * p->n[2];
    float *copy = NULL;
    DVK_TRY(dvk_alloc(voxels, sizeof *copy, &copy));
    memcpy(copy, volume, voxels * sizeof *copy);
    const dvk_status status = run_slabs(p, copy, volume);
    dvk_free(copy);
    return status;
}

dvk_status dvk_cl_conv_run(dvk_conv_plan *p, const float *in, float *out)
{
    if (p->direct)
        return run_direct(p, in, out);
    if (p->slabs == 1)
        return run_whole(p, in, out);
    return in == out ? run_slabs_in_place(p, out) : run_slabs(p, in, out);
}
