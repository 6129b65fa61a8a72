/* See dvk/bids.h. What the files themselves are called is in naming.c. */
#include "dvk/bids.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/atomic.h"
#include "data/json.h"
#include "data/paths.h"

/* --- the place of a case --- */

enum { LABEL = 128 };

/* A label is letters and digits, and '+'. */
static size_t label_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+");
}

/* Copies "sub-X" to `out` where `text` begins with one that `ends` of the characters, or the text's end, end. */
static bool take_entity(const char *text, const char *key, const char *ends, char out[LABEL])
{
    const size_t length = strlen(key);
    if (strncmp(text, key, length) != 0)
        return false;
    const size_t label = label_length(text + length), whole = length + label;
    if (!label || whole >= LABEL || (text[whole] && !strchr(ends, text[whole])))
        return false;
    snprintf(out, LABEL, "%.*s", (int)whole, text);
    return true;
}

/* In the name of a file: "sub-X_ses-Y_pet.nii.gz". */
static bool in_name(const char *path, const char *key, char out[LABEL])
{
    const char *slash = strrchr(path, '/');
    for (const char *p = slash ? slash + 1 : path; p && *p; p = strchr(p, '_') ? strchr(p, '_') + 1 : NULL)
        if (take_entity(p, key, "_.", out))
            return true;
    return false;
}

/* In its folders: "sub-X/ses-Y/". */
static bool in_folders(const char *path, const char *key, char out[LABEL])
{
    bool found = false;
    for (const char *p = path; p && strchr(p, '/'); p = strchr(p, '/') + 1)
        found = take_entity(p, key, "/", out) || found; /* the last one counts */
    return found;
}

/* The entity that all scans have; "" for one that none has. A tracer stands in names only. */
static dvk_status common_entity(const char *key, bool folders, const char *const *scans, size_t count, char out[LABEL])
{
    for (size_t i = 0; i < count; i++) {
        char its[LABEL] = "";
        if (!in_name(scans[i], key, its) && folders)
            (void)in_folders(scans[i], key, its);
        if (i && strcmp(its, out) != 0)
            return dvk_fail(DVK_ERR_INVALID, "%s: is of '%s', but %s of '%s': give the scans of one case", scans[i],
                            its, scans[0], out);
        memcpy(out, its, LABEL);
    }
    return DVK_OK;
}

/* "sub-X" or "sub-X/ses-Y". */
static dvk_status read_id(const char *id, char subject[LABEL], char session[LABEL])
{
    const char *slash = strchr(id, '/');
    if (!take_entity(id, "sub-", "/", subject) || (slash && !take_entity(slash + 1, "ses-", "", session)))
        return dvk_fail(DVK_ERR_INVALID,
                        "'%s' is no case of a BIDS dataset: sub-X or sub-X/ses-Y is wanted, X and Y of letters and "
                        "digits",
                        id);
    return DVK_OK;
}

static dvk_status write_place(const char *dataset, const char *subject, const char *session, const char *tracer,
                              dvk_bids_place *out)
{
    dvk_text folder = {0}, prefix = {0};
    dvk_status status = dvk_text_add(&folder, "%s/%s%s%s/pet", dataset, subject, session[0] ? "/" : "", session);
    out->folder = folder.data;
    if (status == DVK_OK)
        status =
            dvk_text_add(&prefix, "%s%s%s%s%s", subject, session[0] ? "_" : "", session, tracer[0] ? "_" : "", tracer);
    out->prefix = prefix.data;
    return status;
}

dvk_status dvk_bids_find(const char *dataset, const char *id, const char *const *scans, size_t count,
                         dvk_bids_place *out)
{
    char subject[LABEL] = "", session[LABEL] = "", tracer[LABEL] = "";
    *out = (dvk_bids_place){NULL, NULL};
    if (id) {
        DVK_TRY(read_id(id, subject, session));
    } else {
        DVK_TRY(common_entity("sub-", true, scans, count, subject));
        DVK_TRY(common_entity("ses-", true, scans, count, session));
    }
    DVK_TRY(common_entity("trc-", false, scans, count, tracer));
    if (!subject[0])
        return dvk_fail(DVK_ERR_USAGE, "neither name nor folder of %s says the subject: give --bids=sub-X/ses-Y",
                        count ? scans[0] : "a scan");
    return write_place(dataset, subject, session, tracer, out);
}

void dvk_bids_place_clear(dvk_bids_place *p)
{
    dvk_free(p->folder);
    dvk_free(p->prefix);
    *p = (dvk_bids_place){NULL, NULL};
}

/* --- the dataset --- */

static const char description_name[] = "dataset_description.json";

/* What BIDS has no rule for yet. */
static const char ignored[] = "# dvkit's tables, records and reports, which BIDS has no names for yet\n"
                              "**/*_summary.json\n**/*_provenance.json\n**/*_error.json\n"
                              "**/*_kidneys.tsv\n**/*_tacs.tsv\n**/*_dvh.tsv\n**/*_report.html\n"
                              "archive.json\nmanifest.tsv\ngroup_*\n.dvkit*\n";

static bool made_by_dvkit(const json_t *description)
{
    const json_t *by = json_object_get(description, "GeneratedBy"), *item;
    size_t i;
    json_array_foreach(by, i, item)
    {
        const char *name = json_string_value(json_object_get(item, "Name"));
        if (name && strcmp(name, "dvkit") == 0)
            return true;
    }
    return false;
}

static dvk_status file_in(const char *folder, const char *name, dvk_text *path, bool *there)
{
    DVK_TRY(dvk_text_add(path, "%s/%s", folder, name));
    *there = access(path->data, F_OK) == 0;
    return DVK_OK;
}

dvk_status dvk_bids_check(const char *dataset)
{
    dvk_text path = {0};
    json_t *description = NULL;
    bool there = false;
    dvk_status status = file_in(dataset, description_name, &path, &there);
    if (status == DVK_OK && there)
        status = dvk_json_read(path.data, &description);
    if (status == DVK_OK && there && !made_by_dvkit(description))
        status = dvk_fail(DVK_ERR_CREATE,
                          "%s: is a dataset that dvkit did not make: give a folder of its own, such as "
                          "%s/derivatives/dvkit",
                          dataset, dataset);
    json_decref(description);
    dvk_text_free(&path);
    return status;
}

/* The folder that `length` characters of a path name. */
static dvk_status folder_of(const char *path, size_t length, dvk_text *out)
{
    return length ? dvk_text_add(out, "%.*s", (int)length, path) : dvk_text_add(out, "%s", *path == '/' ? "/" : ".");
}

static dvk_status is_dataset(const char *path, size_t length, bool *yes)
{
    dvk_text folder = {0}, description = {0};
    dvk_status status = folder_of(path, length, &folder);
    if (status == DVK_OK)
        status = file_in(folder.data, description_name, &description, yes);
    dvk_text_free(&folder);
    dvk_text_free(&description);
    return status;
}

/* The dataset that a scan lies in. */
static dvk_status find_source(const char *path, dvk_text *out)
{
    const char *name = strrchr(path, '/');
    size_t best = name ? (size_t)(name - path) : 0;
    bool found = false;
    for (size_t i = strlen(path) + 1; !found && i-- > 0;) {
        char subject[LABEL];
        if (i && path[i] != '/')
            continue;
        DVK_TRY(is_dataset(path, i, &found));
        if (found || take_entity(path + i + (path[i] == '/'), "sub-", "/", subject))
            best = i;
    }
    return folder_of(path, best, out);
}

static json_t *description(const char *source)
{
    json_t *j = json_object();
    dvk_json_put(j, "Name", dvk_json_string("Absorbed dose maps and kidney summaries"));
    dvk_json_put(j, "BIDSVersion", dvk_json_string("1.10.0"));
    dvk_json_put(j, "DatasetType", dvk_json_string("derivative"));
    dvk_json_put(j, "GeneratedBy", json_pack("[{s:s, s:s}]", "Name", "dvkit", "Version", DVK_VERSION));
    dvk_json_put(j, "SourceDatasets", json_pack("[{s:o}]", "URL", dvk_json_string(source)));
    return j;
}

static dvk_status write_missing(const char *dataset, const char *name, const char *text)
{
    dvk_text path = {0};
    bool there = false;
    dvk_status status = file_in(dataset, name, &path, &there);
    if (status == DVK_OK && !there)
        status = dvk_atomic_write_text(path.data, text);
    dvk_text_free(&path);
    return status;
}

dvk_status dvk_bids_describe(const char *dataset, const char *scan)
{
    dvk_text source = {0}, way = {0};
    char *text = NULL;
    dvk_status status = find_source(scan, &source);
    if (status == DVK_OK)
        status = dvk_path_between(dataset, false, source.data, false, &way);
    if (status == DVK_OK)
        status = dvk_json_give(description(way.length ? way.data : "./"), &text);
    if (status == DVK_OK)
        status = write_missing(dataset, ".bidsignore", ignored);
    if (status == DVK_OK)
        status = write_missing(dataset, description_name, text);
    dvk_free(text);
    dvk_text_free(&source);
    dvk_text_free(&way);
    return status;
}
