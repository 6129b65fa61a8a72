/* Voxelwise time integration on the CPU. */
#include "backend/cpu/cpu.h"
#include "base/fail.h"

dvk_status dvk_cpu_integrate(dvk_backend *b, const dvk_integrate_problem *p)
{
    (void)b, (void)p;
    return dvk_fail(DVK_ERR_INTERNAL, "not there yet");
}
