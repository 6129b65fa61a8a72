/* What methods say: a few lines, methods.json, two tables and the folder. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/results.h"
#include "data/table.h"
#include "pipeline/case/request.h"
#include "pipeline/methods/methods.h"

static const char *const quantity_names[DVK_QUANTITIES] = {"tia_MBqh", "dose_mean_Gy", "bed_Gy"};

static double percent_off(const dvk_methods *m, double value, size_t voi, dvk_quantity_of q)
{
    return 100 * (value / dvk_methods_compared(m, voi, q) - 1);
}

/* --- methods.tsv: one row a method and VOI --- */

static dvk_status method_rows(const dvk_methods *m, size_t i, dvk_text *t)
{
    for (size_t v = 0; v < m->voi_count; v++) {
        DVK_TRY(dvk_tsv_number(t, (double)(i + 1)));
        for (int a = 0; a < DVK_AXES; a++)
            DVK_TRY(dvk_tsv_text(t, m->axis[a].label[dvk_methods_choice(m, i, (dvk_axis_of)a)]));
        DVK_TRY(dvk_tsv_text(t, m->voi[v].name));
        for (int q = 0; q < DVK_QUANTITIES; q++)
            DVK_TRY(dvk_tsv_number(t, dvk_methods_value(m, i, v, (dvk_quantity_of)q)));
        for (int q = 0; q < DVK_QUANTITIES; q++)
            DVK_TRY(dvk_tsv_number(
                t, percent_off(m, dvk_methods_value(m, i, v, (dvk_quantity_of)q), v, (dvk_quantity_of)q)));
        DVK_TRY(dvk_tsv_text(t, m->note[i]));
        DVK_TRY(dvk_tsv_end_row(t));
    }
    return DVK_OK;
}

static dvk_status method_table(const dvk_methods *m, dvk_text *t)
{
    DVK_TRY(
        dvk_text_add(t, "method\tpoints\tintegrate\ttail\tkernel\tengine\tdensity\tvois\tname\ttia_MBqh\tdose_mean_Gy\t"
                        "bed_Gy\ttia_difference_percent\tdose_difference_percent\tbed_difference_percent\tnote\n"));
    for (size_t i = 0; i < m->count; i++)
        DVK_TRY(method_rows(m, i, t));
    return DVK_OK;
}

/* --- choices.tsv: one row a choice and VOI, means over the methods that make it --- */

static dvk_status choice_row(const dvk_methods *m, size_t v, int a, size_t choice, dvk_text *t)
{
    DVK_TRY(dvk_tsv_text(t, m->voi[v].name));
    DVK_TRY(dvk_tsv_text(t, m->axis[a].name));
    DVK_TRY(dvk_tsv_text(t, m->axis[a].label[choice]));
    for (int q = 0; q < DVK_QUANTITIES; q++) {
        const double here = m->voi[v].spread[q].choice[a][choice];
        DVK_TRY(dvk_tsv_number(t, here));
        DVK_TRY(dvk_tsv_number(t, percent_off(m, here, v, (dvk_quantity_of)q)));
        DVK_TRY(dvk_tsv_number(t, m->voi[v].spread[q].share[a]));
    }
    return dvk_tsv_end_row(t);
}

static dvk_status choice_table(const dvk_methods *m, dvk_text *t)
{
    DVK_TRY(dvk_text_add(t, "name\taxis\tchoice"));
    for (int q = 0; q < DVK_QUANTITIES; q++) {
        const int stem = (int)strcspn(quantity_names[q], "_");
        DVK_TRY(dvk_text_add(t, "\t%s\t%.*s_difference_percent\t%.*s_share_of_axis", quantity_names[q], stem,
                             quantity_names[q], stem, quantity_names[q]));
    }
    DVK_TRY(dvk_text_add(t, "\n"));
    for (size_t v = 0; v < m->voi_count; v++)
        for (int a = 0; a < DVK_AXES; a++)
            for (size_t c = 0; c < m->axis[a].count; c++)
                DVK_TRY(choice_row(m, v, a, c, t));
    return DVK_OK;
}

/* --- methods.json --- */

static void put(json_t *object, const char *key, double value)
{
    dvk_json_put(object, key, dvk_json_number(value));
}

static json_t *axes_json(const dvk_methods *m)
{
    json_t *axes = json_object();
    for (int a = 0; a < DVK_AXES; a++) {
        json_t *labels = json_array();
        for (size_t c = 0; c < m->axis[a].count; c++)
            dvk_json_add(labels, dvk_json_string(m->axis[a].label[c]));
        dvk_json_put(axes, m->axis[a].name, labels);
    }
    return axes;
}

static json_t *left_out_json(const dvk_methods *m, const dvk_methods_spread *s)
{
    json_t *out = json_object();
    for (int a = 0; a < DVK_AXES; a++) {
        json_t *labels = json_array();
        for (size_t c = 0; c < m->axis[a].count; c++)
            if (s->left_out[a][c])
                dvk_json_add(labels, dvk_json_string(m->axis[a].label[c]));
        if (json_array_size(labels))
            dvk_json_put(out, m->axis[a].name, labels);
        else
            json_decref(labels);
    }
    return out;
}

static json_t *spread_json(const dvk_methods *m, size_t v, int q)
{
    json_t *j = json_object(), *share = json_object();
    put(j, m->has_truth ? "truth" : "reference", dvk_methods_compared(m, v, (dvk_quantity_of)q));
    put(j, "mean", m->voi[v].spread[q].mean);
    put(j, "sd", m->voi[v].spread[q].sd);
    put(j, "min", m->voi[v].spread[q].least);
    put(j, "max", m->voi[v].spread[q].most);
    for (int a = 0; a < DVK_AXES; a++)
        put(share, m->axis[a].name, m->voi[v].spread[q].share[a]);
    put(share, "interaction", m->voi[v].spread[q].interaction);
    dvk_json_put(j, "share", share);
    dvk_json_put(j, "share_without", left_out_json(m, &m->voi[v].spread[q]));
    return j;
}

static json_t *voi_json(const dvk_methods *m, size_t v)
{
    json_t *j = json_pack("{s:s}", "name", m->voi[v].name);
    for (int q = 0; q < DVK_QUANTITIES; q++)
        dvk_json_put(j, quantity_names[q], spread_json(m, v, q));
    return j;
}

static json_t *method_json(const dvk_methods *m, size_t i)
{
    json_t *j = json_object(), *vois = json_array();
    dvk_json_put(j, "method", json_integer((json_int_t)i + 1));
    for (int a = 0; a < DVK_AXES; a++)
        dvk_json_put(j, m->axis[a].name, dvk_json_string(m->axis[a].label[dvk_methods_choice(m, i, (dvk_axis_of)a)]));
    for (size_t v = 0; v < m->voi_count; v++) {
        json_t *voi = json_pack("{s:s}", "name", m->voi[v].name);
        for (int q = 0; q < DVK_QUANTITIES; q++)
            put(voi, quantity_names[q], dvk_methods_value(m, i, v, (dvk_quantity_of)q));
        dvk_json_add(vois, voi);
    }
    dvk_json_put(j, "rois", vois);
    dvk_json_put(j, "note", m->note[i][0] ? dvk_json_string(m->note[i]) : json_null());
    return j;
}

static json_t *methods_json(const dvk_methods *m)
{
    json_t *j = json_pack("{s:s, s:s, s:s}", "schema", "dvkit.methods/1", "dvkit_version", DVK_VERSION, "intended_use",
                          "research");
    json_t *vois = json_array(), *methods = json_array();
    dvk_json_put(j, "compared_with", dvk_json_string(m->has_truth ? "truth" : "reference"));
    dvk_json_put(j, "reference", json_integer((json_int_t)m->reference));
    dvk_json_put(j, "axes", axes_json(m));
    for (size_t v = 0; v < m->voi_count; v++)
        dvk_json_add(vois, voi_json(m, v));
    for (size_t i = 0; i < m->count; i++)
        dvk_json_add(methods, method_json(m, i));
    dvk_json_put(j, "rois", vois);
    dvk_json_put(j, "methods", methods);
    return j;
}

dvk_status dvk_methods_json(const dvk_methods *m, char **out)
{
    return dvk_json_give(methods_json(m), out);
}

/* --- lines to read --- */

static dvk_status add_spread(dvk_text *t, const dvk_methods *m, size_t v, int q)
{
    static const char *const words[DVK_QUANTITIES] = {"TIA", "dose", "BED"};
    static const char *const units[DVK_QUANTITIES] = {"MBq.h", "Gy", "Gy"};
    const double compared = dvk_methods_compared(m, v, (dvk_quantity_of)q);
    DVK_TRY(dvk_text_add(t, "%-16s %-4s %.4g to %.4g %s", m->voi[v].name, words[q], m->voi[v].spread[q].least,
                         m->voi[v].spread[q].most, units[q]));
    if (!isnan(compared))
        DVK_TRY(dvk_text_add(t, " (%+.1f to %+.1f %% of %s %.4g)", 100 * (m->voi[v].spread[q].least / compared - 1),
                             100 * (m->voi[v].spread[q].most / compared - 1),
                             m->has_truth ? "the true" : "the reference's", compared));
    for (int a = 0; a < DVK_AXES; a++)
        if (m->axis[a].count > 1 && !isnan(m->voi[v].spread[q].share[a]))
            DVK_TRY(dvk_text_add(t, ", %s %.1f %%", m->axis[a].name, 100 * m->voi[v].spread[q].share[a]));
    if (m->voi[v].spread[q].interaction > 0)
        DVK_TRY(dvk_text_add(t, ", together %.1f %%", 100 * m->voi[v].spread[q].interaction));
    return dvk_text_add(t, "\n");
}

static dvk_status add_lines(dvk_text *t, const dvk_methods *m)
{
    size_t without = 0;
    for (size_t i = 0; i < m->count; i++)
        without += m->note[i][0] != '\0';
    for (size_t v = 0; v < m->voi_count; v++)
        for (int q = 0; q < DVK_QUANTITIES; q++)
            DVK_TRY(add_spread(t, m, v, q));
    DVK_TRY(dvk_text_add(t, "%zu methods", m->count));
    if (without)
        DVK_TRY(dvk_text_add(t, ", %zu of them without values: these data do not carry them", without));
    return dvk_text_add(t, "\n");
}

dvk_status dvk_methods_text(const dvk_methods *m, char **out)
{
    dvk_text t = {0};
    return dvk_text_give(&t, add_lines(&t, m), out);
}

/* --- the folder --- */

static bool is_listed(const json_t *inputs, const json_t *input)
{
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const json_t *listed = json_array_get(inputs, i);
        if (json_equal(json_object_get(listed, "path"), json_object_get(input, "path")) &&
            json_equal(json_object_get(listed, "sha256"), json_object_get(input, "sha256")))
            return true;
    }
    return false;
}

/* What else was read: the truth, the files of choices, label tables and records beside them. */
static void add_others(const dvk_methods_options *o, const dvk_reads *r, json_t *inputs)
{
    for (size_t i = 0; i < r->count; i++) {
        const bool truth = o->truth && strcmp(r->file[i].path, o->truth) == 0;
        json_t *input = dvk_json_input(truth ? "truth" : "other", r->file[i].path, r->file[i].sha256);
        if (is_listed(inputs, input))
            json_decref(input);
        else
            dvk_json_add(inputs, input);
    }
}

static dvk_status write_provenance(const dvk_methods *m, const dvk_methods_options *o, const dvk_case *k,
                                   dvk_outdir *out)
{
    json_t *inputs = NULL;
    DVK_TRY(dvk_case_inputs(&o->of_case, k, &inputs));
    add_others(o, &k->reads, inputs);
    json_t *j = json_pack("{s:s, s:s}", "schema", "dvkit.provenance/1", "dvkit_version", DVK_VERSION);
    dvk_json_put(j, "command", o->of_case.command ? dvk_json_string(o->of_case.command) : json_null());
    dvk_json_put(j, "inputs", inputs);
    dvk_json_put(j, "axes", axes_json(m));
    dvk_json_put(j, "truth", o->truth ? dvk_json_string(o->truth) : json_null());
    dvk_json_put(j, "backend", dvk_json_string(dvk_context_backend(k->context)));
    dvk_json_put(j, "device", dvk_json_string(dvk_context_device(k->context)));
    return dvk_results_json(out, "provenance.json", j);
}

dvk_status dvk_methods_write(const dvk_methods *m, const dvk_methods_options *options, const dvk_case *k)
{
    dvk_outdir *o = NULL;
    dvk_text t = {0};
    double *scratch = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_alloc(m->count, sizeof *scratch, &scratch));
    DVK_TRY_DONE(dvk_outdir_begin(options->of_case.out, options->of_case.force, &o));
    DVK_TRY_DONE(dvk_results_made(o, "methods.tsv", &t, method_table(m, &t)));
    DVK_TRY_DONE(dvk_results_made(o, "choices.tsv", &t, choice_table(m, &t)));
    DVK_TRY_DONE(dvk_results_json(o, "methods.json", methods_json(m)));
    DVK_TRY_DONE(dvk_results_made(o, "report.html", &t, dvk_report_methods_html(m, scratch, &t)));
    DVK_TRY_DONE(write_provenance(m, options, k, o));
    status = dvk_outdir_commit(o);
    o = NULL;
done:
    dvk_free(scratch);
    dvk_outdir_abort(o);
    return status;
}
