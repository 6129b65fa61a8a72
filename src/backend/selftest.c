/* Checks whose right answer is a formula; nothing here is compared with another run of the same code. */
#include "dvk/selftest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"

/* float32 transforms leave some 2e-7 of the maximum; the contract allows this much between devices. */
static const double convolution_tolerance = 1e-5;

/* A convolution on a grid of uneven sizes, and the formula of its result. */
typedef struct convolution {
    const char *name;
    bool even, direct;
    double (*tap)(long x, long y, long z);
    float (*in)(const size_t at[3]);
    double (*want)(const size_t at[3]);
} convolution;

static const size_t grid[3] = {45, 20, 14}, half[3] = {30, 6, 13}, hot[3] = {31, 7, 2};

/* --- an impulse gives the kernel around it --- */

static double gaussian(long x, long y, long z)
{
    return exp(-0.02 * (double)(x * x) - 0.05 * (double)(y * y) - 0.1 * (double)(z * z));
}

static double lopsided(long x, long y, long z)
{
    return gaussian(x, y, z) * (1 + 0.01 * (double)x + 0.02 * (double)y - 0.03 * (double)z);
}

static float impulse(const size_t at[3])
{
    return memcmp(at, hot, sizeof hot) == 0 ? 1e9F : 0;
}

static double kernel_around(double (*tap)(long, long, long), const size_t at[3])
{
    long d[3];
    for (int a = 0; a < 3; a++) {
        d[a] = (long)at[a] - (long)hot[a];
        if (labs(d[a]) > (long)half[a])
            return 0;
    }
    return 1e9 * tap(d[0], d[1], d[2]);
}

static double gaussian_around(const size_t at[3])
{
    return kernel_around(gaussian, at);
}

static double lopsided_around(const size_t at[3])
{
    return kernel_around(lopsided, at);
}

/* --- a box over a uniform volume counts the voxels it meets --- */

static double one(long x, long y, long z)
{
    (void)x, (void)y, (void)z;
    return 1;
}

static float uniform(const size_t at[3])
{
    (void)at;
    return 1;
}

static double voxels_met(const size_t at[3])
{
    double met = 1;
    for (int a = 0; a < 3; a++) {
        const size_t below = at[a] < half[a] ? at[a] : half[a];
        const size_t after = grid[a] - 1 - at[a], above = after < half[a] ? after : half[a];
        met *= (double)(below + 1 + above);
    }
    return met;
}

static const convolution convolutions[] = {
    {"an impulse gives the kernel", true, false, gaussian, impulse, gaussian_around},
    {"an impulse gives a lopsided kernel", false, false, lopsided, impulse, lopsided_around},
    {"a box over a uniform volume counts voxels", true, false, one, uniform, voxels_met},
    {"the same as a plain sum", true, true, one, uniform, voxels_met},
};
enum { CONVOLUTIONS = sizeof convolutions / sizeof convolutions[0] };

/* --- running them --- */

static dvk_status make_taps(const convolution *v, double **out)
{
    const long h[3] = {(long)half[0], (long)half[1], (long)half[2]};
    size_t i = 0;
    double *taps = NULL;
    DVK_TRY(dvk_alloc((2 * half[0] + 1) * (2 * half[1] + 1) * (2 * half[2] + 1), sizeof *taps, &taps));
    for (long z = v->even ? 0 : -h[2]; z <= h[2]; z++)
        for (long y = v->even ? 0 : -h[1]; y <= h[1]; y++)
            for (long x = v->even ? 0 : -h[0]; x <= h[0]; x++)
                taps[i++] = v->tap(x, y, z);
    *out = taps;
    return DVK_OK;
}

static double largest_error(const convolution *v, const float *got)
{
    double error = 0, largest = 0;
    size_t at[3], i = 0;
    for (at[2] = 0; at[2] < grid[2]; at[2]++)
        for (at[1] = 0; at[1] < grid[1]; at[1]++)
            for (at[0] = 0; at[0] < grid[0]; at[0]++) {
                const double want = v->want(at), off = fabs((double)got[i++] - want);
                error = off <= error ? error : off; /* NaN stays */
                largest = fmax(largest, want);
            }
    return error / largest;
}

static void fill_input(const convolution *v, float *in)
{
    size_t at[3];
    for (at[2] = 0; at[2] < grid[2]; at[2]++)
        for (at[1] = 0; at[1] < grid[1]; at[1]++)
            for (at[0] = 0; at[0] < grid[0]; at[0]++)
                *in++ = v->in(at);
}

static dvk_status run_convolution(dvk_context *c, const convolution *v, dvk_selftest_result *result)
{
    dvk_status status = DVK_OK;
    double *taps = NULL;
    float *volume = NULL;
    dvk_conv_problem problem = {.even = v->even, .scale = 1};
    memcpy(problem.n, grid, sizeof grid);
    memcpy(problem.half, half, sizeof half);
    DVK_TRY_DONE(make_taps(v, &taps));
    DVK_TRY_DONE(dvk_alloc(grid[0] * grid[1] * grid[2], sizeof *volume, &volume));
    *(v->even ? &problem.octant : &problem.taps) = taps;
    fill_input(v, volume);
    DVK_TRY_DONE(dvk_context_convolve(c, &problem, v->direct, volume, volume));
    *result = (dvk_selftest_result){v->name, largest_error(v, volume), convolution_tolerance, false};
done:
    dvk_free(volume);
    dvk_free(taps);
    return status;
}

dvk_status dvk_selftest(dvk_context *c, dvk_selftest_result results[DVK_SELFTESTS])
{
    for (size_t i = 0; i < CONVOLUTIONS; i++)
        DVK_TRY(run_convolution(c, &convolutions[i], &results[i]));
    for (size_t i = 0; i < DVK_SELFTESTS; i++)
        results[i].passed = results[i].error <= results[i].tolerance;
    return DVK_OK;
}
