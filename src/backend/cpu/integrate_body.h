/*
 * Voxels of a series through kernels_cl/timefit.h, DVK_LANES at a time. Included by each integrate_<level>.c, which
 * names the function DVK_SPAN and says how many lanes the level has. DVK_POINTS, where it is given, is the only number
 * of scans that the function is for: a constant unrolls the loops over them, which saves a fifth to a third of the
 * time.
 */
#include <math.h>
#include <string.h>

#include "backend/cpu/integrate.h"
#include "kernels_cl/timefit.h"

#ifndef DVK_POINTS
#define DVK_POINTS p->parameters->points
#endif

/* Loads one block; false where every sample is zero, as in most of the air around a patient. */
static bool load_block(const dvk_integrate_problem *p, size_t at, size_t count, dvk_real *y)
{
    dvk_int any = {0};
    for (size_t i = 0; i < p->points; i++) {
        y[i] = (dvk_real){0};
        memcpy(&y[i], p->frame[i] + at, count * sizeof(float));
        any |= y[i] != 0.0f;
    }
    int found = 0;
    for (int lane = 0; lane < DVK_LANES; lane++)
        found |= any[lane];
    return found != 0;
}

/* What was told of one block, where it is wanted. */
static void store_told(const dvk_integrate_problem *p, size_t at, size_t count, const dvk_told *told)
{
    for (size_t lane = 0; lane < count; lane++)
        p->sd[at + lane] = sqrtf(told->variance[lane]);
    for (size_t i = 0; p->curve && i < p->points; i++) {
        memcpy(p->curve[i] + at, &told->curve[i], count * sizeof(float));
        memcpy(p->residuals[i] + at, &told->residuals[i], count * sizeof(float));
    }
}

void DVK_SPAN(const dvk_integrate_problem *p, size_t first, size_t last)
{
    const dvk_fit_parameters *const f = p->parameters;
    for (size_t at = first; at < last; at += DVK_LANES) {
        const size_t count = last - at < DVK_LANES ? last - at : DVK_LANES;
        dvk_real y[DVK_FIT_POINTS], tia = {0};
        dvk_int status = {0};
        dvk_told told;
        if (p->sd)
            memset(&told, 0, sizeof told);
        if (load_block(p, at, count, y))
            status = dvk_fit_lanes(f, f->model, DVK_POINTS, y, p->sd != NULL, &tia, &told);
        memcpy(p->tia + at, &tia, count * sizeof(float));
        for (size_t lane = 0; lane < count; lane++)
            p->status[at + lane] = (uint8_t)status[lane];
        if (p->sd)
            store_told(p, at, count, &told);
    }
}
