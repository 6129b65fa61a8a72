/* Sums over maps and kernels that run in blocks and lanes: against one plain loop, at sizes that fill no block. */
#include <math.h>

#include "base/alloc.h"
#include "physics/frame.h"
#include "physics/kernel.h"
#include "physics/sum.h"
#include "support/support.h"

/* Whole numbers, whose sums are exact in any order. */
START_TEST(sums_of_maps)
{
    enum { MOST = 2100 };
    float values[MOST];
    double want = 0;
    for (size_t i = 0; i < MOST; i++) {
        values[i] = (float)(i * i % 1009) - 300;
        ck_close(dvk_sum_floats(values, i), want, 0);
        want += (double)values[i];
    }
}
END_TEST

START_TEST(a_frame_is_scaled_and_mended)
{
    enum { COUNT = 3000 };
    float values[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i % 7 == 0 ? -2 : (float)(i % 5);
    values[0] = NAN;
    values[1030] = INFINITY;
    values[2999] = -INFINITY;
    values[2998] = 3e38f;
    double sum = 0;
    for (size_t i = 0; i < 2998; i++)
        sum += i == 0 || i == 1030 ? 0 : i % 7 == 0 ? -4 : 2 * (double)(i % 5);
    values[2998] = 0;
    const dvk_frame_facts facts = dvk_frame_scale(values, COUNT, 2);
    ck_assert_uint_eq(facts.counts.nan, 1);
    ck_assert_uint_eq(facts.counts.infinite, 2);
    ck_assert_uint_eq(facts.counts.negative, 428); /* 7, 14, ... 2996 */
    ck_assert_uint_eq(facts.too_large, 0);
    ck_close(facts.sum, sum, 0);
    ck_assert(values[0] == 0 && values[1030] == 0 && values[2999] == 0 && values[7] == -4 && values[2994] == 8);
    values[2998] = 3e38f;
    ck_assert_uint_eq(dvk_frame_scale(values, COUNT, 2).too_large, 1);
}
END_TEST

/* Half-widths of which the longest row is more than a run; S is a whole number, so that sums are exact. */
static dvk_kernel *make_kernel(bool even)
{
    dvk_kernel_record record = {.half = {300, 2, 1}, .voxel_mm = {1, 2.5, 4}};
    const size_t count = (size_t)601 * 5 * 3;
    double *taps = NULL;
    dvk_kernel *kernel = NULL;
    ck_ok(dvk_alloc(count, sizeof *taps, &taps));
    for (long i = 0; i < (long)count; i++) {
        const long x = i % 601 - 300, y = i / 601 % 5 - 2, z = i / 601 / 5 - 1;
        taps[i] = (double)(even ? 1 + labs(x) * 7 % 11 + labs(y) + labs(z) : 5 + x % 3 + y + z);
    }
    ck_ok(dvk_kernel_from_taps(&record, taps, &kernel));
    ck_assert_int_eq(dvk_kernel_info(kernel)->even, even);
    return kernel;
}

START_TEST(a_kernel_by_distance)
{
    enum { SHELLS = 50 };
    for (int even = 0; even < 2; even++) {
        dvk_kernel *kernel = make_kernel(even);
        double got[SHELLS], want[SHELLS] = {0};
        dvk_kernel_shells(kernel, 4, SHELLS, got); /* 0.25 a mm is exact: no distance falls on the other side */
        for (long z = -1; z <= 1; z++)
            for (long y = -2; y <= 2; y++)
                for (long x = -300; x <= 300; x++) {
                    const double r = sqrt((double)(x * x) + 6.25 * (double)(y * y) + 16 * (double)(z * z));
                    want[r < 4 * SHELLS ? (size_t)(r / 4) : SHELLS - 1] += dvk_kernel_at(kernel, x, y, z);
                }
        for (size_t i = 0; i < SHELLS; i++)
            ck_close(got[i], want[i], 0);
        dvk_kernel_free(kernel);
    }
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("sums")};
    tcase_add_test(cases[0], sums_of_maps);
    tcase_add_test(cases[0], a_frame_is_scaled_and_mended);
    tcase_add_test(cases[0], a_kernel_by_distance);
    return run_suite("sums", cases, 1, false);
}
