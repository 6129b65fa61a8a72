/* The cohort's tables, for R and pandas: tidy, full precision, "n/a" for what is not known. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/archive/cohort.h"

static dvk_status ids(const dvk_cohort_case *k, dvk_text *t)
{
    DVK_TRY(dvk_tsv_text(t, k->state.participant));
    return dvk_tsv_text(t, k->state.session ? k->state.session : "");
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* A list of texts in one cell. */
static dvk_status joined(const json_t *list, dvk_text *t)
{
    dvk_text cell = {0};
    const json_t *item;
    size_t i;
    dvk_status status = dvk_text_add(&cell, "%s", "");
    json_array_foreach((json_t *)(uintptr_t)list, i, item) if (status == DVK_OK && json_is_string(item)) status =
        dvk_text_add(&cell, "%s%s", cell.length ? "; " : "", json_string_value(item));
    if (status == DVK_OK)
        status = dvk_tsv_text(t, cell.data);
    dvk_text_free(&cell);
    return status;
}

/* --- dose.tsv --- */

static const char *const dose_columns[] = {"volume_mL",
                                           "mass_g",
                                           "tia_MBqh",
                                           "tiac_h",
                                           "effective_half_life_h",
                                           "tail_fraction",
                                           "dose_mean_Gy",
                                           "dose_sd_Gy",
                                           "dose_min_Gy",
                                           "dose_max_Gy",
                                           "d98_Gy",
                                           "d95_Gy",
                                           "d90_Gy",
                                           "d50_Gy",
                                           "d10_Gy",
                                           "d2_Gy",
                                           "dose_per_activity_Gy_GBq",
                                           "u_tia_rel",
                                           "u_dose_rel",
                                           "g_factor",
                                           "bed_Gy",
                                           "eqd2_Gy",
                                           "eubed_Gy"};
enum { DOSE_COLUMNS = sizeof dose_columns / sizeof dose_columns[0] };

dvk_status dvk_cohort_dose_table(const dvk_cohort *c, dvk_text *t)
{
    static const char *const before[] = {"participant_id", "session_id", "cycle", "injected_activity_MBq", "name"};
    DVK_TRY(dvk_tsv_texts(t, before, 5));
    DVK_TRY(dvk_tsv_texts(t, dose_columns, DOSE_COLUMNS));
    DVK_TRY(dvk_tsv_text(t, "flags"));
    DVK_TRY(dvk_tsv_end_row(t));
    for (size_t i = 0; i < c->count; i++) {
        const json_t *rois = json_object_get(c->cases[i].summary, "rois");
        for (size_t r = 0; r < json_array_size(rois); r++) {
            const json_t *roi = json_array_get(rois, r);
            DVK_TRY(ids(&c->cases[i], t));
            DVK_TRY(dvk_tsv_number(t, (double)c->cases[i].cycle));
            DVK_TRY(dvk_tsv_number(t, dvk_cohort_number(c->cases[i].summary, "injected_activity_MBq")));
            DVK_TRY(dvk_tsv_text(t, text_of(roi, "name")));
            for (size_t v = 0; v < DOSE_COLUMNS; v++)
                DVK_TRY(dvk_tsv_number(t, dvk_cohort_number(roi, dose_columns[v])));
            DVK_TRY(joined(json_object_get(roi, "flags"), t));
            DVK_TRY(dvk_tsv_end_row(t));
        }
    }
    return DVK_OK;
}

/* --- course.tsv --- */

static double injected_of(const dvk_course *course)
{
    double sum = 0;
    for (size_t i = 0; i < course->cycle_count; i++)
        sum += course->cycles[i].injected_MBq;
    return sum;
}

static dvk_status course_row(const dvk_cohort *c, const dvk_cohort_patient *p, const dvk_course_sum *sum, dvk_text *t)
{
    DVK_TRY(dvk_tsv_text(t, c->cases[p->first].state.participant));
    DVK_TRY(dvk_tsv_number(t, (double)p->done));
    DVK_TRY(dvk_tsv_number(t, (double)(p->count - p->done)));
    DVK_TRY(dvk_tsv_text(t, sum ? sum->name : ""));
    const double numbers[] = {p->course ? injected_of(p->course) : NAN,
                              sum ? sum->dose.sum_Gy : NAN,
                              sum ? sum->bed.sum_Gy : NAN,
                              sum ? sum->eqd2_Gy : NAN,
                              sum ? sum->bed.limit_Gy : NAN,
                              sum ? sum->bed.remaining_Gy : NAN,
                              sum ? sum->bed.predicted_next_Gy : NAN};
    DVK_TRY(dvk_tsv_numbers(t, numbers, sizeof numbers / sizeof numbers[0]));
    DVK_TRY(dvk_tsv_text(t, sum && sum->kidney ? (sum->decision.within_limit ? "true" : "false") : ""));
    DVK_TRY(dvk_tsv_text(t, p->problem));
    return dvk_tsv_end_row(t);
}

dvk_status dvk_cohort_course_table(const dvk_cohort *c, dvk_text *t)
{
    static const char *const names[] = {"participant_id",
                                        "cycles",
                                        "cycles_missing",
                                        "name",
                                        "injected_activity_MBq",
                                        "dose_Gy",
                                        "bed_Gy",
                                        "eqd2_Gy",
                                        "limit_bed_Gy",
                                        "remaining_bed_Gy",
                                        "predicted_next_bed_Gy",
                                        "next_cycle_within_limit",
                                        "problem"};
    DVK_TRY(dvk_tsv_texts(t, names, sizeof names / sizeof names[0]));
    DVK_TRY(dvk_tsv_end_row(t));
    for (size_t i = 0; i < c->patient_count; i++) {
        const dvk_cohort_patient *p = &c->patients[i];
        if (!p->course)
            DVK_TRY(course_row(c, p, NULL, t));
        for (size_t s = 0; p->course && s < p->course->sum_count; s++)
            DVK_TRY(course_row(c, p, &p->course->sums[s], t));
    }
    return DVK_OK;
}

/* --- qc.tsv --- */

dvk_status dvk_cohort_qc_table(const dvk_cohort *c, dvk_text *t)
{
    static const char *const names[] = {"participant_id",
                                        "session_id",
                                        "state",
                                        "stage",
                                        "exit_code",
                                        "message",
                                        "nuclide",
                                        "injected_activity_MBq",
                                        "scans",
                                        "model",
                                        "engine",
                                        "backend",
                                        "kernel_sha256",
                                        "energy_emitted_J",
                                        "energy_deposited_J",
                                        "energy_left_grid_J",
                                        "negative_tia_fraction",
                                        "warnings"};
    static const char *const energies[] = {"energy_emitted_J", "energy_deposited_J", "energy_left_grid_J",
                                           "negative_tia_fraction"};
    DVK_TRY(dvk_tsv_texts(t, names, sizeof names / sizeof names[0]));
    DVK_TRY(dvk_tsv_end_row(t));
    for (size_t i = 0; i < c->count; i++) {
        const dvk_cohort_case *k = &c->cases[i];
        const json_t *s = k->summary, *method = json_object_get(s, "method"), *balance = json_object_get(s, "balance");
        DVK_TRY(ids(k, t));
        DVK_TRY(dvk_tsv_text(t, k->state.state));
        DVK_TRY(dvk_tsv_text(t, k->state.stage ? k->state.stage : ""));
        DVK_TRY(dvk_tsv_number(t, strcmp(k->state.state, "failed") == 0 ? (double)k->state.exit_code : NAN));
        DVK_TRY(dvk_tsv_text(t, k->state.message ? k->state.message : ""));
        DVK_TRY(dvk_tsv_text(t, text_of(s, "nuclide")));
        DVK_TRY(dvk_tsv_number(t, dvk_cohort_number(s, "injected_activity_MBq")));
        DVK_TRY(dvk_tsv_number(t, s ? (double)json_array_size(json_object_get(s, "times_h")) : NAN));
        DVK_TRY(dvk_tsv_text(t, text_of(method, "model")));
        DVK_TRY(dvk_tsv_text(t, text_of(method, "engine")));
        DVK_TRY(dvk_tsv_text(t, text_of(method, "backend")));
        DVK_TRY(dvk_tsv_text(t, text_of(json_object_get(s, "kernel"), "sha256")));
        for (size_t e = 0; e < sizeof energies / sizeof energies[0]; e++)
            DVK_TRY(dvk_tsv_number(t, dvk_cohort_number(balance, energies[e])));
        DVK_TRY(joined(json_object_get(s, "warnings"), t));
        DVK_TRY(dvk_tsv_end_row(t));
    }
    return DVK_OK;
}

/* --- cohort.tsv --- */

/* Mean, SD (n - 1) and range of what is known; two passes, so that nothing cancels. */
static dvk_status numbers_row(const dvk_cohort *c, const char *name, const char *key, dvk_text *t)
{
    double n = 0, sum = 0, squares = 0, least = INFINITY, most = -INFINITY;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < c->count; i++) {
            const json_t *rois = json_object_get(c->cases[i].summary, "rois");
            for (size_t r = 0; r < json_array_size(rois); r++) {
                const json_t *roi = json_array_get(rois, r);
                const double x = dvk_cohort_number(roi, key);
                if (strcmp(text_of(roi, "name"), name) != 0 || isnan(x))
                    continue;
                n += pass == 0;
                sum += pass == 0 ? x : 0;
                squares += pass == 1 ? (x - sum / n) * (x - sum / n) : 0;
                least = x < least ? x : least;
                most = x > most ? x : most;
            }
        }
    DVK_TRY(dvk_tsv_text(t, name));
    DVK_TRY(dvk_tsv_text(t, key));
    const double row[] = {n, n > 0 ? sum / n : NAN, n > 1 ? sqrt(squares / (n - 1)) : NAN, least, most};
    DVK_TRY(dvk_tsv_numbers(t, row, sizeof row / sizeof row[0]));
    return dvk_tsv_end_row(t);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The VOI names of all cases, each once, sorted; lent by the summaries. */
static dvk_status list_names(const dvk_cohort *c, const char ***out, size_t *count)
{
    size_t all = 0, kept = 0;
    for (size_t i = 0; i < c->count; i++)
        all += json_array_size(json_object_get(c->cases[i].summary, "rois"));
    DVK_TRY(dvk_alloc(all, sizeof **out, out));
    all = 0;
    for (size_t i = 0; i < c->count; i++) {
        const json_t *rois = json_object_get(c->cases[i].summary, "rois");
        for (size_t r = 0; r < json_array_size(rois); r++)
            (*out)[all++] = text_of(json_array_get(rois, r), "name");
    }
    qsort(*out, all, sizeof **out, compare_names);
    for (size_t i = 0; i < all; i++)
        if (kept == 0 || strcmp((*out)[kept - 1], (*out)[i]) != 0)
            (*out)[kept++] = (*out)[i];
    *count = kept;
    return DVK_OK;
}

dvk_status dvk_cohort_numbers_table(const dvk_cohort *c, dvk_text *t)
{
    static const char *const names[] = {"name", "quantity", "n", "mean", "sd", "min", "max"};
    static const char *const quantities[] = {"volume_mL",    "effective_half_life_h",    "tiac_h",
                                             "dose_mean_Gy", "dose_per_activity_Gy_GBq", "bed_Gy"};
    const char **voi = NULL;
    size_t count = 0;
    DVK_TRY(dvk_tsv_texts(t, names, sizeof names / sizeof names[0]));
    DVK_TRY(dvk_tsv_end_row(t));
    dvk_status status = list_names(c, &voi, &count);
    for (size_t v = 0; status == DVK_OK && v < count; v++)
        for (size_t q = 0; status == DVK_OK && q < sizeof quantities / sizeof quantities[0]; q++)
            status = numbers_row(c, voi[v], quantities[q], t);
    dvk_free(voi);
    return status;
}
