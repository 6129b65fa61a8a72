/*
 * The CPU's convolution compiled for each instruction set: those that this processor has, against the double oracle,
 * and the transform lengths themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/convolve.h"
#include "support/convolution.h"
#include "support/support.h"

static const double tolerance = 1e-6; /* see the contract suite */

/* Rows around every vector width, half-widths around every block of columns, P[0]/2 above and below n[0]. */
static const size_t sizes[][2][3] = {{{15, 4, 3}, {14, 1, 2}}, {{16, 17, 2}, {3, 16, 1}}, {{33, 9, 5}, {4, 3, 3}},
                                     {{48, 3, 7}, {0, 0, 6}},  {{5, 31, 4}, {4, 2, 0}},   {{1, 1, 1}, {0, 0, 0}}};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void check(const dvk_conv_passes *passes, const size_t size[2][3], bool even, bool direct, bool past_cache)
{
    conv_case c = make_case(size[0], size[1], even);
    dvk_conv_plan *plan = NULL;
    oracle_convolve(&c.problem, c.in, c.want);
    ck_ok(dvk_cpu_conv_create_with(passes, 2, &c.problem, direct, &plan));
    plan->grid.past_cache = past_cache;
    ck_ok(dvk_cpu_conv_run(plan, c.in, c.out));
    dvk_cpu_conv_free(plan);
    const double worst = worst_error(c.out, c.want, c.voxels);
    ck_assert_msg(worst <= tolerance, "%s, %zu x %zu x %zu: off by %g of the maximum", passes->name, size[0][0],
                  size[0][1], size[0][2], worst);
    drop_case(&c);
}

START_TEST(every_level_is_right)
{
    for (const dvk_conv_passes *const *level = dvk_conv_levels; *level; level++) {
        if (!(*level)->usable())
            continue;
        for (int s = 0; s < SIZES; s++)
            for (int way = 0; way < 2; way++) {
                check(*level, sizes[s], true, false, way);
                check(*level, sizes[s], false, false, way);
                check(*level, sizes[s], way, true, false);
            }
    }
}
END_TEST

/* The narrowest level runs anywhere; the widest that runs is taken. */
START_TEST(the_best_level_is_the_first_usable)
{
    const dvk_conv_passes *const *level = dvk_conv_levels;
    size_t lanes = 64;
    while (!(*level)->usable())
        level++;
    ck_assert_ptr_eq(dvk_conv_best_passes(), *level);
    for (level = dvk_conv_levels; *level; level++) {
        ck_assert_uint_lt((*level)->lanes, lanes);
        lanes = (*level)->lanes;
        ck_assert(level[1] || (*level)->usable());
    }
}
END_TEST

/* Lengths are even where asked, have no factor but 2, 3 and 5, and waste less than a fifth. */
START_TEST(lengths_that_transform_well)
{
    for (size_t least = 1; least < 3000; least++)
        for (size_t step = 1; step <= 2; step++) {
            const size_t length = dvk_fft_good_length(least, step);
            size_t rest = length;
            for (size_t p = 2; p <= 5; p++)
                while (rest % p == 0)
                    rest /= p;
            ck_assert_uint_eq(rest, 1);
            ck_assert(length >= least && length % step == 0);
            ck_assert(length < 7 || 5 * length < 6 * least + 12);
        }
}
END_TEST

/* Every frequency stands at one position. */
START_TEST(the_order_is_a_permutation)
{
    const size_t lengths[] = {1, 2, 3, 5, 60, 96, 180, 192, 250, 1024};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        dvk_fft f;
        ck_ok(dvk_fft_init(&f, lengths[i]));
        char *seen = calloc(lengths[i], 1);
        for (size_t p = 0; p < lengths[i]; p++) {
            ck_assert_uint_lt(f.order[p], lengths[i]);
            ck_assert_int_eq(seen[f.order[p]]++, 0);
        }
        free(seen);
        dvk_fft_free(&f);
    }
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("levels")};
    tcase_set_timeout(cases[0], 60);
    tcase_add_test(cases[0], every_level_is_right);
    tcase_add_test(cases[0], the_best_level_is_the_first_usable);
    tcase_add_test(cases[0], lengths_that_transform_well);
    tcase_add_test(cases[0], the_order_is_a_permutation);
    return run_suite("levels", cases, 1, false);
}
