/*
 * Voxels of a series through kernels_cl/timefit.h, DVK_LANES at a time. Included by each integrate_<level>.c, which
 * names the function DVK_SPAN and says how many lanes the level has. DVK_POINTS, where it is given, is the only number
 * of scans that the function is for: a constant unrolls the loops over them, which saves a fifth to a third of the
 * time.
 *
 * Voxels are packed: a vector holds those that need the same work, wherever they lie. Lanes do not see each other, so
 * the bytes are the same whatever a voxel shares its vector with.
 */
#include <math.h>
#include <string.h>

#include "backend/cpu/integrate.h"
#include "kernels_cl/timefit.h"

#ifdef DVK_POINTS
#define points_of(p) DVK_POINTS
#else
#define points_of(p) ((p)->parameters->points)
#endif

/* Some voxels of a span, counted from its first, in rising order. */
typedef struct dvk_voxels {
    const dvk_integrate_problem *problem;
    size_t first, count;
    uint32_t at[DVK_INTEGRATE_SPAN + DVK_LANES];
} dvk_voxels;

static void list_voxels(const dvk_integrate_problem *p, size_t first, dvk_voxels *v)
{
    v->problem = p;
    v->first = first;
    v->count = 0;
}

/* Adds the voxels of a span with a sample that is not zero; most of the air around a patient has none. */
static void add_alive(dvk_voxels *v, size_t last)
{
    const dvk_integrate_problem *const p = v->problem;
    for (size_t at = v->first; at < last; at += DVK_LANES) {
        const size_t count = last - at < DVK_LANES ? last - at : DVK_LANES;
        dvk_int any = {0};
        for (size_t i = 0; i < p->points; i++) {
            dvk_real y = {0};
            if (count == DVK_LANES)
                memcpy(&y, p->frame[i] + at, sizeof y);
            else
                memcpy(&y, p->frame[i] + at, count * sizeof(float));
            any |= y != 0.0f;
        }
        if (!dvk_any(any))
            continue;
        for (uint32_t lane = 0; lane < DVK_LANES; lane++) {
            v->at[v->count] = (uint32_t)(at - v->first) + lane; /* the next takes its place if it is zero */
            v->count += any[lane] != 0;
        }
    }
}

/* The samples of the voxels from the k-th on; those of the last again where there are no more. */
static void load(const dvk_voxels *v, size_t k, dvk_real *y)
{
    const dvk_integrate_problem *const p = v->problem;
    const uint32_t *const at = v->at + k;
    const bool together = k + DVK_LANES <= v->count && at[DVK_LANES - 1] == at[0] + DVK_LANES - 1;
    for (size_t i = 0; i < (size_t)points_of(p); i++) {
        const float *const frame = p->frame[i] + v->first;
        if (together)
            memcpy(&y[i], frame + at[0], sizeof y[i]);
        else
            for (size_t lane = 0; lane < DVK_LANES; lane++)
                y[i][lane] = frame[v->at[k + lane < v->count ? k + lane : v->count - 1]];
    }
}

/* Answers of the voxels from the k-th on, in the lanes that `mask` has. */
static void store(const dvk_voxels *v, size_t k, dvk_int mask, dvk_real tia, dvk_int status)
{
    const dvk_integrate_problem *const p = v->problem;
    for (size_t lane = 0; lane < DVK_LANES && k + lane < v->count; lane++) {
        const size_t at = v->first + v->at[k + lane];
        if (mask[lane]) {
            p->tia[at] = tia[lane];
            p->status[at] = (uint8_t)status[lane];
        }
    }
}

/* What was told of them, where it is wanted. */
static void store_told(const dvk_voxels *v, size_t k, const dvk_told *told)
{
    const dvk_integrate_problem *const p = v->problem;
    for (size_t lane = 0; lane < DVK_LANES && k + lane < v->count; lane++) {
        const size_t at = v->first + v->at[k + lane];
        p->sd[at] = sqrtf(told->variance[lane]);
        for (size_t i = 0; p->curve && i < p->points; i++) {
            p->curve[i][at] = told->curve[i][lane];
            p->residuals[i][at] = told->residuals[i][lane];
        }
    }
}

/* Fits one model to the voxels listed. */
static void fit_model(const dvk_voxels *v, int model)
{
    const dvk_integrate_problem *const p = v->problem;
    for (size_t k = 0; k < v->count; k += DVK_LANES) {
        dvk_real y[DVK_FIT_POINTS], tia;
        dvk_told told;
        load(v, k, y);
        const dvk_int status = dvk_fit_lanes(p->parameters, model, points_of(p), y, p->sd != NULL, &tia, &told);
        store(v, k, dvk_everywhere(), tia, status);
        if (p->sd)
            store_told(v, k, &told);
    }
}

/* Voxels that get uptake-clearance if its squares are below their bar. */
typedef struct dvk_contest {
    dvk_voxels voxels;
    float bar[DVK_INTEGRATE_SPAN + DVK_LANES];
} dvk_contest;

static void enter(dvk_contest *c, uint32_t at, float bar)
{
    c->bar[c->voxels.count] = bar;
    c->voxels.at[c->voxels.count++] = at;
}

/* Parts the voxels whose first sample is not the largest from the others. */
static void part_rising(const dvk_voxels *v, dvk_contest *rising, dvk_voxels *others)
{
    const dvk_integrate_problem *const p = v->problem;
    for (size_t k = 0; k < v->count; k += DVK_LANES) {
        dvk_real y[DVK_FIT_POINTS];
        dvk_int flags;
        load(v, k, y);
        (void)dvk_normalise(p->parameters, points_of(p), y, &flags);
        const dvk_int rises = dvk_rises(points_of(p), y);
        for (size_t lane = 0; lane < DVK_LANES && k + lane < v->count; lane++)
            if (rises[lane])
                enter(rising, v->at[k + lane], INFINITY);
            else
                others->at[others->count++] = v->at[k + lane];
    }
}

/* Fits mono-exponentials; enters the voxels in which those leave more than the noise. */
static void fit_mono(const dvk_voxels *v, dvk_contest *misfits)
{
    const dvk_integrate_problem *const p = v->problem;
    for (size_t k = 0; k < v->count; k += DVK_LANES) {
        dvk_real y[DVK_FIT_POINTS];
        load(v, k, y);
        const dvk_alternative a = dvk_fit_alternative(p->parameters, DVK_FIT_MONO, points_of(p), y);
        store(v, k, dvk_everywhere(), a.tia, a.status);
        const dvk_int misfit = a.squares > a.noise;
        for (size_t lane = 0; dvk_any(misfit) && lane < DVK_LANES && k + lane < v->count; lane++)
            if (misfit[lane])
                enter(misfits, v->at[k + lane], a.squares[lane]);
    }
}

static void fit_uptake(const dvk_contest *c)
{
    const dvk_voxels *const v = &c->voxels;
    const dvk_integrate_problem *const p = v->problem;
    for (size_t k = 0; k < v->count; k += DVK_LANES) {
        dvk_real y[DVK_FIT_POINTS], bar;
        load(v, k, y);
        memcpy(&bar, c->bar + k, sizeof bar);
        const dvk_alternative a = dvk_fit_alternative(p->parameters, DVK_FIT_UPTAKE_CLEARANCE, points_of(p), y);
        store(v, k, a.squares < bar, a.tia, a.status);
    }
}

/* dvk_fit_by_rule, each curve for those voxels that need it. */
static void fit_by_rule(const dvk_voxels *v)
{
    dvk_contest uptake;
    dvk_voxels others;
    list_voxels(v->problem, v->first, &uptake.voxels);
    list_voxels(v->problem, v->first, &others);
    part_rising(v, &uptake, &others);
    fit_mono(&others, &uptake);
    fit_uptake(&uptake);
}

/* Where every sample is zero the answer is 0. */
static void clear(const dvk_integrate_problem *p, size_t first, size_t count)
{
    memset(p->tia + first, 0, count * sizeof(float));
    memset(p->status + first, 0, count);
    if (p->sd)
        memset(p->sd + first, 0, count * sizeof(float));
    for (size_t i = 0; p->curve && i < p->points; i++) {
        memset(p->curve[i] + first, 0, count * sizeof(float));
        memset(p->residuals[i] + first, 0, count * sizeof(float));
    }
}

void DVK_SPAN(const dvk_integrate_problem *p, size_t first, size_t last)
{
    dvk_voxels alive;
    list_voxels(p, first, &alive);
    clear(p, first, last - first);
    add_alive(&alive, last);
    if (p->parameters->model == DVK_FIT_AUTO && points_of(p) < 5 && !p->sd)
        fit_by_rule(&alive);
    else
        fit_model(&alive, p->parameters->model);
}
