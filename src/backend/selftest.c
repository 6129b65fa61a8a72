/* Checks whose right answer is a formula; nothing here is compared with another run of the same code. */
#include "dvk/selftest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "physics/timefit.h"

/* float32 transforms leave some 2e-7 of the maximum; the contract allows this much between devices. */
static const double convolution_tolerance = 1e-5;

/* Samples rounded to float (6e-8) move a fit's area by some times as much. */
static const double integration_tolerance = 1e-5;

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

/* --- a fit finds the curve that made its samples --- */

enum { TIMES = 4, VOXELS = 1000 };
static const double t_h[TIMES] = {4, 24, 96, 168};
static const double half_life_h = 159.528; /* Lu-177 */

/* Voxel v decays from `amplitude` with an effective half-life of `effective_h`. */
static void voxel_curve(size_t v, double *amplitude, double *rate)
{
    *amplitude = 1e6 * (1 + (double)(v % 37));
    *rate = log(2) / (30 + (double)(v % 101));
}

static double area_of_curve(size_t v)
{
    double amplitude, rate;
    voxel_curve(v, &amplitude, &rate);
    return 3600 * amplitude / rate;
}

/* The first sample held from injection on, trapezia, and the exponential through the last two samples, the curve's. */
static double area_of_trapezia(size_t v)
{
    double amplitude, rate, y[TIMES];
    voxel_curve(v, &amplitude, &rate);
    for (size_t i = 0; i < TIMES; i++)
        y[i] = amplitude * exp(-rate * t_h[i]);
    double area = y[0] * t_h[0] + y[TIMES - 1] / rate;
    for (size_t i = 1; i < TIMES; i++)
        area += (y[i] + y[i - 1]) * (t_h[i] - t_h[i - 1]) / 2;
    return 3600 * area;
}

static const struct integration {
    const char *name;
    dvk_model model;
    double (*want)(size_t v);
} integrations[] = {
    {"a fit finds the exponential of its samples", DVK_MODEL_MONO, area_of_curve},
    {"trapezia and tail have their area", DVK_MODEL_TRAPEZOID, area_of_trapezia},
};
enum { INTEGRATIONS = sizeof integrations / sizeof integrations[0] };
_Static_assert((int)CONVOLUTIONS + (int)INTEGRATIONS == DVK_SELFTESTS, "a result for each check");

static void fill_frames(float *frames)
{
    for (size_t i = 0; i < TIMES; i++)
        for (size_t v = 0; v < VOXELS; v++) {
            double amplitude, rate;
            voxel_curve(v, &amplitude, &rate);
            *frames++ = (float)(amplitude * exp(-rate * t_h[i]));
        }
}

/* Each voxel relative to itself: its samples are rounded to float, and a fit carries that on some times larger. */
static dvk_status run_integration(dvk_context *c, const struct integration *v, dvk_selftest_result *result)
{
    dvk_status status = DVK_OK;
    dvk_integration how = dvk_integration_default();
    dvk_fit_parameters parameters;
    float *frames = NULL, *tia = NULL;
    uint8_t *flags = NULL;
    double error = 0;
    how.model = v->model;
    DVK_TRY_DONE(dvk_fit_prepare(&how, t_h, TIMES, half_life_h, 3600, &parameters));
    DVK_TRY_DONE(dvk_alloc((size_t)TIMES * VOXELS, sizeof *frames, &frames));
    DVK_TRY_DONE(dvk_alloc(VOXELS, sizeof *tia, &tia));
    DVK_TRY_DONE(dvk_alloc(VOXELS, 1, &flags));
    fill_frames(frames);
    const float *const frame[TIMES] = {frames, frames + VOXELS, frames + 2 * VOXELS, frames + 3 * VOXELS};
    const dvk_integrate_problem problem = {
        .voxels = VOXELS, .points = TIMES, .frame = frame, .parameters = &parameters, .tia = tia, .status = flags};
    DVK_TRY_DONE(dvk_context_integrate(c, &problem));
    for (size_t i = 0; i < VOXELS; i++) {
        const double off = fabs((double)tia[i] / v->want(i) - 1);
        error = off <= error ? error : off; /* NaN stays */
    }
    *result = (dvk_selftest_result){v->name, error, integration_tolerance, false};
done:
    dvk_free(flags);
    dvk_free(tia);
    dvk_free(frames);
    return status;
}

dvk_status dvk_selftest(dvk_context *c, dvk_selftest_result results[DVK_SELFTESTS])
{
    for (size_t i = 0; i < CONVOLUTIONS; i++)
        DVK_TRY(run_convolution(c, &convolutions[i], &results[i]));
    for (size_t i = 0; i < INTEGRATIONS; i++)
        DVK_TRY(run_integration(c, &integrations[i], &results[CONVOLUTIONS + i]));
    for (size_t i = 0; i < DVK_SELFTESTS; i++)
        results[i].passed = results[i].error <= results[i].tolerance;
    return DVK_OK;
}
