/*
 * The best sum of exponentials through a VOI's samples: every cell of a grid of rates is tried with its exact
 * amplitudes, and MINPACK walks down from the best of them. What is best where an amplitude would leave its bounds is a
 * simpler curve, so that the closure of a model is searched with it:
 *
 *   uptake-clearance2  ->  uptake-clearance, mono        biexp  ->  mono        triexp  ->  all of them
 *
 * Rates are kept in their bounds by ln(rate) = middle + half sin(x), smooth for the search.
 */
#include <math.h>
#include <string.h>

#include "physics/curve.h"
#include "physics/leastsquares.h"

enum { GRID = 20, GRID_OF_THREE = 12, STARTS = 6 };

typedef struct search {
    const dvk_samples *s;
    dvk_model kind;
    size_t rates, columns;
    double low[DVK_MAX_TERMS], high[DVK_MAX_TERMS]; /* of ln(rate) */
    bool fixed[DVK_MAX_TERMS];
    double rate[DVK_MAX_TERMS]; /* the fixed ones */
} search;

typedef struct state {
    double rate[DVK_MAX_TERMS], amplitude[DVK_MAX_TERMS], squares;
} state;

static void search_setup(search *q, const dvk_samples *s, dvk_model kind)
{
    const bool uptake =
        kind == DVK_MODEL_UPTAKE_CLEARANCE || kind == DVK_MODEL_UPTAKE_CLEARANCE2 || kind == DVK_MODEL_TRIEXP;
    *q = (search){.s = s, .kind = kind};
    q->rates = kind == DVK_MODEL_MONO ? 1 : kind == DVK_MODEL_TRIEXP ? 3 : 2;
    q->columns = kind == DVK_MODEL_UPTAKE_CLEARANCE ? 1 : q->rates;
    for (size_t k = 0; k < q->rates; k++) {
        q->low[k] = log(s->bounds.physical);
        q->high[k] = log(uptake && k + 1 == q->rates ? s->bounds.uptake : s->bounds.clear);
    }
}

/* (exp(-a t) - exp(-b t)) / (b - a) and its derivative by b; finite where a = b. */
static double difference(double a, double b, double t, double *by_b)
{
    const double e = exp(-a * t), x = (b - a) * t;
    if (fabs(x) < 1e-4) { /* series of (1 - exp(-x)) / x */
        *by_b = -e * t * t * (0.5 - x / 3 + x * x / 8);
        return e * t * (1 - x / 2 + x * x / 6);
    }
    /* From the slower rate, or the faster one's exponential would be 0 times infinity at late times. */
    const double value = -exp(-fmin(a, b) * t) * expm1(-fabs(x)) / fabs(b - a);
    *by_b = (t * exp(-b * t) - value) / (b - a);
    return value;
}

/* Columns at one time for amplitudes of 1, and the derivative of each rate's column by that rate. */
static void columns_at(const search *q, const double *rate, double t, double *column, double *slope)
{
    if (q->kind == DVK_MODEL_UPTAKE_CLEARANCE) {
        column[0] = difference(rate[0], rate[1], t, &slope[1]);
        (void)difference(rate[1], rate[0], t, &slope[0]);
        return;
    }
    for (size_t k = 0; k < q->rates; k++) {
        column[k] = exp(-rate[k] * t);
        slope[k] = -t * column[k];
    }
}

/* x holds the amplitudes, then the angles of the rates that are not fixed. */
static void rates_from(const search *q, const double *x, double *rate, double *by_angle)
{
    const double *angle = x + q->columns;
    for (size_t k = 0; k < q->rates; k++) {
        const double half = (q->high[k] - q->low[k]) / 2;
        rate[k] = q->rate[k];
        by_angle[k] = 0;
        if (!q->fixed[k]) {
            rate[k] = exp(q->low[k] + half * (1 + sin(*angle)));
            by_angle[k] = rate[k] * half * cos(*angle);
            angle++;
        }
    }
}

static void residuals(const void *problem, const double *x, double *residual, double *jacobian)
{
    const search *q = problem;
    const size_t n = q->s->n;
    double rate[DVK_MAX_TERMS], by_angle[DVK_MAX_TERMS], column[DVK_MAX_TERMS], slope[DVK_MAX_TERMS];
    rates_from(q, x, rate, by_angle);
    for (size_t i = 0; i < n; i++) {
        const double w = sqrt(q->s->weight[i]);
        columns_at(q, rate, q->s->t[i], column, slope);
        residual[i] = -w * q->s->y[i];
        for (size_t m = 0; m < q->columns; m++) {
            residual[i] += w * x[m] * column[m];
            jacobian[m * n + i] = w * column[m];
        }
        size_t at = q->columns;
        for (size_t k = 0; k < q->rates; k++)
            if (!q->fixed[k])
                jacobian[at++ * n + i] = w * x[q->columns == 1 ? 0 : k] * slope[k] * by_angle[k];
    }
}

/* The amplitudes that fit best at the state's rates, and what they leave over. */
static bool best_amplitudes(const search *q, state *at)
{
    const size_t m = q->columns;
    double normal[DVK_MAX_TERMS * DVK_MAX_TERMS] = {0}, column[DVK_MAX_TERMS], slope[DVK_MAX_TERMS];
    memset(at->amplitude, 0, sizeof at->amplitude);
    for (size_t i = 0; i < q->s->n; i++) {
        columns_at(q, at->rate, q->s->t[i], column, slope);
        for (size_t r = 0; r < m; r++) {
            at->amplitude[r] += q->s->weight[i] * column[r] * q->s->y[i];
            for (size_t c = 0; c < m; c++)
                normal[r * m + c] += q->s->weight[i] * column[r] * column[c];
        }
    }
    if (!dvk_solve_normal(normal, at->amplitude, m))
        return false;
    at->squares = 0;
    for (size_t i = 0; i < q->s->n; i++) {
        double left = q->s->y[i];
        columns_at(q, at->rate, q->s->t[i], column, slope);
        for (size_t r = 0; r < m; r++)
            left -= at->amplitude[r] * column[r];
        at->squares += q->s->weight[i] * left * left;
    }
    return isfinite(at->squares);
}

/* As dvk_feasible in kernels_cl/timefit_exponentials.h: clearance of one sign, uptake that never exceeds it; rates that
 * rise, each at least DVK_FIT_APART times the one before. */
static bool feasible(const search *q, const state *at)
{
    const double *a = at->amplitude;
    for (size_t k = 1; k < q->columns; k++)
        if (at->rate[k] < at->rate[k - 1] * DVK_FIT_APART)
            return false;
    switch (q->kind) {
    case DVK_MODEL_BIEXP:
        return a[0] * a[1] > 0;
    case DVK_MODEL_UPTAKE_CLEARANCE2:
        return a[0] * a[1] < 0 && fabs(a[1]) <= fabs(a[0]);
    case DVK_MODEL_TRIEXP:
        return a[0] * a[1] > 0 && (a[0] + a[1] + a[2]) * a[0] >= 0;
    default:
        return true;
    }
}

/* Keeps the best STARTS states in order. */
static void keep_start(state *starts, size_t *count, const state *fresh)
{
    if (*count == STARTS && fresh->squares >= starts[STARTS - 1].squares)
        return;
    size_t at = *count < STARTS ? (*count)++ : STARTS - 1;
    for (; at > 0 && starts[at - 1].squares > fresh->squares; at--)
        starts[at] = starts[at - 1];
    starts[at] = *fresh;
}

/* Tries every rising set of rates on the grid; keeps the best feasible ones. */
static size_t try_grid(const search *q, state *starts)
{
    const size_t grid = q->rates == 3 ? GRID_OF_THREE : GRID;
    const double low = q->low[0], step = (q->high[q->rates - 1] - low) / (double)grid;
    size_t index[DVK_MAX_TERMS] = {0, 1, 2}, count = 0;
    for (;;) {
        state fresh = {.squares = 0};
        bool inside = true;
        for (size_t k = 0; k < q->rates; k++) {
            const double at = low + step * ((double)index[k] + 0.5);
            fresh.rate[k] = exp(at);
            inside &= at < q->high[k];
        }
        if (inside && best_amplitudes(q, &fresh) && feasible(q, &fresh))
            keep_start(starts, &count, &fresh);
        size_t k = q->rates;
        while (k > 0 && index[k - 1] == grid - (q->rates - k) - 1)
            k--;
        if (k == 0)
            return count;
        index[k - 1]++;
        for (; k < q->rates; k++)
            index[k] = index[k - 1] + 1;
    }
}

/* Walks down from a state; the rates that are fixed stay. */
static void walk(const search *q, state *at)
{
    double x[DVK_LSQ_UNKNOWNS], by_angle[DVK_MAX_TERMS];
    size_t unknowns = q->columns;
    memcpy(x, at->amplitude, q->columns * sizeof *x);
    for (size_t k = 0; k < q->rates; k++)
        if (!q->fixed[k]) {
            const double half = (q->high[k] - q->low[k]) / 2;
            x[unknowns++] = asin(fmax(-1, fmin(1, (log(at->rate[k]) - q->low[k]) / half - 1)));
        }
    at->squares = dvk_least_squares(residuals, q, q->s->n, unknowns, x);
    memcpy(at->amplitude, x, q->columns * sizeof *x);
    rates_from(q, x, at->rate, by_angle);
}

/* A rate that ended on a bound is set there exactly, and the others are fitted again: it is known, not fitted. */
static bool settle_bounds(search *q, state *at)
{
    bool any = false;
    for (size_t k = 0; k < q->rates; k++) {
        const double from_low = log(at->rate[k]) - q->low[k], from_high = q->high[k] - log(at->rate[k]);
        if (from_low > 1e-6 && from_high > 1e-6)
            continue;
        q->fixed[k] = any = true;
        q->rate[k] = at->rate[k] = exp(from_low < from_high ? q->low[k] : q->high[k]);
    }
    if (any)
        walk(q, at);
    return any;
}

/* Variance of the integral in units of the residual variance: g' (J'WJ)^-1 g over amplitudes and free rates. */
static double integral_variance(const search *q, const state *at)
{
    double normal[DVK_LSQ_UNKNOWNS * DVK_LSQ_UNKNOWNS] = {0}, gradient[DVK_LSQ_UNKNOWNS], answer[DVK_LSQ_UNKNOWNS];
    double column[DVK_MAX_TERMS], slope[DVK_MAX_TERMS], row[DVK_LSQ_UNKNOWNS], sum = 0;
    size_t m = q->columns;
    const bool one = q->columns == 1 && q->rates == 2;
    for (size_t k = 0; k < q->columns; k++)
        gradient[k] = one ? 1 / (at->rate[0] * at->rate[1]) : 1 / at->rate[k];
    for (size_t k = 0; k < q->rates; k++) /* unknowns are ln(rate): of the order of 1 */
        if (!q->fixed[k])
            gradient[m++] = -at->amplitude[one ? 0 : k] * gradient[one ? 0 : k];
    for (size_t i = 0; i < q->s->n; i++) {
        size_t c = q->columns;
        columns_at(q, at->rate, q->s->t[i], column, slope);
        memcpy(row, column, q->columns * sizeof *row);
        for (size_t k = 0; k < q->rates; k++)
            if (!q->fixed[k])
                row[c++] = at->amplitude[one ? 0 : k] * slope[k] * at->rate[k];
        for (size_t r = 0; r < m; r++)
            for (c = 0; c < m; c++)
                normal[r * m + c] += q->s->weight[i] * row[r] * row[c];
    }
    memcpy(answer, gradient, sizeof answer);
    if (!dvk_solve_normal(normal, answer, m))
        return NAN;
    for (size_t k = 0; k < m; k++)
        sum += gradient[k] * answer[k];
    return sum;
}

/* The state as a signed sum of exponentials, slow to fast. */
static void report(const search *q, const state *at, dvk_sum_fit *out)
{
    out->model = q->kind;
    out->found = true;
    out->terms = q->rates;
    out->squares = at->squares;
    out->variance = integral_variance(q, at);
    memcpy(out->rate, at->rate, sizeof out->rate);
    memcpy(out->amplitude, at->amplitude, sizeof out->amplitude);
    if (q->kind == DVK_MODEL_UPTAKE_CLEARANCE) {
        const bool swap = at->rate[1] < at->rate[0];
        out->rate[0] = at->rate[swap];
        out->rate[1] = fmax(at->rate[!swap], at->rate[swap] * (1 + 1e-6)); /* A t exp(-l t) as a difference */
        out->amplitude[0] = at->amplitude[0] / (out->rate[1] - out->rate[0]);
        out->amplitude[1] = -out->amplitude[0];
    }
}

/* Walks down from a start and takes what it reaches, if that is feasible and better. */
static void try_start(search *q, state *start, dvk_sum_fit *best)
{
    walk(q, start);
    const bool clamped = settle_bounds(q, start);
    if (!feasible(q, start) || (best->found && start->squares >= best->squares))
        return;
    report(q, start, best);
    best->clamped = clamped;
}

static dvk_sum_fit fit_inside(const dvk_samples *s, dvk_model kind)
{
    search q;
    state starts[STARTS];
    dvk_sum_fit best = {.found = false};
    search_setup(&q, s, kind);
    const size_t count = try_grid(&q, starts);
    for (size_t i = 0; i < count; i++) {
        search_setup(&q, s, kind);
        try_start(&q, &starts[i], &best);
    }
    return best;
}

dvk_sum_fit dvk_fit_sum(const dvk_samples *s, dvk_model kind)
{
    static const dvk_model closure[DVK_MODEL_COUNT][4] = {
        [DVK_MODEL_UPTAKE_CLEARANCE2] = {DVK_MODEL_UPTAKE_CLEARANCE, DVK_MODEL_MONO},
        [DVK_MODEL_BIEXP] = {DVK_MODEL_MONO},
        [DVK_MODEL_TRIEXP] = {DVK_MODEL_BIEXP, DVK_MODEL_UPTAKE_CLEARANCE2, DVK_MODEL_UPTAKE_CLEARANCE, DVK_MODEL_MONO},
    };
    dvk_sum_fit best = fit_inside(s, kind);
    for (size_t i = 0; i < 4 && closure[kind][i] != DVK_MODEL_AUTO; i++) {
        const dvk_sum_fit simpler = fit_inside(s, closure[kind][i]);
        if (simpler.found && (!best.found || simpler.squares < best.squares)) {
            best = simpler;
            best.clamped = true;
        }
    }
    return best;
}

double dvk_sum_integral(const dvk_sum_fit *f, double from_h)
{
    double sum = 0;
    for (size_t k = 0; k < f->terms; k++)
        sum += f->amplitude[k] * exp(-f->rate[k] * from_h) / f->rate[k];
    return sum;
}
