/*
 * What every back end's convolution must do, through the table of operations, against the double oracle.
 *
 * Tolerance: float32 transforms of length P err by about 3e-8 sqrt(log2 P^3) rms of the result's rms, some 2e-7; the
 * worst voxel of a volume lies some five times above the rms and the rms well below the maximum. 1e-6 of the maximum
 * holds for all sizes and leaves a wrong tap, a shifted voxel or a wrapped edge (1e-5 and more) no room.
 */
#include "support/convolve_suite.h"

#include <stdlib.h>
#include <string.h>

#include "support/convolution.h"
#include "support/support.h"

static const double tolerance = 1e-6;

/* The back end under test. */
static const dvk_backend_ops *ops;
static const char *device;

static dvk_backend *open_backend(int threads)
{
    dvk_backend *b = NULL;
    ck_ok(ops->open(device, threads, &b));
    return b;
}

static void convolve(dvk_backend *b, const dvk_conv_problem *p, bool direct, const float *in, float *out)
{
    dvk_conv_plan *plan = NULL;
    ck_ok(ops->conv_create(b, p, direct, &plan));
    ck_ok(ops->conv_run(plan, in, out));
    ops->conv_free(plan);
}

/* Sizes where an implementation breaks: a single voxel, primes, even and odd, thinner than the kernel, wider than a
 * vector, a line, a plane; half-widths of 0, uneven ones, larger than the volume. */
typedef struct size_case {
    size_t n[3], half[3];
} size_case;

static const size_case sizes[] = {
    {{1, 1, 1}, {0, 0, 0}},     {{1, 1, 1}, {3, 3, 3}},    {{2, 1, 1}, {1, 1, 1}},    {{1, 7, 1}, {0, 6, 0}},
    {{1, 1, 13}, {2, 2, 12}},   {{17, 1, 1}, {5, 0, 0}},   {{7, 11, 13}, {2, 2, 2}},  {{8, 8, 8}, {3, 3, 3}},
    {{9, 10, 11}, {1, 2, 3}},   {{16, 16, 16}, {7, 7, 7}}, {{17, 19, 5}, {4, 3, 8}},  {{3, 20, 6}, {9, 2, 1}},
    {{20, 3, 4}, {19, 2, 3}},   {{33, 6, 7}, {1, 1, 1}},   {{31, 4, 5}, {30, 9, 9}},  {{40, 5, 3}, {8, 4, 2}},
    {{12, 24, 18}, {11, 5, 0}}, {{64, 3, 2}, {1, 2, 1}},   {{35, 2, 37}, {0, 1, 17}}, {{10, 18, 14}, {9, 17, 13}},
};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void check_size(const size_case *s, bool even, bool direct)
{
    dvk_backend *b = open_backend(2);
    conv_case c = make_case(s->n, s->half, even);
    oracle_convolve(&c.problem, c.in, c.want);
    convolve(b, &c.problem, direct, c.in, c.out);
    const double worst = worst_error(c.out, c.want, c.voxels);
    ck_assert_msg(worst <= tolerance, "%s, %zu x %zu x %zu, half %zu %zu %zu, %s%s: off by %g of the maximum",
                  ops->name, s->n[0], s->n[1], s->n[2], s->half[0], s->half[1], s->half[2], even ? "even" : "general",
                  direct ? ", direct" : "", worst);
    drop_case(&c);
    ops->close(b);
}

START_TEST(even_kernels)
{
    for (int s = 0; s < SIZES; s++)
        check_size(&sizes[s], true, false);
}
END_TEST

START_TEST(general_kernels)
{
    for (int s = 0; s < SIZES; s++)
        check_size(&sizes[s], false, false);
}
END_TEST

START_TEST(direct_sums)
{
    for (int s = 0; s < SIZES; s++) {
        check_size(&sizes[s], true, true);
        check_size(&sizes[s], false, true);
    }
}
END_TEST

/* A single hot voxel, in a corner or inside, gives the kernel around it, cut at the edge. */
START_TEST(an_impulse_gives_the_kernel)
{
    const size_t n[3] = {21, 18, 10}, half[3] = {20, 17, 9};
    const size_t at[][3] = {{0, 0, 0}, {20, 17, 9}, {10, 5, 4}, {20, 0, 4}};
    dvk_backend *b = open_backend(2);
    conv_case c = make_case(n, half, true);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        memset(c.in, 0, c.voxels * sizeof *c.in);
        c.in[(at[i][2] * n[1] + at[i][1]) * n[0] + at[i][0]] = 1e9f;
        for (size_t v = 0; v < c.voxels; v++) {
            const long x = labs((long)(v % n[0]) - (long)at[i][0]);
            const long y = labs((long)(v / n[0] % n[1]) - (long)at[i][1]);
            const long z = labs((long)(v / n[0] / n[1]) - (long)at[i][2]);
            c.want[v] = 1e9 * c.problem.scale * c.taps[((size_t)z * 18 + (size_t)y) * 21 + (size_t)x];
        }
        convolve(b, &c.problem, false, c.in, c.out);
        ck_assert(worst_error(c.out, c.want, c.voxels) <= tolerance);
    }
    drop_case(&c);
    ops->close(b);
}
END_TEST

/* Turning volume and kernel around turns the result around: flips of an even kernel's input, all axes at once. */
START_TEST(a_flip_goes_through)
{
    const size_t n[3] = {19, 12, 9}, half[3] = {6, 11, 3};
    dvk_backend *b = open_backend(2);
    conv_case c = make_case(n, half, true);
    convolve(b, &c.problem, false, c.in, c.out);
    for (size_t v = 0; v < c.voxels; v++)
        c.want[v] = c.out[c.voxels - 1 - v];
    for (size_t v = 0; v < c.voxels / 2; v++) {
        const float swap = c.in[v];
        c.in[v] = c.in[c.voxels - 1 - v];
        c.in[c.voxels - 1 - v] = swap;
    }
    convolve(b, &c.problem, false, c.in, c.out);
    ck_assert(worst_error(c.out, c.want, c.voxels) <= tolerance);
    drop_case(&c);
    ops->close(b);
}
END_TEST

/* A volume moved by one voxel, its last planes empty, gives the result moved by one voxel. */
START_TEST(a_shift_goes_through)
{
    const size_t n[3] = {14, 15, 16}, half[3] = {5, 5, 5}, shift = (n[1] + 1) * n[0] + 1;
    dvk_backend *b = open_backend(2);
    conv_case c = make_case(n, half, true);
    for (size_t v = 0; v < c.voxels; v++)
        if (v % n[0] >= 8 || v / n[0] % n[1] >= 9 || v / n[0] / n[1] >= 10)
            c.in[v] = 0;
    convolve(b, &c.problem, false, c.in, c.out);
    float *moved = calloc(c.voxels, sizeof *moved);
    memcpy(moved + shift, c.in, (c.voxels - shift) * sizeof *moved);
    double largest = 0;
    for (size_t v = 0; v < c.voxels; v++)
        largest = fmax(largest, c.out[v]);
    float *result = calloc(c.voxels, sizeof *result);
    convolve(b, &c.problem, false, moved, result);
    for (size_t v = 0; v < c.voxels - shift; v++) {
        const bool inside = v % n[0] < n[0] - 1 && v / n[0] % n[1] < n[1] - 1;
        ck_assert(!inside || fabs((double)result[v + shift] - (double)c.out[v]) <= tolerance * largest);
    }
    free(moved);
    free(result);
    drop_case(&c);
    ops->close(b);
}
END_TEST

START_TEST(convolution_is_linear)
{
    const size_t n[3] = {13, 9, 17}, half[3] = {12, 4, 5};
    dvk_backend *b = open_backend(2);
    conv_case c = make_case(n, half, true);
    unsigned long long state = 7;
    float *other = calloc(c.voxels, sizeof *other), *result = calloc(c.voxels, sizeof *result);
    for (size_t v = 0; v < c.voxels; v++)
        other[v] = (float)(-5e5 * next_uniform(&state));
    convolve(b, &c.problem, false, c.in, c.out);
    convolve(b, &c.problem, false, other, result);
    for (size_t v = 0; v < c.voxels; v++) {
        c.want[v] = 2 * (double)c.out[v] - 0.5 * (double)result[v];
        other[v] = (float)(2 * (double)c.in[v] - 0.5 * (double)other[v]);
    }
    convolve(b, &c.problem, false, other, result);
    ck_assert(worst_error(result, c.want, c.voxels) <= tolerance);
    free(other);
    free(result);
    drop_case(&c);
    ops->close(b);
}
END_TEST

/* The same bytes for any number of threads, from a plan used twice, and in place. */
START_TEST(bytes_do_not_depend_on_threads)
{
    const size_t n[3] = {37, 23, 11}, half[3] = {9, 22, 4};
    conv_case c = make_case(n, half, true);
    float *again = calloc(c.voxels, sizeof *again);
    for (int direct = 0; direct < 2; direct++)
        for (int threads = 1; threads <= 5; threads += 2) {
            dvk_backend *b = open_backend(threads);
            dvk_conv_plan *plan = NULL;
            ck_ok(ops->conv_create(b, &c.problem, direct, &plan));
            if (threads == 1)
                ck_ok(ops->conv_run(plan, c.in, c.out));
            memcpy(again, c.in, c.voxels * sizeof *again);
            ck_ok(ops->conv_run(plan, again, again));
            ck_assert(memcmp(again, c.out, c.voxels * sizeof *again) == 0);
            ops->conv_free(plan);
            ops->close(b);
        }
    free(again);
    drop_case(&c);
}
END_TEST

START_TEST(nothing_is_refused)
{
    const size_t n[3] = {4, 0, 4}, half[3] = {1, 1, 1};
    dvk_backend *b = open_backend(1);
    conv_case c = make_case(n, half, true);
    dvk_conv_plan *plan = NULL;
    ck_fails(ops->conv_create(b, &c.problem, false, &plan), DVK_ERR_INVALID);
    ck_assert_ptr_null(plan);
    drop_case(&c);
    ops->close(b);
}
END_TEST

TCase *convolve_case(const dvk_backend_ops *tested, const char *id)
{
    TCase *tcase = tcase_create("convolve");
    ops = tested;
    device = id;
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, even_kernels);
    tcase_add_test(tcase, general_kernels);
    tcase_add_test(tcase, direct_sums);
    tcase_add_test(tcase, an_impulse_gives_the_kernel);
    tcase_add_test(tcase, a_flip_goes_through);
    tcase_add_test(tcase, a_shift_goes_through);
    tcase_add_test(tcase, convolution_is_linear);
    tcase_add_test(tcase, bytes_do_not_depend_on_threads);
    tcase_add_test(tcase, nothing_is_refused);
    return tcase;
}
