/*
 * A whole case on a device that fails at one of its calls: with a fallback the right result, which says so; without one
 * "try again", and nothing in the place of the result. What a call fails with (out of memory, a lost device, a program
 * that does not build) makes no difference to the library: any error of any call is one failure of the device.
 */
#include <string.h>
#include <sys/stat.h>

#include "backend/plugin.h"
#include "support/folder.h"
#include "support/opencl.h"
#include "support/tiny_case.h"

static const char *device;
static dvk_summary *want; /* on the CPU */

static dvk_status run_on_device(const char *out, long n, dvk_fallback fallback, dvk_summary **summary)
{
    dvk_case_options o = tiny_case_options();
    dvk_context *c = NULL;
    o.out = out;
    dvk_device_fail_at(n);
    dvk_status status = tiny_context(device, fallback, &c);
    if (status == DVK_OK)
        status = dvk_case_run(c, &o, summary);
    dvk_device_fail_at(0);
    dvk_context_close(c);
    return status;
}

static void fresh_folder(char folder[512], char out[520])
{
    static int turn;
    snprintf(folder, 512, "%s/device-%d", scratch_folder(), turn++);
    ck_assert_int_eq(mkdir(folder, 0777), 0);
    snprintf(out, 520, "%s/out", folder);
}

static bool says_so(const dvk_summary *s)
{
    for (size_t i = 0; i < s->warning_count; i++)
        if (strstr(s->warnings[i], "CPU") || strstr(s->warnings[i], "cpu"))
            return true;
    return strstr(s->device_reason, "fallback") != NULL;
}

static void check_result(const dvk_summary *s, long n)
{
    ck_assert_uint_eq(s->roi_count, want->roi_count);
    for (size_t i = 0; i < s->roi_count; i++) {
        ck_close(s->rois[i].dose_mean_Gy, want->rois[i].dose_mean_Gy, 1e-5);
        ck_close(s->rois[i].tia_MBqh, want->rois[i].tia_MBqh, 1e-5);
    }
    ck_assert_msg(strcmp(s->backend, "opencl") == 0 || says_so(s), "call %ld: %s, and nothing says so", n, s->backend);
}

/* Each call where there are few, and each `step`-th: every turn builds its programs anew. */
START_TEST(any_call_may_fail)
{
    enum { FIRST = 12, STEP = 9 };
    char folder[512], out[520];
    long failures = 0;
    for (long n = 1;; n += n < FIRST ? 1 : STEP) {
        dvk_summary *s = NULL;
        fresh_folder(folder, out);
        ck_ok(run_on_device(out, n, DVK_FALLBACK_CPU, &s));
        check_result(s, n);
        ck_assert_int_eq(folder_entries(folder), 1);
        const bool all_had_their_turn = strcmp(s->backend, "opencl") == 0;
        dvk_summary_free(s);
        if (all_had_their_turn)
            break;
        failures++;
        fresh_folder(folder, out);
        ck_fails(run_on_device(out, n, DVK_FALLBACK_NONE, NULL), DVK_ERR_RETRY);
        ck_assert(strchr(dvk_last_message(), '\n') == NULL && dvk_last_message()[0] != '\0');
        ck_assert_int_eq(folder_entries(folder), 0);
    }
    printf("%ld failures of a call\n", failures);
    ck_assert_int_gt(failures, 5);
}
END_TEST

static void compute_on_cpu(void)
{
    char folder[512], out[520];
    tiny_case_write(1);
    fresh_folder(folder, out);
    ck_ok(tiny_case_run(out, &want));
}

int main(void)
{
    const dvk_backend_ops *ops = NULL;
    device = opencl_device(&ops);
    TCase *cases[] = {tcase_create("calls")};
    tcase_add_unchecked_fixture(cases[0], compute_on_cpu, NULL);
    tcase_add_test(cases[0], any_call_may_fail);
    const int failed = run_suite("case on a device with faults", cases, 1, true);
    dvk_summary_free(want);
    return failed;
}
