/*
 * Voxelwise integration, once per vector width: each integrate_<level>.c is integrate_body.h compiled for that level,
 * and once more for four scans, the usual number.
 */
#ifndef DVK_BACKEND_CPU_INTEGRATE_H
#define DVK_BACKEND_CPU_INTEGRATE_H

#include "backend/backend.h"

/* Voxels a thread takes at a time, at most: enough to hide the scheduling and to fill vectors with those that need the
 * same curve, few enough to share a patient among many threads. */
enum { DVK_INTEGRATE_SPAN = 4096 };

/* Integrates voxels first..last - 1. */
typedef void dvk_integrate_span(const dvk_integrate_problem *p, size_t first, size_t last);

dvk_integrate_span dvk_integrate_span_base, dvk_integrate_span_base_four;
dvk_integrate_span dvk_integrate_span_avx2, dvk_integrate_span_avx2_four;
dvk_integrate_span dvk_integrate_span_avx512, dvk_integrate_span_avx512_four;

#endif
