/* Names of BIDS derivatives: where a case's files go, what they are called, and finding them again. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dvk/bids.h"

#include "base/alloc.h"
#include "data/atomic.h"
#include "data/naming.h"
#include "data/outdir.h"
#include "support/folder.h"
#include "support/support.h"

/* A fresh folder, lent. */
static const char *fresh(const char *name)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/bids-%s-%ld", scratch_folder(), name, (long)getpid());
    ck_assert_int_eq(mkdir(path, 0777), 0);
    return path;
}

START_TEST(a_case_is_where_its_scans_say)
{
    static const struct {
        const char *id, *scans[2], *folder, *prefix;
    } cases[] = {
        {NULL,
         {"raw/sub-01/ses-A/pet/sub-01_ses-A_trc-DOTATATE_run-1_pet.nii.gz",
          "raw/sub-01/ses-A/pet/sub-01_ses-A_trc-DOTATATE_run-2_pet.nii.gz"},
         "d/sub-01/ses-A/pet",
         "sub-01_ses-A_trc-DOTATATE"},
        {NULL, {"raw/sub-001/ses-02/scan_004h.nii.gz", NULL}, "d/sub-001/ses-02/pet", "sub-001_ses-02"},
        {NULL, {"sub-7/scan.nii", NULL}, "d/sub-7/pet", "sub-7"},
        {NULL, {"sub-1/sub-2_pet.nii", NULL}, "d/sub-2/pet", "sub-2"}, /* the name goes before the folder */
        {"sub-9/ses-1", {"x/sub-2_trc-FDG_pet.nii", NULL}, "d/sub-9/ses-1/pet", "sub-9_ses-1_trc-FDG"},
        {"sub-9", {"scan.nii", NULL}, "d/sub-9/pet", "sub-9"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dvk_bids_place place;
        ck_ok(dvk_bids_find("d", cases[i].id, cases[i].scans, cases[i].scans[1] ? 2 : 1, &place));
        ck_assert_str_eq(place.folder, cases[i].folder);
        ck_assert_str_eq(place.prefix, cases[i].prefix);
        dvk_bids_place_clear(&place);
    }
}
END_TEST

START_TEST(a_case_that_is_none_is_refused)
{
    static const struct {
        const char *id, *scans[2];
        dvk_status status;
    } cases[] = {
        {NULL, {"scan_004h.nii.gz", "scan_024h.nii.gz"}, DVK_ERR_USAGE},
        {NULL, {"my_sub-/scan.nii", "my_sub-/scan.nii"}, DVK_ERR_USAGE},
        {NULL, {"sub-1/a.nii", "sub-2/a.nii"}, DVK_ERR_INVALID},
        {NULL, {"sub-1/ses-1/a.nii", "sub-1/ses-2/a.nii"}, DVK_ERR_INVALID},
        {NULL, {"sub-1_trc-A_pet.nii", "sub-1_trc-B_pet.nii"}, DVK_ERR_INVALID},
        {"1/2", {"a.nii", "b.nii"}, DVK_ERR_INVALID},
        {"sub-a_b", {"a.nii", "b.nii"}, DVK_ERR_INVALID},
        {"sub-a/../b", {"a.nii", "b.nii"}, DVK_ERR_INVALID},
        {"sub-a/ses-1/x", {"a.nii", "b.nii"}, DVK_ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dvk_bids_place place;
        ck_fails(dvk_bids_find("d", cases[i].id, cases[i].scans, 2, &place), cases[i].status);
        dvk_bids_place_clear(&place);
    }
}
END_TEST

START_TEST(names_say_what_a_file_is)
{
    static const char *const names[][2] = {
        {"dose.nii.gz", "P_desc-dose_pet.nii.gz"},    {"dose.json", "P_desc-dose_pet.json"},
        {"tia_sd.nii.gz", "P_desc-tiasd_pet.nii.gz"}, {"dose.tsv", "P_dose.tsv"},
        {"summary.json", "P_summary.json"},           {"report.html", "P_report.html"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        dvk_text plain = {0}, bids = {0};
        ck_ok(dvk_named(NULL, names[i][0], &plain));
        ck_ok(dvk_named("P", names[i][0], &bids));
        ck_assert_str_eq(plain.data, names[i][0]);
        ck_assert_str_eq(bids.data, names[i][1]);
        dvk_text_free(&plain);
        dvk_text_free(&bids);
    }
}
END_TEST

static dvk_status write_result(const char *folder, const char *prefix, const char *map, bool force)
{
    char record[160];
    const char *path = NULL;
    dvk_outdir *o = NULL;
    DVK_TRY(dvk_outdir_begin_as(folder, prefix, force, &o));
    ck_ok(dvk_outdir_path(o, map, &path));
    ck_ok(dvk_atomic_write_text(path, "a"));
    ck_ok(dvk_outdir_path(o, "summary.json", &path));
    ck_ok(dvk_atomic_write_text(path, "{}"));
    ck_ok(dvk_outdir_path(o, "provenance.json", &path));
    snprintf(record, sizeof record, "{\"outputs\": [\"%s_desc-dose_pet.nii.gz\", \"%s_summary.json\"]}", prefix,
             prefix);
    ck_ok(dvk_atomic_write_text(path, record));
    return dvk_outdir_commit(o);
}

static void ck_found(const char *folder, const char *name, const char *ending, bool there)
{
    char *path = NULL;
    ck_ok(dvk_result_find(folder, name, &path));
    const size_t length = strlen(path), end = strlen(ending);
    ck_assert_msg(length > end && strcmp(path + length - end, ending) == 0, "%s", path);
    ck_assert_int_eq(access(path, F_OK) == 0, there);
    dvk_free(path);
}

START_TEST(a_result_is_found_in_either_form)
{
    const char *folder = fresh("find");
    char pet[400], *found = NULL;
    snprintf(pet, sizeof pet, "%s/pet", folder);
    ck_found(folder, "summary.json", "/summary.json", false);
    ck_ok(write_result(pet, "sub-1", "dose.nii.gz", false));
    ck_found(pet, "dose.nii.gz", "/pet/sub-1_desc-dose_pet.nii.gz", true);
    ck_found(folder, "summary.json", "/pet/sub-1_summary.json", true);
    ck_found(folder, "report.html", "/report.html", false);

    /* Which of two is meant, a person must say. */
    ck_ok(write_result(pet, "sub-1_trc-X", "tia.nii.gz", false));
    ck_fails(dvk_result_find(folder, "provenance.json", &found), DVK_ERR_INVALID);
    ck_assert_ptr_null(found);
}
END_TEST

/* Two tracers of one session: neither is refused for the other's sake, nor goes with it. */
START_TEST(results_of_two_prefixes_share_a_folder)
{
    const char *folder = fresh("shared");
    ck_ok(write_result(folder, "sub-1_trc-A", "dose.nii.gz", false));
    ck_ok(write_result(folder, "sub-1_trc-B", "dose.nii.gz", false));
    ck_ok(write_result(folder, "sub-1", "dose.nii.gz", false));
    ck_assert_int_eq(folder_entries(folder), 9);
    ck_fails(write_result(folder, "sub-1_trc-B", "dose.nii.gz", false), DVK_ERR_CREATE);
    ck_ok(write_result(folder, "sub-1_trc-B", "tia.nii.gz", true)); /* its old dose map goes */
    ck_assert_int_eq(folder_entries(folder), 9);
    ck_ok(write_result(folder, "sub-1", "dose.nii.gz", true));
    ck_assert_int_eq(folder_entries(folder), 9);
}
END_TEST

START_TEST(what_a_killed_run_left_beside_two_results_is_removed)
{
    const char *folder = fresh("left");
    char left[400], file[450];
    ck_ok(write_result(folder, "sub-1_trc-A", "dose.nii.gz", false));
    ck_ok(write_result(folder, "sub-1_trc-B", "dose.nii.gz", false));
    snprintf(left, sizeof left, "%s/.dvkit-1", folder);
    snprintf(file, sizeof file, "%s/dose.nii.gz", left);
    ck_assert_int_eq(mkdir(left, 0777), 0);
    ck_ok(dvk_atomic_write_text(file, "a"));
    dvk_outdir_tidy(folder, "sub-1_trc-A");
    ck_assert_int_ne(access(left, F_OK), 0);
}
END_TEST

START_TEST(a_dataset_of_others_is_left_alone)
{
    const char *folder = fresh("dataset");
    char path[400];
    ck_ok(dvk_bids_check(folder));
    ck_ok(dvk_bids_describe(folder, folder)); /* whatever lies there: the parent is the source */
    ck_ok(dvk_bids_check(folder));            /* our own */
    snprintf(path, sizeof path, "%s/dataset_description.json", folder);
    ck_ok(dvk_atomic_write_text(path, "{\"Name\": \"trial\", \"BIDSVersion\": \"1.8.0\", \"DatasetType\": \"raw\"}"));
    ck_fails(dvk_bids_check(folder), DVK_ERR_CREATE);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("bids")};
    tcase_add_test(cases[0], a_case_is_where_its_scans_say);
    tcase_add_test(cases[0], a_case_that_is_none_is_refused);
    tcase_add_test(cases[0], names_say_what_a_file_is);
    tcase_add_test(cases[0], a_result_is_found_in_either_form);
    tcase_add_test(cases[0], results_of_two_prefixes_share_a_folder);
    tcase_add_test(cases[0], what_a_killed_run_left_beside_two_results_is_removed);
    tcase_add_test(cases[0], a_dataset_of_others_is_left_alone);
    return run_suite("bids", cases, 1, false);
}
