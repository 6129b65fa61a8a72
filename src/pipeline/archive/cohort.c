/* Reading a cohort, and its folder OUT/cohort. */
#include "pipeline/archive/cohort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/results.h"
#include "pipeline/case/request.h"
#include "pipeline/course/course.h"

double dvk_cohort_number(const json_t *roi, const char *key)
{
    const json_t *value = json_object_get(roi, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

const json_t *dvk_cohort_roi(const dvk_cohort_case *k, const char *name)
{
    const json_t *rois = json_object_get(k->summary, "rois");
    for (size_t r = 0; r < json_array_size(rois); r++) {
        const json_t *roi = json_array_get(rois, r);
        const char *its = json_string_value(json_object_get(roi, "name"));
        if (its && strcmp(its, name) == 0)
            return roi;
    }
    return NULL;
}

/* --- reading --- */

static int compare_cases(const void *a, const void *b)
{
    return strcmp(((const dvk_cohort_case *)a)->id, ((const dvk_cohort_case *)b)->id);
}

static dvk_status read_json(const dvk_cohort_case *k, const char *name, json_t **out)
{
    char *path = NULL;
    dvk_status status = dvk_archive_file(&k->place, name, &path);
    if (status == DVK_OK)
        status = dvk_json_read(path, out);
    dvk_free(path);
    return status;
}

static dvk_status read_result(const dvk_cohort *c, dvk_cohort_case *k)
{
    char *report = NULL;
    json_t *provenance = NULL;
    DVK_TRY(read_json(k, "summary.json", &k->summary));
    DVK_TRY(read_json(k, "provenance.json", &provenance));
    const char *fingerprint = json_string_value(json_object_get(provenance, "fingerprint"));
    snprintf(k->fingerprint, sizeof k->fingerprint, "%s", fingerprint ? fingerprint : "");
    json_decref(provenance);
    dvk_status status = dvk_archive_file(&k->place, "report.html", &report);
    if (status == DVK_OK)
        status = dvk_strdup(report + strlen(c->out) + 1, &k->report);
    dvk_free(report);
    return status;
}

/* The last message without OUT: the same wherever the archive lies. */
static dvk_status note_problem(const dvk_cohort *c, char problem[512])
{
    char *base = NULL;
    snprintf(problem, 512, "%s", dvk_last_message());
    DVK_TRY(dvk_archive_path(c->out, "", &base));
    dvk_case_shorten(&(dvk_case_options){.path_base = base}, problem);
    dvk_free(base);
    return DVK_OK;
}

/* A result whose files are torn: its case is not done. */
static dvk_status leave_out(const dvk_cohort *c, dvk_cohort_case *k, dvk_status why)
{
    json_decref(k->summary);
    k->summary = NULL;
    k->state.state = "failed";
    k->state.stage = "collect";
    k->state.exit_code = dvk_exit_code(why);
    return note_problem(c, k->problem);
}

static bool counts_in(const dvk_cohort *c, const dvk_archive_state *s)
{
    return strcmp(s->state, "done") == 0 || (c->with_stale && strcmp(s->state, "stale") == 0);
}

static dvk_status read_cases(dvk_cohort *c)
{
    const size_t rows = c->manifest.table->rows;
    DVK_TRY(dvk_alloc(rows, sizeof *c->cases, &c->cases));
    for (size_t row = 0; row < rows; row++) {
        dvk_cohort_case *k = &c->cases[row];
        k->row = row;
        dvk_manifest_id(&c->manifest, row, k->id);
        c->count++;
        DVK_TRY(dvk_archive_place(c->out, c->bids, &c->manifest, row, &k->place));
        DVK_TRY(dvk_archive_look(&k->place, c->pin, &c->manifest, row, &k->error, &k->state));
        const dvk_status status = counts_in(c, &k->state) ? read_result(c, k) : DVK_OK;
        if (status == DVK_ERR_INVALID || status == DVK_ERR_MISSING)
            DVK_TRY(leave_out(c, k, status));
        else
            DVK_TRY(status);
        dvk_archive_count(&k->state, &c->counts);
    }
    qsort(c->cases, c->count, sizeof *c->cases, compare_cases);
    for (size_t i = 0; i < c->count; i++) /* each its own, wherever it was moved to */
        if (c->cases[i].problem[0])
            c->cases[i].state.message = c->cases[i].problem;
    return DVK_OK;
}

/* The files of one cycle, named. */
typedef struct cycle_files {
    char *folder, *provenance, *summary;
} cycle_files;

static dvk_status name_files(const dvk_cohort *c, const dvk_cohort_case *k, cycle_files *f, dvk_course_source *source)
{
    DVK_TRY(dvk_archive_path(c->out, k->id, &f->folder));
    DVK_TRY(dvk_archive_file(&k->place, "provenance.json", &f->provenance));
    DVK_TRY(dvk_archive_file(&k->place, "summary.json", &f->summary));
    *source = (dvk_course_source){f->folder, f->provenance, f->summary};
    return DVK_OK;
}

/* Adds cycles up. That it cannot be done is for the table to say. */
static dvk_status add_up(const dvk_cohort *c, const dvk_course_source *cycles, const dvk_course_options *options,
                         dvk_cohort_patient *p)
{
    dvk_status added = dvk_course_read_sources(cycles, p->done, &p->course);
    if (added == DVK_OK)
        added = dvk_course_compute(p->course, options);
    if (added == DVK_OK)
        return DVK_OK;
    dvk_course_free(p->course);
    p->course = NULL;
    return note_problem(c, p->problem);
}

/* A participant's finished cycles, added up. */
static dvk_status read_course(const dvk_cohort *c, const dvk_course_options *options, dvk_cohort_patient *p)
{
    cycle_files *files = NULL;
    dvk_course_source *cycles = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(p->count, sizeof *files, &files));
    DVK_TRY_DONE(dvk_alloc(p->count, sizeof *cycles, &cycles));
    for (size_t i = 0; i < p->count; i++) {
        const dvk_cohort_case *k = &c->cases[p->first + i];
        if (!k->summary)
            continue;
        DVK_TRY_DONE(name_files(c, k, &files[p->done], &cycles[p->done]));
        p->done++;
    }
    if (p->done == 0)
        snprintf(p->problem, sizeof p->problem, "no cycle is done");
    else
        status = add_up(c, cycles, options, p);
done:
    for (size_t i = 0; files && i < p->count; i++) {
        dvk_free(files[i].folder);
        dvk_free(files[i].provenance);
        dvk_free(files[i].summary);
    }
    dvk_free(files);
    dvk_free(cycles);
    return status;
}

static dvk_status read_patients(dvk_cohort *c, const dvk_course_options *options)
{
    DVK_TRY(dvk_alloc(c->count, sizeof *c->patients, &c->patients));
    for (size_t i = 0; i < c->count; i++) {
        const bool same = i && strcmp(c->cases[i].state.participant, c->cases[i - 1].state.participant) == 0;
        if (!same)
            c->patients[c->patient_count++] = (dvk_cohort_patient){.first = i};
        c->cases[i].cycle = ++c->patients[c->patient_count - 1].count;
    }
    for (size_t i = 0; i < c->patient_count; i++)
        DVK_TRY(read_course(c, options, &c->patients[i]));
    return DVK_OK;
}

dvk_status dvk_cohort_read(const char *out, const dvk_course_options *course, bool with_stale, dvk_cohort *c)
{
    *c = (dvk_cohort){.out = out, .with_stale = with_stale};
    DVK_TRY(dvk_archive_open(out, &c->manifest));
    DVK_TRY(dvk_archive_pinned(out, &c->pin));
    c->bids = json_is_true(json_object_get(c->pin, "bids"));
    DVK_TRY(read_cases(c));
    return read_patients(c, course);
}

void dvk_cohort_close(dvk_cohort *c)
{
    for (size_t i = 0; i < c->count; i++) {
        json_decref(c->cases[i].error);
        json_decref(c->cases[i].summary);
        dvk_free(c->cases[i].report);
        dvk_bids_place_clear(&c->cases[i].place);
    }
    for (size_t i = 0; i < c->patient_count; i++)
        dvk_course_free(c->patients[i].course);
    dvk_free(c->cases);
    dvk_free(c->patients);
    json_decref(c->pin);
    dvk_manifest_close(&c->manifest);
}

/* --- the folder --- */

static json_t *provenance(const dvk_cohort *c, const dvk_outdir *o)
{
    json_t *j = json_object(), *cases = json_object(), *files = json_array();
    json_object_set_new(j, "schema", json_string("dvkit.cohort/1"));
    json_object_set_new(j, "dvkit_version", json_string(DVK_VERSION));
    for (size_t i = 0; i < c->count; i++)
        if (c->cases[i].summary)
            json_object_set_new(cases, c->cases[i].id, json_string(c->cases[i].fingerprint));
    for (size_t i = 0; i < dvk_outdir_count(o); i++)
        json_array_append_new(files, json_string(dvk_outdir_name(o, i)));
    json_object_set_new(j, "cases", cases);
    json_object_set_new(j, "outputs", files);
    return j;
}

static dvk_status write_all(const dvk_cohort *c, dvk_outdir *o)
{
    static const struct {
        const char *name;
        dvk_status (*write)(const dvk_cohort *c, dvk_text *t);
    } files[] = {{"dose.tsv", dvk_cohort_dose_table},
                 {"course.tsv", dvk_cohort_course_table},
                 {"qc.tsv", dvk_cohort_qc_table},
                 {"cohort.tsv", dvk_cohort_numbers_table},
                 {"cohort.html", dvk_cohort_page}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        dvk_text t = {0};
        DVK_TRY(dvk_results_made(o, files[i].name, &t, files[i].write(c, &t)));
    }
    return dvk_results_json(o, "provenance.json", provenance(c, o));
}

/* All of it is made from the results, so that what is there is replaced. */
static dvk_status begin(const dvk_cohort *c, dvk_outdir **o)
{
    char *folder = NULL;
    if (c->bids)
        return dvk_outdir_begin_as(c->out, "group", true, o);
    dvk_status status = dvk_archive_path(c->out, "cohort", &folder);
    if (status == DVK_OK)
        status = dvk_outdir_begin(folder, true, o);
    dvk_free(folder);
    return status;
}

static dvk_status write_folder(const dvk_cohort *c)
{
    dvk_outdir *o = NULL;
    DVK_TRY(begin(c, &o));
    const dvk_status status = write_all(c, o);
    if (status == DVK_OK)
        return dvk_outdir_commit(o);
    dvk_outdir_abort(o);
    return status;
}

dvk_status dvk_archive_collect(const char *out_folder, const dvk_course_options *course, bool with_stale,
                               void (*each)(void *user, const dvk_archive_state *state), void *user,
                               dvk_archive_counts *out)
{
    dvk_cohort c;
    dvk_status status = dvk_cohort_read(out_folder, course, with_stale, &c);
    *out = c.counts;
    for (size_t i = 0; status == DVK_OK && each && i < c.count; i++)
        each(user, &c.cases[i].state);
    if (status == DVK_OK)
        status = write_folder(&c);
    dvk_cohort_close(&c);
    return status;
}
