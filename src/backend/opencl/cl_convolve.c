/* Convolution on an OpenCL device: prepares the kernel and takes the fastest way that can do the problem. */
#include <string.h>

#include "backend/opencl/cl_choice.h"

struct dvk_conv_plan {
    const dvk_cl_engine *engine;
    void *state;
};

static const dvk_cl_engine *choose_engine(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps, bool direct)
{
    if (direct)
        return &dvk_cl_direct;
    if (!dvk_cl_fused_takes(b, n, taps) || (dvk_cl_quirks() & DVK_QUIRK_GENERAL))
        return &dvk_cl_clfft;
    const bool clfft = dvk_cl_choice_is_clfft(b, n, taps) && dvk_cl_clfft_fits(b, n, taps);
    return clfft ? &dvk_cl_clfft : &dvk_cl_fused;
}

dvk_status dvk_cl_conv_create(dvk_backend *b, const dvk_conv_problem *problem, bool direct, dvk_conv_plan **out)
{
    dvk_status status = DVK_OK;
    dvk_conv_plan *p = NULL;
    dvk_cl_taps taps = {.value = NULL};
    *out = NULL;
    if (problem->n[0] == 0 || problem->n[1] == 0 || problem->n[2] == 0)
        return dvk_fail(DVK_ERR_INVALID, "nothing to convolve: a grid without voxels");
    DVK_TRY(dvk_alloc(1, sizeof *p, &p));
    DVK_TRY_DONE(dvk_cl_taps_make(problem, !direct, &taps));
    p->engine = choose_engine(b, problem->n, &taps, direct);
    DVK_TRY_DONE(p->engine->create(b, problem->n, &taps, &p->state));
    *out = p;
done:
    dvk_cl_taps_free(&taps);
    if (status != DVK_OK)
        dvk_free(p);
    return status;
}

dvk_status dvk_cl_conv_run(dvk_conv_plan *p, const float *in, float *out)
{
    return p->engine->run(p->state, in, out);
}

void dvk_cl_conv_free(dvk_conv_plan *p)
{
    if (!p)
        return;
    p->engine->free(p->state);
    dvk_free(p);
}
