/* Convolution as a plain sum: for kernels of a few voxels, and as a check that shares nothing with the transforms. */
#include <string.h>

#include "backend/opencl/cl_engine.h"
#include "backend/opencl/cl_transfer.h"

typedef struct direct {
    dvk_backend *b;
    size_t n[3], half[3];
    float factor;
    cl_mem in, taps, out;
} direct;

static void free_direct(void *state)
{
    direct *d = state;
    if (!d)
        return;
    clFinish(d->b->queue); /* nothing may still use the buffers after a failure on the way */
    dvk_cl_buffer_free(d->b, &d->in);
    dvk_cl_buffer_free(d->b, &d->taps);
    dvk_cl_buffer_free(d->b, &d->out);
    dvk_free(d);
}

static size_t volume_bytes(const direct *d)
{
    return d->n[0] * d->n[1] * d->n[2] * sizeof(float);
}

static dvk_status create_direct(dvk_backend *b, const size_t n[3], dvk_cl_taps *taps, void **out)
{
    dvk_status status = DVK_OK;
    direct *d = NULL;
    const size_t taps_bytes = dvk_cl_taps_plane(taps) * dvk_cl_taps_planes(taps) * sizeof(float);
    DVK_TRY(dvk_alloc(1, sizeof *d, &d));
    d->b = b;
    d->factor = (float)taps->factor;
    memcpy(d->n, n, sizeof d->n);
    memcpy(d->half, taps->half, sizeof d->half);
    DVK_TRY_DONE(dvk_cl_buffer(b, volume_bytes(d), &d->in));
    DVK_TRY_DONE(dvk_cl_buffer(b, volume_bytes(d), &d->out));
    DVK_TRY_DONE(dvk_cl_buffer(b, taps_bytes, &d->taps));
    DVK_TRY_DONE(dvk_cl_write(b, d->taps, 0, taps->value, taps_bytes));
done:
    if (status == DVK_OK)
        *out = d;
    else
        free_direct(d);
    return status;
}

static dvk_status run_direct(void *state, const float *in, float *out)
{
    static const dvk_cl_source source = {"convolve.cl", ""};
    direct *d = state;
    const cl_int4 n = dvk_cl_int4(d->n[0], d->n[1], d->n[2]), half = dvk_cl_int4(d->half[0], d->half[1], d->half[2]);
    const dvk_cl_arg args[] = {DVK_CL_ARG(d->in), DVK_CL_ARG(d->taps), DVK_CL_ARG(d->out),
                               DVK_CL_ARG(n),     DVK_CL_ARG(half),    DVK_CL_ARG(d->factor)};
    DVK_TRY(dvk_cl_transfer_begin(d->b));
    DVK_TRY(dvk_cl_send(d->b, d->in, 0, in, volume_bytes(d)));
    DVK_TRY(dvk_cl_launch(d->b, &source, "sum_directly", d->n, args, 6));
    DVK_TRY(dvk_cl_receive(d->b, d->out, 0, out, volume_bytes(d)));
    return dvk_cl_transfer_end(d->b);
}

const dvk_cl_engine dvk_cl_direct = {create_direct, run_direct, free_direct};
