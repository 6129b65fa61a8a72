/*
 * What a whole archive has in common, pinned in OUT by the first run: parameters, algorithm and back end, so that no
 * later run or other worker mixes results of another kind in; and the manifest, for those who look at OUT alone.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/naming.h"
#include "data/results.h"
#include "pipeline/archive/archive.h"
#include "pipeline/case/request.h"

static json_t *pin_of(const dvk_archive_options *o, const char *backend)
{
    json_t *j = json_object();
    json_object_set_new(j, "schema", json_string("dvkit.archive/1"));
    json_object_set_new(j, "algorithm", json_integer(DVK_ALGORITHM));
    json_object_set_new(j, "backend", json_string(backend));
    if (o->bids)
        json_object_set_new(j, "bids", json_true());
    json_object_set_new(j, "request", dvk_case_request(o->base, NULL));
    return j;
}

static dvk_status read_text(const char *out, const char *name, char **text)
{
    char *path = NULL;
    *text = NULL;
    DVK_TRY(dvk_archive_path(out, name, &path));
    const dvk_status status = access(path, F_OK) == 0 ? dvk_text_file_read(path, text) : DVK_OK;
    dvk_free(path);
    return status;
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Files under both forms of names would lie beside each other. */
static bool same_names(const char *old_pin, bool bids)
{
    json_t *old = json_loads(old_pin, 0, NULL);
    const bool same = json_is_true(json_object_get(old, "bids")) == bids;
    json_decref(old);
    return same;
}

/* What else lies in OUT would be replaced as if the archive had written it. */
static dvk_status refuse_result(const char *out)
{
    char *record = NULL;
    DVK_TRY(dvk_result_find(out, "provenance.json", &record));
    const bool there = access(record, F_OK) == 0;
    dvk_free(record);
    return there ? dvk_fail(DVK_ERR_CREATE, "%s: holds the result of another command: give another folder", out)
                 : DVK_OK;
}

static dvk_status write_pin(const dvk_archive_options *o, dvk_outdir *dir, const char *pin, const char *manifest,
                            bool *wrote)
{
    char *old_pin = NULL, *old_manifest = NULL;
    dvk_status status = read_text(o->out, "archive.json", &old_pin);
    *wrote = false;
    if (status == DVK_OK)
        status = read_text(o->out, "manifest.tsv", &old_manifest);
    if (status == DVK_OK && !old_pin)
        status = refuse_result(o->out);
    if (status == DVK_OK && old_pin && !same_names(old_pin, o->bids))
        status = dvk_fail(DVK_ERR_CREATE, "%s: holds an archive %s --bids: give another folder", o->out,
                          o->bids ? "made without" : "made with");
    if (status == DVK_OK && old_pin && !same(old_pin, pin) && o->on_stale == DVK_STALE_REFUSE)
        status = dvk_fail(DVK_ERR_CREATE,
                          "%s: holds an archive of other parameters, back end or algorithm: give another folder, or "
                          "--on-stale rerun or skip",
                          o->out);
    if (status == DVK_OK && (!same(old_pin, pin) || !same(old_manifest, manifest))) {
        *wrote = true;
        status = dvk_results_text(dir, "manifest.tsv", manifest);
        if (status == DVK_OK)
            status = dvk_results_text(dir, "archive.json", pin);
    }
    dvk_free(old_pin);
    dvk_free(old_manifest);
    return status;
}

/* Other runs that start at the same time hold OUT for moments. */
static dvk_status begin_patiently(const char *out, dvk_outdir **dir)
{
    enum { TRIES = 200 };
    const struct timespec pause = {.tv_nsec = 50000000};
    dvk_status status = dvk_outdir_begin(out, true, dir);
    for (int i = 0; status == DVK_ERR_RETRY && i < TRIES; i++) {
        nanosleep(&pause, NULL);
        status = dvk_outdir_begin(out, true, dir);
    }
    return status;
}

dvk_status dvk_archive_pin(const dvk_archive_options *o, const char *backend)
{
    char *text = NULL, *manifest = NULL;
    dvk_outdir *dir = NULL;
    bool wrote = false;
    dvk_status status = dvk_json_give(pin_of(o, backend), &text);
    if (status == DVK_OK)
        status = dvk_text_file_read(o->manifest, &manifest);
    if (status == DVK_OK)
        status = begin_patiently(o->out, &dir);
    if (status == DVK_OK)
        status = write_pin(o, dir, text, manifest, &wrote);
    if (status == DVK_OK && wrote)
        status = dvk_outdir_commit(dir);
    else
        dvk_outdir_abort(dir);
    dvk_free(text);
    dvk_free(manifest);
    return status;
}
