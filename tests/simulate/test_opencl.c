/*
 * Small problems for a simulated device with 32 KB of local memory and 256 work-items, which sees accesses out of
 * bounds and data races. It takes a work-item at a time, so that these are as small as they can be.
 */
#include "backend/plugin.h"
#include "kernels_cl/timefit_parameters.h"
#include "physics/timefit.h"
#include "support/convolution.h"
#include "support/opencl.h"
#include "support/support.h"

static const dvk_backend_ops *ops;
static const char *device;

typedef struct setting {
    size_t n[3], half[3], limit; /* bytes of device memory, 0: all */
    unsigned quirks;
    bool even, direct;
} setting;

/* Every path, in few problems, since each takes seconds: spectra kept as an octant and whole, slabs, a plain sum;
 * transfers in place and through pinned memory; tiles of 16 columns and of 8, as many as 32 KB hold. */
static const setting settings[] = {
    {{5, 4, 3}, {3, 1, 2}, 0, 0, true, false},
    {{5, 4, 3}, {3, 1, 2}, 8000, DVK_QUIRK_DISCRETE, false, false},
    {{5, 4, 3}, {3, 1, 2}, 0, DVK_QUIRK_DISCRETE, true, true},
    {{1, 130, 1}, {0, 129, 0}, 0, 0, true, false},
};

START_TEST(convolution)
{
    const setting *s = &settings[_i];
    conv_case c = make_case(s->n, s->half, s->even);
    dvk_backend *b = NULL;
    dvk_conv_plan *plan = NULL;
    oracle_convolve(&c.problem, c.in, c.want);
    dvk_device_memory_limit(s->limit);
    dvk_device_quirks(s->quirks);
    ck_ok(ops->open(device, 1, &b));
    ck_ok(ops->conv_create(b, &c.problem, s->direct, &plan));
    ck_ok(ops->conv_run(plan, c.in, c.out));
    ck_assert(worst_error(c.out, c.want, c.voxels) <= 1e-6);
    ops->conv_free(plan);
    ops->close(b);
    dvk_device_quirks(0);
    dvk_device_memory_limit(0);
    drop_case(&c);
}
END_TEST

START_TEST(integration)
{
    enum { VOXELS = 70, POINTS = 3 };
    static float frames[POINTS][VOXELS], tia[VOXELS], sd[VOXELS];
    static uint8_t flags[VOXELS];
    const double t_h[POINTS] = {4, 24, 96};
    dvk_integration how = dvk_integration_default();
    dvk_fit_parameters parameters;
    dvk_backend *b = NULL;
    how.model = DVK_MODEL_MONO;
    ck_ok(dvk_fit_prepare(&how, t_h, POINTS, 159.528, 3600, &parameters));
    for (int i = 0; i < POINTS; i++)
        for (int v = 0; v < VOXELS; v++)
            frames[i][v] = (float)(1e5 * (v + 1) * exp(-0.01 * t_h[i]));
    const float *const frame[POINTS] = {frames[0], frames[1], frames[2]};
    const dvk_integrate_problem problem = {.voxels = VOXELS,
                                           .points = POINTS,
                                           .frame = frame,
                                           .parameters = &parameters,
                                           .tia = tia,
                                           .status = flags,
                                           .sd = sd};
    ck_ok(ops->open(device, 1, &b));
    ck_ok(ops->integrate(b, &problem));
    ops->close(b);
    for (int v = 0; v < VOXELS; v++)
        ck_close(tia[v], 3600 * 1e5 * (v + 1) / 0.01, 1e-5);
}
END_TEST

int main(void)
{
    device = opencl_device(&ops);
    TCase *cases[] = {tcase_create("simulate")};
    tcase_set_timeout(cases[0], 280);
    tcase_add_loop_test(cases[0], convolution, 0, sizeof settings / sizeof settings[0]);
    tcase_add_test(cases[0], integration);
    return run_suite("simulate", cases, 1, true);
}
