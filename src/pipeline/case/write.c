/* The output folder of a case: maps with sidecars, tables, summary, report, and the provenance last. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/hash.h"
#include "data/json.h"
#include "data/results.h"
#include "pipeline/case/case.h"
#include "pipeline/case/maps.h"
#include "pipeline/case/request.h"
#include "pipeline/report/report.h"
#include "pipeline/steps/integrate_json.h"

/* --- what was asked --- */

static json_t *sources(const dvk_case *k)
{
    json_t *array = json_array();
    for (size_t i = 0; i < k->options->scan_count; i++)
        dvk_json_add(array, dvk_json_string(dvk_case_path(k->options, k->options->scans[i])));
    return array;
}

static json_t *parameters(const dvk_case *k)
{
    const dvk_case_options *o = k->options;
    const dvk_roi_options *r = &o->roi;
    json_t *j = json_object();
    dvk_json_put(j, "integration", dvk_integration_json(&k->summary->method));
    dvk_json_put(j, "voi_curve", dvk_integration_json(&r->curve));
    dvk_json_put(j, "order", dvk_json_string(o->order == DVK_ORDER_DOSE_RATE_FIRST ? "dose-rate-first" : "tia-first"));
    dvk_json_put(j, "engine", dvk_json_string(dvk_engine_name(k->engine)));
    dvk_json_put(j, "kernel_radius_mm", dvk_json_number(o->kernel_radius_mm));
    dvk_json_put(j, "medium_density_g_mL", dvk_json_number(o->medium_density_g_mL));
    dvk_json_put(j, "density", dvk_json_string(o->density ? dvk_case_path(o, o->density) : "none"));
    dvk_json_put(j, "voi_density_g_mL", dvk_json_number(r->density_g_mL));
    dvk_json_put(j, "recovery", r->recovery ? dvk_json_string(dvk_case_path(o, r->recovery)) : json_null());
    dvk_json_put(j, "biology_table",
                 r->biology_table ? dvk_json_string(dvk_case_path(o, r->biology_table)) : json_null());
    dvk_json_put(j, "alpha_beta_Gy", dvk_json_number(r->biology.alpha_beta_Gy));
    dvk_json_put(j, "repair_half_time_h", dvk_json_number(r->biology.repair_half_time_h));
    dvk_json_put(j, "alpha_per_Gy", dvk_json_number(r->biology.alpha_per_Gy));
    dvk_json_put(j, "eud_a", dvk_json_number(r->biology.eud_a));
    dvk_json_put(j, "effective_half_life_h", dvk_json_number(r->biology.effective_half_life_h));
    return j;
}

/* --- maps --- */

static json_t *map_sidecar(const dvk_case *k, const char *units)
{
    json_t *j = json_object();
    dvk_json_put(j, "Units", dvk_json_string(units));
    dvk_json_put(j, "TracerRadionuclide", k->nuclide ? dvk_json_string(k->nuclide->name) : json_null());
    dvk_json_put(j, "Sources", sources(k));
    dvk_json_put(j, "Parameters", parameters(k));
    return j;
}

/* The sidecar of the status map says what its bits mean. */
static json_t *status_sidecar(const dvk_case *k)
{
    json_t *j = map_sidecar(k, "bits");
    dvk_status_legend(j);
    return j;
}

static dvk_status add_map(const dvk_case *k, dvk_outdir *o, const dvk_volume *map, const char *stem, const char *units,
                          dvk_case_maps *m)
{
    return map ? dvk_case_maps_add(m, o, map, false, stem, map_sidecar(k, units)) : DVK_OK;
}

static dvk_status add_maps(const dvk_case *k, dvk_outdir *o, dvk_case_maps *m)
{
    if (k->tia) {
        DVK_TRY(add_map(k, o, k->tia, "tia", "Bq.s/mL", m));
        DVK_TRY(add_map(k, o, k->tia_sd, "tia_sd", "Bq.s/mL", m));
        DVK_TRY(dvk_case_maps_add(m, o, k->status, true, "status", status_sidecar(k)));
    }
    return k->dose_made ? add_map(k, o, k->dose, "dose", "Gy", m) : DVK_OK;
}

/* --- provenance --- */

static dvk_status provenance(const dvk_case *k, json_t **out)
{
    const dvk_case_options *o = k->options;
    const dvk_summary *s = k->summary;
    char fingerprint[65];
    json_t *inputs = NULL;
    DVK_TRY(dvk_case_inputs(o, k, &inputs));
    const dvk_status status = dvk_case_fingerprint(o, s->backend, inputs, fingerprint);
    if (status != DVK_OK) {
        json_decref(inputs);
        return status;
    }
    json_t *j = json_object();
    dvk_json_put(j, "schema", dvk_json_string("dvkit.provenance/1"));
    dvk_json_put(j, "dvkit_version", dvk_json_string(DVK_VERSION));
    dvk_json_put(j, "algorithm", json_integer(DVK_ALGORITHM));
    dvk_json_put(j, "command", o->command ? dvk_json_string(o->command) : json_null());
    dvk_json_put(j, "inputs", inputs);
    dvk_json_put(j, "parameters", parameters(k));
    dvk_json_put(j, "kernel_sha256", s->kernel.sha256[0] ? dvk_json_string(s->kernel.sha256) : json_null());
    dvk_json_put(j, "backend", dvk_json_string(s->backend));
    dvk_json_put(j, "device", dvk_json_string(s->device));
    dvk_json_put(j, "device_reason", dvk_json_string(s->device_reason));
    dvk_json_put(j, "fingerprint", dvk_json_string(fingerprint));
    *out = j;
    return DVK_OK;
}

/* --- the folder --- */

struct dvk_case_output {
    dvk_outdir *folder;
    dvk_case_maps maps, late; /* those of the dose, and those that are made of the VOIs' numbers */
    json_t *record;
};

dvk_status dvk_case_output_begin(const dvk_case *k, dvk_case_output **out)
{
    dvk_case_output *o = NULL;
    dvk_status status = DVK_OK;
    *out = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *o, &o));
    DVK_TRY_DONE(dvk_outdir_begin_as(k->options->out, k->options->bids_prefix, k->options->force, &o->folder));
    DVK_TRY_DONE(add_maps(k, o->folder, &o->maps));
    *out = o;
    return DVK_OK;
done:
    dvk_outdir_abort(o->folder);
    dvk_free(o);
    return status;
}

void dvk_case_output_maps(dvk_case_output *o)
{
    dvk_case_maps_write(&o->maps);
}

/* The files written so far, so that a result can be told whole from torn: {NAME: {bytes, sha256}}. */
static dvk_status outputs(const dvk_case_output *r, json_t *record)
{
    dvk_outdir *o = r->folder;
    json_t *files = json_object();
    dvk_json_put(record, "outputs", files);
    for (size_t i = 0; i < dvk_outdir_count(o); i++) {
        const char *path = dvk_outdir_staged(o, i);
        const char *early = dvk_case_maps_sha256(&r->maps, path);
        const char *known = early ? early : dvk_case_maps_sha256(&r->late, path);
        char hex[65];
        struct stat info;
        if (!known)
            DVK_TRY(dvk_sha256_file(path, hex));
        if (stat(path, &info) != 0)
            return dvk_fail(DVK_ERR_IO, "%s: cannot be read back: %s", path, strerror(errno));
        dvk_json_put(files, dvk_outdir_name(o, i),
                     json_pack("{s:I, s:s}", "bytes", (json_int_t)info.st_size, "sha256", known ? known : hex));
    }
    return DVK_OK;
}

static dvk_status write_report(const dvk_case *k, dvk_outdir *o, const json_t *record)
{
    const dvk_report report = {.summary = k->summary,
                               .dose = k->dose,
                               .tia = k->tia,
                               .vois = k->vois,
                               .kernel = k->kernel,
                               .provenance = record};
    dvk_text page = {0};
    dvk_status status = dvk_report_html(&report, &page);
    if (status == DVK_OK)
        status = dvk_results_text(o, "report.html", page.data);
    dvk_text_free(&page);
    return status;
}

static dvk_status write_summary(const dvk_case *k, dvk_outdir *o)
{
    char *summary = NULL;
    DVK_TRY(dvk_summary_json(k->summary, &summary));
    const dvk_status status = dvk_results_text(o, "summary.json", summary);
    dvk_text_release(summary);
    return status;
}

dvk_status dvk_case_output_texts(const dvk_case *k, dvk_case_output *o)
{
    DVK_TRY(add_map(k, o->folder, k->bed, "bed", "Gy", &o->late));
#pragma omp task
    dvk_case_maps_write(&o->late);
    DVK_TRY(dvk_case_write_tables(k, o->folder));
    DVK_TRY(write_summary(k, o->folder));
    DVK_TRY(provenance(k, &o->record));
    DVK_TRY(dvk_json_check());
    return write_report(k, o->folder, o->record);
}

/* The record comes last. */
static dvk_status complete(dvk_case_output *o)
{
    DVK_TRY(dvk_case_maps_status(&o->maps));
    DVK_TRY(dvk_case_maps_status(&o->late));
    DVK_TRY(outputs(o, o->record));
    json_t *record = o->record;
    o->record = NULL;
    return dvk_results_json(o->folder, "provenance.json", record);
}

dvk_status dvk_case_output_end(dvk_case *k, dvk_case_output *o, dvk_status made)
{
    dvk_outdir *folder = o->folder;
    const dvk_status status = made == DVK_OK ? complete(o) : made;
    json_decref(o->record);
    dvk_free(o);
    if (status != DVK_OK) {
        dvk_outdir_abort(folder);
        return status;
    }
    dvk_context_lap(k->context, "write");
    DVK_TRY(dvk_outdir_commit(folder));
    dvk_context_lap(k->context, "commit");
    return DVK_OK;
}
