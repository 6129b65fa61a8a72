/* The results of two archives, paired by their paths, and their VOIs by name. */
#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/naming.h"
#include "pipeline/compare/agreement.h"

enum { DEEPEST = 8, MOST_VOIS = 128 };

static void warn(dvk_archives *c, const char *format, ...) DVK_PRINTF(2, 3);

static void warn(dvk_archives *c, const char *format, ...)
{
    if (c->warning_count == DVK_MAX_WARNINGS)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(c->warnings[c->warning_count++], DVK_WARNING_SIZE, format, args);
    va_end(args);
}

/* DVK_ERR_INVALID where the folder holds several results: which of them is meant, nobody can tell. */
static dvk_status has_file(const char *folder, const char *name, bool *yes)
{
    char *path = NULL;
    DVK_TRY(dvk_result_find(folder, name, &path));
    *yes = access(path, R_OK) == 0;
    dvk_free(path);
    return DVK_OK;
}

static dvk_status is_result(const char *folder, bool *yes)
{
    bool record = false, summary = false;
    DVK_TRY(has_file(folder, "provenance.json", &record));
    DVK_TRY(has_file(folder, "summary.json", &summary));
    *yes = record && summary;
    return DVK_OK;
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool dvk_archives_is(const char *path)
{
    bool dose = false;
    return is_folder(path) && has_file(path, "dose.nii.gz", &dose) == DVK_OK && !dose;
}

/* --- one pair --- */

static double number_of(const json_t *roi, const char *key)
{
    const json_t *value = json_object_get(roi, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const json_t *roi_named(const json_t *rois, const char *name)
{
    size_t i = 0;
    const json_t *roi = NULL;
    json_array_foreach(rois, i, roi)
    {
        const char *its = json_string_value(json_object_get(roi, "name"));
        if (its && strcmp(its, name) == 0)
            return roi;
    }
    return NULL;
}

static dvk_status add_pair(dvk_archives *c, const char *label, const char *name, const json_t *a, const json_t *b)
{
    DVK_TRY(dvk_grow(c->pair_count, c->pair_count + 1, sizeof *c->pair, &c->pair));
    dvk_archives_pair *p = &c->pair[c->pair_count++];
    snprintf(p->label, sizeof p->label, "%s", label);
    snprintf(p->name, sizeof p->name, "%s", name);
    for (size_t q = 0; q < DVK_ARCHIVES_QUANTITIES; q++) {
        p->a[q] = number_of(a, dvk_archives_quantity(q));
        p->b[q] = number_of(b, dvk_archives_quantity(q));
    }
    return DVK_OK;
}

static dvk_status read_summary(const char *archive, const char *label, json_t **out, const json_t **rois)
{
    char folder[4096], *path = NULL;
    snprintf(folder, sizeof folder, "%s/%s", archive, label);
    dvk_status status = dvk_result_find(folder, "summary.json", &path);
    if (status == DVK_OK)
        status = dvk_json_read(path, out);
    *rois = json_object_get(*out, "rois");
    if (status == DVK_OK && !json_is_array(*rois))
        status = dvk_fail(DVK_ERR_INVALID, "%s: holds no VOIs (rois)", path);
    dvk_free(path);
    return status;
}

static dvk_status pair_results(dvk_archives *c, const char *label)
{
    json_t *a = NULL, *b = NULL;
    const json_t *rois_a = NULL, *rois_b = NULL, *roi = NULL;
    size_t i = 0;
    dvk_status status = read_summary(c->options.a, label, &a, &rois_a);
    if (status == DVK_OK)
        status = read_summary(c->options.b, label, &b, &rois_b);
    if (status == DVK_OK) {
        c->results++;
        json_array_foreach(rois_a, i, roi)
        {
            const char *name = json_string_value(json_object_get(roi, "name"));
            const json_t *other = name ? roi_named(rois_b, name) : NULL;
            if (other && status == DVK_OK)
                status = add_pair(c, label, name, roi, other);
        }
    }
    json_decref(a);
    json_decref(b);
    return status;
}

/* --- walking --- */

/* Looks for results below archive A, in the order of their names, and for each one's partner in B. */
static dvk_status walk(dvk_archives *c, const char *label, int depth)
{
    char here[4096], there[4096], below[DVK_ARCHIVES_PATH];
    struct dirent **entries = NULL;
    dvk_status status = DVK_OK;
    bool in_a = false, in_b = false;
    snprintf(here, sizeof here, "%s/%s", c->options.a, label);
    snprintf(there, sizeof there, "%s/%s", c->options.b, label);
    DVK_TRY(is_result(here, &in_a));
    DVK_TRY(is_result(there, &in_b));
    if (in_a && in_b)
        return pair_results(c, label);
    if (in_a) {
        warn(c, "%s: has no partner in %s: left out", here, c->options.b);
        return DVK_OK;
    }
    const int count = depth < DEEPEST ? scandir(here, &entries, NULL, alphasort) : 0;
    if (count < 0)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read", here);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const size_t length = (size_t)snprintf(below, sizeof below, "%s%s%s", label, label[0] ? "/" : "", name);
        if (status == DVK_OK && name[0] != '.' && length < sizeof below) {
            snprintf(here, sizeof here, "%s/%s", c->options.a, below);
            if (is_folder(here))
                status = walk(c, below, depth + 1);
        }
        free(entries[i]);
    }
    free(entries);
    return status;
}

dvk_status dvk_archives_read(dvk_archives *c)
{
    if (!is_folder(c->options.b))
        return dvk_fail(DVK_ERR_MISSING, "%s: is not a folder: compare two archives, or two maps", c->options.b);
    DVK_TRY(walk(c, "", 0));
    if (c->pair_count == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: no result below it has a partner of the same path below %s", c->options.a,
                        c->options.b);
    return DVK_OK;
}
