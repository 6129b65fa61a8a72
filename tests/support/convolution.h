/*
 * Convolution for the tests: an oracle (the definition, in double, one tap at a time), and problems to run it on.
 */
#ifndef DVK_TESTS_CONVOLUTION_H
#define DVK_TESTS_CONVOLUTION_H

#include "backend/backend.h"

/* out(x) = scale * sum_y k(x - y) in(y), zero outside the grid. Costs n[0] n[1] n[2] times the number of taps that
 * meet the grid. */
void oracle_convolve(const dvk_conv_problem *p, const float *in, double *out);

/* Repeatable numbers: uniform in [0, 1). */
double next_uniform(unsigned long long *state);

/* A problem with taps that fall off like a dose kernel, 1 at the centre, and a spiky volume of values to convolve, a
 * few of them zero. `even` gives a symmetric kernel, else a lopsided one. Free with drop_case. */
typedef struct conv_case {
    dvk_conv_problem problem;
    double *taps;
    float *in, *out;
    double *want;
    size_t voxels;
} conv_case;

conv_case make_case(const size_t n[3], const size_t half[3], bool even);
void drop_case(conv_case *c);

/* Largest |out - want| over the largest |want|. */
double worst_error(const float *out, const double *want, size_t count);

#endif
