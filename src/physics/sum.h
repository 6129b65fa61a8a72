/* Sums in double: of few numbers that must not lose a digit, and of maps. */
#ifndef DVK_PHYSICS_SUM_H
#define DVK_PHYSICS_SUM_H

#include <math.h>
#include <stddef.h>

/* Of a map, in running sums side by side, a fixed number of them: the same bits on any processor. */
double dvk_sum_floats(const float *values, size_t count);

/* Compensated (Neumaier 1974): the error is that of the last rounding, whatever the number of terms. */
typedef struct dvk_sum {
    double total, lost;
} dvk_sum;

static inline void dvk_sum_add(dvk_sum *s, double x)
{
    const double t = s->total + x;
    s->lost += fabs(s->total) >= fabs(x) ? (s->total - t) + x : (x - t) + s->total;
    s->total = t;
}

static inline double dvk_sum_value(const dvk_sum *s)
{
    return s->total + s->lost;
}

#endif
