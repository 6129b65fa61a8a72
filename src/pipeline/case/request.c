/* See request.h. */
#include "pipeline/case/request.h"

#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/hash.h"
#include "data/json.h"
#include "data/sidecar.h"

/* --- paths --- */

const char *dvk_case_path(const dvk_case_options *o, const char *path)
{
    const size_t length = o->path_base ? strlen(o->path_base) : 0;
    return length && strncmp(path, o->path_base, length) == 0 ? path + length : path;
}

void dvk_case_shorten(const dvk_case_options *o, char *line)
{
    const size_t length = o->path_base ? strlen(o->path_base) : 0;
    for (char *at = line; length && (at = strstr(at, o->path_base));)
        if (at == line || strchr(" '(=", at[-1]))
            memmove(at, at + length, strlen(at + length) + 1);
        else
            at += length;
}

/* --- what was asked --- */

static json_t *text_or_null(const char *text)
{
    return text ? dvk_json_string(text) : json_null();
}

static bool has_role(const json_t *inputs, const char *role)
{
    const json_t *input;
    size_t i;
    json_array_foreach(inputs, i, input)
    {
        const char *is = json_string_value(json_object_get(input, "role"));
        if (is && strcmp(is, role) == 0)
            return true;
    }
    return false;
}

/* A value that is no file's name counts as it was given. What is among the inputs was a file, wherever it is now. */
static json_t *value_or_file(const json_t *inputs, const char *role, const char *text)
{
    const bool file = text && (inputs ? has_role(inputs, role) : access(text, F_OK) == 0);
    return file ? dvk_json_string("file") : text_or_null(text);
}

static json_t *integration_request(const dvk_integration *how)
{
    json_t *j = json_object();
    dvk_json_put(j, "model", dvk_json_string(dvk_model_name(how->model)));
    dvk_json_put(j, "start", dvk_json_string(dvk_start_name(how->start)));
    dvk_json_put(j, "tail", dvk_json_string(dvk_tail_name(how->tail)));
    dvk_json_put(j, "weighting", dvk_json_string(dvk_weighting_name(how->weighting)));
    dvk_json_put(j, "scope", json_integer(how->scope));
    dvk_json_put(j, "negative", json_integer(how->negative));
    dvk_json_put(j, "madsen_half_life_h", dvk_json_number(how->madsen_half_life_h));
    if (how->bootstrap > 0) {
        dvk_json_put(j, "bootstrap", json_integer((json_int_t)how->bootstrap));
        dvk_json_put(j, "seed", json_integer((json_int_t)how->seed));
    }
    if (how->shape) {
        dvk_json_put(j, "shape_t_h", dvk_json_numbers(how->shape->t_h, how->shape->count));
        dvk_json_put(j, "shape_value", dvk_json_numbers(how->shape->value, how->shape->count));
    }
    return j;
}

static json_t *series_request(const dvk_series_options *s)
{
    json_t *j = json_object();
    dvk_json_put(j, "times_h", dvk_json_numbers(s->times_h, s->times));
    dvk_json_put(j, "units", text_or_null(s->units));
    dvk_json_put(j, "decay_reference", json_integer(s->reference));
    dvk_json_put(j, "decay_time_h", dvk_json_number(s->decay_time_h));
    dvk_json_put(j, "frame_duration_h", dvk_json_number(s->frame_duration_h));
    dvk_json_put(j, "injected_MBq", dvk_json_number(s->injected_MBq));
    dvk_json_put(j, "nuclide", text_or_null(s->nuclide));
    dvk_json_put(j, "zero_nonfinite", json_boolean(s->zero_nonfinite));
    return j;
}

static json_t *voi_request(const dvk_case_options *o, const json_t *inputs)
{
    json_t *j = json_object(), *names = json_array();
    for (size_t i = 0; i < o->voi_source_count; i++)
        dvk_json_add(names, text_or_null(o->voi_sources[i].name));
    dvk_json_put(j, "names", names);
    dvk_json_put(j, "labels", text_or_null(o->voi.labels));
    dvk_json_put(j, "labels_preset", text_or_null(o->voi.labels_preset));
    dvk_json_put(j, "labels_table", value_or_file(inputs, "labels", o->voi.labels_table));
    dvk_json_put(j, "missing", text_or_null(o->voi.missing));
    dvk_json_put(j, "kidneys_wanted", json_boolean(o->voi.kidneys_wanted));
    dvk_json_put(j, "grid", json_integer(o->voi_grid));
    return j;
}

static json_t *roi_request(const dvk_roi_options *r)
{
    json_t *j = json_object();
    dvk_json_put(j, "curve", integration_request(&r->curve));
    dvk_json_put(j, "density_g_mL", dvk_json_number(r->density_g_mL));
    dvk_json_put(j, "u_calibration", dvk_json_number(r->u_calibration));
    dvk_json_put(j, "u_recovery", dvk_json_number(r->u_recovery));
    dvk_json_put(j, "fwhm_mm", dvk_json_number(r->fwhm_mm));
    dvk_json_put(j, "alpha_beta_Gy", dvk_json_number(r->biology.alpha_beta_Gy));
    dvk_json_put(j, "repair_half_time_h", dvk_json_number(r->biology.repair_half_time_h));
    dvk_json_put(j, "alpha_per_Gy", dvk_json_number(r->biology.alpha_per_Gy));
    dvk_json_put(j, "eud_a", dvk_json_number(r->biology.eud_a));
    dvk_json_put(j, "effective_half_life_h", dvk_json_number(r->biology.effective_half_life_h));
    return j;
}

json_t *dvk_case_request(const dvk_case_options *o, const json_t *inputs)
{
    json_t *j = json_object();
    dvk_json_put(j, "series", series_request(&o->series));
    dvk_json_put(j, "voi", voi_request(o, inputs));
    dvk_json_put(j, "integration", integration_request(&o->integration));
    dvk_json_put(j, "order", json_integer(o->order));
    dvk_json_put(j, "engine", dvk_json_string(dvk_engine_name(o->engine)));
    dvk_json_put(j, "kernel", value_or_file(inputs, "kernel", o->kernel_path));
    dvk_json_put(j, "kernel_radius_mm", dvk_json_number(o->kernel_radius_mm));
    dvk_json_put(j, "medium_density_g_mL", dvk_json_number(o->medium_density_g_mL));
    dvk_json_put(j, "density", value_or_file(inputs, "density", o->density));
    dvk_json_put(j, "density_unit", json_integer(o->density_unit));
    dvk_json_put(j, "roi", roi_request(&o->roi));
    dvk_json_put(j, "recovery", value_or_file(inputs, "recovery", o->roi.recovery));
    dvk_json_put(j, "biology_table", value_or_file(inputs, "biology", o->roi.biology_table));
    dvk_json_put(j, "write_sd", json_boolean(o->write_sd));
    dvk_json_put(j, "write_bed", json_boolean(o->write_bed));
    if (o->bids_prefix)
        dvk_json_put(j, "bids_prefix", dvk_json_string(o->bids_prefix));
    return j;
}

/* --- what was read --- */

typedef struct input_list {
    const dvk_case_options *options;
    const dvk_reads *reads; /* NULL: nothing has been read yet */
    json_t *list;
    bool stamps; /* instead of hashes */
    double settled_s;
} input_list;

/* The hash of what was read of a file; NULL where it was not, or not by the case's own thread. */
static const char *as_read(const input_list *in, const char *path)
{
    return in->reads ? dvk_reads_sha256(in->reads, path) : NULL;
}

/* A file by the hash that is known or, without one, of what was read or, where nothing was, of what lies there. */
static dvk_status add(const input_list *in, const char *role, const char *path, const char *sha256)
{
    char hex[65];
    if (!sha256)
        sha256 = as_read(in, path);
    if (!sha256) {
        DVK_TRY(in->stamps ? dvk_file_stamp(path, in->settled_s, hex) : dvk_sha256_file(path, hex));
        sha256 = hex;
    }
    dvk_json_add(in->list, dvk_json_input(role, dvk_case_path(in->options, path), sha256));
    return dvk_json_check();
}

/* A file beside an image, where there is one; of an image that was read, where there was one then. */
static dvk_status add_beside(const input_list *in, const char *role, const char *image, const char *ending, bool read)
{
    char *path = NULL;
    DVK_TRY(dvk_beside(image, ending, &path));
    const bool there = read ? as_read(in, path) != NULL : access(path, F_OK) == 0;
    const dvk_status status = there ? add(in, role, path, NULL) : DVK_OK;
    dvk_free(path);
    return status;
}

/* An image whose hash nobody keeps; the two files of a pair count as one. */
static dvk_status add_image(const input_list *in, const char *role, const char *path)
{
    const size_t length = strlen(path);
    if (as_read(in, path) || length < 4 ||
        (strcmp(path + length - 4, ".hdr") != 0 && strcmp(path + length - 4, ".img") != 0))
        return add(in, role, path, NULL);
    if (in->stamps)
        return dvk_fail(DVK_ERR_INVALID, "%s: is a pair of files", path);
    dvk_volume *v = NULL;
    DVK_TRY(dvk_volume_read(path, &v));
    const dvk_status status = add(in, role, path, dvk_volume_sha256(v));
    dvk_volume_free(v);
    return status;
}

static dvk_status add_scans(const input_list *in, const dvk_case *k)
{
    const dvk_case_options *o = in->options;
    for (size_t i = 0; i < o->scan_count; i++) {
        if (k)
            DVK_TRY(add(in, "scan", o->scans[i], dvk_series_sha256(k->series, i)));
        else
            DVK_TRY(add_image(in, "scan", o->scans[i]));
        DVK_TRY(add_beside(in, "sidecar", o->scans[i], ".json", k));
    }
    return DVK_OK;
}

static dvk_status add_vois(const input_list *in, const dvk_case *k)
{
    const dvk_case_options *o = in->options;
    const bool named = o->voi.labels || o->voi.labels_preset || o->voi.labels_table;
    for (size_t i = 0; i < o->voi_source_count; i++) {
        const dvk_voi_source *source = &o->voi_sources[i];
        if (k)
            DVK_TRY(add(in, "voi", source->path, dvk_voi_file_sha256(k->vois, i)));
        else
            DVK_TRY(add_image(in, "voi", source->path));
        if (!source->name && !named)
            DVK_TRY(add_beside(in, "labels", source->path, ".tsv", k));
    }
    for (size_t i = 0; i < o->voi_times_count; i++) {
        if (k)
            DVK_TRY(add(in, "voi of a scan", o->voi_times[i], dvk_voi_file_sha256(k->voi_at[i], 0)));
        else
            DVK_TRY(add_image(in, "voi of a scan", o->voi_times[i]));
        if (!named)
            DVK_TRY(add_beside(in, "labels", o->voi_times[i], ".tsv", k));
    }
    return o->voi.labels_table ? add(in, "labels", o->voi.labels_table, NULL) : DVK_OK;
}

/* What was read as a file is one, also where it has gone since. */
static bool is_file(const input_list *in, const char *value_or_path)
{
    return as_read(in, value_or_path) || access(value_or_path, F_OK) == 0;
}

static dvk_status add_others(const input_list *in)
{
    const dvk_case_options *o = in->options;
    if (o->kernel_path) {
        DVK_TRY(add_image(in, "kernel", o->kernel_path));
        DVK_TRY(add_beside(in, "kernel-record", o->kernel_path, ".json", as_read(in, o->kernel_path)));
    }
    if (o->density && is_file(in, o->density))
        DVK_TRY(add_image(in, "density", o->density));
    if (o->roi.recovery && is_file(in, o->roi.recovery))
        DVK_TRY(add(in, "recovery", o->roi.recovery, NULL));
    if (o->roi.biology_table)
        DVK_TRY(add(in, "biology", o->roi.biology_table, NULL));
    return DVK_OK;
}

static dvk_status add_all(const input_list *in, const dvk_case *k, json_t **out)
{
    *out = NULL;
    dvk_status status = add_scans(in, k);
    if (status == DVK_OK)
        status = add_vois(in, k);
    if (status == DVK_OK)
        status = add_others(in);
    if (status == DVK_OK && k && k->dose_path)
        status = add_image(in, "dose", k->dose_path);
    if (status == DVK_OK)
        *out = in->list;
    else
        json_decref(in->list);
    return status;
}

dvk_status dvk_case_inputs(const dvk_case_options *o, const dvk_case *k, json_t **out)
{
    const input_list in = {.options = o, .reads = k ? &k->reads : NULL, .list = json_array()};
    return add_all(&in, k, out);
}

dvk_status dvk_case_stamps(const dvk_case_options *o, double settled_s, json_t **out)
{
    const input_list in = {.options = o, .list = json_array(), .stamps = true, .settled_s = settled_s};
    return add_all(&in, NULL, out);
}

/* --- both in one number --- */

dvk_status dvk_case_fingerprint_of(json_int_t algorithm, const char *backend, json_t *request, const json_t *inputs,
                                   char hex[65])
{
    json_t *all = json_object(), *files = json_array(), *input;
    char *text = NULL;
    size_t i;
    json_array_foreach(inputs, i, input)
    {
        dvk_json_add(files, json_incref(json_object_get(input, "role")));
        dvk_json_add(files, json_incref(json_object_get(input, "sha256")));
    }
    dvk_json_put(all, "algorithm", json_integer(algorithm));
    dvk_json_put(all, "backend", dvk_json_string(backend));
    dvk_json_put(all, "request", request);
    dvk_json_put(all, "inputs", files);
    DVK_TRY(dvk_json_give(all, &text));
    dvk_sha256(text, strlen(text), hex);
    dvk_free(text);
    return DVK_OK;
}

dvk_status dvk_case_fingerprint(const dvk_case_options *o, const char *backend, const json_t *inputs, char hex[65])
{
    return dvk_case_fingerprint_of(DVK_ALGORITHM, backend, dvk_case_request(o, inputs), inputs, hex);
}
