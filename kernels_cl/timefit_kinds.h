/* The fit of one kind of curve to a voxel, from the grid down: its integral, and what else is told about it. */
#ifndef DVK_TIMEFIT_KINDS_H
#define DVK_TIMEFIT_KINDS_H

#include "timefit_grid.h"

/* The best curve so far of a voxel, with all that is told about it. */
typedef struct dvk_fitted {
    dvk_real integral, beyond;
    dvk_real squares; /* weighted, left over */
    dvk_real spread;  /* var(TIA) in units of the residual variance */
    dvk_int model;
    dvk_int flags;
    dvk_real amplitude[3], rate[3]; /* as a signed sum; 0 where there are fewer terms */
} dvk_fitted;

/* Without want_sd, `spread` and the terms are left alone: nobody asks. */
DVK_INLINE void dvk_adopt(dvk_int better, dvk_fitted fresh, int want_sd, dvk_fitted *best)
{
    best->integral = dvk_select(better, fresh.integral, best->integral);
    best->beyond = dvk_select(better, fresh.beyond, best->beyond);
    best->squares = dvk_select(better, fresh.squares, best->squares);
    best->model = dvk_select_int(better, fresh.model, best->model);
    best->flags = dvk_select_int(better, fresh.flags, best->flags);
    if (!want_sd)
        return;
    best->spread = dvk_select(better, fresh.spread, best->spread);
    for (int k = 0; k < 3; k++) {
        best->amplitude[k] = dvk_select(better, fresh.amplitude[k], best->amplitude[k]);
        best->rate[k] = dvk_select(better, fresh.rate[k], best->rate[k]);
    }
}

/* The trial's curve as a signed sum of exponentials. */
DVK_INLINE void dvk_take_terms(int kind, const dvk_trial *trial, dvk_fitted *f)
{
    for (int k = 0; k < 3; k++) {
        const int has = k < dvk_rates(kind);
        f->rate[k] = has ? trial->rate[k] : dvk_splat(0.0f);
        f->amplitude[k] = has ? trial->amplitude[k] : dvk_splat(0.0f);
    }
    if (kind == DVK_FIT_UPTAKE_CLEARANCE) {
        f->amplitude[0] = trial->amplitude[0] / (trial->rate[1] - trial->rate[0]);
        f->amplitude[1] = -f->amplitude[0];
    }
}

DVK_INLINE dvk_real dvk_value_at(const dvk_fitted *f, float t)
{
    dvk_real sum = dvk_splat(0.0f);
    for (int k = 0; k < 3; k++)
        sum = sum + f->amplitude[k] * dvk_exp(f->rate[k] * -t);
    return sum;
}

/* Fits one kind of curve from the grid down, in the lanes where it is wanted. */
DVK_INLINE dvk_fitted dvk_fit_kind(DVK_UNIFORM dvk_fit_parameters *p, int kind, int equal, int n, const dvk_real *y,
                                   const dvk_real *w, int want_sd, dvk_int wanted, dvk_trial *trial)
{
    dvk_fitted f;
    dvk_real start[3];
    dvk_search_grid(p, kind, equal, n, y, w, start);
    dvk_descend(p, kind, equal, n, y, w, want_sd, start, wanted, trial);
    f.squares = trial->squares;
    f.spread = trial->spread;
    f.integral = dvk_integral(kind, trial);
    f.beyond = dvk_integral_beyond(p, kind, n, trial);
    f.model = dvk_splat_int(kind);
    f.flags = dvk_splat_int(0);
    for (int k = 0; k < dvk_rates(kind); k++)
        f.flags =
            f.flags | dvk_flag(dvk_at_low(p, trial->rate, k) | dvk_at_high(p, kind, trial->rate, k), DVK_FIT_CLAMPED);
    dvk_take_terms(kind, trial, &f);
    return f;
}

/* One function a kind: without the standard error, for equal weights or any; with it. */
#define DVK_KIND_CASE(name, kind, equal, want_sd)                                                                      \
    DVK_OUTLINE dvk_fitted name(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,        \
                                dvk_int wanted)                                                                        \
    {                                                                                                                  \
        dvk_trial trial;                                                                                               \
        return dvk_fit_kind(p, kind, equal, n, y, w, want_sd, wanted, &trial);                                         \
    }
#define DVK_KIND(name, kind)                                                                                           \
    DVK_KIND_CASE(name##_equal, kind, 1, 0)                                                                            \
    DVK_KIND_CASE(name##_plain, kind, 0, 0)                                                                            \
    DVK_KIND_CASE(name##_sd, kind, p->weighting == DVK_FIT_UNIT, 1)                                                    \
    DVK_INLINE dvk_fitted name(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,         \
                               int want_sd, dvk_int wanted)                                                            \
    {                                                                                                                  \
        return want_sd                        ? name##_sd(p, n, y, w, wanted)                                          \
               : p->weighting == DVK_FIT_UNIT ? name##_equal(p, n, y, w, wanted)                                       \
                                              : name##_plain(p, n, y, w, wanted);                                      \
    }
DVK_KIND(dvk_fit_mono, DVK_FIT_MONO)
DVK_KIND(dvk_fit_uptake, DVK_FIT_UPTAKE_CLEARANCE)
DVK_KIND(dvk_fit_uptake2, DVK_FIT_UPTAKE_CLEARANCE2)
DVK_KIND(dvk_fit_biexp, DVK_FIT_BIEXP)
DVK_KIND(dvk_fit_triexp, DVK_FIT_TRIEXP)

#endif
