/*
 * Non-linear least squares in double precision, for the curves of VOIs. The one door to cminpack.
 */
#ifndef DVK_PHYSICS_LEASTSQUARES_H
#define DVK_PHYSICS_LEASTSQUARES_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

enum { DVK_LSQ_POINTS = 12, DVK_LSQ_UNKNOWNS = 6 };

/* Fills residual[points] and jacobian[j * points + i] = d residual_i / d x_j. */
typedef void dvk_residuals(const void *problem, const double *x, double *residual, double *jacobian);

/* Solves the m x m system a x = b in place (x in b) by elimination with pivots; false where it is singular. */
bool dvk_solve_normal(double *a, double *b, size_t m);

/*
 * Minimises the sum of squared residuals from x on, to machine precision (MINPACK's LMDER, then plain Gauss-Newton
 * steps while they shrink: sums of squares stop telling at the root of that precision); x is replaced by the best
 * point. Returns the sum of squares there.
 */
double dvk_least_squares(dvk_residuals *residuals, const void *problem, size_t points, size_t unknowns, double *x);

#endif
