/* Convolution as a plain sum over the taps: the fastest for the smallest kernels, and a check of the transforms. */
#include <omp.h>
#include <string.h>

#include "backend/cpu/convolve.h"
#include "base/alloc.h"
#include "base/fail.h"

/* Turned around along x, so that a row's sum runs forward through both taps and input. */
static void fill_taps(dvk_conv_direct *d, const dvk_conv_problem *p)
{
    const long hx = (long)d->half[0], hy = (long)d->half[1], hz = (long)d->half[2];
    float *to = d->taps;
    for (long z = -hz; z <= hz; z++)
        for (long y = -hy; y <= hy; y++)
            for (long x = hx; x >= -hx; x--)
                *to++ = (float)(dvk_conv_tap(p, x, y, z) * p->scale);
}

dvk_status dvk_conv_direct_init(dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3])
{
    dvk_conv_direct *d = &plan->direct;
    size_t rows = 0, size = 0;
    memcpy(d->n, p->n, sizeof d->n);
    memcpy(d->half, half, sizeof d->half);
    /* A row ends with a vector to spare, since its last sum may read past what it keeps. */
    d->pitch = p->n[0] + 2 * half[0] + plan->passes->lanes;
    DVK_TRY(dvk_multiply(p->n[1], p->n[2], &rows));
    DVK_TRY(dvk_multiply(rows, d->pitch, &size));
    DVK_TRY(dvk_alloc(size, sizeof *d->padded, &d->padded));
    DVK_TRY(dvk_multiply((2 * half[0] + 1) * (2 * half[1] + 1), 2 * half[2] + 1, &size));
    DVK_TRY(dvk_alloc(size, sizeof *d->taps, &d->taps));
    fill_taps(d, p);
    /* The rows that meet in one row of the result, and their taps. */
    plan->scratch_len = 2 * (2 * half[1] + 1) * (2 * half[2] + 1) * sizeof(float *) / sizeof(float);
    plan->scratch_len = (plan->scratch_len + 15) / 16 * 16;
    return dvk_alloc((size_t)plan->threads * plan->scratch_len, sizeof *plan->scratch, &plan->scratch);
}

/* Row (y, z) of the result. */
static void sum_row(const dvk_conv_plan *plan, size_t y, size_t z, const float **rows, float *out)
{
    const dvk_conv_direct *d = &plan->direct;
    const size_t height = 2 * d->half[1] + 1, depth = 2 * d->half[2] + 1, width = 2 * d->half[0] + 1;
    const float **taps = rows + height * depth;
    size_t count = 0;
    for (size_t k = 0; k < depth; k++)
        for (size_t j = 0; j < height; j++) {
            /* Tap j sits at offset j - half, so its input is at y - (j - half). */
            const size_t from_y = y + d->half[1] - j, from_z = z + d->half[2] - k;
            if (from_y >= d->n[1] || from_z >= d->n[2]) /* negative ones wrap to huge */
                continue;
            rows[count] = d->padded + (from_z * d->n[1] + from_y) * d->pitch;
            taps[count++] = d->taps + (k * height + j) * width;
        }
    plan->passes->direct_row(d->n[0], count, rows, taps, width, out);
}

void dvk_conv_direct_run(const dvk_conv_plan *plan, const float *in, float *out)
{
    const dvk_conv_direct *d = &plan->direct;
    const size_t rows = d->n[1] * d->n[2];
#pragma omp parallel num_threads(plan->threads)
    {
        const float **scratch = (const float **)(plan->scratch + (size_t)omp_get_thread_num() * plan->scratch_len);
#pragma omp for schedule(static)
        for (size_t r = 0; r < rows; r++)
            memcpy(d->padded + r * d->pitch + d->half[0], in + r * d->n[0], d->n[0] * sizeof *in);
#pragma omp for schedule(static)
        for (size_t r = 0; r < rows; r++)
            sum_row(plan, r % d->n[1], r / d->n[1], scratch, out + r * d->n[0]);
    }
}
