/* Inputs that were hashed before: when a run may go without reading them, and when it may not. */
#include <errno.h>
#include <fcntl.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/hash.h"
#include "data/io.h"
#include "pipeline/archive/archive.h"
#include "support/files.h"
#include "support/tiny_case.h"

/* Longer than a tick of any clock of files here. */
static void let_time_pass(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 30000000}, NULL);
}

static void set_times(const char *path, const struct stat *info)
{
    const struct timespec times[2] = {info->st_atim, info->st_mtim};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

START_TEST(a_stamp_tells_what_was_written)
{
    char before[65], after[65];
    struct stat info;
    const char *path = write_text("stamped.txt", "one");
    ck_ok(dvk_file_stamp(path, 0, before));
    let_time_pass();
    ck_ok(dvk_file_stamp(path, 0, after));
    ck_assert_str_eq(before, after);
    ck_assert_int_eq(stat(path, &info), 0);
    write_text("stamped.txt", "two"); /* as long, and its time set back: only the inode's own time tells */
    set_times(path, &info);
    ck_ok(dvk_file_stamp(path, 0, after));
    ck_assert_str_ne(before, after);
    ck_fails(dvk_file_stamp(path, 3, after), DVK_ERR_RETRY);
    ck_fails(dvk_file_stamp(scratch_folder(), 0, after), DVK_ERR_MISSING);
    ck_fails(dvk_file_stamp(scratch_file("none"), 0, after), DVK_ERR_MISSING);
}
END_TEST

/* --- an archive of one case --- */

typedef struct one_case {
    dvk_case_options base;
    dvk_archive_options options;
    dvk_manifest manifest;
    dvk_worker_stock stock;
    char out[512];
} one_case;

static void begin(one_case *c, const char *name)
{
    tiny_case_write(1);
    snprintf(c->out, sizeof c->out, "%s", scratch_file(name));
    ck_assert_int_eq(mkdir(c->out, 0777), 0);
    c->base = tiny_case_options();
    c->options = dvk_archive_default();
    c->options.out = c->out;
    c->options.base = &c->base;
    c->options.context.device = "cpu";
    c->options.context.threads = 1;
    ck_ok(dvk_manifest_read(write_text("m.tsv",
                                       "participant_id\tscans\tvoi\n"
                                       "sub-1\tscan_0.nii.gz;scan_1.nii.gz;scan_2.nii.gz\tkidneys_dseg.nii.gz\n"),
                            &c->manifest));
    c->stock = (dvk_worker_stock){.context = NULL};
    dvk_seen_open(&c->stock.seen, c->out);
    c->stock.seen.settled_s = 0;
    let_time_pass();
}

static void end(one_case *c)
{
    dvk_seen_close(&c->stock.seen);
    dvk_stock_clear(&c->stock.of_cases);
    dvk_context_close(c->stock.context);
    dvk_manifest_close(&c->manifest);
}

/* Brings the case up to date; how many calls of files that took. */
static long calls_of(one_case *c, dvk_case_outcome wanted)
{
    enum { MANY = 1 << 20 };
    dvk_case_report report;
    dvk_io_fail_at(MANY, EIO);
    dvk_archive_case(&c->stock, &c->options, &c->manifest, 0, &report);
    const long calls = MANY - dvk_io_fail_at(0, 0);
    ck_assert_msg(report.outcome == wanted, "%d: %s", (int)report.outcome, report.message);
    return calls;
}

START_TEST(what_was_hashed_is_not_read_again)
{
    one_case c;
    struct stat info;
    begin(&c, "kept");
    setenv("DVK_CACHE_DIR", scratch_file("cache"), 1);
    calls_of(&c, DVK_CASE_DONE);
    const long known = calls_of(&c, DVK_CASE_CURRENT);
    c.options.verify = true;
    const long read = calls_of(&c, DVK_CASE_CURRENT);
    c.options.verify = false;
    ck_assert_msg(known < read, "%ld calls, %ld where all is read", known, read);
    ck_assert_int_eq(calls_of(&c, DVK_CASE_CURRENT), known);

    /* Another worker knows it too. */
    dvk_seen_close(&c.stock.seen);
    dvk_seen_open(&c.stock.seen, c.out);
    c.stock.seen.settled_s = 0;
    ck_assert_int_eq(calls_of(&c, DVK_CASE_CURRENT), known);

    /* A file that was touched is read, once. */
    const char *scan = scratch_file("scan_1.nii.gz");
    ck_assert_int_eq(stat(scan, &info), 0);
    set_times(scan, &info);
    ck_assert_int_gt(calls_of(&c, DVK_CASE_CURRENT), known);
    ck_assert_int_eq(calls_of(&c, DVK_CASE_CURRENT), known);

    /* What changed less than a moment ago is not believed to be settled. */
    let_time_pass();
    set_times(scan, &info);
    c.stock.seen.settled_s = 100;
    ck_assert_int_gt(calls_of(&c, DVK_CASE_CURRENT), known);
    c.stock.seen.settled_s = 0;
    ck_assert_int_gt(calls_of(&c, DVK_CASE_CURRENT), known);

    /* Other contents are found, whatever is known. */
    let_time_pass();
    tiny_case_write(2);
    calls_of(&c, DVK_CASE_STALE);
    tiny_case_write(1);
    calls_of(&c, DVK_CASE_CURRENT);
    c.base.roi.biology.alpha_beta_Gy = 3;
    calls_of(&c, DVK_CASE_STALE);
    end(&c);
}
END_TEST

START_TEST(without_a_cache_all_is_read)
{
    one_case c;
    begin(&c, "not_kept");
    setenv("DVK_CACHE_DIR", "", 1);
    calls_of(&c, DVK_CASE_DONE);
    const long read = calls_of(&c, DVK_CASE_CURRENT);
    ck_assert_int_eq(calls_of(&c, DVK_CASE_CURRENT), read);
    end(&c);
}
END_TEST

int main(void)
{
    omp_set_num_threads(1);
    TCase *cases[] = {tcase_create("seen")};
    tcase_add_test(cases[0], a_stamp_tells_what_was_written);
    tcase_add_test(cases[0], what_was_hashed_is_not_read_again);
    tcase_add_test(cases[0], without_a_cache_all_is_read);
    return run_suite("inputs that were hashed before", cases, 1, false);
}
