/*
 * Convolution by clFFT's transforms of padded volumes. P >= N + R an axis is enough: aliases fall outside the wanted N.
 * The spectrum of an even kernel is real and even in each axis, so an octant of it is kept.
 */
#include <string.h>

#include "backend/opencl/cl_engine.h"
#include "backend/opencl/cl_fft.h"
#include "backend/opencl/cl_place.h"
#include "backend/opencl/cl_transfer.h"

static const dvk_cl_source source = {"convolve.cl", ""};

typedef struct general {
    dvk_backend *b;
    size_t n[3], padded[3];
    size_t row; /* floats in a padded row */
    float factor;
    bool octant;
    dvk_cl_fft *fft;
    cl_mem volume, work, scratch;
    cl_mem spectrum; /* of the kernel: an octant of real numbers where `octant`, else all of it */
} general;

static void free_general(void *state)
{
    general *g = state;
    if (!g)
        return;
    clFinish(g->b->queue); /* nothing may still use the buffers after a failure on the way */
    cl_mem *all[] = {&g->volume, &g->work, &g->scratch, &g->spectrum};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        dvk_cl_buffer_free(g->b, all[i]);
    dvk_free(g);
}

static size_t padded_bytes(const general *g)
{
    return g->row * g->padded[1] * g->padded[2] * sizeof(float);
}

static size_t volume_bytes(const general *g)
{
    return g->n[0] * g->n[1] * g->n[2] * sizeof(float);
}

/* The spectrum of the kernel, in place in `into`. */
static dvk_status transform_taps(general *g, const dvk_cl_taps *taps, cl_mem into)
{
    dvk_cl_placing placing = {.taps = taps, .row = g->row, .reach_z = taps->half[2]};
    memcpy(placing.padded, g->padded, sizeof placing.padded);
    const size_t bytes = dvk_cl_taps_plane(taps) * dvk_cl_taps_planes(taps) * sizeof(float);
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_cl_buffer(g->b, bytes, &placing.pieces));
    for (size_t z = 0; z < g->padded[2] && status == DVK_OK;) {
        const size_t planes = dvk_cl_place_planes(&placing, z, g->padded[2]);
        status = dvk_cl_place(g->b, &placing, 0, z, planes, into, z);
        z += planes;
    }
    dvk_cl_buffer_free(g->b, &placing.pieces); /* OpenCL keeps it until the queue is done with it */
    DVK_TRY(status);
    return dvk_cl_fft_run(g->b, g->fft, true, into, g->scratch);
}

static dvk_status keep_octant(general *g)
{
    const size_t points[3] = {g->row / 2, g->padded[1] / 2 + 1, g->padded[2] / 2 + 1};
    const cl_int4 size = dvk_cl_int4(points[0], points[1], points[2]);
    const cl_int row = (cl_int)g->row, rows = (cl_int)g->padded[1];
    const dvk_cl_arg args[] = {DVK_CL_ARG(g->work), DVK_CL_ARG(g->spectrum), DVK_CL_ARG(size), DVK_CL_ARG(row),
                               DVK_CL_ARG(rows)};
    DVK_TRY(dvk_cl_buffer(g->b, points[0] * points[1] * points[2] * sizeof(float), &g->spectrum));
    return dvk_cl_launch(g->b, &source, "keep_even", points, args, 5);
}

/* Bytes of all buffers, with as much scratch as data: clFFT wants no more. */
static size_t all_bytes(const general *g)
{
    const size_t octant = (g->row / 2) * (g->padded[1] / 2 + 1) * (g->padded[2] / 2 + 1) * sizeof(float);
    return 2 * padded_bytes(g) + (g->octant ? octant : padded_bytes(g)) + volume_bytes(g);
}

static void set_sizes(general *g, const size_t n[3], const dvk_cl_taps *taps)
{
    g->octant = taps->even;
    for (int a = 0; a < 3; a++) {
        g->n[a] = n[a];
        g->padded[a] = dvk_cl_fft_size(n[a] + taps->half[a]);
    }
    g->row = 2 * dvk_cl_fft_half(g->padded[0]);
}

static bool fits(const dvk_backend *b, const general *g)
{
    return all_bytes(g) <= b->memory && padded_bytes(g) <= b->largest;
}

bool dvk_cl_clfft_fits(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps)
{
    general g = {.octant = false};
    set_sizes(&g, n, taps);
    return fits(b, &g);
}

static dvk_status prepare(general *g, const dvk_cl_taps *taps)
{
    DVK_TRY(dvk_cl_fft_plan(g->b, g->padded, &g->fft));
    if (dvk_cl_fft_scratch(g->fft) > 0)
        DVK_TRY(dvk_cl_buffer(g->b, dvk_cl_fft_scratch(g->fft), &g->scratch));
    DVK_TRY(dvk_cl_buffer(g->b, padded_bytes(g), &g->work));
    if (g->octant) {
        DVK_TRY(transform_taps(g, taps, g->work));
        DVK_TRY(keep_octant(g));
    } else {
        DVK_TRY(dvk_cl_buffer(g->b, padded_bytes(g), &g->spectrum));
        DVK_TRY(transform_taps(g, taps, g->spectrum));
    }
    return dvk_cl_buffer(g->b, volume_bytes(g), &g->volume);
}

static dvk_status create_general(dvk_backend *b, const size_t n[3], dvk_cl_taps *taps, void **out)
{
    general *g = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *g, &g));
    g->b = b;
    set_sizes(g, n, taps);
    g->factor = (float)(taps->factor / ((double)g->padded[0] * (double)g->padded[1] * (double)g->padded[2]));
    const dvk_status status =
        fits(b, g) ? prepare(g, taps)
                   : dvk_fail(DVK_ERR_RETRY, "%zu x %zu x %zu voxels do not fit the device's memory", n[0], n[1], n[2]);
    if (status == DVK_OK)
        *out = g;
    else
        free_general(g);
    return status;
}

static dvk_status run_general(void *state, const float *in, float *out)
{
    general *g = state;
    const cl_int4 n = dvk_cl_int4(g->n[0], g->n[1], g->n[2]),
                  padded = dvk_cl_int4(g->padded[0], g->padded[1], g->padded[2]);
    const cl_int row = (cl_int)g->row;
    const size_t whole[3] = {g->row, g->padded[1], g->padded[2]}, half[3] = {g->row / 2, g->padded[1], g->padded[2]};
    const dvk_cl_arg pad[] = {DVK_CL_ARG(g->volume), DVK_CL_ARG(g->work), DVK_CL_ARG(n), DVK_CL_ARG(padded),
                              DVK_CL_ARG(row)};
    const dvk_cl_arg multiply[] = {DVK_CL_ARG(g->work), DVK_CL_ARG(g->spectrum), DVK_CL_ARG(padded), DVK_CL_ARG(row)};
    const dvk_cl_arg crop[] = {DVK_CL_ARG(g->work), DVK_CL_ARG(g->volume), DVK_CL_ARG(n),
                               DVK_CL_ARG(padded),  DVK_CL_ARG(row),       DVK_CL_ARG(g->factor)};
    DVK_TRY(dvk_cl_transfer_begin(g->b));
    DVK_TRY(dvk_cl_send(g->b, g->volume, 0, in, volume_bytes(g)));
    DVK_TRY(dvk_cl_launch(g->b, &source, "pad", whole, pad, 5));
    DVK_TRY(dvk_cl_fft_run(g->b, g->fft, true, g->work, g->scratch));
    DVK_TRY(dvk_cl_launch(g->b, &source, g->octant ? "multiply_even" : "multiply", half, multiply, 4));
    DVK_TRY(dvk_cl_fft_run(g->b, g->fft, false, g->work, g->scratch));
    DVK_TRY(dvk_cl_launch(g->b, &source, "crop", g->n, crop, 6));
    DVK_TRY(dvk_cl_receive(g->b, g->volume, 0, out, volume_bytes(g)));
    return dvk_cl_transfer_end(g->b);
}

const dvk_cl_engine dvk_cl_clfft = {create_general, run_general, free_general};
