/*
 * The trapezoid's start and tail rules. Each adds its part of the integral, in h times the sample's unit, the status
 * bits, and the gradient by the samples, from which point errors are propagated.
 */
#ifndef DVK_TIMEFIT_RULES_H
#define DVK_TIMEFIT_RULES_H

#include "timefit_lanes.h"
#include "timefit_parameters.h"

typedef struct dvk_answer {
    dvk_real integral; /* 0 to infinity */
    dvk_real beyond;   /* from the last point on */
    dvk_int flags;
    dvk_real gradient[DVK_FIT_POINTS];
} dvk_answer;

/*
 * Start by the mono-exponential through the first two points, back to 0: y1 t1 (e^x - 1) / x with x = l t1,
 * l = ln(y1 / y2) / (t2 - t1), which is negative for an uptake and at most rate_clear. Where one of the points is not
 * positive the start is constant.
 */
DVK_INLINE void dvk_back_extrapolate(DVK_UNIFORM dvk_fit_parameters *p, const dvk_real *y, dvk_answer *a)
{
    const float first = p->t[0], apart = p->t[1] - p->t[0];
    const dvk_int can = (y[0] > DVK_FIT_TINY) & (y[1] > DVK_FIT_TINY);
    const dvk_real one = dvk_splat(1.0f);
    const dvk_real y0 = dvk_select(can, y[0], one), y1 = dvk_select(can, y[1], one);
    const dvk_real wanted = (dvk_log(y0) - dvk_log(y1)) * (first / apart);
    const dvk_real x = dvk_smaller(wanted, dvk_splat(p->rate_clear * first));
    const dvk_int flat = dvk_magnitude(x) < 0.02f; /* there the series is exact in float */
    const dvk_real safe = dvk_select(flat, one, x), e = dvk_expm1(safe);
    const dvk_real rise = dvk_select(flat, 1.0f + x * (0.5f + x * (1.0f / 6.0f)), e / safe);
    const dvk_real bend = /* d rise / d x */
        dvk_select(flat, 0.5f + x * (1.0f / 3.0f + x * 0.125f), (safe * (e + 1.0f) - e) / (safe * safe));
    const dvk_real moved = dvk_select(wanted > x, dvk_splat(0.0f), bend * first * (first / apart));
    const dvk_real start = dvk_select(can, y0 * first * rise, y[0] * first);
    a->integral = a->integral + start;
    a->gradient[0] = a->gradient[0] + dvk_select(can, first * rise + moved, dvk_splat(first));
    a->gradient[1] = a->gradient[1] - dvk_select(can, moved * (y0 / y1), dvk_splat(0.0f));
    a->flags = a->flags | dvk_flag(dvk_not(can), DVK_FIT_FALLBACK) | dvk_flag(can & (wanted > x), DVK_FIT_CLAMPED);
}

/*
 * Tail by the last two points: y_n / l, l = ln(y_(n-1) / y_n) / (t_n - t_(n-1)), at least rate_physical, which also
 * holds a rising tail. Where one of the points is not positive: the physical tail with its sign.
 */
DVK_INLINE void dvk_tail_last2(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, dvk_answer *a)
{
    const float apart = p->t[n - 1] - p->t[n - 2];
    const dvk_int can = (y[n - 1] > DVK_FIT_TINY) & (y[n - 2] > DVK_FIT_TINY);
    const dvk_real one = dvk_splat(1.0f), zero = dvk_splat(0.0f), physical = dvk_splat(p->rate_physical);
    const dvk_real ya = dvk_select(can, y[n - 2], one), yb = dvk_select(can, y[n - 1], one);
    const dvk_real wanted = (dvk_log(ya) - dvk_log(yb)) * (1.0f / apart);
    const dvk_int slow = dvk_not(wanted >= physical);
    const dvk_real rate = dvk_select(slow | dvk_not(can), physical, wanted);
    const dvk_real mean_life = 1.0f / rate;
    const dvk_real moved = dvk_select(slow | dvk_not(can), zero, mean_life * mean_life * (1.0f / apart));
    a->beyond = y[n - 1] * mean_life;
    a->gradient[n - 1] = a->gradient[n - 1] + mean_life + moved;
    a->gradient[n - 2] = a->gradient[n - 2] - moved * (yb / ya);
    a->flags = a->flags | dvk_flag(dvk_not(can), DVK_FIT_FALLBACK) | dvk_flag(can & slow, DVK_FIT_CLAMPED);
}

DVK_INLINE void dvk_tail_physical(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, dvk_answer *a)
{
    a->beyond = y[n - 1] * (1.0f / p->rate_physical);
    a->gradient[n - 1] = a->gradient[n - 1] + 1.0f / p->rate_physical;
}

/* Start and trapezia; the tail is added by the caller. `linear` holds the constant or linear start too. */
DVK_INLINE void dvk_trapezoid(DVK_UNIFORM dvk_fit_parameters *p, int n, const dvk_real *y, dvk_answer *a)
{
    a->integral = dvk_splat(0.0f);
    a->flags = dvk_splat_int(0);
    for (int i = 0; i < n; i++) {
        a->integral = a->integral + y[i] * p->linear[i];
        a->gradient[i] = dvk_splat(p->linear[i]);
    }
    if (p->start == DVK_FIT_BACK_EXTRAPOLATE)
        dvk_back_extrapolate(p, y, a);
}

#endif
