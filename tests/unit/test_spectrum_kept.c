/* Plans whose spectrum comes from the user's cache: the bytes that making gives, whatever is or is not in the cache. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/cpu/convolve.h"
#include "base/alloc.h"
#include "data/io.h"
#include "support/cache_folder.h"
#include "support/convolution.h"
#include "support/support.h"

static dvk_backend *backend;
static conv_case plain;

static void set_up(void)
{
    static const size_t n[3] = {66, 66, 66}, half[3] = {65, 65, 65};
    ck_ok(dvk_cpu_backend.open("cpu", 2, &backend));
    plain = make_case(n, half, true);
}

static void tear_down(void)
{
    dvk_cpu_backend.close(backend);
    drop_case(&plain);
}

static void convolve(const dvk_conv_problem *p, float *out)
{
    dvk_conv_plan *plan = NULL;
    ck_ok(dvk_cpu_backend.conv_create(backend, p, false, &plan));
    ck_ok(dvk_cpu_backend.conv_run(plan, plain.in, out));
    dvk_cpu_backend.conv_free(plan);
}

static void convolve_without(const dvk_conv_problem *p, float *out)
{
    char folder[400];
    snprintf(folder, sizeof folder, "%s", getenv("DVK_CACHE_DIR"));
    setenv("DVK_CACHE_DIR", "", 1);
    convolve(p, out);
    setenv("DVK_CACHE_DIR", folder, 1);
}

static float *volume(void)
{
    float *out = NULL;
    ck_ok(dvk_alloc(plain.voxels, sizeof *out, &out));
    return out;
}

static bool gives(const dvk_conv_problem *p, const float *want)
{
    convolve(p, plain.out);
    return memcmp(plain.out, want, p->n[0] * p->n[1] * p->n[2] * sizeof *want) == 0;
}

START_TEST(a_kept_spectrum_is_the_made_one)
{
    float *want = volume();
    convolve_without(&plain.problem, want);
    cache_fresh();
    ck_assert(gives(&plain.problem, want)); /* made, and kept */
    ck_assert_int_eq(cache_entries(), 1);
    ck_assert(gives(&plain.problem, want)); /* found */
    cache_forge(3);                         /* the first value's exponent */
    ck_assert(!gives(&plain.problem, want));
    dvk_free(want);
}
END_TEST

/* Problems that differ in one thing each, `octant` with room for the kernel's values. */
static dvk_conv_problem other(int i, double *octant)
{
    const size_t values = 66 * 66 * 66, change[] = {0, values - 1, values / 3};
    dvk_conv_problem p = plain.problem;
    memcpy(octant, p.octant, values * sizeof *octant);
    p.octant = octant;
    if (i >= 1 && i <= 3) /* what float32 does not tell */
        octant[change[i - 1]] = nextafter(octant[change[i - 1]], 9);
    if (i == 4)
        p.scale *= 2;
    if (i >= 5 && i <= 7) /* a kernel that is cut */
        p.n[i - 5] = 64;
    if (i == 8) { /* the same numbers as another box */
        p.half[0] = 131;
        p.half[1] = 32;
    }
    return p;
}
enum { OTHERS = 9 };

START_TEST(whatever_the_values_depend_on_is_in_the_key)
{
    float *want = volume();
    double *octant = NULL;
    ck_ok(dvk_alloc(66 * 66 * 66, sizeof *octant, &octant));
    cache_fresh();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < OTHERS; i++) {
            const dvk_conv_problem p = other(i, octant);
            convolve_without(&p, want);
            ck_assert_msg(gives(&p, want), "problem %d, round %d", i, round);
            ck_assert_msg(cache_entries() == (round ? OTHERS : i + 1), "problem %d is taken for another", i);
        }
    dvk_free(octant);
    dvk_free(want);
}
END_TEST

START_TEST(only_large_spectra_of_plans_in_use_are_kept)
{
    static const size_t n[3] = {16, 16, 16}, half[3] = {15, 15, 15};
    conv_case small = make_case(n, half, true), odd = make_case(plain.problem.n, n, false);
    dvk_conv_plan *plan = NULL;
    cache_fresh();
    convolve(&small.problem, small.out);
    convolve(&odd.problem, odd.out);
    ck_ok(dvk_cpu_conv_create_with(dvk_conv_best_passes(), 2, &plain.problem, false, &plan));
    dvk_cpu_conv_free(plan);
    ck_assert_int_eq(cache_entries(), 0);
    drop_case(&small);
    drop_case(&odd);
}
END_TEST

/* Each file call in turn, with the cache empty and with the spectrum in it; no folder at all; a file cut short. */
START_TEST(a_cache_that_fails_changes_nothing)
{
    float *want = volume();
    cache_fresh();
    convolve_without(&plain.problem, want);
    for (long n = 1, left = 0; left == 0; n++) {
        cache_fresh();
        for (int again = 0; again < 2; again++) {
            dvk_io_fail_at(n, again ? EIO : ENOSPC);
            ck_assert(gives(&plain.problem, want));
            left = dvk_io_fail_at(0, 0);
        }
        ck_assert_int_lt(n, 40);
    }
    ck_assert_int_eq(truncate(cache_entry(), 100000), 0);
    ck_assert(gives(&plain.problem, want));
    ck_assert(gives(&plain.problem, want));
    setenv("DVK_CACHE_DIR", "/dev/null/cache", 1);
    ck_assert(gives(&plain.problem, want));
    dvk_free(want);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("kept")};
    tcase_add_checked_fixture(cases[0], set_up, tear_down);
    tcase_add_test(cases[0], a_kept_spectrum_is_the_made_one);
    tcase_add_test(cases[0], whatever_the_values_depend_on_is_in_the_key);
    tcase_add_test(cases[0], only_large_spectra_of_plans_in_use_are_kept);
    tcase_add_test(cases[0], a_cache_that_fails_changes_nothing);
    return run_suite("kept spectra", cases, 1, false);
}
