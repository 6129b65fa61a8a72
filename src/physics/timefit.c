/* Parameters of the voxel fit: what the scans' times, the nuclide and the options say, once for all voxels. */
#include "physics/timefit.h"

#include <math.h>
#include <string.h>

#include "dvk/nuclide.h"
#include "dvk/series.h"

#include "base/fail.h"

_Static_assert((int)DVK_FIT_POINTS == (int)DVK_MAX_SCANS, "as many points as scans");
_Static_assert((int)DVK_FIT_TRAPEZOID == (int)DVK_MODEL_TRAPEZOID && (int)DVK_FIT_MONO == (int)DVK_MODEL_MONO &&
                   (int)DVK_FIT_UPTAKE_CLEARANCE == (int)DVK_MODEL_UPTAKE_CLEARANCE &&
                   (int)DVK_FIT_UPTAKE_CLEARANCE2 == (int)DVK_MODEL_UPTAKE_CLEARANCE2 &&
                   (int)DVK_FIT_BIEXP == (int)DVK_MODEL_BIEXP && (int)DVK_FIT_TRIEXP == (int)DVK_MODEL_TRIEXP &&
                   (int)DVK_FIT_PHYSICAL == (int)DVK_MODEL_PHYSICAL && (int)DVK_FIT_AUTO == (int)DVK_MODEL_AUTO,
               "models have one number in both languages");
_Static_assert((int)DVK_FIT_BACK_EXTRAPOLATE == (int)DVK_START_BACK_EXTRAPOLATE &&
                   (int)DVK_FIT_TAIL_LAST2 == (int)DVK_TAIL_LAST2 &&
                   (int)DVK_FIT_TAIL_PHYSICAL == (int)DVK_TAIL_PHYSICAL && (int)DVK_FIT_TAIL_FIT == (int)DVK_TAIL_FIT &&
                   (int)DVK_FIT_UNIT == (int)DVK_WEIGHT_UNIT && (int)DVK_FIT_RELATIVE == (int)DVK_WEIGHT_RELATIVE &&
                   (int)DVK_FIT_POISSON == (int)DVK_WEIGHT_POISSON,
               "rules have one number in both languages");
_Static_assert((int)DVK_FIT_FALLBACK == (int)DVK_VOXEL_FALLBACK && (int)DVK_FIT_CLAMPED == (int)DVK_VOXEL_CLAMPED &&
                   (int)DVK_FIT_LONG_TAIL == (int)DVK_VOXEL_TAIL && (int)DVK_FIT_NEGATIVE == (int)DVK_VOXEL_NEGATIVE,
               "status bits have one number in both languages");

static const double shortest_h = 0.05; /* stands in for a first scan at injection */

dvk_rate_bounds dvk_rate_bounds_of(double first_h, double half_life_h)
{
    const double physical = dvk_decay_constant_per_h(half_life_h);
    const double first = first_h > shortest_h ? first_h : shortest_h;
    const double clear = fmax(4 * log(2) / first, 4 * physical); /* late scans of a short-lived nuclide */
    return (dvk_rate_bounds){.physical = physical, .clear = clear, .uptake = 5 * clear};
}

dvk_status dvk_times_check(const double *t_h, size_t n)
{
    if (n < 1 || n > DVK_MAX_SCANS)
        return dvk_fail(DVK_ERR_INVALID, "%zu time points: 1 to %d can be integrated", n, DVK_MAX_SCANS);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(t_h[i]) || t_h[i] < 0)
            return dvk_fail(DVK_ERR_INVALID, "time point %zu is at %g h after injection: it must not be negative",
                            i + 1, t_h[i]);
        if (i > 0 && t_h[i] <= t_h[i - 1])
            return dvk_fail(DVK_ERR_INVALID,
                            "time point %zu is at %g h, not after the one before at %g h: give the scans in order",
                            i + 1, t_h[i], t_h[i - 1]);
    }
    return DVK_OK;
}

size_t dvk_model_unknowns(dvk_model model)
{
    static const size_t unknowns[DVK_MODEL_COUNT] = {
        [DVK_MODEL_MONO] = 2,   [DVK_MODEL_UPTAKE_CLEARANCE] = 3, [DVK_MODEL_UPTAKE_CLEARANCE2] = 4,
        [DVK_MODEL_BIEXP] = 4,  [DVK_MODEL_TRIEXP] = 6,           [DVK_MODEL_PHYSICAL] = 1,
        [DVK_MODEL_MADSEN] = 1, [DVK_MODEL_HAENSCHEID] = 1,       [DVK_MODEL_SHAPE] = 1,
    };
    return unknowns[model];
}

size_t dvk_model_points(dvk_model model)
{
    return model == DVK_MODEL_AUTO || model == DVK_MODEL_TRAPEZOID ? 1 : dvk_model_unknowns(model);
}

static dvk_status check_rules(const dvk_integration *how, size_t n)
{
    if (how->bootstrap == 1)
        return dvk_fail(DVK_ERR_USAGE, "one resampling has no scatter: ask for 2 or more");
    const size_t tail = how->tail == DVK_TAIL_FIT ? 3 : how->tail == DVK_TAIL_LAST2 ? 2 : 1;
    if (how->model == DVK_MODEL_TRAPEZOID && n < tail)
        return dvk_fail(DVK_ERR_INVALID, "tail '%s' needs %zu scans and there are %zu: use another tail",
                        dvk_tail_name(how->tail), tail, n);
    if (how->model == DVK_MODEL_TRAPEZOID && how->start == DVK_START_BACK_EXTRAPOLATE && n < 2)
        return dvk_fail(DVK_ERR_INVALID, "start 'back-extrapolate' needs 2 scans and there is 1: use another start");
    return DVK_OK;
}

dvk_status dvk_integration_settle(const dvk_integration *how, const double *t_h, size_t n, dvk_integration *out)
{
    DVK_TRY(dvk_times_check(t_h, n));
    *out = *how;
    if (how->model == DVK_MODEL_AUTO && n == 1)
        out->model = DVK_MODEL_HAENSCHEID;
    if (how->model == DVK_MODEL_AUTO && n == 2) {
        out->model = DVK_MODEL_TRAPEZOID;
        out->tail = DVK_TAIL_LAST2;
    }
    if (n < dvk_model_points(out->model))
        return dvk_fail(DVK_ERR_INVALID, "model '%s' needs %zu scans and there are %zu: use a simpler model",
                        dvk_model_name(out->model), dvk_model_points(out->model), n);
    if ((out->model == DVK_MODEL_HAENSCHEID || out->model == DVK_MODEL_MADSEN) && n > 1)
        return dvk_fail(DVK_ERR_INVALID, "model '%s' takes a single scan and there are %zu: give one, or another model",
                        dvk_model_name(out->model), n);
    if (out->model == DVK_MODEL_HAENSCHEID && t_h[0] <= 0)
        return dvk_fail(DVK_ERR_INVALID, "model 'haenscheid' needs a scan after the injection, not at 0 h");
    if (out->model == DVK_MODEL_MADSEN && !(out->madsen_half_life_h > 0))
        return dvk_fail(DVK_ERR_USAGE, "model 'madsen' needs the population's effective half-life, as in madsen:52h");
    if (out->model == DVK_MODEL_SHAPE && !out->shape)
        return dvk_fail(DVK_ERR_USAGE, "model 'shape' needs a file, as in shape:FILE");
    return check_rules(out, n);
}

dvk_status dvk_known_curve_make(const dvk_integration *how, const double *t_h, size_t n, double half_life_h,
                                dvk_known_curve *out)
{
    const double last = t_h[n - 1];
    double rate = dvk_decay_constant_per_h(half_life_h);
    if (how->model == DVK_MODEL_HAENSCHEID) /* exact for T_eff = t, when half of the decays come after t */
        rate = log(2) / last;
    else if (how->model == DVK_MODEL_MADSEN)
        rate = fmax(rate, log(2) / how->madsen_half_life_h);
    for (size_t i = 0; i < n; i++)
        out->at[i] = how->model == DVK_MODEL_SHAPE ? dvk_shape_at(how->shape, how->start, half_life_h, t_h[i])
                                                   : exp(-rate * t_h[i]);
    out->integral = 1 / rate;
    out->beyond = exp(-rate * last) / rate;
    /* Hänscheid's rule holds for a range of half-lives and tells none. */
    out->half_life_h = how->model == DVK_MODEL_HAENSCHEID ? NAN : log(2) / rate;
    if (how->model != DVK_MODEL_SHAPE)
        return DVK_OK;
    out->integral = dvk_shape_integral(how->shape, how->start, half_life_h, 0);
    out->beyond = dvk_shape_integral(how->shape, how->start, half_life_h, last);
    out->half_life_h = NAN;
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, out->at[i]);
    if (!(largest > 0))
        return dvk_fail(DVK_ERR_INVALID,
                        "the shape is not above 0 at any scan's time: it cannot be scaled to the scans");
    return DVK_OK;
}

/* Weight of each sample in the trapezia and in a constant or linear start. */
static void fill_linear(const dvk_integration *how, const double *t_h, size_t n, dvk_fit_parameters *p)
{
    double weight[DVK_FIT_POINTS] = {0};
    weight[0] = how->start == DVK_START_CONSTANT ? t_h[0] : how->start == DVK_START_LINEAR ? t_h[0] / 2 : 0;
    for (size_t i = 1; i < n; i++) {
        weight[i - 1] += (t_h[i] - t_h[i - 1]) / 2;
        weight[i] += (t_h[i] - t_h[i - 1]) / 2;
    }
    for (size_t i = 0; i < n; i++)
        p->linear[i] = (float)weight[i];
}

/* Rates from the physical one to the fastest uptake in equal ratios, and the decays at the samples. */
static void fill_grid(const double *t_h, size_t n, dvk_rate_bounds bounds, dvk_fit_parameters *p)
{
    p->grid = DVK_FIT_GRID;
    for (int g = 0; g < DVK_FIT_GRID; g++) {
        const double rate = bounds.physical * pow(bounds.uptake / bounds.physical, g / (DVK_FIT_GRID - 1.0));
        p->rate[g] = (float)rate;
        if (rate <= bounds.clear)
            p->grid_clear = g + 1;
        for (size_t i = 0; i < n; i++)
            p->decay[g * DVK_FIT_POINTS + (int)i] = (float)exp(-fmin(rate * t_h[i], 40));
    }
    p->rate[0] = p->rate_physical;
}

/* The grid's products for equal weights, and one over the denominators of its scores. */
static void fill_gram(size_t n, dvk_fit_parameters *p)
{
    for (int g = 0; g < DVK_FIT_GRID; g++)
        for (int h = 0; h < DVK_FIT_GRID; h++) {
            double gg = 0, gh = 0, hh = 0;
            for (size_t i = 0; i < n; i++) {
                const double eg = (double)p->decay[g * DVK_FIT_POINTS + (int)i];
                const double eh = (double)p->decay[h * DVK_FIT_POINTS + (int)i];
                gg += eg * eg;
                gh += eg * eh;
                hh += eh * eh;
            }
            const int at = g * DVK_FIT_GRID + h;
            const double tiny = (double)DVK_FIT_TINY, alike = (double)DVK_FIT_ALIKE;
            p->gram[at] = (float)gh;
            p->per_difference[at] = h < g ? (float)(1 / (gg - 2 * gh + hh + tiny)) : 0;
            p->per_pair[at] = h < g ? (float)(1 / (fmax(gg * hh - gh * gh, gg * hh * alike) + tiny)) : 0;
        }
}

dvk_status dvk_fit_prepare(const dvk_integration *how, const double *t_h, size_t n, double half_life_h, double scale,
                           dvk_fit_parameters *out)
{
    dvk_integration settled;
    DVK_TRY(dvk_integration_settle(how, t_h, n, &settled));
    const dvk_rate_bounds bounds = dvk_rate_bounds_of(t_h[0], half_life_h);
    *out = (dvk_fit_parameters){
        .points = (int)n,
        .model = (int)settled.model,
        .start = (int)settled.start,
        .tail = (int)settled.tail,
        .weighting = (int)settled.weighting,
        .zero_negative = settled.negative == DVK_NEGATIVE_ZERO,
        .rate_physical = (float)bounds.physical,
        .rate_clear = (float)bounds.clear,
        .rate_uptake = (float)bounds.uptake,
        .scale = (float)scale,
        .noise = (float)(DVK_NOISE_SIGMAS * DVK_NOISE_SIGMAS * settled.noise_Bq_mL),
        .noise_floor = settled.noise_Bq_mL > 0 ? DVK_NOISE_LEAST : DVK_NOISE_VOXEL,
    };
    for (size_t i = 0; i < n; i++)
        out->t[i] = (float)t_h[i];
    fill_linear(&settled, t_h, n, out);
    fill_grid(t_h, n, bounds, out);
    fill_gram(n, out);
    if (settled.model >= DVK_MODEL_PHYSICAL) {
        dvk_known_curve known;
        DVK_TRY(dvk_known_curve_make(&settled, t_h, n, half_life_h, &known));
        for (size_t i = 0; i < n; i++)
            out->shape[i] = (float)known.at[i];
        out->integral = (float)known.integral;
        out->beyond = (float)known.beyond;
    }
    return DVK_OK;
}
