/*
 * The contract of convolution held by the code that GPUs run: work-items in the place of a vector's lanes, memory of
 * the device's own, and transfers in parts beside the kernels. The device here plays the part.
 */
#include <string.h>

#include "backend/plugin.h"
#include "support/convolution.h"
#include "support/convolve_suite.h"
#include "support/opencl.h"

static const dvk_backend_ops *ops;
static const char *device;

static void convolve_on(const dvk_backend_ops *on, const char *id, conv_case *c)
{
    dvk_backend *b = NULL;
    dvk_conv_plan *plan = NULL;
    ck_ok(on->open(id, 2, &b));
    ck_ok(on->conv_create(b, &c->problem, false, &plan));
    ck_ok(on->conv_run(plan, c->in, c->out));
    ck_ok(on->conv_run(plan, c->in, c->out)); /* the slots are used again */
    on->conv_free(plan);
    on->close(b);
}

/* Six parts, the last one thinner, on two slots each way; one part at a time, for a kernel that is not even; and slabs
 * of several parts. The CPU's result is held to the oracle elsewhere. */
START_TEST(a_volume_in_parts)
{
    const size_t n[3] = {160, 120, 71}, half[3] = {9, 5, 4};
    const struct {
        bool even;
        size_t limit;
    } ways[] = {{true, 0}, {false, 0}, {true, 30000000}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        conv_case c = make_case(n, half, ways[i].even);
        convolve_on(&dvk_cpu_backend, "cpu", &c);
        for (size_t v = 0; v < c.voxels; v++)
            c.want[v] = c.out[v];
        memset(c.out, 0, c.voxels * sizeof *c.out);
        dvk_device_memory_limit(ways[i].limit);
        convolve_on(ops, device, &c);
        dvk_device_memory_limit(0);
        ck_assert(worst_error(c.out, c.want, c.voxels) <= 1e-6);
        drop_case(&c);
    }
}
END_TEST

/* Axes so long that fewer and fewer columns fit local memory. */
START_TEST(long_axes)
{
    static const size_t shapes[][2][3] = {
        {{700, 2, 1}, {650, 1, 0}}, {{1, 600, 3}, {0, 599, 2}}, {{2, 1, 900}, {1, 0, 899}}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        conv_case c = make_case(shapes[i][0], shapes[i][1], i % 2 == 0);
        oracle_convolve(&c.problem, c.in, c.want);
        convolve_on(ops, device, &c);
        ck_assert(worst_error(c.out, c.want, c.voxels) <= 1e-6);
        drop_case(&c);
    }
}
END_TEST

int main(void)
{
    device = opencl_device(&ops);
    dvk_device_quirks(DVK_QUIRK_SCALAR | DVK_QUIRK_DISCRETE);
    TCase *cases[] = {convolve_case(ops, device), tcase_create("shapes")};
    tcase_add_test(cases[1], a_volume_in_parts);
    tcase_add_test(cases[1], long_axes);
    return run_suite("convolve as on a GPU", cases, 2, true);
}
