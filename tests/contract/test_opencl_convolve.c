/* The contract of convolution, held by the OpenCL back end; and the same for a volume that does not fit the device. */
#include <string.h>

#include "backend/plugin.h"
#include "support/convolution.h"
#include "support/convolve_suite.h"
#include "support/opencl.h"

static const dvk_backend_ops *ops;
static const char *device;

/* One problem against the double sum, and again in place. The tolerance is the suite's. */
static void check(const size_t n[3], const size_t half[3], bool even)
{
    conv_case c = make_case(n, half, even);
    dvk_backend *b = NULL;
    dvk_conv_plan *plan = NULL;
    oracle_convolve(&c.problem, c.in, c.want);
    ck_ok(ops->open(device, 1, &b));
    ck_ok(ops->conv_create(b, &c.problem, false, &plan));
    ck_ok(ops->conv_run(plan, c.in, c.out));
    const double worst = worst_error(c.out, c.want, c.voxels);
    ck_assert_msg(worst <= 1e-6, "%zu x %zu x %zu: off by %g of the maximum", n[0], n[1], n[2], worst);
    ck_ok(ops->conv_run(plan, c.in, c.in)); /* where an early slab must not spoil a later one */
    ck_assert(memcmp(c.in, c.out, c.voxels * sizeof *c.in) == 0);
    ops->conv_free(plan);
    ops->close(b);
    drop_case(&c);
}

/* Two, three and many slabs, the last one thinner; kernels shorter and longer than a slab and than the grid. */
START_TEST(slabs_make_no_difference)
{
    const struct {
        size_t n[3], half[3], limit;
    } cases[] = {
        {{13, 11, 17}, {4, 3, 5}, 150000},  {{13, 11, 17}, {4, 3, 5}, 60000}, {{16, 16, 16}, {7, 7, 15}, 150000},
        {{16, 16, 16}, {7, 7, 15}, 400000}, {{9, 8, 23}, {3, 3, 1}, 40000},   {{5, 6, 7}, {9, 9, 9}, 15000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dvk_device_memory_limit(cases[i].limit);
        check(cases[i].n, cases[i].half, true);
        check(cases[i].n, cases[i].half, false);
    }
    dvk_device_memory_limit(0);
}
END_TEST

static const size_t shapes[][2][3] = {
    {{13, 11, 17}, {4, 3, 5}}, /* a tile of all lanes */
    {{700, 2, 1}, {650, 1, 0}},
    {{1, 600, 3}, {0, 599, 2}},
    {{2, 1, 900}, {1, 0, 899}}, /* and of fewer and fewer columns */
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

START_TEST(long_axes)
{
    const size_t n[3] = {5000, 1, 1}, half[3] = {4000, 0, 0};
    for (size_t i = 0; i < SHAPES; i++)
        check(shapes[i][0], shapes[i][1], i % 2 == 1);
    check(n, half, true); /* too long for local memory: clFFT */
}
END_TEST

START_TEST(the_general_path)
{
    dvk_device_quirks(DVK_QUIRK_GENERAL);
    check(shapes[0][0], shapes[0][1], true);
    check(shapes[0][0], shapes[0][1], false);
    dvk_device_quirks(0);
}
END_TEST

/* Of the padded half spectrum, P/2 by P by P complex numbers: a plan takes less than 2.5 times as much, also while it
 * is made and on a device with memory of its own; for an even kernel that reaches as far as the volume, less than once.
 */
START_TEST(memory_is_bounded)
{
    const size_t n[3] = {120, 100, 90}; /* so that rounding up to good lengths counts for little */
    for (int even = 0; even < 2; even++)
        for (size_t r = 5; r <= 89; r += 84)
            for (unsigned discrete = 0; discrete < 2; discrete++) {
                const size_t half[3] = {r, r, r};
                conv_case c = make_case(n, half, even);
                dvk_backend *b = NULL;
                dvk_conv_plan *plan = NULL;
                double spectrum = 4; /* 8 bytes for every second point */
                for (int a = 0; a < 3; a++)
                    spectrum *= (double)(n[a] + r);
                dvk_device_quirks(discrete ? DVK_QUIRK_DISCRETE : 0);
                dvk_device_memory_peak();
                ck_ok(ops->open(device, 1, &b));
                ck_ok(ops->conv_create(b, &c.problem, false, &plan));
                ck_ok(ops->conv_run(plan, c.in, c.out));
                const double peak = (double)dvk_device_memory_peak() / spectrum;
                ck_assert_msg(peak < (even && r > 5 ? 1 : 2.5), "even %d, R = %zu: %.2f times the spectrum", even, r,
                              peak);
                ck_assert_msg(peak > 0.3, "even %d, R = %zu: %.2f times the spectrum: not counted", even, r, peak);
                ops->conv_free(plan);
                ops->close(b);
                dvk_device_quirks(0);
                drop_case(&c);
            }
}
END_TEST

START_TEST(too_little_memory_is_a_failed_device)
{
    const size_t n[3] = {20, 20, 20}, half[3] = {5, 5, 5};
    conv_case c = make_case(n, half, true);
    dvk_backend *b = NULL;
    dvk_conv_plan *plan = NULL;
    dvk_device_memory_limit(1000);
    ck_ok(ops->open(device, 1, &b));
    ck_fails(ops->conv_create(b, &c.problem, false, &plan), DVK_ERR_RETRY);
    ck_assert_ptr_null(plan);
    ops->close(b);
    dvk_device_memory_limit(0);
    drop_case(&c);
}
END_TEST

int main(void)
{
    device = opencl_device(&ops);
    TCase *cases[] = {convolve_case(ops, device), tcase_create("shapes")};
    tcase_add_test(cases[1], slabs_make_no_difference);
    tcase_add_test(cases[1], long_axes);
    tcase_add_test(cases[1], the_general_path);
    tcase_add_test(cases[1], memory_is_bounded);
    tcase_add_test(cases[1], too_little_memory_is_a_failed_device);
    return run_suite("convolve on OpenCL", cases, 2, true);
}
