/* A driver that crashes, ends the program or talks while it is asked for its devices: the program goes on without it.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/plugin.h"
#include "backend/probe.h"
#include "support/support.h"

/* Each in a process of its own, since the answer is kept: Check forks. */
static const dvk_probe *probe_with(const char *behaviour)
{
    setenv("DVK_BACKEND_DIR", DVK_BUILD "/tests/odd_backend", 1);
    setenv("ODD_BACKEND", behaviour, 1);
    return dvk_probe_opencl();
}

START_TEST(a_crash_is_told)
{
    const dvk_probe *p = probe_with("crash");
    ck_assert_uint_eq(p->count, 0);
    ck_assert_msg(strstr(p->why, "crashed") != NULL, "%s", p->why);
}
END_TEST

START_TEST(an_exit_is_told)
{
    const dvk_probe *p = probe_with("exit");
    ck_assert_uint_eq(p->count, 0);
    ck_assert_msg(strstr(p->why, "ended the program") != NULL, "%s", p->why);
}
END_TEST

START_TEST(a_failure_is_told)
{
    const dvk_probe *p = probe_with("fail");
    ck_assert_uint_eq(p->count, 0);
    ck_assert_str_eq(p->why, "an odd reason");
}
END_TEST

START_TEST(a_device_is_listed_and_auto_takes_a_gpu)
{
    const dvk_context_options options = {.fallback = DVK_FALLBACK_NONE};
    dvk_device list[4];
    dvk_context *context = NULL;
    size_t count = 0;
    const dvk_probe *p = probe_with("gpu");
    ck_assert_uint_eq(p->count, 1);
    ck_ok(dvk_devices(list, 4, &count));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(list[1].name, "an odd GPU");
    /* It cannot be opened; with a fallback the CPU takes over, and says so. */
    ck_fails(dvk_context_open(&options, &context), DVK_ERR_RETRY);
    const dvk_context_options falls_back = {.fallback = DVK_FALLBACK_CPU};
    ck_ok(dvk_context_open(&falls_back, &context));
    ck_assert_str_eq(dvk_context_backend(context), "cpu");
    ck_assert_str_eq(dvk_context_reason(context), "fallback: opencl:0.0 failed: an odd reason");
    dvk_context_close(context);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("probe")};
    tcase_add_test(cases[0], a_crash_is_told);
    tcase_add_test(cases[0], an_exit_is_told);
    tcase_add_test(cases[0], a_failure_is_told);
    tcase_add_test(cases[0], a_device_is_listed_and_auto_takes_a_gpu);
    return run_suite("probe", cases, 1, false);
}
