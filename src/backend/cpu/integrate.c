/* Voxelwise time integration on the CPU: chooses the vector width once and spreads the voxels over threads. */
#include "backend/cpu/integrate.h"

#include "backend/cpu/cpu.h"

static dvk_integrate_span *choose_span(size_t points)
{
    const bool four = points == 4;
#ifdef DVK_X86_LEVELS
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return four ? dvk_integrate_span_avx512_four : dvk_integrate_span_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return four ? dvk_integrate_span_avx2_four : dvk_integrate_span_avx2;
#endif
    return four ? dvk_integrate_span_base_four : dvk_integrate_span_base;
}

dvk_status dvk_cpu_integrate(dvk_backend *b, const dvk_integrate_problem *p)
{
    dvk_integrate_span *const span = choose_span(p->points);
    const size_t spans = (p->voxels + DVK_INTEGRATE_SPAN - 1) / DVK_INTEGRATE_SPAN;
#pragma omp parallel for schedule(dynamic) num_threads(b->threads)
    for (size_t i = 0; i < spans; i++)
        span(p, i * DVK_INTEGRATE_SPAN,
             (i + 1) * DVK_INTEGRATE_SPAN < p->voxels ? (i + 1) * DVK_INTEGRATE_SPAN : p->voxels);
    return DVK_OK;
}
