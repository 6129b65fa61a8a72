/*
 * Sums of exponentials through the samples of a voxel, by variable projection: for given rates the amplitudes are a
 * linear problem, solved exactly, so that only the rates are searched. A grid of rates finds the valley and damped
 * Gauss-Newton steps on ln(rate) its floor; no starting values, no branches, the same steps in every lane.
 *
 *   kind                      rates  columns
 *   MONO                        1    exp(-l1 t)
 *   UPTAKE_CLEARANCE            2    (exp(-l1 t) - exp(-l2 t)) / (l2 - l1)
 *   UPTAKE_CLEARANCE2, BIEXP    2    exp(-l1 t), exp(-l2 t)
 *   TRIEXP                      3    exp(-l1 t), exp(-l2 t), exp(-l3 t)
 *
 * Rates rise: each is at least DVK_FIT_APART times the one before, and rate_physical <= l1. Amplitudes are bounded too
 * (dvk_feasible): A(t) keeps its sign from injection on. Samples come scaled to |y| <= 1.
 */
#ifndef DVK_TIMEFIT_EXPONENTIALS_H
#define DVK_TIMEFIT_EXPONENTIALS_H

#include "timefit_lanes.h"
#include "timefit_parameters.h"

#define DVK_FIT_RESOLVED                                                                                               \
    1e-5f                  /* share of a column's square that must lie off the others, or float loses its amplitude */
#define DVK_FIT_STEPS 16   /* most; 5 to 10 are usual */
#define DVK_FIT_REST 2e-5f /* of a rate: the last step taken; the next would be a twentieth of it or less */
#define DVK_FIT_STUCK 1e3f /* damping after six refusals in a row: at the border of what is feasible */

/* A trial: rates, the amplitudes that fit best, the weighted sum of squares, and the Gauss-Newton system of the rates.
 */
typedef struct dvk_trial {
    dvk_real rate[3];
    dvk_real amplitude[3];
    dvk_real squares;
    dvk_real normal[6]; /* lower triangle of D'WD, D projected off the columns: 00 10 11 20 21 22 */
    dvk_real pull[3];   /* D'Wr */
    dvk_real spread;    /* var(TIA) in units of the residual variance, where wanted */
} dvk_trial;

DVK_INLINE int dvk_rates(int kind)
{
    return kind == DVK_FIT_MONO ? 1 : kind == DVK_FIT_TRIEXP ? 3 : 2;
}

DVK_INLINE int dvk_columns(int kind)
{
    return kind == DVK_FIT_UPTAKE_CLEARANCE ? 1 : dvk_rates(kind);
}

/* Weighted product; `equal`: all weights are 1. */
DVK_INLINE dvk_real dvk_dot(int equal, const dvk_real *w, const dvk_real *a, const dvk_real *b, int n)
{
    dvk_real sum = dvk_splat(0.0f);
    for (int i = 0; i < n; i++)
        sum = dvk_fused(equal ? a[i] : w[i] * a[i], b[i], sum);
    return sum;
}

DVK_INLINE void dvk_subtract(dvk_real *a, dvk_real factor, const dvk_real *b, int n)
{
    for (int i = 0; i < n; i++)
        a[i] = dvk_fused(-factor, b[i], a[i]);
}

/* Columns at the trial's rates and their derivatives by ln(rate), for amplitudes of 1. */
DVK_INLINE void dvk_fill_columns(DVK_UNIFORM dvk_fit_parameters *p, int kind, int n, const dvk_real *rate,
                                 dvk_real column[3][DVK_FIT_POINTS], dvk_real slope[3][DVK_FIT_POINTS])
{
    if (kind == DVK_FIT_UPTAKE_CLEARANCE) {
        const dvk_real apart = rate[1] - rate[0];
        const dvk_real inverse = 1.0f / apart;
        for (int i = 0; i < n; i++) {
            const dvk_real slow = dvk_exp(rate[0] * -p->t[i]);
            const dvk_real fall = dvk_expm1(apart * -p->t[i]); /* exp(-l2 t) / exp(-l1 t) - 1 */
            column[0][i] = -slow * fall * inverse;
            slope[0][i] = rate[0] * (column[0][i] - slow * p->t[i]) * inverse;
            slope[1][i] = rate[1] * ((slow * fall + slow) * p->t[i] - column[0][i]) * inverse;
        }
        return;
    }
    for (int k = 0; k < dvk_rates(kind); k++)
        for (int i = 0; i < n; i++) {
            column[k][i] = dvk_exp(rate[k] * -p->t[i]);
            slope[k][i] = rate[k] * -p->t[i] * column[k][i];
        }
}

/* Integral from 0 of the trial's curve and, by ln(rate), its derivative; of one column with amplitude 1. */
DVK_INLINE dvk_real dvk_column_integral(int kind, const dvk_real *rate, int column)
{
    return kind == DVK_FIT_UPTAKE_CLEARANCE ? 1.0f / (rate[0] * rate[1]) : 1.0f / rate[column];
}

DVK_INLINE dvk_real dvk_integral(int kind, const dvk_trial *trial)
{
    dvk_real sum = dvk_splat(0.0f);
    for (int m = 0; m < dvk_columns(kind); m++)
        sum = sum + trial->amplitude[m] * dvk_column_integral(kind, trial->rate, m);
    return sum;
}

/* Integral from the last point on. */
DVK_INLINE dvk_real dvk_integral_beyond(DVK_UNIFORM dvk_fit_parameters *p, int kind, int n, const dvk_trial *trial)
{
    const float last = -p->t[n - 1];
    dvk_real sum = dvk_splat(0.0f);
    if (kind == DVK_FIT_UPTAKE_CLEARANCE)
        return trial->amplitude[0] *
               (dvk_exp(trial->rate[0] * last) / trial->rate[0] - dvk_exp(trial->rate[1] * last) / trial->rate[1]) /
               (trial->rate[1] - trial->rate[0]);
    for (int k = 0; k < dvk_rates(kind); k++)
        sum = sum + trial->amplitude[k] * dvk_exp(trial->rate[k] * last) / trial->rate[k];
    return sum;
}

/* Whether the amplitudes describe what the kind says: clearance with one sign; uptake that never exceeds it. */
DVK_INLINE dvk_int dvk_feasible(int kind, const dvk_real *a)
{
    if (kind == DVK_FIT_BIEXP)
        return a[0] * a[1] > 0.0f;
    if (kind == DVK_FIT_UPTAKE_CLEARANCE2)
        return (a[0] * a[1] < 0.0f) & (dvk_magnitude(a[1]) <= dvk_magnitude(a[0]));
    if (kind == DVK_FIT_TRIEXP)
        return (a[0] * a[1] > 0.0f) & ((a[0] + a[1] + a[2]) * a[0] >= 0.0f);
    return a[0] == a[0];
}

DVK_INLINE dvk_real dvk_upper_rate(DVK_UNIFORM dvk_fit_parameters *p, int kind, int k)
{
    const int uptake = kind == DVK_FIT_UPTAKE_CLEARANCE || kind == DVK_FIT_UPTAKE_CLEARANCE2 || kind == DVK_FIT_TRIEXP;
    return dvk_splat(uptake && k == dvk_rates(kind) - 1 ? p->rate_uptake : p->rate_clear);
}

/* Solves the symmetric K x K system (normal, its diagonal times 1 + damping) x = rhs; a frozen unknown stays 0. */
DVK_INLINE void dvk_solve(int rates, const dvk_real *normal, dvk_real damping, const dvk_int *frozen,
                          const dvk_real *rhs, dvk_real *x)
{
    dvk_real l[3][3], d[3], inverse[3], z[3];
    const dvk_real zero = dvk_splat(0.0f);
    for (int r = 0; r < rates; r++) {
        z[r] = dvk_select(frozen[r], zero, rhs[r]);
        for (int c = 0; c < r; c++) {
            dvk_real v = dvk_select(frozen[r] | frozen[c], zero, normal[r * (r + 1) / 2 + c]);
            for (int k = 0; k < c; k++)
                v = v - l[r][k] * l[c][k] * d[k];
            l[r][c] = v * inverse[c];
            z[r] = z[r] - l[r][c] * z[c];
        }
        d[r] = normal[r * (r + 1) / 2 + r] * (1.0f + damping);
        const dvk_real floor = d[r] * 1e-6f + DVK_FIT_TINY; /* two rates that pull alike: float resolves no more */
        for (int k = 0; k < r; k++)
            d[r] = d[r] - l[r][k] * l[r][k] * d[k];
        d[r] = dvk_larger(d[r], floor);
        inverse[r] = 1.0f / d[r];
    }
    for (int r = rates - 1; r >= 0; r--) {
        x[r] = z[r] * inverse[r];
        for (int k = r + 1; k < rates; k++)
            x[r] = x[r] - l[k][r] * x[k];
    }
}

/* Whether a rate stands at a bound of its own; such a rate is known, not fitted. */
DVK_INLINE dvk_int dvk_at_low(DVK_UNIFORM dvk_fit_parameters *p, const dvk_real *rate, int k)
{
    return rate[k] <= (k == 0 ? dvk_splat(p->rate_physical) : rate[k - 1] * DVK_FIT_APART);
}

DVK_INLINE dvk_int dvk_at_high(DVK_UNIFORM dvk_fit_parameters *p, int kind, const dvk_real *rate, int k)
{
    return rate[k] >= dvk_upper_rate(p, kind, k);
}

/*
 * Variance of the integral per residual variance, g' (J'WJ)^-1 g, from the parts of an evaluation: z = U'^-1 I carries
 * the column integrals to the orthogonal columns, and each free rate moves the integral by its lever.
 */
DVK_INLINE void dvk_measure_spread(DVK_UNIFORM dvk_fit_parameters *p, int kind, dvk_real u[3][3],
                                   const dvk_real *inverse, dvk_real share[3][3], dvk_trial *trial)
{
    const int columns = dvk_columns(kind), rates = dvk_rates(kind);
    dvk_real z[3], lever[3], x[3];
    dvk_int held[3];
    trial->spread = dvk_splat(0.0f);
    for (int m = 0; m < columns; m++) {
        z[m] = dvk_column_integral(kind, trial->rate, m);
        for (int j = 0; j < m; j++)
            z[m] = z[m] - u[j][m] * z[j];
        trial->spread = trial->spread + z[m] * z[m] * inverse[m];
    }
    for (int k = 0; k < rates; k++) {
        const int m = columns == 1 ? 0 : k;
        lever[k] = -trial->amplitude[m] * dvk_column_integral(kind, trial->rate, m);
        for (int j = 0; j < columns; j++)
            lever[k] = lever[k] - share[k][j] * z[j];
        held[k] = dvk_at_low(p, trial->rate, k) | dvk_at_high(p, kind, trial->rate, k);
    }
    dvk_solve(rates, trial->normal, dvk_splat(0.0f), held, lever, x);
    for (int k = 0; k < rates; k++)
        trial->spread = trial->spread + dvk_select(held[k], dvk_splat(0.0f), lever[k] * x[k]);
}

/*
 * Fills a trial at its rates. Columns are made orthogonal one after the other (q, with F = q U), which float bears
 * where normal equations would not; amplitudes come from U backwards.
 */
DVK_INLINE void dvk_evaluate(DVK_UNIFORM dvk_fit_parameters *p, int kind, int equal, int n, const dvk_real *y,
                             const dvk_real *w, int want_sd, dvk_trial *trial)
{
    const int columns = dvk_columns(kind), rates = dvk_rates(kind);
    dvk_real q[3][DVK_FIT_POINTS], slope[3][DVK_FIT_POINTS], r[DVK_FIT_POINTS];
    dvk_real u[3][3], along[3], inverse[3], share[3][3];
    dvk_int told_apart = dvk_not(dvk_splat_int(0));

    dvk_fill_columns(p, kind, n, trial->rate, q, slope);
    for (int i = 0; i < n; i++)
        r[i] = y[i];
    for (int k = 0; k < 9; k++)
        u[k / 3][k % 3] = dvk_splat(0.0f);
    for (int m = 0; m < columns; m++) {
        const dvk_real whole = dvk_dot(equal, w, q[m], q[m], n);
        for (int j = 0; j < m; j++) {
            u[j][m] = dvk_dot(equal, w, q[m], q[j], n) * inverse[j];
            dvk_subtract(q[m], u[j][m], q[j], n);
        }
        const dvk_real size = (m == 0 ? whole : dvk_dot(equal, w, q[m], q[m], n)) + DVK_FIT_TINY;
        told_apart = told_apart & (size > whole * DVK_FIT_RESOLVED);
        inverse[m] = 1.0f / size;
        along[m] = dvk_dot(equal, w, r, q[m], n) * inverse[m];
        dvk_subtract(r, along[m], q[m], n);
    }
    for (int m = columns - 1; m >= 0; m--) {
        trial->amplitude[m] = along[m];
        for (int k = m + 1; k < columns; k++)
            trial->amplitude[m] = trial->amplitude[m] - u[m][k] * trial->amplitude[k];
    }
    trial->squares = dvk_select(told_apart, dvk_dot(equal, w, r, r, n), dvk_splat(DVK_FIT_HUGE));

    for (int k = 0; k < rates; k++) {
        for (int i = 0; i < n; i++)
            slope[k][i] = slope[k][i] * trial->amplitude[columns == 1 ? 0 : k];
        for (int j = 0; j < columns; j++) {
            share[k][j] = dvk_dot(equal, w, slope[k], q[j], n) * inverse[j];
            dvk_subtract(slope[k], share[k][j], q[j], n);
        }
        trial->pull[k] = dvk_dot(equal, w, slope[k], r, n);
        for (int j = 0; j <= k; j++)
            trial->normal[k * (k + 1) / 2 + j] = dvk_dot(equal, w, slope[k], slope[j], n);
    }
    if (want_sd)
        dvk_measure_spread(p, kind, u, inverse, share, trial);
}

/* The next rates: one damped Gauss-Newton step on ln(rate), at most halving or doubling each, held within the bounds.
 * Returns the lanes in which a rate still moves by more than DVK_FIT_REST of itself. */
DVK_INLINE dvk_int dvk_step(DVK_UNIFORM dvk_fit_parameters *p, int kind, const dvk_trial *from, dvk_real damping,
                            dvk_real *rate)
{
    const int rates = dvk_rates(kind);
    dvk_int frozen[3];
    dvk_real step[3];
    for (int k = 0; k < rates; k++) /* a bound holds only a rate that wants past it */
        frozen[k] = (dvk_at_low(p, from->rate, k) & (from->pull[k] <= 0.0f)) |
                    (dvk_at_high(p, kind, from->rate, k) & (from->pull[k] >= 0.0f));
    dvk_solve(rates, from->normal, damping, frozen, from->pull, step);
    dvk_int moved = dvk_splat_int(0);
    for (int k = 0; k < rates; k++) {
        const dvk_real factor = dvk_smaller(dvk_larger(1.0f + step[k], dvk_splat(0.5f)), dvk_splat(2.0f));
        const dvk_real low = k == 0 ? dvk_splat(p->rate_physical) : rate[k - 1] * DVK_FIT_APART;
        rate[k] = dvk_larger(dvk_smaller(from->rate[k] * factor, dvk_upper_rate(p, kind, k)), low);
        moved = moved | (dvk_magnitude(rate[k] - from->rate[k]) > DVK_FIT_REST * from->rate[k]);
    }
    return moved;
}

DVK_INLINE void dvk_keep(int kind, dvk_int better, const dvk_trial *fresh, dvk_trial *best)
{
    const int rates = dvk_rates(kind);
    for (int k = 0; k < rates; k++) {
        best->rate[k] = dvk_select(better, fresh->rate[k], best->rate[k]);
        best->amplitude[k] = dvk_select(better, fresh->amplitude[k], best->amplitude[k]);
        best->pull[k] = dvk_select(better, fresh->pull[k], best->pull[k]);
    }
    for (int k = 0; k < rates * (rates + 1) / 2; k++)
        best->normal[k] = dvk_select(better, fresh->normal[k], best->normal[k]);
    best->squares = dvk_select(better, fresh->squares, best->squares);
    best->spread = dvk_select(better, fresh->spread, best->spread);
}

/* A trial that anything is better than. */
DVK_INLINE void dvk_begin(const dvk_real *rate, dvk_trial *trial)
{
    const dvk_real zero = dvk_splat(0.0f);
    for (int k = 0; k < 3; k++) {
        trial->rate[k] = rate[k];
        trial->amplitude[k] = trial->pull[k] = zero;
    }
    for (int k = 0; k < 6; k++)
        trial->normal[k] = zero;
    trial->spread = zero;
    trial->squares = dvk_splat(DVK_FIT_HUGE);
}

/*
 * Walks downhill from the given rates, by Levenberg's rule for the damping, lane by lane; a lane that has arrived stays
 * as it is, whatever its neighbours do. Sums of squares that differ by what float makes of residuals of 1e-2 or 1e-7
 * count as equal, or the walk would end before the valley does. A lane whose beginning is not feasible, or that
 * is not `wanted`, stays there, with squares that any other curve beats.
 */
DVK_INLINE void dvk_descend(DVK_UNIFORM dvk_fit_parameters *p, int kind, int equal, int n, const dvk_real *y,
                            const dvk_real *w, int want_sd, const dvk_real *rate, dvk_int wanted, dvk_trial *best)
{
    dvk_real damping = dvk_splat(1e-3f);
    dvk_trial fresh;
    dvk_begin(rate, &fresh);
    dvk_evaluate(p, kind, equal, n, y, w, want_sd, &fresh);
    dvk_int moving = wanted & dvk_feasible(kind, fresh.amplitude);
    fresh.squares = dvk_select(moving, fresh.squares, dvk_splat(DVK_FIT_HUGE));
    *best = fresh;
    for (int i = 0; i < DVK_FIT_STEPS; i++) {
        moving = moving & dvk_step(p, kind, best, damping, fresh.rate) & (damping < DVK_FIT_STUCK);
        if (!dvk_any(moving))
            return;
        dvk_evaluate(p, kind, equal, n, y, w, want_sd, &fresh);
        const dvk_int better =
            dvk_feasible(kind, fresh.amplitude) & (fresh.squares <= best->squares * 1.00002f + 2e-13f);
        dvk_keep(kind, better & moving, &fresh, best);
        damping = dvk_larger(damping * dvk_select(better, dvk_splat(0.1f), dvk_splat(10.0f)), dvk_splat(1e-5f));
    }
}

#endif
