/*
 * What the files of the CPU back end share.
 */
#ifndef DVK_BACKEND_CPU_H
#define DVK_BACKEND_CPU_H

#include "backend/backend.h"

struct dvk_backend {
    dvk_device device;
    int threads;
};

dvk_status dvk_cpu_conv_create(dvk_backend *b, const dvk_conv_problem *p, bool direct, dvk_conv_plan **out);
dvk_status dvk_cpu_conv_run(dvk_conv_plan *plan, const float *in, float *out);
void dvk_cpu_conv_free(dvk_conv_plan *plan);
dvk_status dvk_cpu_integrate(dvk_backend *b, const dvk_integrate_problem *p);

#endif
