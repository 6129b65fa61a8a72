/* Convolution on every OpenCL device against a plain sum in double, whole and cut into slabs. */
#include <stdlib.h>
#include <string.h>

#include "backend/plugin.h"
#include "backend/probe.h"
#include "base/alloc.h"
#include "support/support.h"

/* Errors are relative to the largest result. A float transform of P points leaves some 1e-7 sqrt(log2 P) of it, and the
 * contract allows 1e-5; 2e-6 leaves room for another device's rounding and still catches a lost bit of the mantissa. */
static const double tolerance = 2e-6;

typedef struct test_problem {
    size_t n[3], half[3];
    bool even;
} test_problem;

/* One, prime, even and odd sizes; thinner than the kernel; the kernel wider than the grid; anisotropic. */
static const test_problem problems[] = {
    {{1, 1, 1}, {0, 0, 0}, true},    {{1, 1, 1}, {3, 3, 3}, true},     {{7, 5, 3}, {1, 1, 1}, true},
    {{13, 11, 17}, {4, 3, 5}, true}, {{16, 16, 16}, {7, 7, 7}, true},  {{30, 1, 9}, {5, 5, 2}, true},
    {{5, 6, 7}, {9, 9, 9}, true},    {{1, 40, 3}, {0, 13, 1}, true},   {{64, 3, 2}, {63, 2, 1}, true},
    {{9, 8, 7}, {2, 3, 4}, false},   {{12, 5, 19}, {20, 0, 6}, false}, {{1, 1, 23}, {2, 2, 22}, false},
};
enum { PROBLEMS = sizeof problems / sizeof problems[0] };

static const dvk_backend_ops *ops;
static dvk_backend *backend;

/* Uniform in -1..1, the same everywhere. */
static double noise(unsigned *state)
{
    *state = *state * 1664525U + 1013904223U;
    return (double)(*state >> 8) / 8388608.0 - 1;
}

static size_t count_taps(const test_problem *p)
{
    return (2 * p->half[0] + 1) * (2 * p->half[1] + 1) * (2 * p->half[2] + 1);
}

/* Falls off from the centre, as dose kernels do, with noise; even by taking absolute offsets. */
static void make_kernel(const test_problem *p, double *octant, double *taps)
{
    const long h[3] = {(long)p->half[0], (long)p->half[1], (long)p->half[2]};
    unsigned state = 7;
    for (size_t i = 0; i < (p->half[0] + 1) * (p->half[1] + 1) * (p->half[2] + 1); i++)
        octant[i] = (1.5 + noise(&state)) / (1.0 + (double)i * (double)i);
    for (long z = -h[2], i = 0; z <= h[2]; z++)
        for (long y = -h[1]; y <= h[1]; y++)
            for (long x = -h[0]; x <= h[0]; x++, i++)
                taps[i] = p->even ? octant[labs(x) + (h[0] + 1) * (labs(y) + (h[1] + 1) * labs(z))]
                                  : (1.5 + noise(&state)) / (1.0 + (double)(x * x + y * y + z * z));
}

/* out(x) = sum_y k(x - y) in(y), as it is written. */
static void sum_plainly(const test_problem *p, const double *taps, const float *in, double *out)
{
    const long n[3] = {(long)p->n[0], (long)p->n[1], (long)p->n[2]};
    const long h[3] = {(long)p->half[0], (long)p->half[1], (long)p->half[2]};
    for (long z = 0, i = 0; z < n[2]; z++)
        for (long y = 0; y < n[1]; y++)
            for (long x = 0; x < n[0]; x++, i++) {
                out[i] = 0;
                for (long c = 0; c < n[2]; c++)
                    for (long b = 0; b < n[1]; b++)
                        for (long a = 0; a < n[0]; a++)
                            if (labs(x - a) <= h[0] && labs(y - b) <= h[1] && labs(z - c) <= h[2])
                                out[i] += taps[x - a + h[0] +
                                               (2 * h[0] + 1) * (y - b + h[1] + (2 * h[1] + 1) * (z - c + h[2]))] *
                                          in[a + n[0] * (b + n[1] * c)];
            }
}

/* The largest error of a run, relative to the largest result. */
static double error_of(const test_problem *p, bool direct, bool in_place)
{
    const size_t voxels = p->n[0] * p->n[1] * p->n[2];
    double *octant, *taps, *want, worst = 0, largest = 0;
    float *in, *out;
    dvk_conv_plan *plan = NULL;
    unsigned state = 1;
    const double scale = 0.0863; /* mL */
    ck_ok(dvk_alloc(count_taps(p), sizeof *octant, &octant));
    ck_ok(dvk_alloc(count_taps(p), sizeof *taps, &taps));
    ck_ok(dvk_alloc(voxels, sizeof *want, &want));
    ck_ok(dvk_alloc(voxels, sizeof *in, &in));
    ck_ok(dvk_alloc(voxels, sizeof *out, &out));
    make_kernel(p, octant, taps);
    for (size_t i = 0; i < voxels; i++)
        in[i] = (float)(1e9 * (1.2 + noise(&state)));
    sum_plainly(p, taps, in, want);
    dvk_conv_problem problem = {.even = p->even, .octant = octant, .taps = taps, .scale = scale};
    memcpy(problem.n, p->n, sizeof problem.n);
    memcpy(problem.half, p->half, sizeof problem.half);
    ck_ok(ops->conv_create(backend, &problem, direct, &plan));
    ck_ok(ops->conv_run(plan, in, out)); /* a plan is used again */
    if (in_place) {
        ck_ok(ops->conv_run(plan, in, in));
        ck_assert(memcmp(in, out, voxels * sizeof *in) == 0);
    }
    ops->conv_free(plan);
    for (size_t i = 0; i < voxels; i++) {
        worst = fmax(worst, fabs(out[i] - scale * want[i]));
        largest = fmax(largest, fabs(scale * want[i]));
    }
    void *all[] = {octant, taps, want, in, out};
    for (size_t i = 0; i < 5; i++)
        dvk_free(all[i]);
    return worst / largest;
}

static void check_all(bool direct)
{
    for (size_t i = 0; i < PROBLEMS; i++) {
        const double error = error_of(&problems[i], direct, true);
        ck_assert_msg(error <= tolerance, "problem %zu: off by %g of the maximum", i, error);
    }
}

START_TEST(transforms_agree_with_the_sum)
{
    check_all(false);
}
END_TEST

START_TEST(the_direct_sum_agrees)
{
    check_all(true);
}
END_TEST

/* Room for a few planes only: two, three and more slabs, the last one thinner. */
START_TEST(slabs_agree_with_the_sum)
{
    const size_t limits[] = {60000, 150000, 300000};
    const char *id = ops->describe(backend)->id;
    dvk_backend *whole = backend;
    for (size_t l = 0; l < 3; l++) {
        dvk_device_memory_limit(limits[l]);
        ck_ok(ops->open(id, 1, &backend));
        for (size_t i = 3; i < PROBLEMS; i++)
            if (i != 7 && i != 8) {
                const double error = error_of(&problems[i], false, true);
                ck_assert_msg(error <= tolerance, "limit %zu, problem %zu: off by %g", limits[l], i, error);
            }
        ops->close(backend);
    }
    dvk_device_memory_limit(0);
    backend = whole;
}
END_TEST

int main(void)
{
    const dvk_probe *probe = dvk_probe_opencl();
    if (probe->count == 0 || dvk_plugin_load(&ops) != DVK_OK || ops->open(probe->device[0].id, 1, &backend) != DVK_OK) {
        printf("skipped: %s\n", probe->why);
        return 77;
    }
    TCase *cases[] = {tcase_create("convolve")};
    tcase_set_timeout(cases[0], 280);
    tcase_add_test(cases[0], transforms_agree_with_the_sum);
    tcase_add_test(cases[0], the_direct_sum_agrees);
    tcase_add_test(cases[0], slabs_agree_with_the_sum);
    const int code = run_suite("OpenCL convolution", cases, 1, true);
    ops->close(backend);
    return code;
}
