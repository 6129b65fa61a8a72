/* The cycles of a course out of their result folders: each one's summary, and the scans that its provenance names. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/hash.h"
#include "data/json.h"
#include "data/naming.h"
#include "pipeline/course/course.h"

static const char SCHEMA[] = "dvkit.summary/1";

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

#define COPY_TEXT(to, from) snprintf(to, sizeof(to), "%s", from)

/* --- VOIs --- */

static dvk_status read_terms(const json_t *roi, const char *path, dvk_course_roi *out)
{
    size_t i;
    json_t *term;
    json_array_foreach(json_object_get(roi, "terms"), i, term)
    {
        const double amplitude = number(term, "amplitude_MBq"), half_life = number(term, "half_life_h");
        if (i >= DVK_MAX_TERMS || !isfinite(amplitude) || !(half_life > 0))
            return dvk_fail(DVK_ERR_INVALID, "%s: the terms of %s are not a curve", path, out->name);
        out->amplitude_MBq[i] = amplitude;
        out->half_life_h[i] = half_life;
        out->terms = i + 1;
    }
    return DVK_OK;
}

static double shared_uncertainty(const json_t *roi)
{
    const json_t *terms = json_object_get(roi, "u_terms_rel");
    const double calibration = number(terms, "calibration"), recovery = number(terms, "recovery");
    return hypot(isnan(calibration) ? 0 : calibration, isnan(recovery) ? 0 : recovery);
}

/* alpha/beta as recorded, or as BED and EQD2 imply it: EQD2 = BED / (1 + 2 / (alpha/beta)). */
static double alpha_beta(const json_t *roi, const dvk_course_roi *r)
{
    const double recorded = number(roi, "alpha_beta_Gy");
    return isnan(recorded) && r->bed_Gy > r->eqd2_Gy ? 2 / (r->bed_Gy / r->eqd2_Gy - 1) : recorded;
}

/* Without calibration and volume an uncertainty is a part that would look like the whole. */
static bool is_whole(const json_t *roi)
{
    const json_t *terms = json_object_get(roi, "u_terms_rel");
    return !terms ||
           (json_is_number(json_object_get(terms, "calibration")) && json_is_number(json_object_get(terms, "volume")));
}

static dvk_status read_roi(const json_t *roi, const char *path, dvk_course_roi *out)
{
    const char *name = text(roi, "name");
    if (!name[0] || strlen(name) >= sizeof out->name)
        return dvk_fail(DVK_ERR_INVALID, "%s: a VOI has no name", path);
    COPY_TEXT(out->name, name);
    out->volume_mL = number(roi, "volume_mL");
    out->mass_g = number(roi, "mass_g");
    out->dose_Gy = number(roi, "dose_mean_Gy");
    out->bed_Gy = number(roi, "bed_Gy");
    out->eqd2_Gy = number(roi, "eqd2_Gy");
    out->g_factor = number(roi, "g_factor");
    out->repair_half_time_h = number(roi, "repair_half_time_h");
    out->recovery = number(roi, "recovery");
    out->dose_recovered_Gy = number(roi, "dose_recovered_Gy");
    out->bed_recovered_Gy = number(roi, "bed_recovered_Gy");
    out->alpha_beta_Gy = alpha_beta(roi, out);
    out->u_dose_rel = is_whole(roi) ? number(roi, "u_dose_rel") : NAN;
    out->u_bed_rel = is_whole(roi) ? number(roi, "u_bed_rel") : NAN;
    out->u_shared_rel = shared_uncertainty(roi);
    return read_terms(roi, path, out);
}

static dvk_status read_rois(const json_t *summary, const char *path, dvk_course_cycle *cycle)
{
    const json_t *rois = json_object_get(summary, "rois");
    size_t i;
    json_t *roi;
    if (json_array_size(rois) == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: holds no VOIs (rois)", path);
    DVK_TRY(dvk_alloc(json_array_size(rois), sizeof *cycle->rois, &cycle->rois));
    json_array_foreach(rois, i, roi)
    {
        DVK_TRY(read_roi(roi, path, &cycle->rois[i]));
        if (dvk_course_find(cycle, cycle->rois[i].name))
            return dvk_fail(DVK_ERR_INVALID, "%s: names %s twice", path, cycle->rois[i].name);
        cycle->roi_count = i + 1;
    }
    return DVK_OK;
}

/* --- a cycle --- */

static size_t add_word(char *out, size_t size, size_t used, const char *word)
{
    const int length = used < size ? snprintf(out + used, size - used, "%s", word) : 0;
    return used + (length > 0 ? (size_t)length : 0);
}

/* A value in a few words: a text, a number, or numbers with an x between. */
static size_t add_value(char *out, size_t size, size_t used, const json_t *value)
{
    char word[32];
    size_t i;
    json_t *item;
    if (json_is_string(value))
        return add_word(out, size, used, json_string_value(value));
    if (json_is_number(value)) {
        dvk_text_shortest(json_number_value(value), word);
        return add_word(out, size, used, word);
    }
    json_array_foreach(value, i, item) used = add_value(out, size, add_word(out, size, used, i ? " x " : ""), item);
    return used;
}

/* What must be alike between cycles, in words that can be compared and shown: "model auto, tail last2". */
static void describe(const json_t *object, const char *const *keys, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (; *keys; keys++) {
        const json_t *value = json_object_get(object, *keys);
        if (!value || json_is_null(value))
            continue;
        used = add_word(out, size, used, used ? ", " : "");
        used = add_word(out, size, add_word(out, size, used, *keys), " ");
        used = add_value(out, size, used, value);
    }
}

static dvk_status read_summary(const char *path, dvk_course_cycle *cycle)
{
    static const char *const kernel_keys[] = {"source", "voxel_mm", "density_g_mL", "radius_mm", "sha256", NULL};
    static const char *const method_keys[] = {"model",     "tail",   "start",   "scope",
                                              "weighting", "engine", "density", NULL};
    json_t *summary = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_json_read(path, &summary));
    const char *schema = text(summary, "schema");
    if (strcmp(schema, SCHEMA) != 0)
        DVK_TRY_DONE(dvk_fail(DVK_ERR_INVALID, "%s: its schema is '%.40s', not '%s'", path, schema, SCHEMA));
    COPY_TEXT(cycle->nuclide, text(summary, "nuclide"));
    COPY_TEXT(cycle->version, text(summary, "dvkit_version"));
    cycle->half_life_h = number(summary, "half_life_h");
    cycle->injected_MBq = number(summary, "injected_activity_MBq");
    describe(json_object_get(summary, "kernel"), kernel_keys, cycle->kernel, sizeof cycle->kernel);
    describe(json_object_get(summary, "method"), method_keys, cycle->method, sizeof cycle->method);
    DVK_TRY_DONE(read_rois(summary, path, cycle));
    DVK_TRY_DONE(dvk_sha256_file(path, cycle->summary_sha256));
done:
    json_decref(summary);
    return status;
}

static dvk_status read_provenance(const char *path, dvk_course_cycle *cycle)
{
    json_t *record = NULL, *input;
    size_t i;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_json_read(path, &record));
    const json_t *inputs = json_object_get(record, "inputs");
    DVK_TRY_DONE(dvk_alloc(json_array_size(inputs), sizeof *cycle->scan_sha256, &cycle->scan_sha256));
    json_array_foreach(inputs, i, input)
    {
        const char *hash = text(input, "sha256");
        if (strcmp(text(input, "role"), "scan") != 0 || strlen(hash) != 64)
            continue;
        COPY_TEXT(cycle->scan_sha256[cycle->scan_count], hash);
        cycle->scan_count++;
    }
    DVK_TRY_DONE(dvk_sha256_file(path, cycle->provenance_sha256));
done:
    json_decref(record);
    return status;
}

/* The file of that name in the cycle's folder, unless it is known; dvk_free it. */
static dvk_status find_file(const dvk_course_cycle *cycle, const char *known, const char *name, char **path)
{
    return known ? dvk_strdup(known, path) : dvk_result_find(cycle->path, name, path);
}

static dvk_status read_cycle(const dvk_course_source *source, dvk_course_cycle *cycle)
{
    const char *folder = source->folder;
    char *record = NULL, *summary = NULL;
    dvk_status status = DVK_OK;
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    if (length == 0 || length >= sizeof cycle->path)
        return dvk_fail(DVK_ERR_MISSING, "'%.60s': is not a path", folder);
    snprintf(cycle->path, sizeof cycle->path, "%.*s", (int)length, folder);
    DVK_TRY_DONE(find_file(cycle, source->provenance, "provenance.json", &record));
    DVK_TRY_DONE(find_file(cycle, source->summary, "summary.json", &summary));
    if (access(record, F_OK) != 0)
        status = dvk_fail(DVK_ERR_MISSING,
                          "%s: has no provenance.json, so it is not a result: give the folder of a "
                          "finished run",
                          cycle->path);
    if (status == DVK_OK)
        status = read_provenance(record, cycle);
    if (status == DVK_OK)
        status = read_summary(summary, cycle);
done:
    dvk_free(record);
    dvk_free(summary);
    return status;
}

/* --- the course --- */

static bool same_folder(const char *a, const char *b)
{
    struct stat p, q;
    return stat(a, &p) == 0 && stat(b, &q) == 0 && p.st_dev == q.st_dev && p.st_ino == q.st_ino;
}

static bool share_a_scan(const dvk_course_cycle *a, const dvk_course_cycle *b)
{
    for (size_t i = 0; i < a->scan_count; i++)
        for (size_t j = 0; j < b->scan_count; j++)
            if (strcmp(a->scan_sha256[i], b->scan_sha256[j]) == 0)
                return true;
    return false;
}

/* Equal summaries whose scans nothing tells apart may be a copy or a worked example: a warning, no refusal. */
static dvk_status check_twice(dvk_course *c, const dvk_course_cycle *a, const dvk_course_cycle *b)
{
    if (same_folder(a->path, b->path))
        return dvk_fail(DVK_ERR_INVALID, "%s: is given twice: a cycle counts once", b->path);
    if (share_a_scan(a, b))
        return dvk_fail(DVK_ERR_INVALID, "%s: is made from a scan that %s is made from: a cycle counts once", b->path,
                        a->path);
    const bool told_apart = a->scan_count > 0 && b->scan_count > 0;
    if (!told_apart && strcmp(a->summary_sha256, b->summary_sha256) == 0)
        dvk_course_warn(c, "%.90s and %.90s have the same summary to the last byte: is it one cycle?", a->path,
                        b->path);
    return DVK_OK;
}

/* The last folder of the path, or the one above where that is a session's "pet". */
static void set_label(dvk_course_cycle *cycle)
{
    const size_t length = strlen(cycle->path);
    const size_t end = length > 4 && strcmp(cycle->path + length - 4, "/pet") == 0 ? length - 4 : length;
    size_t start = end;
    while (start > 0 && cycle->path[start - 1] != '/')
        start--;
    if (start == end) /* "/" */
        start = 0;
    snprintf(cycle->label, sizeof cycle->label, "%.*s", (int)(end - start < 255 ? end - start : 255),
             cycle->path + start);
}

static void set_labels(dvk_course *c)
{
    bool unique = true;
    for (size_t i = 0; i < c->cycle_count; i++) {
        const dvk_course_cycle *cycle = &c->cycles[i];
        set_label(&c->cycles[i]);
        for (size_t j = 0; j < i; j++)
            unique = unique && strcmp(cycle->label, c->cycles[j].label) != 0;
    }
    for (size_t i = 0; !unique && i < c->cycle_count; i++)
        snprintf(c->cycles[i].label, sizeof c->cycles[i].label, "%.255s", c->cycles[i].path);
}

dvk_status dvk_course_read_sources(const dvk_course_source *cycles, size_t count, dvk_course **out)
{
    dvk_status status = DVK_OK;
    dvk_course *c = NULL;
    *out = NULL;
    if (count == 0)
        return dvk_fail(DVK_ERR_USAGE, "no cycles are given");
    DVK_TRY_DONE(dvk_alloc(1, sizeof *c, &c));
    DVK_TRY_DONE(dvk_alloc(count, sizeof *c->cycles, &c->cycles));
    c->cycle_count = count;
    for (size_t i = 0; i < count; i++) {
        DVK_TRY_DONE(read_cycle(&cycles[i], &c->cycles[i]));
        for (size_t j = 0; j < i; j++)
            DVK_TRY_DONE(check_twice(c, &c->cycles[j], &c->cycles[i]));
    }
    set_labels(c);
    *out = c;
    c = NULL;
done:
    dvk_course_free(c);
    return status;
}

dvk_status dvk_course_read(const char *const *folders, size_t count, dvk_course **out)
{
    dvk_course_source *cycles = NULL;
    *out = NULL;
    DVK_TRY(dvk_alloc(count, sizeof *cycles, &cycles));
    for (size_t i = 0; i < count; i++)
        cycles[i].folder = folders[i];
    const dvk_status status = dvk_course_read_sources(cycles, count, out);
    dvk_free(cycles);
    return status;
}

void dvk_course_free(dvk_course *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->cycle_count; i++) {
        dvk_free(c->cycles[i].rois);
        dvk_free(c->cycles[i].scan_sha256);
    }
    dvk_free(c->cycles);
    dvk_free(c->sums);
    dvk_free(c);
}
