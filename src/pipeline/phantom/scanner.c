/* Gaussian resolution and Poisson noise for phantoms. */
#include "pipeline/phantom/scanner.h"

#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/phantom/shapes.h"

/* One line of n values, `stride` apart, convolved with a symmetric kernel of half-width `half`; `line` is room for n.
 */
static void blur_line(float *values, size_t n, size_t stride, const double *weight, size_t half, double *line)
{
    for (size_t i = 0; i < n; i++) {
        const size_t from = i > half ? i - half : 0, to = i + half < n ? i + half : n - 1;
        double sum = 0;
        for (size_t s = from; s <= to; s++)
            sum += weight[s > i ? s - i : i - s] * (double)values[s * stride];
        line[i] = sum;
    }
    for (size_t i = 0; i < n; i++)
        values[i * stride] = (float)line[i];
}

static void gaussian_weights(double *weight, size_t half, double sigma_voxels)
{
    double sum = 0;
    for (size_t i = 0; i <= half; i++) {
        weight[i] = exp(-0.5 * (double)(i * i) / (sigma_voxels * sigma_voxels));
        sum += (i ? 2 : 1) * weight[i];
    }
    for (size_t i = 0; i <= half; i++)
        weight[i] /= sum;
}

static dvk_status blur_axis(float *values, const dvk_geometry *g, int axis, double sigma_mm)
{
    const double sigma = sigma_mm / g->voxel_mm[axis];
    const size_t half = (size_t)ceil(5 * sigma), n = g->n[axis];
    const size_t stride = axis == 0 ? 1 : axis == 1 ? g->n[0] : g->n[0] * g->n[1];
    double *room = NULL;
    DVK_TRY(dvk_alloc(half + 1 + n, sizeof *room, &room));
    gaussian_weights(room, half, sigma);
    for (size_t v = 0; v < dvk_geometry_voxels(g); v++)
        if (v / stride % n == 0) /* the first voxel of a line along the axis */
            blur_line(values + v, n, stride, room, half, room + half + 1);
    dvk_free(room);
    return DVK_OK;
}

dvk_status dvk_scanner_blur(float *values, const dvk_geometry *g, double fwhm_mm)
{
    const double sigma_mm = fwhm_mm / (2 * sqrt(2 * log(2)));
    for (int axis = 0; axis < 3; axis++)
        DVK_TRY(blur_axis(values, g, axis, sigma_mm));
    return DVK_OK;
}

/* Knuth's product for few counts, the normal limit (its skewness below 3 %) for many. */
static double poisson(double mean, uint64_t *state)
{
    if (mean > 1000)
        return fmax(0, floor(mean + sqrt(mean) * dvk_random_normal(state) + 0.5));
    double count = 0;
    /* In steps of 500, since exp(-mean) must not underflow. */
    for (double left = mean; left > 0; left -= 500) {
        const double limit = exp(-fmin(left, 500));
        for (double product = 1 - dvk_random(state); product > limit; product *= 1 - dvk_random(state))
            count++;
    }
    return count;
}

void dvk_scanner_noise(float *values, size_t n, double counts_per_value, uint64_t seed)
{
    uint64_t state = seed;
    for (size_t i = 0; i < n; i++)
        values[i] = (float)(poisson(counts_per_value * (double)values[i], &state) / counts_per_value);
}
