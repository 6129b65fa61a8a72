/*
 * Voxelwise time integration on an OpenCL device. Each voxel stands alone, so that a series too large for the device
 * is taken in parts.
 */
#include <stdio.h>

#include "backend/opencl/cl_transfer.h"
#include "kernels_cl/timefit_parameters.h"

/* Voxels are taken in whole groups of work-items, each with a voxel in every lane. */
typedef struct part {
    size_t stride; /* voxels with room in the buffers */
    cl_mem parameters, frames, tia, status, sd, curve, residuals;
} part;

/* The most voxels, in whole groups, whose buffers fit. */
static size_t choose_stride(const dvk_backend *b, const dvk_integrate_problem *p)
{
    const size_t group = (size_t)DVK_CL_GROUP * b->lanes;
    const size_t frames = p->curve ? 3 : 1; /* curve and residuals are as large as the samples */
    const size_t voxel_bytes = frames * p->points * sizeof(float) + 2 * sizeof(float) + 1;
    const size_t by_memory = b->memory / voxel_bytes, by_buffer = b->largest / (p->points * sizeof(float));
    size_t groups = (p->voxels + group - 1) / group;
    const size_t most = (by_memory < by_buffer ? by_memory : by_buffer) / group;
    if (groups > most)
        groups = most;
    return groups > 0 ? groups * group : group;
}

static dvk_status make_buffers(dvk_backend *b, const dvk_integrate_problem *p, part *m)
{
    m->stride = choose_stride(b, p);
    DVK_TRY(dvk_cl_buffer(b, sizeof *p->parameters, &m->parameters));
    DVK_TRY(dvk_cl_write(b, m->parameters, 0, p->parameters, sizeof *p->parameters));
    DVK_TRY(dvk_cl_buffer(b, p->points * m->stride * sizeof(float), &m->frames));
    DVK_TRY(dvk_cl_buffer(b, m->stride * sizeof(float), &m->tia));
    DVK_TRY(dvk_cl_buffer(b, m->stride, &m->status));
    DVK_TRY(dvk_cl_buffer(b, p->sd ? m->stride * sizeof(float) : 0, &m->sd));
    DVK_TRY(dvk_cl_buffer(b, p->curve ? p->points * m->stride * sizeof(float) : 0, &m->curve));
    return dvk_cl_buffer(b, p->curve ? p->points * m->stride * sizeof(float) : 0, &m->residuals);
}

static void free_buffers(dvk_backend *b, part *m)
{
    cl_mem *all[] = {&m->parameters, &m->frames, &m->tia, &m->status, &m->sd, &m->curve, &m->residuals};
    clFinish(b->queue); /* nothing may still use them after a failure on the way */
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        dvk_cl_buffer_free(b, all[i]);
}

/* Integrates `count` voxels from `first` on. */
static dvk_status run_part(dvk_backend *b, const dvk_integrate_problem *p, part *m, const dvk_cl_source *source,
                           size_t first, size_t count)
{
    const size_t items[3] = {(count + b->lanes - 1) / b->lanes, 1, 1};
    const cl_uint stride = (cl_uint)m->stride;
    const dvk_cl_arg args[] = {DVK_CL_ARG(m->parameters), DVK_CL_ARG(m->frames), DVK_CL_ARG(m->tia),
                               DVK_CL_ARG(m->status),     DVK_CL_ARG(m->sd),     DVK_CL_ARG(m->curve),
                               DVK_CL_ARG(m->residuals),  DVK_CL_ARG(stride)};
    DVK_TRY(dvk_cl_transfer_begin(b));
    for (size_t i = 0; i < p->points; i++)
        DVK_TRY(dvk_cl_send(b, m->frames, i * m->stride * sizeof(float), p->frame[i] + first, count * sizeof(float)));
    DVK_TRY(dvk_cl_launch(b, source, "dvk_integrate", items, args, sizeof args / sizeof args[0]));
    DVK_TRY(dvk_cl_receive(b, m->tia, 0, p->tia + first, count * sizeof(float)));
    if (p->sd)
        DVK_TRY(dvk_cl_receive(b, m->sd, 0, p->sd + first, count * sizeof(float)));
    for (size_t i = 0; p->curve && i < p->points; i++) {
        const size_t at = i * m->stride * sizeof(float);
        DVK_TRY(dvk_cl_receive(b, m->curve, at, p->curve[i] + first, count * sizeof(float)));
        DVK_TRY(dvk_cl_receive(b, m->residuals, at, p->residuals[i] + first, count * sizeof(float)));
    }
    DVK_TRY(dvk_cl_receive(b, m->status, 0, p->status + first, count));
    return dvk_cl_transfer_end(b);
}

dvk_status dvk_cl_integrate(dvk_backend *b, const dvk_integrate_problem *p)
{
    char options[128];
    part m = {.stride = 0};
    const dvk_cl_source source = {"integrate.cl", options};
    /* Constants let the compiler drop the models that are not asked for and unroll the loops over points. */
    snprintf(options, sizeof options,
             "-DDVK_LANES=%u -DDVK_WANT_SD=%d -DDVK_WANT_CURVE=%d -DDVK_MODEL=%d -DDVK_POINTS=%zu", b->lanes,
             p->sd != NULL, p->curve != NULL, p->parameters->model, p->points);
    dvk_status status = make_buffers(b, p, &m);
    for (size_t first = 0; status == DVK_OK && first < p->voxels; first += m.stride) {
        const size_t left = p->voxels - first;
        status = run_part(b, p, &m, &source, first, left < m.stride ? left : m.stride);
    }
    free_buffers(b, &m);
    return status;
}
