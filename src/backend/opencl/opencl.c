/* The table of the OpenCL back end, and its only exported symbol. */
#include "backend/opencl/cl_choice.h"

static const dvk_device *describe(const dvk_backend *b)
{
    return &b->device;
}

static const dvk_backend_ops ops = {
    .name = "opencl",
    .list = dvk_cl_list,
    .open = dvk_cl_open,
    .close = dvk_cl_close,
    .describe = describe,
    .direct_taps = dvk_cl_direct_taps,
    .tuning = dvk_cl_choice_text,
    .tune = dvk_cl_choice_measure,
    .conv_create = dvk_cl_conv_create,
    .conv_run = dvk_cl_conv_run,
    .conv_free = dvk_cl_conv_free,
    .integrate = dvk_cl_integrate,
};

DVK_API const dvk_backend_ops *dvk_opencl_backend(const dvk_host *host);

const dvk_backend_ops *dvk_opencl_backend(const dvk_host *host)
{
    if (host->abi != DVK_BACKEND_ABI)
        return NULL;
    dvk_cl_set_host(host);
    return &ops;
}
