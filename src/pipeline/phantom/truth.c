/*
 * See truth.h. The transform is the textbook's, radix 2, one line at a time: it is written to be believed, and
 * shares nothing with the convolution that it is to judge.
 */
#include "pipeline/phantom/truth.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

typedef struct point {
    double re, im;
} point;

enum { MOST = 2048 }; /* points of a line */

struct dvk_truth {
    size_t n[3], p[3];
    int threads;
    point root[3][MOST / 2]; /* exp(-2 pi i k / p) */
    double *spectrum;        /* of the kernel, real since it is even */
    point *room;
};

/* --- one line --- */

static void reverse_bits(point *x, size_t n)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            const point swap = x[i];
            x[i] = x[j];
            x[j] = swap;
        }
    }
}

/* `sign` 1 forward, -1 back; no factor 1/n. */
static void transform_line(point *x, size_t n, const point *root, double sign)
{
    reverse_bits(x, n);
    for (size_t half = 1; half < n; half *= 2)
        for (size_t start = 0; start < n; start += 2 * half)
            for (size_t k = 0; k < half; k++) {
                const point w = root[k * (n / 2 / half)], a = x[start + k], b = x[start + k + half];
                const double im = sign * w.im, re = b.re * w.re - b.im * im, turned = b.re * im + b.im * w.re;
                x[start + k] = (point){a.re + re, a.im + turned};
                x[start + k + half] = (point){a.re - re, a.im - turned};
            }
}

/* --- all lines along an axis --- */

/* Lines along `axis` through the places below `most` on the other two axes. */
static void transform_axis(const dvk_truth *t, int axis, const size_t most[3], double sign)
{
    const size_t stride[3] = {1, t->p[0], t->p[0] * t->p[1]};
    const int u = axis == 0 ? 1 : 0, v = axis == 2 ? 1 : 2;
#pragma omp parallel for schedule(static) num_threads(t->threads)
    for (size_t j = 0; j < most[v]; j++)
        for (size_t i = 0; i < most[u]; i++) {
            point line[MOST], *at = t->room + i * stride[u] + j * stride[v];
            for (size_t k = 0; k < t->p[axis]; k++)
                line[k] = at[k * stride[axis]];
            transform_line(line, t->p[axis], t->root[axis], sign);
            for (size_t k = 0; k < t->p[axis]; k++)
                at[k * stride[axis]] = line[k];
        }
}

/* Of what is zero at and beyond `filled` on the last two axes. */
static void forward(const dvk_truth *t, const size_t filled[3])
{
    transform_axis(t, 0, (const size_t[3]){0, filled[1], filled[2]}, 1);
    transform_axis(t, 1, (const size_t[3]){t->p[0], 0, filled[2]}, 1);
    transform_axis(t, 2, (const size_t[3]){t->p[0], t->p[1], 0}, 1);
}

/* Only what the grid wants is right afterwards. */
static void back(const dvk_truth *t)
{
    transform_axis(t, 2, (const size_t[3]){t->p[0], t->p[1], 0}, -1);
    transform_axis(t, 1, (const size_t[3]){t->p[0], 0, t->n[2]}, -1);
    transform_axis(t, 0, (const size_t[3]){0, t->n[1], t->n[2]}, -1);
}

/* --- the kernel --- */

/* An offset's place on a ring of p: 0, 1, ..., -2, -1. */
static long offset(size_t i, size_t p)
{
    return i <= p / 2 ? (long)i : (long)i - (long)p;
}

static void transform_kernel(dvk_truth *t, const dvk_kernel *kernel)
{
    size_t i = 0;
    for (size_t z = 0; z < t->p[2]; z++)
        for (size_t y = 0; y < t->p[1]; y++)
            for (size_t x = 0; x < t->p[0]; x++)
                t->room[i++] =
                    (point){dvk_kernel_at(kernel, offset(x, t->p[0]), offset(y, t->p[1]), offset(z, t->p[2])), 0};
    forward(t, t->p);
    for (size_t k = 0; k < i; k++)
        t->spectrum[k] = t->room[k].re / (double)i;
}

dvk_status dvk_truth_create(const dvk_geometry *g, const dvk_kernel *kernel, int threads, dvk_truth **out)
{
    dvk_truth *t = NULL;
    dvk_status status = DVK_OK;
    size_t all = 1;
    assert(dvk_kernel_info(kernel)->even);
    *out = NULL;
    DVK_TRY_DONE(dvk_alloc(1, sizeof *t, &t));
    t->threads = threads;
    for (int a = 0; a < 3; a++) {
        t->n[a] = g->n[a];
        t->p[a] = 1;
        while (t->p[a] < 2 * g->n[a] - 1)
            t->p[a] *= 2;
        if (t->p[a] > MOST) {
            status = dvk_fail(DVK_ERR_USAGE,
                              "the true dose is for grids of up to %d voxels an axis: give a smaller "
                              "one, or --truth tables",
                              MOST / 2);
            goto done;
        }
        for (size_t k = 0; k < t->p[a] / 2; k++) {
            const double angle = 2 * 3.14159265358979323846 * (double)k / (double)t->p[a];
            t->root[a][k] = (point){cos(angle), -sin(angle)};
        }
        DVK_TRY_DONE(dvk_multiply(all, t->p[a], &all));
    }
    DVK_TRY_DONE(dvk_alloc(all, sizeof *t->room, &t->room));
    DVK_TRY_DONE(dvk_alloc(all, sizeof *t->spectrum, &t->spectrum));
    transform_kernel(t, kernel);
    *out = t;
    t = NULL;
done:
    dvk_truth_free(t);
    return status;
}

void dvk_truth_free(dvk_truth *t)
{
    if (t) {
        dvk_free(t->room);
        dvk_free(t->spectrum);
    }
    dvk_free(t);
}

/* --- a phantom --- */

/* Row of the grid at (y, z), in the values and in the room. */
static double *row_of(const dvk_truth *t, double *values, size_t y, size_t z, point **room)
{
    *room = t->room + (z * t->p[1] + y) * t->p[0];
    return values + (z * t->n[1] + y) * t->n[0];
}

void dvk_truth_run(dvk_truth *t, double *values)
{
    const size_t all = t->p[0] * t->p[1] * t->p[2];
    point *room = NULL;
    memset(t->room, 0, all * sizeof *t->room);
    for (size_t z = 0; z < t->n[2]; z++)
        for (size_t y = 0; y < t->n[1]; y++) {
            const double *row = row_of(t, values, y, z, &room);
            for (size_t x = 0; x < t->n[0]; x++)
                room[x].re = row[x];
        }
    forward(t, t->n);
    for (size_t k = 0; k < all; k++)
        t->room[k] = (point){t->room[k].re * t->spectrum[k], t->room[k].im * t->spectrum[k]};
    back(t);
    for (size_t z = 0; z < t->n[2]; z++)
        for (size_t y = 0; y < t->n[1]; y++) {
            double *row = row_of(t, values, y, z, &room);
            for (size_t x = 0; x < t->n[0]; x++)
                row[x] = room[x].re;
        }
}
