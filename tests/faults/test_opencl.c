/* A device that fails at any of its calls: the CPU takes over and says so, or the caller may try again. */
#include <string.h>

#include "backend/context.h"
#include "backend/plugin.h"
#include "base/alloc.h"
#include "physics/timefit.h"
#include "support/convolution.h"
#include "support/opencl.h"
#include "support/support.h"

static const char *device;

static void keep_warning(void *user, const char *line)
{
    snprintf(user, 512, "%s", line);
}

static dvk_context_options options_with(dvk_fallback fallback, char warning[512])
{
    warning[0] = '\0';
    return (dvk_context_options){
        .device = device, .fallback = fallback, .threads = 1, .warn = keep_warning, .user = warning};
}

/* Opens, convolves and closes while the n-th device call fails; `called`: there was such a call. */
static dvk_status convolve_failing(long n, dvk_fallback fallback, conv_case *c, bool direct, char warning[512],
                                   bool *on_cpu, bool *called)
{
    const dvk_context_options options = options_with(fallback, warning);
    dvk_context *context = NULL;
    memset(c->out, 0, c->voxels * sizeof *c->out);
    dvk_device_fail_at(n);
    dvk_status status = dvk_context_open(&options, &context);
    if (status == DVK_OK) {
        memcpy(c->out, c->in, c->voxels * sizeof *c->out);
        status = dvk_context_convolve(context, &c->problem, direct, c->out, c->out); /* in place is the harder case */
        *on_cpu = strcmp(dvk_context_backend(context), "cpu") == 0;
        ck_assert(!*on_cpu || strstr(dvk_context_reason(context), "fallback") != NULL);
    }
    *called = dvk_device_fail_at(0) == 0;
    dvk_context_close(context);
    return status;
}

/* Each `step`-th call, since every turn builds its programs anew. */
static void check_convolution(bool direct, bool slabs, long step, unsigned quirks)
{
    const size_t n[3] = {12, 10, 9}, half[3] = {4, 4, 4};
    conv_case c = make_case(n, half, true);
    char warning[512];
    oracle_convolve(&c.problem, c.in, c.want);
    dvk_device_memory_limit(slabs ? 40000 : 0);
    dvk_device_quirks(quirks);
    long failures = 0;
    for (long call = 1;; call += step) {
        bool on_cpu = false, called = false;
        ck_ok(convolve_failing(call, DVK_FALLBACK_CPU, &c, direct, warning, &on_cpu, &called));
        ck_assert(worst_error(c.out, c.want, c.voxels) <= 1e-6);
        ck_assert(on_cpu == (warning[0] != '\0'));
        if (!called)
            break; /* all have had their turn */
        if (!on_cpu || failures++ % 5 > 0)
            continue; /* a call that only saves time may fail, and nobody is the wiser */
        ck_fails(convolve_failing(call, DVK_FALLBACK_NONE, &c, direct, warning, &on_cpu, &called), DVK_ERR_RETRY);
        ck_assert_str_eq(warning, "");
    }
    ck_assert_int_gt(failures, 5);
    dvk_device_quirks(0);
    dvk_device_memory_limit(0);
    drop_case(&c);
}

START_TEST(each_call_of_a_convolution)
{
    check_convolution(false, false, 3, 0);
}
END_TEST

START_TEST(each_call_of_a_convolution_in_slabs)
{
    check_convolution(false, true, 11, 0);
}
END_TEST

START_TEST(each_call_of_a_plain_sum)
{
    check_convolution(true, false, 2, 0);
}
END_TEST

/* As on a GPU: queues for both ways, pinned memory, scalar kernels. */
START_TEST(each_call_with_transfers)
{
    check_convolution(false, false, 4, DVK_QUIRK_SCALAR | DVK_QUIRK_DISCRETE);
    check_convolution(false, true, 17, DVK_QUIRK_SCALAR | DVK_QUIRK_DISCRETE);
}
END_TEST

/* Compiled programs kept on disk, read back from the second turn on. */
START_TEST(each_call_with_binaries)
{
    check_convolution(true, false, 3, DVK_QUIRK_BINARIES);
}
END_TEST

START_TEST(each_call_of_clfft)
{
    check_convolution(false, false, 13, DVK_QUIRK_GENERAL);
}
END_TEST

START_TEST(each_call_of_an_integration)
{
    enum { VOXELS = 100, POINTS = 3 };
    const double t_h[POINTS] = {4, 24, 96};
    const dvk_integration how = dvk_integration_default();
    static float frames[POINTS][VOXELS], tia[VOXELS], want[VOXELS];
    static uint8_t flags[VOXELS];
    dvk_fit_parameters parameters;
    char warning[512];
    ck_ok(dvk_fit_prepare(&how, t_h, POINTS, 159.528, 3600, &parameters));
    for (int i = 0; i < POINTS; i++)
        for (int v = 0; v < VOXELS; v++)
            frames[i][v] = (float)(1e5 * (v + 1) * exp(-0.01 * t_h[i]));
    const float *const frame[POINTS] = {frames[0], frames[1], frames[2]};
    const dvk_integrate_problem problem = {
        .voxels = VOXELS, .points = POINTS, .frame = frame, .parameters = &parameters, .tia = tia, .status = flags};
    for (long call = 0;; call++) {
        const dvk_context_options options = options_with(DVK_FALLBACK_CPU, warning);
        dvk_context *context = NULL;
        ck_ok(dvk_context_open(&options, &context));
        dvk_device_fail_at(call);
        ck_ok(dvk_context_integrate(context, &problem));
        dvk_device_fail_at(0);
        const bool on_cpu = strcmp(dvk_context_backend(context), "cpu") == 0;
        dvk_context_close(context);
        if (call == 0)
            memcpy(want, tia, sizeof want);
        for (int v = 0; v < VOXELS; v++)
            ck_close(tia[v], want[v], 1e-5);
        ck_assert(on_cpu == (warning[0] != '\0'));
        if (call > 0 && !on_cpu)
            break;
    }
}
END_TEST

/* Memory of the host that runs out is not the device's fault: no fallback, and nothing leaks. */
START_TEST(each_allocation_of_a_convolution)
{
    const size_t n[3] = {12, 10, 9}, half[3] = {4, 4, 4};
    conv_case c = make_case(n, half, true);
    char warning[512];
    for (long allocation = 1;; allocation++) {
        bool on_cpu = false, called = false;
        dvk_alloc_fail_at(allocation);
        const dvk_status status = convolve_failing(0, DVK_FALLBACK_CPU, &c, false, warning, &on_cpu, &called);
        dvk_alloc_fail_at(0);
        ck_assert(!on_cpu && warning[0] == '\0');
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MEMORY);
        ck_assert_int_lt(allocation, 1000);
    }
    drop_case(&c);
}
END_TEST

int main(void)
{
    const dvk_backend_ops *ops = NULL;
    device = opencl_device(&ops);
    TCase *cases[] = {tcase_create("calls")};
    tcase_add_test(cases[0], each_call_of_a_convolution);
    tcase_add_test(cases[0], each_call_of_a_convolution_in_slabs);
    tcase_add_test(cases[0], each_call_of_a_plain_sum);
    tcase_add_test(cases[0], each_call_with_transfers);
    tcase_add_test(cases[0], each_call_with_binaries);
    tcase_add_test(cases[0], each_call_of_clfft);
    tcase_add_test(cases[0], each_call_of_an_integration);
    tcase_add_test(cases[0], each_allocation_of_a_convolution);
    return run_suite("OpenCL faults", cases, 1, true);
}
