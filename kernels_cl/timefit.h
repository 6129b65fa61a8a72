/*
 * The time fit of one voxel (of DVK_LANES voxels at once): samples in; time-integrated activity and status out, and on
 * request its standard error, the curve at the samples' times and what it leaves of them. The models are those of
 * include/dvk/timefit.h; every voxel gets an answer, by the stated fallbacks:
 *
 *   all samples zero                        TIA 0, status 0
 *   not finite, or beyond 1e30              the sample counts as 0 (NEGATIVE)
 *   a fit that explains less than half      trapezoid with the start and tail rules asked for (FALLBACK)
 *   of the samples' sum of squares
 *   uptake-clearance2, biexp, triexp        the best simpler curve in their closure, where an amplitude would leave its
 *                                           bounds (CLAMPED, with the model that was used)
 */
#ifndef DVK_TIMEFIT_KERNEL_H
#define DVK_TIMEFIT_KERNEL_H

#include "timefit_kinds.h"
#include "timefit_rules.h"
#include "timefit_samples.h"

/* Number of amplitudes and rates of a curve. */
DVK_INLINE dvk_real dvk_unknowns(dvk_int model)
{
    dvk_real count = dvk_splat(1.0f);
    count = dvk_select(model == DVK_FIT_MONO, dvk_splat(2.0f), count);
    count = dvk_select(model == DVK_FIT_UPTAKE_CLEARANCE, dvk_splat(3.0f), count);
    count = dvk_select((model == DVK_FIT_UPTAKE_CLEARANCE2) | (model == DVK_FIT_BIEXP), dvk_splat(4.0f), count);
    return dvk_select(model == DVK_FIT_TRIEXP, dvk_splat(6.0f), count);
}

/* AICc = n ln(SSR / n) + 2 K + 2 K (K + 1) / (n - K - 1). Below 1e-12 of the samples' squares float sees no residual:
 * there the model with fewest parameters wins. */
DVK_INLINE dvk_real dvk_aicc(int n, int k, dvk_real squares, dvk_real total)
{
    const dvk_real left = dvk_larger(squares, total * 1e-12f) + DVK_FIT_TINY;
    return dvk_log(left * (1.0f / (float)n)) * (float)n + (float)(2 * k) +
           (float)(2 * k * (k + 1)) / (float)(n - k - 1);
}

/* One more candidate for the lowest AICc. */
DVK_INLINE void dvk_offer_curve(dvk_fitted f, int k, int n, dvk_real total, int want_sd, dvk_real *lowest,
                                dvk_fitted *best)
{
    const dvk_real aicc = dvk_aicc(n, k, f.squares, total);
    dvk_adopt(aicc < *lowest, f, want_sd, best);
    *lowest = dvk_smaller(aicc, *lowest);
}

/* From 5 points: the curve of lowest AICc among those that n points can judge, n > K + 1. */
DVK_INLINE dvk_fitted dvk_fit_by_aicc(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                                      dvk_real total, dvk_fitted mono, int want_sd)
{
    const dvk_int all = dvk_everywhere();
    dvk_fitted best = mono;
    dvk_real lowest = dvk_aicc(n, 3, mono.squares, total);
    if (n > 5)
        dvk_offer_curve(dvk_fit_uptake(p, n, y, w, want_sd, all), 4, n, total, want_sd, &lowest, &best);
    if (n > 6) {
        const dvk_int second = dvk_wants_second(p, n, y, w, mono.amplitude[0], mono.rate[0]);
        dvk_offer_curve(dvk_fit_uptake2(p, n, y, w, want_sd, all), 5, n, total, want_sd, &lowest, &best);
        if (dvk_any(second))
            dvk_offer_curve(dvk_fit_biexp(p, n, y, w, want_sd, second), 5, n, total, want_sd, &lowest, &best);
    }
    if (n > 8)
        dvk_offer_curve(dvk_fit_triexp(p, n, y, w, want_sd, all), 7, n, total, want_sd, &lowest, &best);
    return best;
}

/* The weighted squares that `auto` takes for noise: more is a misfit. `unit` is what the samples were scaled by. */
DVK_INLINE dvk_real dvk_noise_squares(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                                      dvk_real unit, dvk_real total)
{
    dvk_real activity = dvk_splat(0.0f);
    for (int i = 0; i < n; i++)
        activity = activity + w[i] * dvk_magnitude(y[i]);
    const dvk_real of_counts = activity * (p->noise / dvk_larger(unit, dvk_splat(DVK_FIT_TINY)));
    return (of_counts + total * (p->noise_floor * p->noise_floor)) * ((float)(n - 2) / (float)n);
}

/* Whether the first point is not the largest. */
DVK_INLINE dvk_int dvk_rises(int n, const dvk_real *y)
{
    dvk_real largest = y[0];
    for (int i = 1; i < n; i++)
        largest = dvk_larger(largest, y[i]);
    return largest > y[0];
}

/* 3 or 4 points: uptake-clearance where the first point is not the largest, or where a mono-exponential leaves more
 * than the noise and uptake-clearance less than that; else mono-exponential. */
DVK_INLINE dvk_fitted dvk_fit_by_rule(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                                      dvk_real unit, dvk_real total, dvk_fitted mono, int want_sd)
{
    const dvk_int rises = dvk_rises(n, y);
    const dvk_int misfit = mono.squares > dvk_noise_squares(p, n, y, w, unit, total);
    if (!dvk_any(rises | misfit))
        return mono;
    const dvk_fitted f = dvk_fit_uptake(p, n, y, w, want_sd, rises | misfit);
    dvk_adopt(rises | (misfit & (f.squares < mono.squares)), f, want_sd, &mono);
    return mono;
}

/* The curve asked for, or the closest of those that it becomes at a bound of its amplitudes. */
DVK_INLINE dvk_fitted dvk_fit_exponentials(DVK_UNIFORM dvk_fit_parameters *p, int model, int n, const dvk_real *y,
                                           const dvk_real *w, int want_sd, dvk_fitted mono)
{
    const dvk_int all = dvk_everywhere();
    dvk_fitted best = mono, f;
    if (model == DVK_FIT_MONO)
        return mono;
    if (model != DVK_FIT_BIEXP) /* which holds the mono-exponential, as the limit of a fast uptake */
        best = dvk_fit_uptake(p, n, y, w, want_sd, all);
    if (model == DVK_FIT_UPTAKE_CLEARANCE2 || model == DVK_FIT_TRIEXP) {
        f = dvk_fit_uptake2(p, n, y, w, want_sd, all);
        dvk_adopt(f.squares < best.squares, f, want_sd, &best);
    }
    if (model == DVK_FIT_BIEXP || model == DVK_FIT_TRIEXP) {
        const dvk_int second = dvk_wants_second(p, n, y, w, mono.amplitude[0], mono.rate[0]);
        if (dvk_any(second)) {
            f = dvk_fit_biexp(p, n, y, w, want_sd, second);
            dvk_adopt(f.squares < best.squares, f, want_sd, &best);
        }
    }
    if (model == DVK_FIT_TRIEXP) {
        f = dvk_fit_triexp(p, n, y, w, want_sd, all);
        dvk_adopt(f.squares < best.squares, f, want_sd, &best);
    }
    best.flags = best.flags | dvk_flag(dvk_not(best.model == model), DVK_FIT_CLAMPED);
    return best;
}

/* Tail by a mono-exponential through the last three points. Its gradient follows from the projected columns. */
DVK_OUTLINE void dvk_tail_fit(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                              dvk_answer *a)
{
    dvk_real late[DVK_FIT_POINTS], e[DVK_FIT_POINTS], d[DVK_FIT_POINTS];
    dvk_trial trial;
    for (int i = 0; i < n; i++)
        late[i] = i < n - 3 ? dvk_splat(0.0f) : w[i];
    const dvk_fitted f = dvk_fit_kind(p, DVK_FIT_MONO, 0, n, y, late, 0, dvk_everywhere(), &trial);
    const dvk_real rate = trial.rate[0];
    for (int i = 0; i < n; i++) {
        e[i] = dvk_exp(rate * -p->t[i]);
        d[i] = e[i] * trial.amplitude[0] * -p->t[i];
    }
    const dvk_real ee = dvk_dot(0, late, e, e, n) + DVK_FIT_TINY, share = dvk_dot(0, late, d, e, n) / ee;
    dvk_subtract(d, share, e, n);
    const dvk_real dd = dvk_dot(0, late, d, d, n) + DVK_FIT_TINY;
    const dvk_real by_amplitude = e[n - 1] / rate;
    const dvk_real by_rate = -f.beyond * (p->t[n - 1] + 1.0f / rate) - share * by_amplitude;
    const dvk_int held = dvk_not(f.flags == 0);
    for (int i = n - 3; i < n; i++)
        a->gradient[i] = a->gradient[i] +
                         late[i] * (by_amplitude * e[i] / ee + dvk_select(held, dvk_splat(0.0f), by_rate * d[i] / dd));
    a->beyond = f.beyond;
    a->flags = a->flags | f.flags;
}

DVK_INLINE dvk_fitted dvk_fit_trapezoid(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w)
{
    dvk_answer a;
    dvk_fitted f;
    dvk_trapezoid(p, n, y, &a);
    if (p->tail == DVK_FIT_TAIL_PHYSICAL || n < 2)
        dvk_tail_physical(p, n, y, &a);
    else if (p->tail == DVK_FIT_TAIL_FIT && n > 2)
        dvk_tail_fit(p, n, y, w, &a);
    else
        dvk_tail_last2(p, n, y, &a);
    f.integral = a.integral + a.beyond;
    f.beyond = a.beyond;
    f.spread = f.squares = dvk_splat(0.0f);
    for (int i = 0; i < n; i++)
        f.spread = f.spread + a.gradient[i] * a.gradient[i] / w[i];
    f.model = dvk_splat_int(DVK_FIT_TRAPEZOID);
    f.flags = a.flags;
    for (int k = 0; k < 3; k++)
        f.amplitude[k] = f.rate[k] = dvk_splat(0.0f);
    return f;
}

DVK_INLINE dvk_fitted dvk_fit_known_shape(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y,
                                          const dvk_real *w)
{
    dvk_real along = dvk_splat(0.0f), size = dvk_splat(0.0f), r[DVK_FIT_POINTS];
    dvk_fitted f;
    for (int i = 0; i < n; i++) {
        along = along + w[i] * y[i] * p->shape[i];
        size = size + w[i] * (p->shape[i] * p->shape[i]);
    }
    const dvk_real amplitude = along / size;
    for (int i = 0; i < n; i++)
        r[i] = y[i] - amplitude * p->shape[i];
    f.integral = amplitude * p->integral;
    f.beyond = amplitude * p->beyond;
    f.squares = dvk_dot(0, w, r, r, n);
    f.spread = p->integral * p->integral / size;
    f.model = dvk_splat_int(p->model);
    f.flags = dvk_splat_int(0);
    for (int k = 0; k < 3; k++)
        f.amplitude[k] = f.rate[k] = dvk_splat(0.0f);
    f.amplitude[0] = amplitude; /* of the shape */
    return f;
}

/* A curve that explains less than half of the samples' squares is none: the trapezoid takes over. */
DVK_INLINE void dvk_fall_back(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                              dvk_real total, int want_sd, dvk_fitted *best)
{
    const dvk_int poor = dvk_not(best->squares < 0.5f * total);
    if (!dvk_any(poor))
        return;
    dvk_fitted rule = dvk_fit_trapezoid(p, n, y, w);
    rule.flags = rule.flags | dvk_splat_int(DVK_FIT_FALLBACK);
    dvk_adopt(poor, rule, want_sd, best);
}

/* The voxel's curve where a model of exponentials was asked for. */
DVK_INLINE dvk_fitted dvk_fit_searched(DVK_UNIFORM dvk_fit_parameters *p, int model, int n, const dvk_real *y,
                                       const dvk_real *w, dvk_real unit, int want_sd, dvk_fitted mono)
{
    const dvk_real total = dvk_dot(0, w, y, y, n);
    dvk_fitted best;
    if (model != DVK_FIT_AUTO)
        best = dvk_fit_exponentials(p, model, n, y, w, want_sd, mono);
    else if (n < 5)
        best = dvk_fit_by_rule(p, n, y, w, unit, total, mono, want_sd);
    else
        best = dvk_fit_by_aicc(p, n, y, w, total, mono, want_sd);
    dvk_fall_back(p, n, y, w, total, want_sd, &best);
    return best;
}

/* What is told beside the integral, where it is wanted. Samples, curve and residuals in the samples' unit. */
typedef struct dvk_told {
    dvk_real variance;                  /* of the integral, by the covariance of the fit */
    dvk_real curve[DVK_FIT_POINTS];     /* at the samples' times; the samples themselves for a trapezoid */
    dvk_real residuals[DVK_FIT_POINTS]; /* that stand for the errors of the points */
} dvk_told;

/*
 * The residual variance of the curve carried through its covariance. The trapezoid and a curve through as many points
 * as it has unknowns leave no residual; the scatter about a mono-exponential stands in.
 */
DVK_INLINE void dvk_tell(DVK_UNIFORM dvk_fit_parameters *p, int model, int n, const dvk_real *y, dvk_real unit,
                         const dvk_fitted *best, const dvk_fitted *mono, dvk_told *told)
{
    const dvk_real scatter = mono->squares * (1.0f / (float)(n > 2 ? n - 2 : 1));
    const dvk_real left = (float)n - dvk_unknowns(best->model);
    const dvk_int rule = best->model == DVK_FIT_TRAPEZOID, own = (left > 0.5f) & dvk_not(rule);
    const dvk_real size = unit * p->scale;
    told->variance =
        dvk_select(own, best->squares / dvk_select(own, left, dvk_splat(1.0f)), scatter) * best->spread * (size * size);
    for (int i = 0; i < n; i++) {
        const dvk_real at = model >= DVK_FIT_PHYSICAL ? best->amplitude[0] * p->shape[i] : dvk_value_at(best, p->t[i]);
        const dvk_real curve = dvk_select(rule, y[i], at);
        told->curve[i] = curve * unit;
        told->residuals[i] = (y[i] - dvk_select(own, curve, dvk_value_at(mono, p->t[i]))) * unit;
    }
}

/* The integral in the result's unit, and the status byte. */
DVK_INLINE dvk_int dvk_finish(DVK_UNIFORM dvk_fit_parameters *p, dvk_real unit, dvk_int flags, const dvk_fitted *best,
                              dvk_real *tia)
{
    const dvk_int tail = dvk_magnitude(best->beyond) > 0.2f * dvk_magnitude(best->integral);
    *tia = best->integral * (unit * p->scale);
    flags = flags | best->flags | best->model | dvk_flag(tail, DVK_FIT_LONG_TAIL);
    return dvk_select_int(unit > 0.0f, flags, flags & DVK_FIT_NEGATIVE);
}

/*
 * One voxel in each lane. y[n] is overwritten. *tia is in the sample's unit times h times p->scale; *told is filled
 * where want_sd. Returns the status byte. `model` is p->model; a caller that knows it, and n, when compiling passes
 * constants.
 */
DVK_INLINE dvk_int dvk_fit_lanes(DVK_UNIFORM dvk_fit_parameters *p, int model, int n, dvk_real *y, int want_sd,
                                 dvk_real *tia, dvk_told *told)
{
    dvk_real w[DVK_FIT_POINTS];
    dvk_int flags;
    dvk_fitted best, mono;
    const int searches = model != DVK_FIT_TRAPEZOID && model < DVK_FIT_PHYSICAL;
    const dvk_real unit = dvk_normalise(p, n, y, &flags);
    dvk_weigh(p, n, y, w);
    const int holds_mono = model == DVK_FIT_UPTAKE_CLEARANCE || model == DVK_FIT_UPTAKE_CLEARANCE2;
    if (want_sd || (searches && !holds_mono))
        mono = dvk_fit_mono(p, n, y, w, want_sd, dvk_everywhere());
    if (searches)
        best = dvk_fit_searched(p, model, n, y, w, unit, want_sd, mono);
    else if (model == DVK_FIT_TRAPEZOID)
        best = dvk_fit_trapezoid(p, n, y, w);
    else
        best = dvk_fit_known_shape(p, n, y, w);
    if (want_sd)
        dvk_tell(p, model, n, y, unit, &best, &mono, told);
    return dvk_finish(p, unit, flags, &best, tia);
}

/* One of the two curves that `auto` chooses from with 3 or 4 points, for callers that sort voxels by what they need:
 * where dvk_rises or a mono-exponential's squares > noise, uptake-clearance. */
typedef struct dvk_alternative {
    dvk_real tia, squares, noise;
    dvk_int status;
} dvk_alternative;

DVK_INLINE dvk_alternative dvk_fit_alternative(DVK_UNIFORM dvk_fit_parameters *p, int kind, int n, dvk_real *y)
{
    dvk_real w[DVK_FIT_POINTS];
    dvk_int flags;
    dvk_alternative a;
    const dvk_real unit = dvk_normalise(p, n, y, &flags);
    dvk_weigh(p, n, y, w);
    const dvk_real total = dvk_dot(0, w, y, y, n);
    const dvk_int all = dvk_everywhere();
    dvk_fitted f = kind == DVK_FIT_MONO ? dvk_fit_mono(p, n, y, w, 0, all) : dvk_fit_uptake(p, n, y, w, 0, all);
    a.noise = dvk_noise_squares(p, n, y, w, unit, total);
    a.squares = f.squares;
    dvk_fall_back(p, n, y, w, total, 0, &f);
    a.status = dvk_finish(p, unit, flags, &f, &a.tia);
    return a;
}

#endif
