/*
 * An archive on a device that is lost: with --fallback cpu the CPU does the cases, whose records say so. A run that
 * allows the fallback takes them for its own when it is taken up again; one that does not calls them stale.
 */
#include <omp.h>
#include <string.h>

#include "backend/plugin.h"
#include "data/json.h"
#include "support/files.h"
#include "support/folder.h"
#include "support/opencl.h"
#include "support/tiny_case.h"

static const char *device;
static char manifest[512], out[512];

static dvk_archive_counts run_archive(dvk_fallback fallback, dvk_on_stale on_stale)
{
    const dvk_case_options base = tiny_case_options();
    dvk_archive_counts counts;
    dvk_archive_options o = dvk_archive_default();
    o.manifest = manifest;
    o.out = out;
    o.base = &base;
    o.context = (dvk_context_options){.device = device, .threads = 1, .fallback = fallback};
    o.jobs = 1;
    o.on_stale = on_stale;
    ck_ok(dvk_archive_run(&o, &counts));
    return counts;
}

static void make_archive(void)
{
    tiny_case_write(1);
    snprintf(manifest, sizeof manifest, "%s",
             write_text("manifest.tsv", "participant_id\tscans\tvoi\n"
                                        "sub-1\tscan_0.nii.gz;scan_1.nii.gz;scan_2.nii.gz\tkidneys_dseg.nii.gz\n"
                                        "sub-2\tscan_0.nii.gz;scan_1.nii.gz;scan_2.nii.gz\tkidneys_dseg.nii.gz\n"));
    snprintf(out, sizeof out, "%s/out", scratch_folder());
}

static void ck_backend(const char *id, const char *backend)
{
    char path[600];
    json_t *record = NULL;
    snprintf(path, sizeof path, "%s/%s/provenance.json", out, id);
    ck_ok(dvk_json_read(path, &record));
    ck_assert_str_eq(json_string_value(json_object_get(record, "backend")), backend);
    json_decref(record);
}

START_TEST(a_fallback_is_the_own_result_of_a_run_that_allows_it)
{
    dvk_device_fail_at(10); /* in the worker, which inherits it */
    dvk_archive_counts counts = run_archive(DVK_FALLBACK_CPU, DVK_STALE_REFUSE);
    dvk_device_fail_at(0);
    ck_assert_uint_eq(counts.done, 2);
    ck_backend("sub-1", "cpu");

    counts = run_archive(DVK_FALLBACK_CPU, DVK_STALE_REFUSE);
    ck_assert_uint_eq(counts.current, 2);
    counts = run_archive(DVK_FALLBACK_NONE, DVK_STALE_REFUSE);
    ck_assert_uint_gt(counts.failed, 0);
    counts = run_archive(DVK_FALLBACK_NONE, DVK_STALE_RERUN);
    ck_assert_uint_gt(counts.done, 0);
    ck_backend("sub-1", "opencl");
    counts = run_archive(DVK_FALLBACK_CPU, DVK_STALE_REFUSE);
    ck_assert_uint_eq(counts.current, 2);
}
END_TEST

int main(void)
{
    const dvk_backend_ops *ops = NULL;
    device = opencl_device(&ops);
    omp_set_num_threads(1);
    TCase *cases[] = {tcase_create("archive")};
    tcase_add_unchecked_fixture(cases[0], make_archive, NULL);
    tcase_add_test(cases[0], a_fallback_is_the_own_result_of_a_run_that_allows_it);
    return run_suite("archive on a device with faults", cases, 1, true);
}
