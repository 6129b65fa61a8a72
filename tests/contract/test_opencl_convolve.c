/* The contract of convolution, held by the OpenCL back end; and the same for a volume that does not fit the device. */
#include <string.h>

#include "backend/plugin.h"
#include "support/convolution.h"
#include "support/convolve_suite.h"
#include "support/opencl.h"

static const dvk_backend_ops *ops;
static const char *device;

/* A volume cut into slabs gives what it gives whole. The double sum is 1e-6 of the maximum away at most, as in the
 * suite; here, twice a float result's error. */
static void check_slabs(const size_t n[3], const size_t half[3], bool even, size_t limit)
{
    conv_case c = make_case(n, half, even);
    dvk_backend *b = NULL;
    dvk_conv_plan *plan = NULL;
    oracle_convolve(&c.problem, c.in, c.want);
    dvk_device_memory_limit(limit);
    ck_ok(ops->open(device, 1, &b));
    ck_ok(ops->conv_create(b, &c.problem, false, &plan));
    ck_ok(ops->conv_run(plan, c.in, c.out));
    ck_assert(worst_error(c.out, c.want, c.voxels) <= 1e-6);
    ck_ok(ops->conv_run(plan, c.in, c.in)); /* in place, where an early slab must not spoil a later one */
    ck_assert(memcmp(c.in, c.out, c.voxels * sizeof *c.in) == 0);
    ops->conv_free(plan);
    ops->close(b);
    dvk_device_memory_limit(0);
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
        check_slabs(cases[i].n, cases[i].half, true, cases[i].limit);
        check_slabs(cases[i].n, cases[i].half, false, cases[i].limit);
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
    TCase *cases[] = {convolve_case(ops, device), tcase_create("slabs")};
    tcase_add_test(cases[1], slabs_make_no_difference);
    tcase_add_test(cases[1], too_little_memory_is_a_failed_device);
    return run_suite("convolve on OpenCL", cases, 2, true);
}
