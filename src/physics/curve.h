/*
 * What the files of the VOI's curve fit share. Samples are scaled to a largest magnitude of 1 before any search.
 */
#ifndef DVK_PHYSICS_CURVE_H
#define DVK_PHYSICS_CURVE_H

#include <stdbool.h>

#include "physics/timefit.h"

typedef struct dvk_samples {
    size_t n;
    double t[DVK_FIT_POINTS], y[DVK_FIT_POINTS];
    double weight[DVK_FIT_POINTS]; /* 1 / variance, up to a factor */
    dvk_rate_bounds bounds;
} dvk_samples;

/* A fitted sum of exponentials, its amplitudes in units of the samples. */
typedef struct dvk_sum_fit {
    dvk_model model; /* of the curve that was reached: the one asked for, or a simpler one in its closure */
    bool found;
    bool clamped;
    size_t terms;
    double amplitude[DVK_MAX_TERMS], rate[DVK_MAX_TERMS];
    double squares;  /* weighted, left over */
    double variance; /* of the integral, in units of the residual variance */
} dvk_sum_fit;

/* The global best fit of a kind (MONO ... TRIEXP), its closure included. */
dvk_sum_fit dvk_fit_sum(const dvk_samples *s, dvk_model kind);

double dvk_sum_integral(const dvk_sum_fit *f, double from_h);

/* AICc of a curve with `unknowns` and a residual variance; NaN where n <= K + 1. */
double dvk_aicc_of(size_t n, size_t unknowns, double squares);

/* Sets the curve's u_tia_rel from how->bootstrap (2 or more) resamplings; the samples were scaled by `scale`. */
dvk_status dvk_curve_bootstrap(const dvk_samples *s, double scale, double half_life_h, const dvk_integration *how,
                               dvk_curve *c) DVK_MUST_USE;

#endif
