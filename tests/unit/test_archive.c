/* Shards from what schedulers say, ids that stay inside OUT, and rows of a manifest as options. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/json.h"
#include "pipeline/archive/run.h"
#include "pipeline/case/request.h"
#include "support/files.h"
#include "support/support.h"

static const char *const variables[] = {
    "SLURM_ARRAY_TASK_ID",     "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP",
    "SLURM_ARRAY_TASK_COUNT",  "PBS_ARRAY_INDEX",      "PBS_ARRAYID",          "SGE_TASK_ID",
    "SGE_TASK_FIRST",          "SGE_TASK_LAST",        "SGE_TASK_STEPSIZE",    "LSB_JOBINDEX",
    "LSB_JOBINDEX_END",        "LSB_JOBINDEX_STEP",    "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX",
    "AWS_BATCH_JOB_ARRAY_SIZE"};

/* What `auto` finds under "NAME=VALUE NAME=VALUE ..." and nothing else. */
static dvk_status shard_under(const char *environment, const char *text, size_t *shard, size_t *shards)
{
    char copy[256], *rest = copy;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        unsetenv(variables[i]);
    snprintf(copy, sizeof copy, "%s", environment);
    for (char *pair; (pair = strsep(&rest, " "));) {
        char *value = strchr(pair, '=');
        *value++ = '\0';
        setenv(pair, value, 1);
    }
    return dvk_shard_parse(text, shard, shards);
}

START_TEST(shards_are_what_the_scheduler_says)
{
    static const struct {
        const char *environment, *text;
        size_t shard, shards;
    } cases[] = {
        {"A=", "3/8", 3, 8},
        {"SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_COUNT=4", "auto", 3, 4},
        {"SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_STEP=2 "
         "SLURM_ARRAY_TASK_COUNT=4",
         "auto", 4, 4},
        {"PBS_ARRAY_INDEX=5", "auto/9", 5, 9},
        {"PBS_ARRAYID=9", "auto/9", 9, 9},
        {"SGE_TASK_ID=30 SGE_TASK_FIRST=10 SGE_TASK_LAST=40 SGE_TASK_STEPSIZE=10", "auto", 3, 4},
        {"SGE_TASK_ID=undefined AWS_BATCH_JOB_ARRAY_INDEX=0 AWS_BATCH_JOB_ARRAY_SIZE=6", "auto", 1, 6},
        {"LSB_JOBINDEX=2 LSB_JOBINDEX_END=2", "auto", 2, 2},
        {"JOB_COMPLETION_INDEX=0", "auto/3", 1, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t shard = 0, shards = 0;
        ck_ok(shard_under(cases[i].environment, cases[i].text, &shard, &shards));
        ck_assert_msg(shard == cases[i].shard && shards == cases[i].shards, "%s: %zu/%zu", cases[i].environment, shard,
                      shards);
    }
}
END_TEST

START_TEST(shards_that_make_no_sense_are_refused)
{
    static const char *const texts[] = {"0/4", "5/4", "4", "a/b", "1/0", "-1/4", "1/4x", "auto/0", "autos"};
    size_t shard = 0, shards = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_fails(shard_under("SLURM_ARRAY_TASK_ID=1", texts[i], &shard, &shards), DVK_ERR_USAGE);
    ck_fails(shard_under("A=", "auto", &shard, &shards), DVK_ERR_USAGE);                     /* no scheduler */
    ck_fails(shard_under("JOB_COMPLETION_INDEX=0", "auto", &shard, &shards), DVK_ERR_USAGE); /* does not say N */
    ck_fails(shard_under("SLURM_ARRAY_TASK_ID=7 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=3",
                         "auto", &shard, &shards),
             DVK_ERR_USAGE); /* --array=1,3,7 */
    ck_fails(shard_under("JOB_COMPLETION_INDEX=3", "auto/3", &shard, &shards), DVK_ERR_USAGE);
    ck_fails(shard_under("PBS_ARRAY_INDEX=0", "auto/3", &shard, &shards), DVK_ERR_USAGE); /* counts from 1 here */
    ck_fails(shard_under("LSB_JOBINDEX=0", "auto/3", &shard, &shards), DVK_ERR_USAGE);    /* no array */
}
END_TEST

START_TEST(every_row_is_in_one_shard)
{
    for (size_t shards = 1; shards < 7; shards++)
        for (size_t row = 0; row < 20; row++) {
            size_t takers = 0;
            for (size_t shard = 1; shard <= shards; shard++)
                takers += dvk_shard_has(shard, shards, row);
            ck_assert_uint_eq(takers, 1);
        }
    ck_assert(dvk_shard_has(0, 0, 5)); /* no shards: all */
}
END_TEST

START_TEST(ids_are_names_of_one_folder)
{
    static const char *const good[] = {"sub-001", "sub-A", "sub-a.b", "sub-pati\xc3\xabnt_1+2"};
    static const char *const bad[] = {"",        "001",     "sub-",     "sub-a/b", "sub-../x", "../sub-a",
                                      "sub-a\n", "sub-a b", "sub-a\\b", "sub-*",   "Sub-a"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        ck_assert_msg(dvk_case_id_good(good[i], "sub-"), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!dvk_case_id_good(bad[i], "sub-"), "%s", bad[i]);
}
END_TEST

/* A row of cells for dvk_archive_row_read. */
static const char *cell_of(const void *row, dvk_column column)
{
    return ((const char *const *)row)[column];
}

START_TEST(a_row_goes_before_the_archive_options)
{
    const char *row[DVK_COLUMNS] = {
        [DVK_COLUMN_SCANS] = "a b.nii; /abs/c.nii",
        [DVK_COLUMN_VOI] = "kidney_left=l.nii;maps/x=y.nii",
        [DVK_COLUMN_LABELS] = "left=1,right=2",
        [DVK_COLUMN_TIMES] = "4,24h",
        [DVK_COLUMN_DECAY_REFERENCE] = "24h",
        [DVK_COLUMN_INJECTED] = "7.4GBq",
        [DVK_COLUMN_DENSITY] = "1.05g/mL",
        [DVK_COLUMN_RECOVERY] = "rc.tsv",
        [DVK_COLUMN_HALF_LIFE] = "52h",
        [DVK_COLUMN_MISSING] = "right",
    };
    dvk_case_options base = dvk_case_default();
    dvk_archive_row r;
    base.voi.labels_preset = "moose";
    base.series.units = "kBq/mL";
    ck_ok(dvk_archive_row_read(row, cell_of, "lists/", &base, &r));
    const dvk_case_options *o = &r.options;
    ck_assert_uint_eq(o->scan_count, 2);
    ck_assert_str_eq(o->scans[0], "lists/a b.nii");
    ck_assert_str_eq(o->scans[1], "/abs/c.nii");
    ck_assert_uint_eq(o->voi_source_count, 2);
    ck_assert_str_eq(o->voi_sources[0].name, "kidney_left");
    ck_assert_str_eq(o->voi_sources[0].path, "lists/l.nii");
    ck_assert_ptr_null(o->voi_sources[1].name); /* maps/x is no name */
    ck_assert_str_eq(o->voi_sources[1].path, "lists/maps/x=y.nii");
    ck_assert_str_eq(o->voi.labels, "left=1,right=2");
    ck_assert_ptr_null(o->voi.labels_preset);
    ck_assert_str_eq(o->series.units, "kBq/mL");
    ck_assert_uint_eq(o->series.times, 2);
    ck_assert_double_eq(o->series.times_h[1], 24);
    ck_assert_int_eq(o->series.reference, DVK_DECAY_TIME);
    ck_assert_double_eq(o->series.decay_time_h, 24);
    ck_close(o->series.injected_MBq, 7400, 1e-12);
    ck_assert_str_eq(o->density, "1.05g/mL");
    ck_assert_str_eq(o->roi.recovery, "lists/rc.tsv");
    ck_assert_double_eq(o->roi.biology.effective_half_life_h, 52);
    ck_assert_str_eq(o->voi.missing, "right");
    dvk_archive_row_clear(&r);
}
END_TEST

START_TEST(a_bad_cell_names_its_column)
{
    static const struct {
        dvk_column column;
        const char *cell;
    } cases[] = {
        {DVK_COLUMN_SCANS, "a.nii;;b.nii"},   {DVK_COLUMN_VOI, "left="},        {DVK_COLUMN_TIMES, "4,24"},
        {DVK_COLUMN_INJECTED, "7400"},        {DVK_COLUMN_MISSING, "both"},     {DVK_COLUMN_HALF_LIFE, "0h"},
        {DVK_COLUMN_DECAY_REFERENCE, "soon"}, {DVK_COLUMN_DENSITY_FROM, "HU?"}, {DVK_COLUMN_FRAME_DURATION, "x"}};
    const dvk_case_options base = dvk_case_default();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *row[DVK_COLUMNS] = {[DVK_COLUMN_SCANS] = "a.nii", [DVK_COLUMN_VOI] = "v.nii"};
        dvk_archive_row r;
        row[cases[i].column] = cases[i].cell;
        ck_fails(dvk_archive_row_read(row, cell_of, "", &base, &r), DVK_ERR_INVALID);
        ck_assert_msg(strncmp(dvk_last_message(), dvk_column_name(cases[i].column),
                              strlen(dvk_column_name(cases[i].column))) == 0,
                      "%s", dvk_last_message());
        dvk_archive_row_clear(&r);
    }
}
END_TEST

START_TEST(a_hundred_thousand_rows_are_read)
{
    enum { ROWS = 100000 };
    dvk_text text = {0};
    dvk_manifest m;
    char id[DVK_CASE_ID_SIZE];
    ck_ok(dvk_text_add(&text, "\xef\xbb\xbfparticipant_id\tsession_id\tscans\tvoi\r\n"));
    for (int i = 0; i < ROWS; i++)
        ck_ok(dvk_text_add(&text, "sub-%06d\tses-%d\tsub-%06d/a.nii.gz;sub-%06d/b.nii.gz\tk.nii.gz\r\n", i / 2,
                           i % 2 + 1, i, i));
    const char *path = write_text("large.tsv", text.data);
    dvk_text_free(&text);
    ck_ok(dvk_manifest_read(path, &m));
    ck_assert_uint_eq(m.table->rows, ROWS);
    dvk_manifest_id(&m, ROWS - 1, id);
    ck_assert_str_eq(id, "sub-049999/ses-2");
    dvk_manifest_close(&m);
}
END_TEST

/* Also of a participant's case and a session's that read alike. */
START_TEST(each_case_has_a_lease_of_its_own)
{
    static const char *const ids[] = {"sub-a_ses-b\tn/a", "sub-a\tses-b"};
    const dvk_archive_options o = {.out = scratch_folder()};
    dvk_text text = {0};
    dvk_manifest m;
    dvk_leases one = {.folder = NULL}, other = {.folder = NULL};
    ck_ok(dvk_text_add(&text, "participant_id\tsession_id\tscans\tvoi\n"));
    for (size_t i = 0; i < 2; i++)
        ck_ok(dvk_text_add(&text, "%s\ta.nii\tk.nii\n", ids[i]));
    ck_ok(dvk_manifest_read(write_text("alike.tsv", text.data), &m));
    ck_assert(!dvk_case_id_good("sub-a,ses-b", "sub-"));
    ck_ok(dvk_leases_open(&one, &o, &m));
    ck_ok(dvk_leases_open(&other, &o, &m));
    ck_assert(dvk_leases_take(&one, 0));
    ck_assert(dvk_leases_take(&other, 1));
    ck_assert(!dvk_leases_take(&one, 1));
    dvk_leases_drop(&other, 1);
    ck_assert(dvk_leases_take(&one, 1));
    snprintf(other.self, sizeof other.self, "elsewhere-1");
    other.held[other.count++] = 1; /* as after a pause in which another took the case over */
    dvk_leases_drop(&other, 1);
    ck_assert(!dvk_leases_take(&other, 1));
    dvk_leases_close(&other);
    dvk_leases_close(&one);
    dvk_manifest_close(&m);
    dvk_text_free(&text);
}
END_TEST

/* The record of a result that the row's options gave, as far as it is looked at. */
static json_t *record_of(const dvk_manifest *m, const dvk_case_options *base, const char *inputs)
{
    dvk_archive_row r;
    char fingerprint[65];
    json_t *list = json_loads(inputs, 0, NULL);
    ck_ok(dvk_archive_row_of(m, 0, base, &r));
    ck_ok(dvk_case_fingerprint(&r.options, "cpu", list, fingerprint));
    dvk_archive_row_clear(&r);
    return json_pack("{s:i, s:s, s:s, s:o}", "algorithm", DVK_ALGORITHM, "backend", "cpu", "fingerprint", fingerprint,
                     "inputs", list);
}

/* As archive.json has it, written and read. */
static json_t *pin_of(const dvk_case_options *base)
{
    char *text = NULL;
    ck_ok(dvk_json_give(json_pack("{s:i, s:s, s:o}", "algorithm", DVK_ALGORITHM, "backend", "cpu", "request",
                                  dvk_case_request(base, NULL)),
                        &text));
    json_t *pin = json_loads(text, 0, NULL);
    dvk_free(text);
    return pin;
}

/* Whether a result of `made` counts as one of an archive that is pinned to `base`. */
static bool as_asked(const char *head, const char *row, const dvk_case_options *made, const dvk_case_options *base)
{
    static const char inputs[] =
        "[{\"role\": \"scan\", \"sha256\": \"1\"}, {\"role\": \"voi\", \"sha256\": \"2\"},"
        " {\"role\": \"labels\", \"sha256\": \"3\"}, {\"role\": \"kernel\", \"sha256\": \"4\"}]";
    const dvk_bids_place place = {NULL, NULL};
    const char *otherwise = "";
    dvk_text text = {0};
    dvk_manifest m;
    ck_ok(dvk_text_add(&text, "participant_id\tscans\tvoi\tkernel%s\nsub-1\ta.nii\tkidney_left=l.nii\tk.nii%s\n", head,
                       row));
    ck_ok(dvk_manifest_read(write_text("asked.tsv", text.data), &m));
    json_t *pin = pin_of(base), *record = record_of(&m, made, inputs);
    ck_ok(dvk_archive_asked(pin, &m, 0, &place, record, &otherwise));
    json_decref(pin);
    json_decref(record);
    dvk_manifest_close(&m);
    dvk_text_free(&text);
    return !otherwise;
}

/* Whatever cells a row has and whatever the archive was given: a result is as asked where the row's options over the
 * archive's give its fingerprint, and else is not. */
START_TEST(a_result_of_other_parameters_is_told)
{
    static const struct {
        const char *head, *row;
    } rows[] = {{"", ""},
                {"\tlabels", "\tleft=1,right=2"},
                {"\tlabels_preset", "\tmoose"},
                {"\tlabels_table", "\tnames.tsv"},
                {"\tmissing", "\tright"},
                {"\ttimes\tunits\tdecay_reference", "\t4,24h\tkBq/mL\tnone"},
                {"\tdecay_reference\tframe_duration", "\t24h\t30min"},
                {"\tinjected\tnuclide\teffective_half_life", "\t7.4GBq\tLu-177\t52h"},
                {"\tdensity\tdensity_from\trecovery", "\t1.05g/mL\tg/mL\t0.9"},
                {"\tdensity\trecovery", "\tnone\tnone"}};
    double times_h[] = {1, 2.1};
    const dvk_case_options usual = dvk_case_default();
    dvk_case_options other = usual;
    other.voi.labels_preset = "totalseg";
    other.voi.missing = "left";
    other.series = (dvk_series_options){.times_h = times_h,
                                        .times = 2,
                                        .units = "MBq/mL",
                                        .reference = DVK_DECAY_TIME,
                                        .decay_time_h = 4.4,
                                        .frame_duration_h = 0.1,
                                        .injected_MBq = 99.9,
                                        .nuclide = "Y-90"};
    other.density = "1.1g/mL";
    other.roi.recovery = "0.8";
    other.roi.biology.alpha_beta_Gy = 3.1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_msg(as_asked(rows[i].head, rows[i].row, &usual, &usual), "row %zu", i);
        ck_assert_msg(as_asked(rows[i].head, rows[i].row, &other, &other), "row %zu over others", i);
        ck_assert_msg(!as_asked(rows[i].head, rows[i].row, &usual, &other), "row %zu of others", i);
    }
    other = usual;
    other.series.nuclide = "Y-90"; /* that the row says as well: the result is the same */
    ck_assert(!as_asked("", "", &usual, &other));
    ck_assert(as_asked("\tnuclide", "\tLu-177", &usual, &other));
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("archive")};
    tcase_set_timeout(cases[0], 60);
    tcase_add_test(cases[0], shards_are_what_the_scheduler_says);
    tcase_add_test(cases[0], shards_that_make_no_sense_are_refused);
    tcase_add_test(cases[0], every_row_is_in_one_shard);
    tcase_add_test(cases[0], ids_are_names_of_one_folder);
    tcase_add_test(cases[0], a_row_goes_before_the_archive_options);
    tcase_add_test(cases[0], a_bad_cell_names_its_column);
    tcase_add_test(cases[0], a_hundred_thousand_rows_are_read);
    tcase_add_test(cases[0], each_case_has_a_lease_of_its_own);
    tcase_add_test(cases[0], a_result_of_other_parameters_is_told);
    return run_suite("archive", cases, 1, false);
}
