/*
 * Where a search begins: the best rates of a geometric grid, by complete enumeration. With b_g = <y, e_g> and
 * C_gh = <e_g, e_h> (weighted) every pair of rates costs a few products. The score is what the columns explain of
 * <y, y>:
 *
 *   one rate             b_g^2 / C_gg
 *   their difference     (b_g - b_h)^2 / (C_gg - 2 C_gh + C_hh)
 *   both                 (b_g a_g + b_h a_h) / det,   a_g = b_g C_hh - b_h C_gh,   det = C_gg C_hh - C_gh^2
 *
 * With equal weights C and the denominators are the same for all voxels and come with the parameters.
 */
#ifndef DVK_TIMEFIT_GRID_H
#define DVK_TIMEFIT_GRID_H

#include "timefit_exponentials.h"

typedef struct dvk_best_cell {
    dvk_real score;
    dvk_real rate[3];
} dvk_best_cell;

/* The rates of one more cell where it is `better`; the fast one is taken once a row, by dvk_take_row. */
DVK_INLINE void dvk_take_cell(dvk_best_cell *best, dvk_int better, dvk_real score, float slow)
{
    best->score = dvk_select(better, score, best->score);
    best->rate[0] = dvk_select(better, dvk_splat(slow), best->rate[0]);
}

DVK_INLINE void dvk_take_row(dvk_best_cell *best, dvk_real before, float fast)
{
    best->rate[1] = dvk_select(best->score > before, dvk_splat(fast), best->rate[1]);
}

DVK_INLINE dvk_real dvk_with_decay(DVK_UNIFORM dvk_fit_parameters *p, int g, const dvk_real *a, int n)
{
    dvk_real sum = dvk_splat(0.0f);
    for (int i = 0; i < n; i++)
        sum = dvk_fused(a[i], dvk_splat(p->decay[g * DVK_FIT_POINTS + i]), sum);
    return sum;
}

/* Two rates as a difference. `equal`: the weights are. */
DVK_INLINE void dvk_offer_difference(DVK_UNIFORM dvk_fit_parameters *p, int equal, int h, int g, const dvk_real *b,
                                     const dvk_real *c, dvk_real cross, dvk_best_cell *best)
{
    const dvk_real along = b[h] - b[g];
    const dvk_real inverse =
        equal ? dvk_splat(p->per_difference[g * DVK_FIT_GRID + h]) : 1.0f / (c[h] - 2.0f * cross + c[g] + DVK_FIT_TINY);
    const dvk_real score = along * along * inverse;
    dvk_take_cell(best, score > best->score, score, p->rate[h]);
}

/* Two rates with an amplitude each, where the kind allows those. */
DVK_INLINE void dvk_offer_pair(DVK_UNIFORM dvk_fit_parameters *p, int kind, int equal, int h, int g, const dvk_real *b,
                               const dvk_real *c, dvk_real cross, dvk_best_cell *best)
{
    dvk_real a[3];
    a[0] = dvk_fused(-b[g], cross, b[h] * c[g]);
    a[1] = dvk_fused(-b[h], cross, b[g] * c[h]);
    a[2] = dvk_splat(0.0f);
    const dvk_real both = c[g] * c[h];
    const dvk_real inverse = equal ? dvk_splat(p->per_pair[g * DVK_FIT_GRID + h])
                                   : 1.0f / (dvk_larger(both - cross * cross, both * DVK_FIT_ALIKE) + DVK_FIT_TINY);
    const dvk_real score = dvk_fused(b[h], a[0], b[g] * a[1]) * inverse;
    const dvk_int better = score > best->score;
    dvk_take_cell(best, kind == DVK_FIT_TRIEXP ? better : better & dvk_feasible(kind, a), score, p->rate[h]);
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
            b1 = dvk_fused(-x, ye, b1);
            b2 = dvk_fused(x * (x - 1.0f), ye, b2);
            c = c + ee;
            c1 = dvk_fused(-x, ee, c1);
            c2 = dvk_fused(x * (2.0f * x - 1.0f), ee, c2);
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

/*
 * Whether a second exponential of the same sign can add to the best single one, A e^(-l t), by the condition of
 * optimality of least squares with positive amplitudes, a convex problem: where its residuals r have <r, e_g> <= 0
 * (times A's sign) for every rate, no sum of such exponentials is better. 1e-6 of samples scaled to 1 is float's
 * rounding.
 */
DVK_INLINE dvk_int dvk_wants_second(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, const dvk_real *w,
                                    dvk_real amplitude, dvk_real rate)
{
    const dvk_real sign = dvk_select(amplitude < 0.0f, dvk_splat(-1.0f), dvk_splat(1.0f));
    dvk_real left[DVK_FIT_POINTS], most = dvk_splat(0.0f);
    for (int i = 0; i < n; i++)
        left[i] = (y[i] - amplitude * dvk_exp(rate * -p->t[i])) * (sign * w[i]);
    for (int g = 0; g < p->grid_clear; g++)
        most = dvk_larger(most, dvk_with_decay(p, g, left, n));
    return most > 1e-6f;
}

/* A third rate for the best pair: each of the grid in turn, put in its place. */
DVK_INLINE void dvk_add_third(DVK_UNIFORM dvk_fit_parameters *p, int equal, int n, const dvk_real *y, const dvk_real *w,
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
        dvk_evaluate(p, DVK_FIT_TRIEXP, equal, n, y, w, 0, &trial);
        const dvk_int better = apart & dvk_feasible(DVK_FIT_TRIEXP, trial.amplitude) & (trial.squares < least);
        least = dvk_select(better, trial.squares, least);
        for (int k = 0; k < 3; k++)
            rate[k] = dvk_select(better, trial.rate[k], rate[k]);
    }
}

/* Offers each rate, or each pair, that the kind may have. */
DVK_INLINE void dvk_offer_all(DVK_UNIFORM dvk_fit_parameters *p, int kind, int equal, int n, const dvk_real *y,
                              const dvk_real *w, dvk_best_cell *best)
{
    const int slow_end = p->grid_clear;
    const int fast_end = kind == DVK_FIT_BIEXP || kind == DVK_FIT_MONO ? p->grid_clear : p->grid;
    dvk_real b[DVK_FIT_GRID], c[DVK_FIT_GRID], v[DVK_FIT_POINTS], wy[DVK_FIT_POINTS];
    for (int i = 0; i < n; i++)
        wy[i] = w[i] * y[i];
    for (int g = 0; g < fast_end; g++) {
        for (int i = 0; i < n && !equal; i++)
            v[i] = w[i] * p->decay[g * DVK_FIT_POINTS + i];
        b[g] = dvk_with_decay(p, g, wy, n);
        c[g] = equal ? dvk_splat(p->gram[g * DVK_FIT_GRID + g]) : dvk_with_decay(p, g, v, n);
        if (kind == DVK_FIT_MONO) {
            const dvk_real score = b[g] * b[g] / (c[g] + DVK_FIT_TINY);
            dvk_take_cell(best, score > best->score, score, p->rate[g]);
            continue;
        }
        const dvk_real before = best->score;
        for (int h = 0; h < g && h < slow_end; h++) {
            const dvk_real cross = equal ? dvk_splat(p->gram[g * DVK_FIT_GRID + h]) : dvk_with_decay(p, h, v, n);
            if (kind == DVK_FIT_UPTAKE_CLEARANCE)
                dvk_offer_difference(p, equal, h, g, b, c, cross, best);
            else
                dvk_offer_pair(p, kind, equal, h, g, b, c, cross, best);
        }
        dvk_take_row(best, before, p->rate[g]);
    }
}

/* The best single rate, or the best pair; for three rates the best pair whatever its signs, and then a third. `equal`:
 * all weights are 1. */
DVK_INLINE void dvk_search_grid(DVK_UNIFORM dvk_fit_parameters *p, int kind, int equal, int n, const dvk_real *y,
                                const dvk_real *w, dvk_real *rate)
{
    dvk_best_cell best = {dvk_splat(-1.0f),
                          {dvk_splat(p->rate[0]), dvk_splat(p->rate[1]), dvk_splat(p->rate[p->grid - 1])}};
    if (equal)
        dvk_offer_all(p, kind, 1, n, y, w, &best);
    else
        dvk_offer_all(p, kind, 0, n, y, w, &best);
    for (int k = 0; k < 3; k++)
        rate[k] = best.rate[k];
    if (kind == DVK_FIT_MONO)
        dvk_sharpen_single(p, n, y, w, rate);
    if (kind == DVK_FIT_TRIEXP)
        dvk_add_third(p, equal, n, y, w, rate);
}

#endif
