/* Voxelwise time integration on an OpenCL device. */
#include "backend/opencl/opencl.h"

dvk_status dvk_cl_integrate(dvk_backend *b, const dvk_integrate_problem *p)
{
    (void)b, (void)p;
    return dvk_fail(DVK_ERR_RETRY, "time integration is not there yet");
}
