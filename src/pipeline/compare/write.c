/* What a comparison says: a few lines, compare.json, vois.tsv and the output folder. */
#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/json.h"
#include "data/results.h"
#include "data/table.h"
#include "pipeline/compare/compare.h"

static const double percents[DVK_COMPARE_PERCENTILES] = DVK_COMPARE_PERCENTS;
static const double points[DVK_COMPARE_POINTS] = DVK_COMPARE_DX;

/* --- compare.json --- */

static void put(json_t *object, const char *key, double value)
{
    dvk_json_put(object, key, dvk_json_number(value));
}

static void put_text(json_t *object, const char *key, const char *text)
{
    dvk_json_put(object, key, text && text[0] ? dvk_json_string(text) : json_null());
}

/* {"98": ..., "95": ...}: values by their number. */
static json_t *by_number(const double *numbers, const double *values, size_t count)
{
    json_t *j = json_object();
    for (size_t i = 0; i < count; i++) {
        char key[32];
        dvk_text_shortest(numbers[i], key);
        put(j, key, values[i]);
    }
    return j;
}

static json_t *difference_json(const dvk_difference *d)
{
    json_t *j = json_object();
    dvk_json_put(j, "voxels", json_integer((json_int_t)d->count));
    put(j, "mean_a", d->mean_a);
    put(j, "mean_b", d->mean_b);
    put(j, "mean", d->mean);
    put(j, "sd", d->sd);
    put(j, "median", d->median);
    dvk_json_put(j, "percentiles", by_number(percents, d->percentile, DVK_COMPARE_PERCENTILES));
    put(j, "mean_absolute", d->mae);
    put(j, "root_mean_square", d->rmse);
    put(j, "largest_absolute", d->largest);
    put(j, "pearson", d->pearson);
    put(j, "concordance", d->concordance);
    return j;
}

static json_t *gamma_json(const dvk_gamma_result *g)
{
    json_t *j = json_object();
    dvk_json_put(j, "voxels", json_integer((json_int_t)g->voxels));
    put(j, "passed_fraction", g->passed);
    put(j, "mean", g->mean);
    put(j, "largest", g->largest);
    return j;
}

static json_t *gamma_options_json(const dvk_compare *r)
{
    const dvk_gamma_options *o = &r->options.gamma;
    json_t *j = json_object();
    put(j, "dose_fraction", o->dose);
    put(j, "distance_mm", o->distance_mm);
    put_text(j, "mode", o->local ? "local" : "global");
    put(j, "normalisation", o->normalisation);
    put(j, "cutoff_fraction", o->cutoff);
    put(j, "step_mm", o->step_mm);
    put(j, "largest_searched", o->most);
    return j;
}

static json_t *voi_json(const dvk_compare *r, const dvk_compare_voi *v)
{
    json_t *j = json_object();
    put_text(j, "name", v->name);
    put(j, "volume_mL", v->volume_mL);
    dvk_json_put(j, "difference", difference_json(&v->difference));
    dvk_json_put(j, "dx_a", by_number(points, v->dx_a, DVK_COMPARE_POINTS));
    dvk_json_put(j, "dx_b", by_number(points, v->dx_b, DVK_COMPARE_POINTS));
    dvk_json_put(j, "vx_a_percent", by_number(r->options.level, v->vx_a, r->options.levels));
    dvk_json_put(j, "vx_b_percent", by_number(r->options.level, v->vx_b, r->options.levels));
    put(j, "dvh_distance_percent", v->dvh_distance);
    put(j, "dvh_distance_at", v->dvh_distance_at);
    if (r->options.gamma.wanted)
        dvk_json_put(j, "gamma", gamma_json(&v->gamma));
    return j;
}

static json_t *tolerance_json(const dvk_compare *r)
{
    json_t *j = json_object();
    put(j, "rtol", r->options.rtol);
    put(j, "atol", r->options.atol);
    put_text(j, "rtol_of", r->options.rtol_of_voxel ? "voxel" : "max");
    put(j, "max", r->scale);
    return j;
}

static json_t *compare_json(const dvk_compare *r)
{
    json_t *j = json_object(), *vois = json_array(), *warnings = json_array();
    put_text(j, "schema", "dvkit.compare/1");
    put_text(j, "dvkit_version", DVK_VERSION);
    put_text(j, "intended_use", "research");
    put_text(j, "a", r->options.a);
    put_text(j, "b", r->options.b);
    put_text(j, "units", r->units);
    dvk_json_put(j, "resampled", json_boolean(r->resampled));
    dvk_json_put(j, "agree", json_boolean(r->agree));
    dvk_json_put(j, "tolerance", tolerance_json(r));
    dvk_json_put(j, "voxels", json_integer((json_int_t)r->voxels));
    dvk_json_put(j, "voxels_left_out", json_integer((json_int_t)r->left_out));
    dvk_json_put(j, "voxels_beyond", json_integer((json_int_t)r->beyond));
    put(j, "largest_absolute", r->largest);
    dvk_json_put(j, "largest_at",
                 json_pack("[I, I, I]", (json_int_t)r->largest_at[0], (json_int_t)r->largest_at[1],
                           (json_int_t)r->largest_at[2]));
    put(j, "threshold", r->threshold);
    dvk_json_put(j, "difference", difference_json(&r->whole));
    if (r->options.gamma.wanted) {
        dvk_json_put(j, "gamma_options", gamma_options_json(r));
        dvk_json_put(j, "gamma", gamma_json(&r->gamma));
    }
    for (size_t i = 0; i < r->voi_count; i++)
        dvk_json_add(vois, voi_json(r, &r->voi[i]));
    for (size_t i = 0; i < r->warning_count; i++)
        dvk_json_add(warnings, dvk_json_string(r->warnings[i]));
    dvk_json_put(j, "vois", vois);
    dvk_json_put(j, "warnings", warnings);
    return j;
}

dvk_status dvk_compare_json(const dvk_compare *r, char **out)
{
    return dvk_json_give(compare_json(r), out);
}

/* --- lines to read --- */

static dvk_status add_whole(dvk_text *t, const dvk_compare *r)
{
    const dvk_difference *d = &r->whole;
    const char *blank = r->units[0] ? " " : "";
    return dvk_text_add(t,
                        "%-16s %zu voxels with |B| >= %.4g%s%s: A - B mean %.4g, median %.4g, SD %.4g, 5 to 95 %% %.4g "
                        "to %.4g, MAE %.4g, RMSE %.4g, largest %.4g%s%s; Pearson %.6g, concordance %.6g\n",
                        "whole", d->count, r->threshold, blank, r->units, d->mean, d->median, d->sd, d->percentile[1],
                        d->percentile[4], d->mae, d->rmse, d->largest, blank, r->units, d->pearson, d->concordance);
}

static dvk_status add_voi(dvk_text *t, const dvk_compare *r, const dvk_compare_voi *v)
{
    const char *blank = r->units[0] ? " " : "";
    DVK_TRY(dvk_text_add(t, "%-16s mean %+.4g%s%s (%+.3g %%)", v->name, v->difference.mean, blank, r->units,
                         100 * v->difference.mean / v->difference.mean_b));
    for (size_t i = 0; i < DVK_COMPARE_POINTS; i++)
        DVK_TRY(dvk_text_add(t, ", D%g %+.4g", points[i], v->dx_a[i] - v->dx_b[i]));
    for (size_t i = 0; i < r->options.levels; i++)
        DVK_TRY(dvk_text_add(t, ", V%g %+.4g %%", r->options.level[i], v->vx_a[i] - v->vx_b[i]));
    DVK_TRY(
        dvk_text_add(t, ", DVHs apart by %.4g %% at %.4g%s%s", v->dvh_distance, v->dvh_distance_at, blank, r->units));
    if (r->options.gamma.wanted && v->gamma.voxels)
        DVK_TRY(dvk_text_add(t, ", gamma passes %.2f %%", 100 * v->gamma.passed));
    return dvk_text_add(t, "\n");
}

static dvk_status add_gamma(dvk_text *t, const dvk_compare *r)
{
    const dvk_gamma_options *o = &r->options.gamma;
    return dvk_text_add(t,
                        "%-16s %g %% %s, %g mm, of %.4g%s%s, cut-off %g %%, step %g mm: %.2f %% of %zu voxels pass, "
                        "mean %.4g, largest %.4g%s\n",
                        "gamma", 100 * o->dose, o->local ? "local" : "global", o->distance_mm, o->normalisation,
                        r->units[0] ? " " : "", r->units, 100 * o->cutoff, o->step_mm, 100 * r->gamma.passed,
                        r->gamma.voxels, r->gamma.mean, r->gamma.largest, r->gamma.largest < o->most ? "" : " or more");
}

static dvk_status add_verdict(dvk_text *t, const dvk_compare *r)
{
    const char *blank = r->units[0] ? " " : "";
    DVK_TRY(
        dvk_text_add(t, "%-16s %zu of %zu voxels by more than ", r->agree ? "agree" : "differ", r->beyond, r->voxels));
    if (r->options.rtol_of_voxel)
        DVK_TRY(dvk_text_add(t, "%.4g of |B|", r->options.rtol));
    else
        DVK_TRY(dvk_text_add(t, "%.4g of %.4g%s%s", r->options.rtol, r->scale, blank, r->units));
    return dvk_text_add(t, " + %.4g%s%s; largest %.4g%s%s at voxel %zu %zu %zu\n", r->options.atol, blank, r->units,
                        r->largest, blank, r->units, r->largest_at[0], r->largest_at[1], r->largest_at[2]);
}

static dvk_status add_resampled(dvk_text *t, const dvk_compare *r)
{
    if (!r->resampled)
        return DVK_OK;
    return dvk_text_add(t, "%-16s A onto the grid of B\n", "resampled");
}

static dvk_status add_lines(dvk_text *t, const dvk_compare *r)
{
    DVK_TRY(add_resampled(t, r));
    DVK_TRY(add_whole(t, r));
    for (size_t i = 0; i < r->voi_count; i++)
        DVK_TRY(add_voi(t, r, &r->voi[i]));
    if (r->options.gamma.wanted)
        DVK_TRY(add_gamma(t, r));
    return add_verdict(t, r);
}

dvk_status dvk_compare_text(const dvk_compare *r, char **out)
{
    dvk_text t = {0};
    return dvk_text_give(&t, add_lines(&t, r), out);
}

/* --- the folder --- */

static dvk_status header(dvk_text *t, const dvk_compare *r)
{
    DVK_TRY(dvk_text_add(t, "name\tvolume_mL\tmean_a\tmean_b\tmean_difference\tsd_difference\trmse\tlargest\tpearson"
                            "\tconcordance"));
    for (size_t i = 0; i < DVK_COMPARE_POINTS; i++)
        DVK_TRY(dvk_text_add(t, "\td%g_a\td%g_b", points[i], points[i]));
    for (size_t i = 0; i < r->options.levels; i++)
        DVK_TRY(dvk_text_add(t, "\tv%g_a_percent\tv%g_b_percent", r->options.level[i], r->options.level[i]));
    return dvk_text_add(t, "\tdvh_distance_percent\tgamma_passed_fraction\n");
}

static dvk_status voi_row(dvk_text *t, const dvk_compare *r, const dvk_compare_voi *v)
{
    const dvk_difference *d = &v->difference;
    const double numbers[] = {v->volume_mL, d->mean_a,  d->mean_b,  d->mean,       d->sd,
                              d->rmse,      d->largest, d->pearson, d->concordance};
    DVK_TRY(dvk_tsv_text(t, v->name));
    DVK_TRY(dvk_tsv_numbers(t, numbers, sizeof numbers / sizeof numbers[0]));
    for (size_t i = 0; i < DVK_COMPARE_POINTS; i++) {
        DVK_TRY(dvk_tsv_number(t, v->dx_a[i]));
        DVK_TRY(dvk_tsv_number(t, v->dx_b[i]));
    }
    for (size_t i = 0; i < r->options.levels; i++) {
        DVK_TRY(dvk_tsv_number(t, v->vx_a[i]));
        DVK_TRY(dvk_tsv_number(t, v->vx_b[i]));
    }
    DVK_TRY(dvk_tsv_number(t, v->dvh_distance));
    DVK_TRY(dvk_tsv_number(t, v->gamma.voxels ? v->gamma.passed : NAN));
    return dvk_tsv_end_row(t);
}

static dvk_status write_table(const dvk_compare *r, dvk_outdir *o)
{
    dvk_text t = {0};
    dvk_status status = header(&t, r);
    for (size_t i = 0; status == DVK_OK && i < r->voi_count; i++)
        status = voi_row(&t, r, &r->voi[i]);
    return dvk_results_made(o, "vois.tsv", &t, status);
}

static json_t *map_sidecar(const dvk_compare_work *w, const char *units, const char *what)
{
    json_t *j = json_object();
    put_text(j, "Units", units);
    put_text(j, "Description", what);
    dvk_json_put(j, "Sources", json_pack("[s, s]", w->path_a, w->path_b));
    return j;
}

static dvk_status write_difference(const dvk_compare_work *w, dvk_outdir *o)
{
    const dvk_geometry *g = dvk_volume_geometry(w->b);
    const float *a = dvk_volume_values(w->a), *b = dvk_volume_values(w->b);
    dvk_volume *map = NULL;
    DVK_TRY(dvk_volume_create(g, 1, &map));
    for (size_t v = 0; v < dvk_geometry_voxels(g); v++)
        dvk_volume_data(map)[v] = a[v] - b[v];
    const dvk_status status =
        dvk_results_map(o, "difference", map, map_sidecar(w, w->result->units, "A - B; NaN where A does not reach"));
    dvk_volume_free(map);
    return status;
}

static json_t *provenance(const dvk_compare_work *w)
{
    const dvk_compare *r = w->result;
    json_t *j = json_object(), *inputs = json_array();
    dvk_json_add(inputs, dvk_json_input("a", w->path_a, r->sha256_a));
    dvk_json_add(inputs, dvk_json_input("b", w->path_b, r->sha256_b));
    put_text(j, "schema", "dvkit.provenance/1");
    put_text(j, "dvkit_version", DVK_VERSION);
    put_text(j, "command", w->options->command);
    dvk_json_put(j, "inputs", inputs);
    for (size_t i = 0; i < w->options->voi_source_count; i++)
        dvk_json_add(inputs, dvk_json_input("voi", w->options->voi_sources[i].path, dvk_voi_file_sha256(w->vois, i)));
    dvk_json_put(j, "tolerance", tolerance_json(r));
    return j;
}

static dvk_status write_all(const dvk_compare_work *w, dvk_outdir *o)
{
    DVK_TRY(write_difference(w, o));
    if (w->gamma)
        DVK_TRY(dvk_results_map(o, "gamma", w->gamma,
                                map_sidecar(w, "1", "gamma at the voxels of B; NaN where it was not judged")));
    DVK_TRY(dvk_results_json(o, "compare.json", compare_json(w->result)));
    if (w->result->voi_count)
        DVK_TRY(write_table(w->result, o));
    return dvk_results_json(o, "provenance.json", provenance(w));
}

dvk_status dvk_compare_write(const dvk_compare_work *w)
{
    dvk_outdir *o = NULL;
    DVK_TRY(dvk_outdir_begin(w->options->out, w->options->force, &o));
    const dvk_status status = write_all(w, o);
    if (status == DVK_OK)
        return dvk_outdir_commit(o);
    dvk_outdir_abort(o);
    return status;
}
