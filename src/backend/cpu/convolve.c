/* Convolution on the CPU. */
#include "backend/cpu/cpu.h"
#include "base/fail.h"

dvk_status dvk_cpu_conv_create(dvk_backend *b, const dvk_conv_problem *p, bool direct, dvk_conv_plan **out)
{
    (void)b, (void)p, (void)direct, (void)out;
    return dvk_fail(DVK_ERR_INTERNAL, "not there yet");
}

dvk_status dvk_cpu_conv_run(dvk_conv_plan *plan, const float *in, float *out)
{
    (void)plan, (void)in, (void)out;
    return dvk_fail(DVK_ERR_INTERNAL, "not there yet");
}

void dvk_cpu_conv_free(dvk_conv_plan *plan)
{
    (void)plan;
}
