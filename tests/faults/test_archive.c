/*
 * An archive in which any one allocation or file call fails, of the run or of its worker: nothing half-written passes
 * for a result, and the next run, with nothing failing, gives the bytes of one that never failed.
 */
#include <errno.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/io.h"
#include "support/files.h"
#include "support/folder.h"
#include "support/tiny_case.h"

static char manifest[512], good[512];

static dvk_status run_archive(const char *out, dvk_archive_counts *counts)
{
    const dvk_case_options base = tiny_case_options();
    dvk_archive_options o = dvk_archive_default();
    o.manifest = manifest;
    o.out = out;
    o.base = &base;
    o.context = (dvk_context_options){.device = "cpu", .threads = 1};
    o.jobs = 1;
    return dvk_archive_run(&o, counts);
}

/* Two cases of the same files. */
static void make_archive(void)
{
    dvk_archive_counts counts;
    tiny_case_write(1);
    snprintf(manifest, sizeof manifest, "%s",
             write_text("manifest.tsv", "participant_id\tscans\tvoi\n"
                                        "sub-1\tscan_0.nii.gz;scan_1.nii.gz;scan_2.nii.gz\tkidneys_dseg.nii.gz\n"
                                        "sub-2\tscan_0.nii.gz;scan_1.nii.gz;scan_2.nii.gz\tkidneys_dseg.nii.gz\n"));
    snprintf(good, sizeof good, "%s", scratch_file("good"));
    ck_ok(run_archive(good, &counts));
    ck_assert_uint_eq(counts.done, 2);
}

static void check_same(const char *out)
{
    char command[1200];
    snprintf(command, sizeof command, "diff -r '%s' '%s'", out, good);
    ck_assert_int_eq(system(command), 0);
}

static long fail_call(long n)
{
    return dvk_io_fail_at(n, ENOSPC);
}

static const struct {
    const char *name;
    long (*arm)(long n);
    dvk_status wanted;
    long last; /* more than a run has, in either process */
} faults[] = {{"allocation", dvk_alloc_fail_at, DVK_ERR_MEMORY, 2000}, {"file call", fail_call, DVK_ERR_IO, 400}};

/* The run ends well, though perhaps with cases failed or left, or with the fault's status. What stays at the place of a
 * case is a whole result or the record of its failure. */
START_TEST(any_one_may_fail)
{
    long hit = 0;
    for (long n = 1; n <= faults[_i].last; n += n < 20 ? 1 : faults[_i].last / 20) {
        char out[512];
        dvk_archive_counts counts, again;
        snprintf(out, sizeof out, "%s/out-%d-%ld", scratch_folder(), _i, n);
        faults[_i].arm(n);
        const dvk_status status = run_archive(out, &counts);
        faults[_i].arm(0);
        ck_assert_msg(status == DVK_OK || status == faults[_i].wanted || status == DVK_ERR_MISSING, "%s %ld: %d: %s",
                      faults[_i].name, n, (int)status, dvk_last_message());
        hit += status != DVK_OK || counts.done < 2;
        ck_assert_uint_eq(counts.done + counts.failed + counts.left, status == DVK_OK ? 2 : counts.cases);
        ck_ok(run_archive(out, &again));
        ck_assert_msg(again.done + again.current == 2, "%s %ld: %zu done, %zu current", faults[_i].name, n, again.done,
                      again.current);
        check_same(out);
    }
    printf("%ld times a %s ended a run or a case\n", hit, faults[_i].name);
    ck_assert_int_gt(hit, 10);
}
END_TEST

int main(void)
{
    omp_set_num_threads(1);
    TCase *cases[] = {tcase_create("archive")};
    tcase_add_unchecked_fixture(cases[0], make_archive, NULL);
    tcase_add_loop_test(cases[0], any_one_may_fail, 0, sizeof faults / sizeof faults[0]);
    return run_suite("archive with faults", cases, 1, true);
}
