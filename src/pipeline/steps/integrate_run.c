/* `dvkit integrate`: scans to a folder with the TIA map, its status and its standard error. */
#include <math.h>
#include <stdint.h>

#include "dvk/dose.h"
#include "dvk/integrate.h"

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/results.h"
#include "pipeline/steps/integrate.h"
#include "pipeline/steps/integrate_json.h"
#include "pipeline/steps/noise.h"
#include "pipeline/steps/scope.h"

typedef struct run {
    const dvk_integrate_options *options;
    dvk_integration how; /* as asked for, with the noise as measured */
    dvk_context *context;
    dvk_series *series;
    dvk_voi_set *vois; /* NULL but for --scope voi */
    dvk_volume *tia, *status, *sd;
    dvk_voxel_shares shares;
} run;

static dvk_status read_inputs(run *r)
{
    const dvk_integrate_options *o = r->options;
    dvk_fit_parameters unused;
    if (o->integration.scope == DVK_SCOPE_VOI && o->voi_source_count == 0)
        return dvk_fail(DVK_ERR_USAGE, "--scope voi needs VOIs: give --voi FILE");
    DVK_TRY(dvk_series_read(o->scans, o->scan_count, &o->series, &r->series));
    if (o->integration.scope == DVK_SCOPE_VOI)
        DVK_TRY(dvk_voi_read(o->voi_sources, o->voi_source_count, &o->voi, dvk_series_geometry(r->series), &r->vois));
    if (dvk_integrate_prepare(r->series, &o->integration, o->write_sd, &unused) != DVK_OK)
        return dvk_fail_prefix(DVK_ERR_INVALID, dvk_series_path(r->series, 0));
    return DVK_OK;
}

static dvk_status integrate(run *r)
{
    const dvk_integration *how = &r->how;
    DVK_TRY(dvk_noise_of_series(r->series, &r->how));
    DVK_TRY(dvk_integrate(r->context, r->series, how, &r->tia, &r->status, r->options->write_sd ? &r->sd : NULL));
    for (size_t i = 0; r->vois && i < dvk_voi_count(r->vois); i++) {
        const dvk_voi *voi = dvk_voi_at(r->vois, i);
        bool used = false;
        DVK_TRY(dvk_scope_apply(r->series, voi, how, dvk_volume_data(r->tia), dvk_volume_data(r->status),
                                r->sd ? dvk_volume_data(r->sd) : NULL, &used));
        if (!used)
            dvk_context_warn(r->context, "%s: --scope voi needs a curve with terms: its voxels keep their own",
                             voi->name);
    }
    return DVK_OK;
}

static void count(run *r)
{
    dvk_voxel_shares *s = &r->shares;
    const float *status = dvk_volume_values(r->status), *tia = dvk_volume_values(r->tia);
    const dvk_geometry *g = dvk_series_geometry(r->series);
    double activity = 0, fallen = 0, sum = 0;
    s->voxels = dvk_geometry_voxels(g);
    for (size_t v = 0; v < s->voxels; v++) {
        const unsigned bits = (unsigned)status[v], model = bits & DVK_VOXEL_MODEL;
        double here = 0;
        for (size_t i = 0; i < dvk_series_scans(r->series); i++)
            here += fabs((double)dvk_series_frame(r->series, i)[v]);
        activity += here;
        fallen += bits & DVK_VOXEL_FALLBACK ? here : 0;
        sum += (double)tia[v];
        s->zero += model == 0;
        s->model[model] += model != 0;
        s->fallback += (bits & DVK_VOXEL_FALLBACK) != 0;
        s->clamped += (bits & DVK_VOXEL_CLAMPED) != 0;
        s->tail += (bits & DVK_VOXEL_TAIL) != 0;
        s->negative += (bits & DVK_VOXEL_NEGATIVE) != 0;
    }
    s->fallback_activity_fraction = activity > 0 ? fallen / activity : 0;
    s->tia_MBqh = sum * dvk_geometry_voxel_mL(g) / 3600 * 1e-6;
}

static json_t *shares_json(const dvk_voxel_shares *s)
{
    json_t *models = json_object();
    for (int m = 1; m < DVK_MODEL_COUNT; m++)
        if (s->model[m] > 0)
            dvk_json_put(models, dvk_model_name((dvk_model)m), json_integer((json_int_t)s->model[m]));
    return json_pack("{s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:o, s:o}", "voxels", (json_int_t)s->voxels, "zero",
                     (json_int_t)s->zero, "model", models, "fallback", (json_int_t)s->fallback, "clamped",
                     (json_int_t)s->clamped, "tail", (json_int_t)s->tail, "negative", (json_int_t)s->negative,
                     "fallback_activity_fraction", dvk_json_number(s->fallback_activity_fraction), "tia_MBqh",
                     dvk_json_number(s->tia_MBqh));
}

static json_t *sidecar(const run *r, const char *units)
{
    return json_pack("{s:s, s:s, s:o, s:o}", "Units", units, "TracerRadionuclide", dvk_series_nuclide(r->series)->name,
                     "Sources", dvk_series_sources_json(r->series), "Parameters", dvk_integration_json(&r->how));
}

static dvk_status write_status(const run *r, dvk_outdir *o)
{
    const dvk_geometry *g = dvk_series_geometry(r->series);
    const float *values = dvk_volume_values(r->status);
    uint8_t *bytes = NULL;
    DVK_TRY(dvk_alloc(r->shares.voxels, 1, &bytes));
    for (size_t v = 0; v < r->shares.voxels; v++)
        bytes[v] = (uint8_t)values[v];
    json_t *j = sidecar(r, "bits");
    dvk_status_legend(j);
    dvk_json_put(j, "Counts", shares_json(&r->shares));
    const dvk_status status = dvk_results_map_u8(o, "status", g, bytes, j);
    dvk_free(bytes);
    return status;
}

static json_t *provenance(const run *r)
{
    json_t *j = json_object(), *inputs = dvk_series_inputs_json(r->series);
    for (size_t i = 0; r->vois && i < r->options->voi_source_count; i++)
        dvk_json_add(inputs, dvk_json_input("voi", r->options->voi_sources[i].path, dvk_voi_file_sha256(r->vois, i)));
    dvk_json_put(j, "schema", dvk_json_string("dvkit.provenance/1"));
    dvk_json_put(j, "dvkit_version", dvk_json_string(DVK_VERSION));
    dvk_json_put(j, "command", r->options->command ? dvk_json_string(r->options->command) : json_null());
    dvk_json_put(j, "inputs", inputs);
    dvk_json_put(j, "parameters", dvk_integration_json(&r->how));
    dvk_json_put(j, "backend", dvk_json_string(dvk_context_backend(r->context)));
    dvk_json_put(j, "device", dvk_json_string(dvk_context_device(r->context)));
    dvk_json_put(j, "device_reason", dvk_json_string(dvk_context_reason(r->context)));
    return j;
}

static dvk_status write_all(const run *r, dvk_outdir *o)
{
    DVK_TRY(dvk_results_map(o, "tia", r->tia, sidecar(r, "Bq.s/mL")));
    if (r->sd)
        DVK_TRY(dvk_results_map(o, "tia_sd", r->sd, sidecar(r, "Bq.s/mL")));
    DVK_TRY(write_status(r, o));
    return dvk_results_json(o, "provenance.json", provenance(r));
}

static dvk_status write_folder(const run *r)
{
    dvk_outdir *o = NULL;
    DVK_TRY(dvk_outdir_begin_as(r->options->out, r->options->bids_prefix, r->options->force, &o));
    const dvk_status status = write_all(r, o);
    if (status == DVK_OK)
        return dvk_outdir_commit(o);
    dvk_outdir_abort(o);
    return status;
}

dvk_status dvk_integrate_run(dvk_context *c, const dvk_integrate_options *o, bool dry_run, dvk_voxel_shares *shares)
{
    run r = {.options = o, .how = o->integration, .context = c};
    dvk_status status = DVK_OK;
    *shares = (dvk_voxel_shares){.voxels = 0};
    DVK_TRY_DONE(read_inputs(&r));
    if (dry_run)
        goto done;
    dvk_context_progress(c, "integrating", 0);
    DVK_TRY_DONE(integrate(&r));
    count(&r);
    dvk_context_progress(c, "writing", 0.5);
    DVK_TRY_DONE(write_folder(&r));
    *shares = r.shares;
done:
    dvk_context_progress(c, "writing", 1);
    dvk_series_free(r.series);
    dvk_voi_set_free(r.vois);
    dvk_volume_free(r.tia);
    dvk_volume_free(r.status);
    dvk_volume_free(r.sd);
    return status;
}
