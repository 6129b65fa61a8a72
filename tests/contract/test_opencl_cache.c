/* What the OpenCL back end keeps on disk: compiled programs and measured choices; and files there that are not sound.
 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/plugin.h"
#include "support/cache_folder.h"
#include "support/convolution.h"
#include "support/opencl.h"
#include "support/support.h"

static const dvk_backend_ops *ops;
static const char *device;
static char folder[300];

static dvk_backend *open_device(void)
{
    dvk_backend *b = NULL;
    ck_ok(ops->open(device, 1, &b));
    return b;
}

static void check_convolution(bool direct)
{
    const size_t n[3] = {8, 8, 8}, half[3] = {4, 4, 4}; /* as tuned below: clFFT compiles for each size */
    conv_case c = make_case(n, half, true);
    dvk_backend *b = open_device();
    dvk_conv_plan *plan = NULL;
    oracle_convolve(&c.problem, c.in, c.want);
    ck_ok(ops->conv_create(b, &c.problem, direct, &plan));
    ck_ok(ops->conv_run(plan, c.in, c.out));
    ck_assert(worst_error(c.out, c.want, c.voxels) <= 1e-6);
    ops->conv_free(plan);
    ops->close(b);
    drop_case(&c);
}

/* The only file of a kind. */
static const char *file_of(const char *kind)
{
    static char path[700];
    char pattern[700];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/%s-*", folder, kind);
    ck_assert_int_eq(glob(pattern, 0, NULL, &found), 0);
    ck_assert_uint_eq(found.gl_pathc, 1);
    snprintf(path, sizeof path, "%s", found.gl_pathv[0]);
    globfree(&found);
    return path;
}

static ino_t node_of(const char *path)
{
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    return info.st_ino;
}

static void forge(const char *path, const char *bytes)
{
    cache_replace(path, bytes, strlen(bytes));
}

START_TEST(programs_are_kept)
{
    dvk_device_quirks(DVK_QUIRK_BINARIES);
    check_convolution(true);
    const char *path = file_of("program");
    const ino_t first = node_of(path);
    check_convolution(true);
    ck_assert_uint_eq(node_of(path), first); /* read, not made again */
    forge(path, "no driver's binary");
    check_convolution(true);
    ck_assert_uint_ne(node_of(path), first);
    ck_assert_int_eq(truncate(path, 1000), 0);
    check_convolution(true);
    struct stat info;
    ck_assert_int_eq(stat(path, &info), 0);
    ck_assert_int_gt(info.st_size, 1000);
    dvk_device_quirks(0);
}
END_TEST

static void check_rule(void)
{
    dvk_backend *b = open_device();
    ck_assert_str_eq(ops->tuning(b), "");
    ck_assert_uint_eq(ops->direct_taps(b), DVK_DIRECT_TAPS);
    ops->close(b);
}

START_TEST(nothing_is_measured_unasked)
{
    check_rule();
}
END_TEST

START_TEST(a_measured_choice_is_kept)
{
    const size_t edge[] = {8};
    char text[DVK_TUNING];
    dvk_backend *b = open_device();
    ck_ok(ops->tune(b, edge, 1));
    snprintf(text, sizeof text, "%s", ops->tuning(b));
    ck_assert_msg(strncmp(text, "tuned: ", 7) == 0, "%s", text);
    ops->close(b);
    b = open_device();
    ck_assert_str_eq(ops->tuning(b), text);
    ops->close(b);
    check_convolution(false);
}
END_TEST

/* Any way gives the same to the tolerance; clFFT where it does not fit gives way to slabs. */
START_TEST(a_choice_changes_no_result)
{
    forge(file_of("choice"), "direct 343\n1000 own\n1000000000 clfft\n");
    dvk_backend *b = open_device();
    ck_assert_uint_eq(ops->direct_taps(b), 343);
    ck_assert_str_eq(ops->tuning(b), "tuned: plain sums up to 343 taps, clFFT for 1 of 2 sizes");
    ops->close(b);
    check_convolution(false);
    dvk_device_memory_limit(20000);
    check_convolution(false);
    dvk_device_memory_limit(0);
}
END_TEST

START_TEST(an_unsound_choice_is_none)
{
    static const char *const texts[] = {"",
                                        "direct\n",
                                        "direct 7\n5",
                                        "direct 7\n5 fast\n",
                                        "direct 7\n5 own\nx",
                                        "direct 7\n1 own\n2 own\n3 own\n4 own\n5 own\n6 own\n7 own\n8 own\n9 own\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        forge(file_of("choice"), texts[i]);
        check_rule();
    }
}
END_TEST

int main(void)
{
    device = opencl_device(&ops);
    snprintf(folder, sizeof folder, "%s/cache", scratch_folder());
    setenv("DVK_CACHE_DIR", folder, 1);
    TCase *cases[] = {tcase_create("cache")};
    tcase_add_test(cases[0], programs_are_kept);
    tcase_add_test(cases[0], nothing_is_measured_unasked);
    tcase_add_test(cases[0], a_measured_choice_is_kept);
    tcase_add_test(cases[0], a_choice_changes_no_result);
    tcase_add_test(cases[0], an_unsound_choice_is_none);
    return run_suite("OpenCL cache", cases, 1, true);
}
