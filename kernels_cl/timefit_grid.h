/*
 * Where a search begins: the best rates of a geometric grid, by complete enumeration. With b_g = <y, e_g> and
 * C_gh = <e_g, e_h> (weighted) every pair of rates costs a few products; a score s = numerator / denominator is
 * compared crosswise, without a division. The score is what the columns explain of <y, y>.
 */
#ifndef DVK_TIMEFIT_GRID_H
#define DVK_TIMEFIT_GRID_H

#include "timefit_exponentials.h"

typedef struct dvk_best_cell {
    dvk_real numerator, denominator;
    dvk_real rate[3];
} dvk_best_cell;

DVK_INLINE void dvk_offer_cell(dvk_best_cell *best, dvk_int allowed, dvk_real numerator, dvk_real denominator,
                               float slow, float fast)
{
    const dvk_int better = allowed & (numerator * best->denominator > best->numerator * denominator);
    best->numerator = dvk_select(better, numerator, best->numerator);
    best->denominator = dvk_select(better, denominator, best->denominator);
    best->rate[0] = dvk_select(better, dvk_splat(slow), best->rate[0]);
    best->rate[1] = dvk_select(better, dvk_splat(fast), best->rate[1]);
}

DVK_INLINE dvk_real dvk_with_decay(DVK_UNIFORM dvk_fit_parameters *p, int g, const dvk_real *a, int n)
{
    dvk_real sum = dvk_splat(0.0f);
    for (int i = 0; i < n; i++)
        sum = sum + a[i] * p->decay[g * DVK_FIT_POINTS + i];
    return sum;
}

/* What one pair of rates explains, and whether its amplitudes are feasible for the kind. */
DVK_INLINE void dvk_offer_pair(DVK_UNIFORM dvk_fit_parameters *p, int kind, int g, int h, const dvk_real *b,
                               const dvk_real *c, dvk_real cross, dvk_best_cell *best)
{
    const dvk_int always = c[g] == c[g];
    if (kind == DVK_FIT_UPTAKE_CLEARANCE) {
        const dvk_real along = b[g] - b[h];
        dvk_offer_cell(best, always, along * along, c[g] - 2.0f * cross + c[h] + DVK_FIT_TINY, p->rate[g], p->rate[h]);
        return;
    }
    dvk_real a[3];
    a[0] = b[g] * c[h] - b[h] * cross;
    a[1] = b[h] * c[g] - b[g] * cross;
    a[2] = dvk_splat(0.0f);
    const dvk_real det = dvk_larger(c[g] * c[h] - cross * cross, c[g] * c[h] * 1e-6f) + DVK_FIT_TINY;
    dvk_offer_cell(best, kind == DVK_FIT_TRIEXP ? always : dvk_feasible(kind, a), b[g] * a[0] + b[h] * a[1], det,
                   p->rate[g], p->rate[h]);
}

/*
 * From the best rate of the grid to the top of ln(b^2 / c) by Newton steps on u = ln(rate), held between the grid's
 * neighbours. With x = rate t: b' = -sum w y x e, b'' = sum w y (x^2 - x) e, c' = -2 sum w x e^2,
 * c'' = sum w (4 x^2 - 2 x) e^2. Exact curvature: three steps reach what float resolves even where noise leaves
 * large residuals, on which Gauss-Newton takes six or more.
 */
DVK_INLINE void dvk_sharpen_single(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                                   dvk_real *rate)
{
    const float ratio = p->rate[1] / p->rate[0];
    const dvk_real low = dvk_larger(rate[0] * (1.0f / ratio), dvk_splat(p->rate_physical));
    const dvk_real high = dvk_smaller(rate[0] * ratio, dvk_splat(p->rate_clear));
    for (int step = 0; step < 3; step++) {
        dvk_real b = dvk_splat(0.0f), b1 = b, b2 = b, c = b, c1 = b, c2 = b;
        for (int i = 0; i < n; i++) {
            const dvk_real x = rate[0] * p->t[i], e = dvk_exp(-x), ye = w[i] * y[i] * e, ee = w[i] * e * e;
            b = b + ye;
            b1 = b1 - x * ye;
            b2 = b2 + x * (x - 1.0f) * ye;
            c = c + ee;
            c1 = c1 - x * ee;
            c2 = c2 + x * (2.0f * x - 1.0f) * ee;
        }
        const dvk_real per_b = 1.0f / dvk_select(b == 0.0f, dvk_splat(DVK_FIT_TINY), b);
        const dvk_real per_c = 2.0f / (c + DVK_FIT_TINY);
        b1 = b1 * per_b;
        c1 = c1 * per_c;
        const dvk_real slope = 2.0f * b1 - c1;
        const dvk_real bend = c2 * per_c - c1 * c1 - 2.0f * (b2 * per_b - b1 * b1); /* of -ln(b^2 / c) */
        const dvk_int hollow = dvk_not(bend > 1e-6f); /* then towards the neighbour uphill */
        const dvk_real newton = rate[0] * (1.0f + slope / dvk_select(hollow, dvk_splat(1.0f), bend));
        const dvk_real next = dvk_select(hollow, dvk_select(slope > 0.0f, high, low), newton);
        rate[0] = dvk_larger(dvk_smaller(next, high), low);
    }
}

/* A third rate for the best pair: each of the grid in turn, put in its place. */
DVK_INLINE void dvk_add_third(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                              dvk_real *rate)
{
    const dvk_real slow = rate[0], fast = rate[1];
    dvk_real least = dvk_splat(DVK_FIT_HUGE);
    dvk_trial trial;
    for (int g = 0; g < p->grid; g++) {
        const dvk_real third = dvk_splat(p->rate[g]), inner = dvk_larger(third, slow);
        trial.rate[0] = dvk_smaller(third, slow);
        trial.rate[1] = dvk_smaller(inner, fast);
        trial.rate[2] = dvk_larger(inner, fast);
        const dvk_int apart = (trial.rate[1] > trial.rate[0]) & (trial.rate[2] > trial.rate[1]) &
                              (trial.rate[1] <= dvk_splat(p->rate_clear));
        for (int k = 0; k < 3; k++) /* rates that coincide are moved apart, and not counted */
            trial.rate[k] = trial.rate[k] * dvk_select(apart, dvk_splat(1.0f), dvk_splat(1.0f + 0.5f * (float)k));
        dvk_evaluate(p, DVK_FIT_TRIEXP, n, y, w, 0, &trial);
        const dvk_int better = apart & dvk_feasible(DVK_FIT_TRIEXP, trial.amplitude) & (trial.squares < least);
        least = dvk_select(better, trial.squares, least);
        for (int k = 0; k < 3; k++)
            rate[k] = dvk_select(better, trial.rate[k], rate[k]);
    }
}

/* The best single rate, or the best pair; for three rates the best pair whatever its signs, and then a third. */
DVK_INLINE void dvk_search_grid(DVK_UNIFORM dvk_fit_parameters *p, int kind, int n, const dvk_real *y,
                                const dvk_real *w, dvk_real *rate)
{
    const int slow_end = p->grid_clear;
    const int fast_end = kind == DVK_FIT_BIEXP || kind == DVK_FIT_MONO ? p->grid_clear : p->grid;
    dvk_real b[DVK_FIT_GRID], c[DVK_FIT_GRID], v[DVK_FIT_POINTS];
    dvk_best_cell best = {dvk_splat(-1.0f),
                          dvk_splat(1.0f),
                          {dvk_splat(p->rate[0]), dvk_splat(p->rate[1]), dvk_splat(p->rate[p->grid - 1])}};
    for (int g = 0; g < fast_end; g++) {
        for (int i = 0; i < n; i++)
            v[i] = w[i] * p->decay[g * DVK_FIT_POINTS + i];
        c[g] = dvk_with_decay(p, g, v, n);
        b[g] = dvk_splat(0.0f);
        for (int i = 0; i < n; i++)
            b[g] = b[g] + v[i] * y[i];
        if (kind == DVK_FIT_MONO) {
            dvk_offer_cell(&best, c[g] == c[g], b[g] * b[g], c[g] + DVK_FIT_TINY, p->rate[g], p->rate[g]);
            continue;
        }
        for (int h = 0; h < g && h < slow_end; h++)
            dvk_offer_pair(p, kind, h, g, b, c, dvk_with_decay(p, h, v, n), &best);
    }
    for (int k = 0; k < 3; k++)
        rate[k] = best.rate[k];
    if (kind == DVK_FIT_MONO)
        dvk_sharpen_single(p, n, y, w, rate);
    if (kind == DVK_FIT_TRIEXP)
        dvk_add_third(p, n, y, w, rate);
}

#endif
