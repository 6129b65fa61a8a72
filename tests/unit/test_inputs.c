/* What a record says of its inputs: the bytes that were read, whatever happens to the files meanwhile. */
#include <omp.h>
#include <string.h>
#include <sys/stat.h>

#include "data/hash.h"
#include "data/json.h"
#include "support/files.h"
#include "support/tiny_case.h"

static const char *const files[] = {"scan_0.json",         "scan_1.nii.gz", "kidneys_dseg.tsv",
                                    "kidneys_dseg.nii.gz", "kernel.nii.gz", "kernel.json",
                                    "ct.nii.gz",           "biology.tsv",   "recovery.tsv"};

/* Adds a byte to the file, or removes it, when the stage of that name is done. */
typedef struct meddler {
    const char *stage, *file;
    bool removes;
} meddler;

static void meddle(void *user, const char *stage, double seconds)
{
    const meddler *m = user;
    (void)seconds;
    if (strcmp(stage, m->stage) != 0)
        return;
    if (m->removes) {
        ck_assert_int_eq(remove(scratch_file(m->file)), 0);
        return;
    }
    FILE *f = fopen(scratch_file(m->file), "a");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fputc('\n', f), '\n');
    ck_assert_int_eq(fclose(f), 0);
}

static dvk_status run_case(const char *out, meddler *m)
{
    dvk_case_options o = tiny_case_options();
    dvk_context *c = NULL;
    const dvk_context_options how = {.device = "cpu", .threads = 1, .lap = m ? meddle : NULL, .user = m};
    o.out = out;
    ck_ok(dvk_context_open(&how, &c));
    const dvk_status status = dvk_case_run(c, &o, NULL);
    dvk_context_close(c);
    return status;
}

/* The record's inputs and fingerprint. */
static json_t *record_of(const char *out)
{
    char path[600];
    json_t *record = NULL, *both = json_object();
    snprintf(path, sizeof path, "%s/provenance.json", out);
    ck_ok(dvk_json_read(path, &record));
    json_object_set(both, "inputs", json_object_get(record, "inputs"));
    json_object_set(both, "fingerprint", json_object_get(record, "fingerprint"));
    json_decref(record);
    return both;
}

static char out[512], other[512];

enum { FILES = sizeof files / sizeof files[0] };

START_TEST(a_record_is_of_what_was_read)
{
    meddler m = {"rois", files[_i % FILES], _i >= FILES};
    tiny_case_write(1);
    snprintf(out, sizeof out, "%s/undisturbed-%d", scratch_folder(), _i);
    snprintf(other, sizeof other, "%s/disturbed-%d", scratch_folder(), _i);
    ck_ok(run_case(out, NULL));
    ck_ok(run_case(other, &m));
    json_t *want = record_of(out), *got = record_of(other);
    ck_assert_uint_eq(json_array_size(json_object_get(want, "inputs")),
                      13); /* 3 scans, VOI, kernel: 2 each; 3 others */
    ck_assert_msg(json_equal(want, got), "%s", m.file);
    json_decref(want);
    json_decref(got);
}
END_TEST

/* Files that are read twice: the second time tells. */
START_TEST(a_file_that_changes_between_two_readings_is_refused)
{
    meddler m = {"scans", _i ? "recovery.tsv" : "biology.tsv", false};
    struct stat info;
    tiny_case_write(1);
    snprintf(out, sizeof out, "%s/torn-%d", scratch_folder(), _i);
    ck_fails(run_case(out, &m), DVK_ERR_RETRY);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), m.file));
    ck_assert_int_ne(stat(out, &info), 0);
}
END_TEST

/* Of `kidneys`, the dose map is one of them. */
START_TEST(a_given_dose_map_is_an_input)
{
    dvk_case_options o = tiny_case_options();
    dvk_context *c = NULL;
    char dose[600];
    tiny_case_write(1);
    snprintf(out, sizeof out, "%s/dose", scratch_folder());
    snprintf(other, sizeof other, "%s/kidneys", scratch_folder());
    snprintf(dose, sizeof dose, "%s/dose.nii.gz", out);
    ck_ok(run_case(out, NULL));
    ck_ok(tiny_context("cpu", DVK_FALLBACK_NONE, &c));
    o.out = other;
    o.density = NULL;
    o.kernel_path = NULL;
    o.write_bed = o.write_sd = false;
    ck_ok(dvk_kidneys_run(c, &o, dose, NULL));
    dvk_context_close(c);
    json_t *record = record_of(other);
    const json_t *inputs = json_object_get(record, "inputs"),
                 *last = json_array_get(inputs, json_array_size(inputs) - 1);
    char hex[65];
    ck_ok(dvk_sha256_file(dose, hex));
    ck_assert_str_eq(json_string_value(json_object_get(last, "role")), "dose");
    ck_assert_str_eq(json_string_value(json_object_get(last, "sha256")), hex);
    json_decref(record);
}
END_TEST

int main(void)
{
    omp_set_num_threads(1);
    TCase *cases[] = {tcase_create("inputs")};
    tcase_add_loop_test(cases[0], a_record_is_of_what_was_read, 0, 2 * FILES);
    tcase_add_loop_test(cases[0], a_file_that_changes_between_two_readings_is_refused, 0, 2);
    tcase_add_test(cases[0], a_given_dose_map_is_an_input);
    return run_suite("inputs", cases, 1, false);
}
