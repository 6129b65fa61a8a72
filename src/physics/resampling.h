/*
 * Residual bootstrap: how much the TIA would scatter if the scans' errors fell otherwise. Replicate b gives sample i
 * the error of another sample, drawn at random, with a random sign:
 *
 *   y*_i = c_i + s e_j sqrt(w_j / w_i) sqrt(n / (n - k)),   e = y - c the residuals of the fit, k its unknowns, w
 * weights
 *
 * and the same model is fitted again; the standard deviation of the TIAs is the standard error. Signs keep the mean of
 * the errors at 0 and their variance at that of the fit, SSR / (n - k), however few points there are. All voxels and
 * VOIs of a series take the same draws, so that a result does not depend on which others there are. Where the fit
 * leaves no residuals (trapezoid, as many unknowns as points), those about a mono-exponential stand in, k = 2.
 */
#ifndef DVK_PHYSICS_RESAMPLING_H
#define DVK_PHYSICS_RESAMPLING_H

#include <stddef.h>
#include <stdint.h>

#include "dvk/timefit.h"

typedef struct dvk_draw {
    size_t from;  /* the sample whose residual is taken */
    double scale; /* 1 or -1 */
} dvk_draw;

/* The draws of one replicate for n samples: a pure function of its arguments. */
void dvk_resampling_draw(uint64_t seed, size_t replicate, size_t n, dvk_draw *draw);

/* sqrt(n / (n - k)) for a curve of this model. */
double dvk_resampling_inflation(dvk_model model, size_t n);

/* Mean and standard deviation of values that come one after the other; start with zeros. */
typedef struct dvk_scatter {
    size_t count;
    double mean, squares;
} dvk_scatter;

static inline void dvk_scatter_add(dvk_scatter *s, double value)
{
    const double off = value - s->mean;
    s->count++;
    s->mean += off / (double)s->count;
    s->squares += off * (value - s->mean);
}

#endif
