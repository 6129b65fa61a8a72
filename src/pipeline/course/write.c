/* course.json, course.tsv and the provenance of a course. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/results.h"
#include "data/table.h"
#include "pipeline/course/course.h"
#include "pipeline/report/course.h"

static void put(json_t *object, const char *key, double value)
{
    dvk_json_put(object, key, dvk_json_number(value));
}

static void put_text(json_t *object, const char *key, const char *text)
{
    dvk_json_put(object, key, text[0] ? dvk_json_string(text) : json_null());
}

/* --- course.json --- */

static json_t *cycle_json(const dvk_course_cycle *cycle)
{
    json_t *j = json_object(), *rois = json_array();
    put_text(j, "label", cycle->label);
    put(j, "injected_activity_MBq", cycle->injected_MBq);
    put_text(j, "kernel", cycle->kernel);
    put_text(j, "method", cycle->method);
    put_text(j, "summary_sha256", cycle->summary_sha256);
    for (size_t i = 0; i < cycle->roi_count; i++) {
        const dvk_course_roi *r = &cycle->rois[i];
        json_t *roi = json_object();
        put_text(roi, "name", r->name);
        put(roi, "mass_g", r->mass_g);
        put(roi, "dose_mean_Gy", r->dose_Gy);
        put(roi, "u_dose_rel", r->u_dose_rel);
        put(roi, "g_factor", r->g_factor);
        put(roi, "bed_Gy", r->bed_Gy);
        put(roi, "u_bed_rel", r->u_bed_rel);
        put(roi, "eqd2_Gy", r->eqd2_Gy);
        dvk_json_add(rois, roi);
    }
    dvk_json_put(j, "rois", rois);
    return j;
}

static void put_ledgers(json_t *j, const dvk_course_ledger *bed, const dvk_course_ledger *dose)
{
    put(j, "remaining_bed_Gy", bed->remaining_Gy);
    put(j, "remaining_dose_Gy", dose->remaining_Gy);
    put(j, "predicted_next_bed_Gy", bed->predicted_next_Gy);
    put(j, "predicted_next_dose_Gy", dose->predicted_next_Gy);
}

static void put_decision(json_t *j, const dvk_course_decision *d)
{
    dvk_json_put(j, "next_cycle_within_limit", d->cycles_left < 0 ? json_null() : json_boolean(d->within_limit));
    dvk_json_put(j, "cycles_left", d->cycles_left < 0 ? json_null() : json_integer(d->cycles_left));
    put(j, "activity_to_limit_MBq", d->activity_MBq);
    put(j, "activity_to_limit_and_tolerance_MBq", d->activity_most_MBq);
}

static json_t *sum_json(const dvk_course_sum *s)
{
    json_t *j = json_object();
    put_text(j, "name", s->name);
    put(j, "dose_Gy", s->dose.sum_Gy);
    put(j, "bed_Gy", s->bed.sum_Gy);
    put(j, "eqd2_Gy", s->eqd2_Gy);
    put(j, "eubed_Gy", NAN);
    put(j, "geud_Gy", NAN);
    put(j, "u_dose_rel", s->dose.u_sum_rel);
    put(j, "u_bed_rel", s->bed.u_sum_rel);
    put(j, "alpha_beta_Gy", s->alpha_beta_Gy);
    put(j, "mass_change", s->mass_change);
    put(j, "dose_per_activity_Gy_GBq", s->dose_per_activity_Gy_GBq);
    put(j, "predicted_g_factor", s->predicted_g_factor);
    if (s->kidney) {
        put_ledgers(j, &s->bed, &s->dose);
        put_decision(j, &s->decision);
    }
    return j;
}

static json_t *course_json(const dvk_course *c)
{
    const dvk_course_options *o = &c->options;
    json_t *j = json_object(), *cycles = json_array(), *sums = json_array(), *warnings = json_array();
    put_text(j, "schema", "dvkit.course/1");
    put_text(j, "dvkit_version", DVK_VERSION);
    put_text(j, "intended_use", "research");
    put_text(j, "nuclide", c->cycles[0].nuclide);
    for (size_t i = 0; i < c->cycle_count; i++)
        dvk_json_add(cycles, cycle_json(&c->cycles[i]));
    for (size_t i = 0; i < c->sum_count; i++)
        dvk_json_add(sums, sum_json(&c->sums[i]));
    for (size_t i = 0; i < c->warning_count; i++)
        dvk_json_add(warnings, dvk_json_string(c->warnings[i]));
    dvk_json_put(j, "cycles", cycles);
    dvk_json_put(j, "cumulative", sums);
    put(j, "limit_bed_Gy", o->limit_bed_Gy);
    put(j, "limit_dose_Gy", o->limit_dose_Gy);
    put(j, "tolerance_Gy", o->tolerance_Gy);
    put_text(j, "governing", dvk_governing_name(o->governing));
    put_text(j, "governing_roi", c->governing_roi);
    put_text(j, "predict", dvk_predict_name(o->predict));
    put_text(j, "doses", dvk_course_doses_name(o->doses));
    put(j, "next_activity_MBq", o->predict == DVK_PREDICT_ACTIVITY ? o->next_activity_MBq : NAN);
    put_ledgers(j, &c->bed, &c->dose);
    put_decision(j, &c->decision);
    dvk_json_put(j, "warnings", warnings);
    return j;
}

dvk_status dvk_course_json(const dvk_course *c, char **out)
{
    return dvk_json_give(course_json(c), out);
}

void dvk_course_text_free(char *text)
{
    dvk_free(text);
}

/* --- a few lines to read --- */

static dvk_status add_ledger(dvk_text *t, const char *name, const char *quantity, const dvk_course_ledger *l)
{
    DVK_TRY(dvk_text_add(t, "%s: %s %.2f Gy", name, quantity, l->sum_Gy));
    if (!isnan(l->limit_Gy))
        DVK_TRY(dvk_text_add(t, " of %g Gy, remaining %.2f Gy, next cycle about %.2f Gy", l->limit_Gy, l->remaining_Gy,
                             l->predicted_next_Gy));
    return dvk_text_add(t, "\n");
}

static dvk_status add_decision(dvk_text *t, const dvk_course *c)
{
    const dvk_course_decision *d = &c->decision;
    DVK_TRY(dvk_text_add(t, "governing: %s%s%s\n", dvk_governing_name(c->options.governing),
                         c->governing_roi[0] ? ", " : "", c->governing_roi));
    if (d->cycles_left < 0)
        DVK_TRY(dvk_text_add(t, "next cycle within the limit + %g Gy: not known\n", c->options.tolerance_Gy));
    else
        DVK_TRY(dvk_text_add(t, "next cycle within the limit + %g Gy: %s, cycles left %ld\n", c->options.tolerance_Gy,
                             d->within_limit ? "yes" : "no", d->cycles_left));
    if (!isnan(d->activity_MBq))
        DVK_TRY(dvk_text_add(t, "activity that reaches the limit: %.0f MBq, with the tolerance: %.0f MBq\n",
                             d->activity_MBq, d->activity_most_MBq));
    return dvk_text_add(t, "A prediction from %zu cycles, for research use.\n", c->cycle_count);
}

dvk_status dvk_course_text(const dvk_course *c, char **out)
{
    dvk_text t = {0};
    dvk_status status = DVK_OK;
    *out = NULL;
    for (size_t i = 0; i < c->sum_count; i++) {
        DVK_TRY_DONE(add_ledger(&t, c->sums[i].name, "dose", &c->sums[i].dose));
        DVK_TRY_DONE(add_ledger(&t, c->sums[i].name, "BED", &c->sums[i].bed));
    }
    DVK_TRY_DONE(add_decision(&t, c));
    *out = t.data;
    return DVK_OK;
done:
    dvk_text_free(&t);
    return status;
}

/* --- course.tsv: the ledger, one row a cycle and VOI, with the sums so far --- */

static dvk_status add_numbers(dvk_text *t, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        DVK_TRY(dvk_tsv_number(t, values[i]));
    return dvk_tsv_end_row(t);
}

static dvk_status course_table(const dvk_course *c, dvk_text *t)
{
    DVK_TRY(dvk_text_add(t, "name\tcycle\tinjected_activity_MBq\tmass_g\tdose_mean_Gy\tbed_Gy\teqd2_Gy\tg_factor\t"
                            "cumulative_dose_Gy\tcumulative_bed_Gy\n"));
    for (size_t k = 0; k < c->sum_count; k++) {
        double dose = 0, bed = 0;
        for (size_t i = 0; i < c->cycle_count; i++) {
            const dvk_course_cycle *cycle = &c->cycles[i];
            const dvk_course_roi *r = dvk_course_find(cycle, c->sums[k].name);
            dose += r->dose_Gy;
            bed += r->bed_Gy;
            const double row[] = {cycle->injected_MBq, r->mass_g,   r->dose_Gy, r->bed_Gy,
                                  r->eqd2_Gy,          r->g_factor, dose,       bed};
            DVK_TRY(dvk_tsv_text(t, r->name));
            DVK_TRY(dvk_tsv_text(t, cycle->label));
            DVK_TRY(add_numbers(t, row, sizeof row / sizeof row[0]));
        }
    }
    return DVK_OK;
}

/* --- provenance.json --- */

static json_t *provenance(const dvk_course *c)
{
    const dvk_course_options *o = &c->options;
    json_t *j = json_object(), *inputs = json_array(), *parameters = json_object();
    put_text(j, "schema", "dvkit.provenance/1");
    put_text(j, "dvkit_version", DVK_VERSION);
    put_text(j, "command", "course");
    for (size_t i = 0; i < c->cycle_count; i++) {
        json_t *input = json_object();
        put_text(input, "role", "cycle");
        put_text(input, "path", c->cycles[i].path);
        put_text(input, "sha256", c->cycles[i].summary_sha256);
        put_text(input, "provenance_sha256", c->cycles[i].provenance_sha256);
        dvk_json_add(inputs, input);
    }
    put(parameters, "limit_bed_Gy", o->limit_bed_Gy);
    put(parameters, "limit_dose_Gy", o->limit_dose_Gy);
    put(parameters, "tolerance_Gy", o->tolerance_Gy);
    put_text(parameters, "governing", dvk_governing_name(o->governing));
    put_text(parameters, "predict", dvk_predict_name(o->predict));
    put_text(parameters, "doses", dvk_course_doses_name(o->doses));
    put(parameters, "next_activity_MBq", o->next_activity_MBq);
    put(parameters, "alpha_beta_Gy", o->alpha_beta_Gy);
    put(parameters, "repair_half_time_h", o->repair_half_time_h);
    dvk_json_put(j, "inputs", inputs);
    dvk_json_put(j, "parameters", parameters);
    dvk_json_put(j, "outputs", json_pack("[s, s, s]", "course.json", "course.tsv", "report.html"));
    return j;
}

/* --- the folder --- */

static dvk_status write_all(const dvk_course *c, dvk_outdir *o)
{
    dvk_text table = {0}, page = {0};
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_results_json(o, "course.json", course_json(c)));
    DVK_TRY_DONE(course_table(c, &table));
    DVK_TRY_DONE(dvk_results_text(o, "course.tsv", table.data));
    DVK_TRY_DONE(dvk_report_course_html(c, &page));
    DVK_TRY_DONE(dvk_results_text(o, "report.html", page.data));
    DVK_TRY_DONE(dvk_results_json(o, "provenance.json", provenance(c)));
done:
    dvk_text_free(&table);
    dvk_text_free(&page);
    return status;
}

dvk_status dvk_course_write(const dvk_course *c, const char *folder, bool force)
{
    dvk_outdir *o = NULL;
    DVK_TRY(dvk_outdir_begin(folder, force, &o));
    const dvk_status status = write_all(c, o);
    if (status == DVK_OK)
        return dvk_outdir_commit(o);
    dvk_outdir_abort(o);
    return status;
}
