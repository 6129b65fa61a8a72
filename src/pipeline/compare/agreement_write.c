/* What two archives come to: lines, agreement.json, two tables and the folder. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/results.h"
#include "data/table.h"
#include "pipeline/compare/agreement.h"

/* --- agreement.json --- */

static void put(json_t *object, const char *key, double value)
{
    dvk_json_put(object, key, dvk_json_number(value));
}

static void put_interval(json_t *object, const char *key, const dvk_interval *i)
{
    dvk_json_put(object, key, dvk_json_numbers((double[]){i->value, i->low, i->high}, 3));
}

static json_t *agreement_json(const dvk_agreement *g)
{
    json_t *j = json_object();
    dvk_json_put(j, "n", json_integer((json_int_t)g->n));
    put(j, "mean_a", g->mean_a);
    put(j, "mean_b", g->mean_b);
    put(j, "sd", g->sd);
    put_interval(j, "bias", &g->bias);
    put_interval(j, "lower_limit", &g->lower);
    put_interval(j, "upper_limit", &g->upper);
    put_interval(j, "bias_percent", &g->bias_percent);
    put_interval(j, "lower_limit_percent", &g->lower_percent);
    put_interval(j, "upper_limit_percent", &g->upper_percent);
    put(j, "pearson", g->pearson);
    put_interval(j, "concordance", &g->concordance);
    return j;
}

static json_t *cohort_json(const dvk_archives *c)
{
    json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:s}", "schema", "dvkit.agreement/1", "dvkit_version", DVK_VERSION,
                          "intended_use", "research", "a", c->options.a, "b", c->options.b);
    json_t *vois = json_array(), *warnings = json_array();
    dvk_json_put(j, "intervals", dvk_json_string("value, and the 95 % confidence interval's ends"));
    dvk_json_put(j, "results", json_integer((json_int_t)c->results));
    dvk_json_put(j, "agree", json_boolean(c->agree));
    dvk_json_put(j, "beyond", json_integer((json_int_t)c->beyond));
    put(j, "rtol", c->options.rtol);
    put(j, "atol", c->options.atol);
    for (size_t v = 0; v < c->voi_count; v++) {
        json_t *voi = json_pack("{s:s}", "name", c->voi[v].name);
        for (size_t q = 0; q < DVK_ARCHIVES_QUANTITIES; q++)
            dvk_json_put(voi, dvk_archives_quantity(q), agreement_json(&c->voi[v].agreement[q]));
        dvk_json_add(vois, voi);
    }
    for (size_t i = 0; i < c->warning_count; i++)
        dvk_json_add(warnings, dvk_json_string(c->warnings[i]));
    dvk_json_put(j, "rois", vois);
    dvk_json_put(j, "warnings", warnings);
    return j;
}

dvk_status dvk_archives_json(const dvk_archives *c, char **out)
{
    return dvk_json_give(cohort_json(c), out);
}

/* --- lines to read --- */

static dvk_status add_voi(dvk_text *t, const dvk_archives_voi *v)
{
    for (size_t q = 0; q < DVK_ARCHIVES_QUANTITIES; q++) {
        const dvk_agreement *g = &v->agreement[q];
        if (g->n == 0)
            continue;
        DVK_TRY(dvk_text_add(t,
                             "%-16s %-12s n %zu, bias %+.4g (%+.4g to %+.4g), limits %+.4g (%+.4g to %+.4g) and %+.4g "
                             "(%+.4g to %+.4g); in percent %+.3g, %+.3g and %+.3g; concordance %.5g (%.5g to %.5g)\n",
                             v->name, dvk_archives_quantity(q), g->n, g->bias.value, g->bias.low, g->bias.high,
                             g->lower.value, g->lower.low, g->lower.high, g->upper.value, g->upper.low, g->upper.high,
                             g->bias_percent.value, g->lower_percent.value, g->upper_percent.value,
                             g->concordance.value, g->concordance.low, g->concordance.high));
    }
    return DVK_OK;
}

static dvk_status add_lines(dvk_text *t, const dvk_archives *c)
{
    for (size_t v = 0; v < c->voi_count; v++)
        DVK_TRY(add_voi(t, &c->voi[v]));
    return dvk_text_add(t, "%-16s %zu of %zu mean doses in %zu results by more than %.4g of B + %.4g Gy\n",
                        c->agree ? "agree" : "differ", c->beyond, c->pair_count, c->results, c->options.rtol,
                        c->options.atol);
}

dvk_status dvk_archives_text(const dvk_archives *c, char **out)
{
    dvk_text t = {0};
    return dvk_text_give(&t, add_lines(&t, c), out);
}

/* --- tables --- */

static dvk_status pair_table(const dvk_archives *c, dvk_text *t)
{
    DVK_TRY(dvk_text_add(t, "result\tname"));
    for (size_t q = 0; q < DVK_ARCHIVES_QUANTITIES; q++)
        DVK_TRY(dvk_text_add(t, "\t%s_a\t%s_b\t%s_difference", dvk_archives_quantity(q), dvk_archives_quantity(q),
                             dvk_archives_quantity(q)));
    DVK_TRY(dvk_text_add(t, "\n"));
    for (size_t i = 0; i < c->pair_count; i++) {
        const dvk_archives_pair *p = &c->pair[i];
        DVK_TRY(dvk_tsv_text(t, p->label[0] ? p->label : "."));
        DVK_TRY(dvk_tsv_text(t, p->name));
        for (size_t q = 0; q < DVK_ARCHIVES_QUANTITIES; q++) {
            DVK_TRY(dvk_tsv_number(t, p->a[q]));
            DVK_TRY(dvk_tsv_number(t, p->b[q]));
            DVK_TRY(dvk_tsv_number(t, p->a[q] - p->b[q]));
        }
        DVK_TRY(dvk_tsv_end_row(t));
    }
    return DVK_OK;
}

static dvk_status add_interval(dvk_text *t, const dvk_interval *i)
{
    DVK_TRY(dvk_tsv_number(t, i->value));
    DVK_TRY(dvk_tsv_number(t, i->low));
    return dvk_tsv_number(t, i->high);
}

static dvk_status agreement_table(const dvk_archives *c, dvk_text *t)
{
    DVK_TRY(dvk_text_add(t, "name\tquantity\tn\tmean_a\tmean_b\tsd\tpearson"));
    static const char *const intervals[] = {"bias",         "lower_limit",         "upper_limit",
                                            "bias_percent", "lower_limit_percent", "upper_limit_percent",
                                            "concordance"};
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++)
        DVK_TRY(dvk_text_add(t, "\t%s\t%s_low\t%s_high", intervals[i], intervals[i], intervals[i]));
    DVK_TRY(dvk_text_add(t, "\n"));
    for (size_t i = 0; i < c->voi_count * DVK_ARCHIVES_QUANTITIES; i++) {
        const dvk_archives_voi *v = &c->voi[i / DVK_ARCHIVES_QUANTITIES];
        const dvk_agreement *g = &v->agreement[i % DVK_ARCHIVES_QUANTITIES];
        const dvk_interval *all[] = {&g->bias,          &g->lower,         &g->upper,      &g->bias_percent,
                                     &g->lower_percent, &g->upper_percent, &g->concordance};
        const double plain[] = {(double)g->n, g->mean_a, g->mean_b, g->sd, g->pearson};
        DVK_TRY(dvk_tsv_text(t, v->name));
        DVK_TRY(dvk_tsv_text(t, dvk_archives_quantity(i % DVK_ARCHIVES_QUANTITIES)));
        DVK_TRY(dvk_tsv_numbers(t, plain, sizeof plain / sizeof plain[0]));
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++)
            DVK_TRY(add_interval(t, all[k]));
        DVK_TRY(dvk_tsv_end_row(t));
    }
    return DVK_OK;
}

/* --- the folder --- */

static json_t *provenance(const dvk_archives *c)
{
    json_t *j = json_pack("{s:s, s:s}", "schema", "dvkit.provenance/1", "dvkit_version", DVK_VERSION);
    dvk_json_put(j, "command", c->options.command ? dvk_json_string(c->options.command) : json_null());
    dvk_json_put(
        j, "inputs",
        json_pack("[{s:s, s:s}, {s:s, s:s}]", "role", "a", "path", c->options.a, "role", "b", "path", c->options.b));
    dvk_json_put(j, "outputs",
                 json_pack("[s, s, s, s]", "agreement.json", "agreement.tsv", "pairs.tsv", "report.html"));
    return j;
}

dvk_status dvk_archives_write(const dvk_archives *c)
{
    dvk_outdir *o = NULL;
    dvk_text t = {0};
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_outdir_begin(c->options.out, c->options.force, &o));
    DVK_TRY_DONE(dvk_results_json(o, "agreement.json", cohort_json(c)));
    DVK_TRY_DONE(dvk_results_made(o, "agreement.tsv", &t, agreement_table(c, &t)));
    DVK_TRY_DONE(dvk_results_made(o, "pairs.tsv", &t, pair_table(c, &t)));
    DVK_TRY_DONE(dvk_results_made(o, "report.html", &t, dvk_report_archives_html(c, &t)));
    DVK_TRY_DONE(dvk_results_json(o, "provenance.json", provenance(c)));
    return dvk_outdir_commit(o);
done:
    dvk_outdir_abort(o);
    return status;
}
