/*
 * Compensated summation (Neumaier 1974): the error of a sum is that of its last rounding, whatever the number of terms.
 */
#ifndef DVK_PHYSICS_SUM_H
#define DVK_PHYSICS_SUM_H

#include <math.h>

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
