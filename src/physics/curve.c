/*
 * The curve of a VOI: which model the points carry, its fit, and what is reported of it. The search is in curve_sum.c,
 * tabulated shapes and the trapezoid's integral in shape.c.
 */
#include "physics/curve.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "dvk/nuclide.h"
#include "dvk/series.h"

#include "base/fail.h"

double dvk_aicc_of(size_t n, size_t unknowns, double squares)
{
    const double points = (double)n, k = (double)unknowns + 1;
    if (points <= k + 1)
        return NAN;
    return points * log(squares / points) + 2 * k + 2 * k * (k + 1) / (points - k - 1);
}

/* Scales the samples to a largest magnitude of 1 and weighs them; returns the scale, 0 where all are zero. */
static dvk_status take_samples(const double *t_h, const double *activity, size_t n, double half_life_h,
                               const dvk_integration *how, dvk_samples *s, double *scale, unsigned *flags)
{
    *s = (dvk_samples){.n = n, .bounds = dvk_rate_bounds_of(t_h[0], half_life_h)};
    *scale = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(activity[i]))
            return dvk_fail(DVK_ERR_INVALID, "the activity at %g h is not a finite number", t_h[i]);
        if (activity[i] < 0 && how->negative == DVK_NEGATIVE_ERROR)
            return dvk_fail(DVK_ERR_INVALID, "the activity at %g h is negative (%g)", t_h[i], activity[i]);
        if (activity[i] < 0)
            *flags |= DVK_VOXEL_NEGATIVE;
        s->t[i] = t_h[i];
        s->y[i] = activity[i] < 0 && how->negative == DVK_NEGATIVE_ZERO ? 0 : activity[i];
        *scale = fmax(*scale, fabs(s->y[i]));
    }
    for (size_t i = 0; i < n; i++) {
        s->y[i] = *scale > 0 ? s->y[i] / *scale : 0;
        const double size = fmax(fabs(s->y[i]), (double)DVK_FIT_FLOOR);
        s->weight[i] = how->weighting == DVK_WEIGHT_RELATIVE  ? 1 / (size * size)
                       : how->weighting == DVK_WEIGHT_POISSON ? 1 / size
                                                              : 1;
    }
    return DVK_OK;
}

static double weighted_total(const dvk_samples *s, double about)
{
    double sum = 0;
    for (size_t i = 0; i < s->n; i++)
        sum += s->weight[i] * (s->y[i] - about) * (s->y[i] - about);
    return sum;
}

/* 1 - SSR / SST about the weighted mean. */
static double r_squared(const dvk_samples *s, double squares)
{
    double weights = 0, mean = 0;
    for (size_t i = 0; i < s->n; i++) {
        weights += s->weight[i];
        mean += s->weight[i] * s->y[i];
    }
    const double total = weighted_total(s, mean / weights);
    return total > 0 ? 1 - squares / total : NAN;
}

/* Sums of squares in the samples' own unit: relative weights have none, the others scale. */
static double unscaled(double squares, double scale, dvk_weighting weighting)
{
    return weighting == DVK_WEIGHT_RELATIVE  ? squares
           : weighting == DVK_WEIGHT_POISSON ? squares * scale
                                             : squares * scale * scale;
}

/* Residual variance about a mono-exponential: what stands for the points' errors where a curve leaves no residual. */
static double mono_scatter(const dvk_samples *s)
{
    if (s->n < 3)
        return NAN;
    return dvk_fit_sum(s, DVK_MODEL_MONO).squares / (double)(s->n - 2);
}

static double residual_variance(const dvk_samples *s, double squares, size_t unknowns)
{
    return s->n > unknowns ? squares / (double)(s->n - unknowns) : mono_scatter(s);
}

/* Below it double precision sees no residual: AICc then goes by the number of unknowns alone. */
static double least_squares_seen(const dvk_samples *s)
{
    return weighted_total(s, 0) * 1e-24;
}

static void report_sum(const dvk_samples *s, const dvk_sum_fit *f, double scale, dvk_weighting weighting,
                       dvk_curve *out)
{
    const size_t unknowns = dvk_model_unknowns(f->model);
    const double squares = fmax(f->squares, least_squares_seen(s)), whole = dvk_sum_integral(f, 0);
    out->model = f->model;
    out->terms = f->terms;
    if (f->clamped)
        out->flags |= DVK_VOXEL_CLAMPED;
    for (size_t k = 0; k < f->terms; k++) {
        out->amplitude[k] = f->amplitude[k] * scale;
        out->half_life_h[k] = log(2) / f->rate[k];
    }
    for (size_t k = f->terms; k-- > 0;)
        if (f->amplitude[k] > 0)
            out->effective_half_life_h = out->half_life_h[k];
    out->tia = whole * scale;
    out->tail_fraction = dvk_sum_integral(f, s->t[s->n - 1]) / whole;
    out->r2 = r_squared(s, f->squares);
    out->aicc = dvk_aicc_of(s->n, unknowns, unscaled(squares, scale, weighting));
    out->u_tia_rel = sqrt(residual_variance(s, f->squares, unknowns) * f->variance) / fabs(whole);
}

/* Physical, Haenscheid, Madsen and a tabulated shape: one amplitude by weighted least squares. */
static dvk_status fit_known(const dvk_samples *s, const dvk_integration *how, double half_life_h, double scale,
                            dvk_curve *out)
{
    dvk_known_curve known;
    double along = 0, size = 0, squares = 0;
    DVK_TRY(dvk_known_curve_make(how, s->t, s->n, half_life_h, &known));
    for (size_t i = 0; i < s->n; i++) {
        along += s->weight[i] * known.at[i] * s->y[i];
        size += s->weight[i] * known.at[i] * known.at[i];
    }
    const double amplitude = along / size;
    for (size_t i = 0; i < s->n; i++)
        squares += s->weight[i] * pow(s->y[i] - amplitude * known.at[i], 2);
    out->tia = amplitude * known.integral * scale;
    out->tail_fraction = known.beyond / known.integral;
    out->effective_half_life_h = known.half_life_h;
    if (!isnan(known.half_life_h)) {
        out->terms = 1;
        out->amplitude[0] = amplitude * scale;
        out->half_life_h[0] = known.half_life_h;
    }
    if (s->n < 2)
        return DVK_OK;
    out->r2 = r_squared(s, squares);
    out->aicc = dvk_aicc_of(s->n, 1, unscaled(fmax(squares, least_squares_seen(s)), scale, how->weighting));
    out->u_tia_rel = sqrt(squares / (double)(s->n - 1) / size) / fabs(amplitude);
    return DVK_OK;
}

/* Start and trapezia are those of a shape with the samples as its table. Returns the integral, 0 to infinity. */
static double trapezoid(const dvk_samples *s, const dvk_integration *how, double half_life_h, double *beyond,
                        double *rate, unsigned *flags)
{
    const size_t n = s->n;
    const double a = n > 1 ? s->y[n - 2] : 0, b = s->y[n - 1], physical = s->bounds.physical;
    double t[DVK_FIT_POINTS], y[DVK_FIT_POINTS];
    memcpy(t, s->t, sizeof t);
    memcpy(y, s->y, sizeof y);
    const dvk_shape table = {.count = n, .t_h = t, .value = y};
    double before = dvk_shape_integral(&table, how->start, half_life_h, 0) -
                    dvk_shape_integral(&table, how->start, half_life_h, s->t[n - 1]);
    if (how->start == DVK_START_BACK_EXTRAPOLATE && !(s->y[0] > 0 && s->y[1] > 0))
        *flags |= DVK_VOXEL_FALLBACK;
    *rate = physical;
    *beyond = b / physical;
    if (how->tail == DVK_TAIL_LAST2 && a > 0 && b > 0) {
        const double wanted = log(a / b) / (s->t[n - 1] - s->t[n - 2]);
        *flags |= wanted < physical ? DVK_VOXEL_CLAMPED : 0;
        *rate = fmax(wanted, physical);
        *beyond = b / *rate;
    } else if (how->tail == DVK_TAIL_LAST2)
        *flags |= DVK_VOXEL_FALLBACK;
    else if (how->tail == DVK_TAIL_FIT) {
        dvk_samples late = *s;
        for (size_t i = 0; i + 3 < n; i++)
            late.weight[i] = 0;
        const dvk_sum_fit f = dvk_fit_sum(&late, DVK_MODEL_MONO);
        *flags |= f.clamped ? DVK_VOXEL_CLAMPED : 0;
        *rate = f.rate[0];
        *beyond = dvk_sum_integral(&f, s->t[n - 1]);
    }
    return before + *beyond;
}

/* Point errors carried through the rule by central differences; their size is the scatter about a mono-exponential. */
static double trapezoid_uncertainty(const dvk_samples *s, const dvk_integration *how, double half_life_h, double whole)
{
    const double step = 1e-5;
    double variance = 0, beyond = 0, rate = 0;
    unsigned unused = 0;
    for (size_t i = 0; i < s->n; i++) {
        dvk_samples up = *s, down = *s;
        up.y[i] += step;
        down.y[i] -= step;
        const double slope = (trapezoid(&up, how, half_life_h, &beyond, &rate, &unused) -
                              trapezoid(&down, how, half_life_h, &beyond, &rate, &unused)) /
                             (2 * step);
        variance += slope * slope / s->weight[i];
    }
    return sqrt(mono_scatter(s) * variance) / fabs(whole);
}

static void fit_trapezoid(const dvk_samples *s, const dvk_integration *how, double half_life_h, double scale,
                          dvk_curve *out)
{
    double beyond = 0, rate = 0;
    const double whole = trapezoid(s, how, half_life_h, &beyond, &rate, &out->flags);
    out->model = DVK_MODEL_TRAPEZOID;
    out->tia = whole * scale;
    out->tail_fraction = beyond / whole;
    out->effective_half_life_h = log(2) / rate;
    out->u_tia_rel = trapezoid_uncertainty(s, how, half_life_h, whole);
}

/* The rule of `auto` for 3 or more points. */
static dvk_sum_fit fit_auto(const dvk_samples *s)
{
    static const dvk_model candidates[] = {DVK_MODEL_UPTAKE_CLEARANCE, DVK_MODEL_UPTAKE_CLEARANCE2, DVK_MODEL_BIEXP,
                                           DVK_MODEL_TRIEXP};
    dvk_sum_fit best = dvk_fit_sum(s, DVK_MODEL_MONO);
    const double seen = least_squares_seen(s), total = weighted_total(s, 0), n = (double)s->n;
    if (s->n < 5) {
        double largest = s->y[0];
        for (size_t i = 1; i < s->n; i++)
            largest = fmax(largest, s->y[i]);
        const double noise = DVK_NOISE_VOI * DVK_NOISE_VOI * total / n * (n - 2);
        return largest > s->y[0] || best.squares > noise ? dvk_fit_sum(s, DVK_MODEL_UPTAKE_CLEARANCE) : best;
    }
    double lowest = dvk_aicc_of(s->n, dvk_model_unknowns(DVK_MODEL_MONO), fmax(best.squares, seen));
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        const size_t unknowns = dvk_model_unknowns(candidates[i]);
        if (s->n <= unknowns + 2)
            continue;
        const dvk_sum_fit f = dvk_fit_sum(s, candidates[i]);
        const double aicc = dvk_aicc_of(s->n, unknowns, fmax(f.squares, seen));
        if (f.found && aicc < lowest) {
            lowest = aicc;
            best = f;
        }
    }
    return best;
}

dvk_status dvk_curve_fit(const double *t_h, const double *activity, size_t n, double half_life_h,
                         const dvk_integration *how, dvk_curve *out)
{
    dvk_integration settled;
    dvk_samples s;
    double scale = 0;
    DVK_TRY(dvk_integration_settle(how, t_h, n, &settled));
    if (!(half_life_h > 0) || !isfinite(half_life_h))
        return dvk_fail(DVK_ERR_INVALID, "a half-life of %g h: it must be above 0", half_life_h);
    *out = (dvk_curve){.model = settled.model,
                       .tail_fraction = NAN,
                       .r2 = NAN,
                       .aicc = NAN,
                       .u_tia_rel = NAN,
                       .effective_half_life_h = NAN};
    DVK_TRY(take_samples(t_h, activity, n, half_life_h, &settled, &s, &scale, &out->flags));
    if (!(scale > 0))
        return DVK_OK;
    if (settled.model >= DVK_MODEL_PHYSICAL)
        DVK_TRY(fit_known(&s, &settled, half_life_h, scale, out));
    else if (settled.model == DVK_MODEL_TRAPEZOID)
        fit_trapezoid(&s, &settled, half_life_h, scale, out);
    else {
        const dvk_sum_fit f = settled.model == DVK_MODEL_AUTO ? fit_auto(&s) : dvk_fit_sum(&s, settled.model);
        if (f.found && f.squares < 0.5 * weighted_total(&s, 0))
            report_sum(&s, &f, scale, settled.weighting, out);
        else {
            fit_trapezoid(&s, &settled, half_life_h, scale, out);
            out->flags |= DVK_VOXEL_FALLBACK;
        }
    }
    if (fabs(out->tail_fraction) > 0.2)
        out->flags |= DVK_VOXEL_TAIL;
    if (settled.bootstrap > 0 && !isnan(out->u_tia_rel))
        return dvk_curve_bootstrap(&s, scale, half_life_h, &settled, out);
    return DVK_OK;
}

double dvk_curve_at(const dvk_curve *curve, double t_h)
{
    double sum = curve->terms ? 0 : NAN;
    for (size_t k = 0; k < curve->terms; k++)
        sum += curve->amplitude[k] * exp2(-t_h / curve->half_life_h[k]);
    return sum;
}
