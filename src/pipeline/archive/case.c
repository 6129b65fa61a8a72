/* One case of an archive: whether it is done already, computing it, and the record of its failure. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dvk/bids.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "data/hash.h"
#include "data/json.h"
#include "data/results.h"
#include "pipeline/archive/archive.h"
#include "pipeline/case/request.h"

double dvk_now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

dvk_status dvk_archive_path(const char *a, const char *b, char **path)
{
    dvk_text text = {0};
    const dvk_status status = dvk_text_add(&text, "%s/%s", a, b);
    *path = text.data;
    return status;
}

/* What is known of a case while it is looked at. */
typedef struct attempt {
    const dvk_archive_options *options;
    const dvk_manifest *manifest;
    char id[DVK_CASE_ID_SIZE];
    dvk_bids_place place; /* without a prefix: OUT/ID */
    dvk_archive_row row;
    size_t at;            /* the row */
    dvk_seen *seen;       /* NULL: inputs are always hashed */
    char fingerprint[65]; /* of the request; "" before it is needed, and where the inputs cannot be read */
    char fallback[65];    /* of what a lost device leaves to the CPU, where it may; else "" */
} attempt;

/* --- what is there already --- */

/* Whether a file is as the record has it: there and of its size or, with `verify`, of its hash. */
static bool file_whole(const attempt *a, const char *name, const json_t *said)
{
    char *path = NULL, hex[65];
    struct stat info;
    const char *hash = json_string_value(json_object_get(said, "sha256"));
    if (strchr(name, '/') || dvk_archive_path(a->place.folder, name, &path) != DVK_OK)
        return false;
    bool whole = stat(path, &info) == 0 && info.st_size == json_integer_value(json_object_get(said, "bytes"));
    if (whole && a->options->verify)
        whole = hash && dvk_sha256_file(path, hex) == DVK_OK && strcmp(hex, hash) == 0;
    dvk_free(path);
    return whole;
}

static bool result_whole(const attempt *a, const json_t *record)
{
    json_t *files = json_object_get(record, "outputs"), *said;
    const char *name;
    bool whole = json_object_size(files) > 0;
    json_object_foreach(files, name, said) whole = whole && file_whole(a, name, said);
    return whole;
}

/* The back end's name of a device that --device takes, once it is one of the list. */
static const char *backend_of(const char *device)
{
    return strncmp(device, "opencl", 6) == 0 ? "opencl" : "cpu";
}

/* The inputs and their hashes: those of a record where it is known that they still are. */
static dvk_status take_inputs(attempt *a, const json_t *record, json_t **inputs)
{
    json_t *recorded = json_object_get(record, "inputs");
    const dvk_case_options *o = &a->row.options;
    if (a->seen && recorded && !a->options->verify && dvk_seen_has(a->seen, a->at, o, recorded)) {
        *inputs = json_incref(recorded);
        return DVK_OK;
    }
    json_t *before = a->seen ? dvk_seen_stamps(a->seen, o) : NULL;
    const dvk_status status = dvk_case_inputs(o, NULL, inputs);
    if (status == DVK_OK && before)
        dvk_seen_note(a->seen, a->at, o, before, *inputs);
    json_decref(before);
    return status;
}

/* Where the inputs cannot be read no result is of this request, and the run will say what is wrong. */
static dvk_status take_fingerprint(attempt *a, const json_t *record)
{
    const dvk_context_options *c = &a->options->context;
    json_t *inputs = NULL;
    a->fingerprint[0] = a->fallback[0] = '\0';
    dvk_status status = take_inputs(a, record, &inputs);
    if (status == DVK_OK)
        status = dvk_case_fingerprint(&a->row.options, backend_of(c->device), inputs, a->fingerprint);
    if (status == DVK_OK && c->fallback == DVK_FALLBACK_CPU)
        status = dvk_case_fingerprint(&a->row.options, "cpu", inputs, a->fallback);
    json_decref(inputs);
    return status == DVK_ERR_MISSING || status == DVK_ERR_INVALID ? DVK_OK : status;
}

/* Whether this run could have made it: a record says what it was computed on, so that one of the fallback differs from
 * the archive's others, and is as good where the fallback is allowed. */
static bool same_fingerprint(const attempt *a, const json_t *record)
{
    const char *theirs = json_string_value(json_object_get(record, "fingerprint"));
    return a->fingerprint[0] && theirs && (strcmp(theirs, a->fingerprint) == 0 || strcmp(theirs, a->fallback) == 0);
}

/* Looks at a result that is there. False: the case is to be computed. */
static bool settled_by_result(const attempt *a, const json_t *record, dvk_case_report *out)
{
    const dvk_on_stale rule = a->options->on_stale;
    if (same_fingerprint(a, record)) {
        out->outcome = DVK_CASE_CURRENT;
        return result_whole(a, record);
    }
    if (rule == DVK_STALE_RERUN)
        return false;
    out->outcome = rule == DVK_STALE_SKIP ? DVK_CASE_CURRENT : DVK_CASE_STALE;
    out->status = rule == DVK_STALE_SKIP ? DVK_OK : DVK_ERR_CREATE;
    snprintf(out->stage, sizeof out->stage, "resume");
    snprintf(out->message, sizeof out->message,
             "holds a result of other inputs, parameters or back end: --on-stale rerun replaces it, skip leaves it");
    return true;
}

/* A failure that the same inputs will only repeat stays as it is recorded. */
static bool settled_by_error(const attempt *a, const json_t *record, dvk_case_report *out)
{
    const json_t *version = json_object_get(record, "dvkit_version");
    const char *stage = json_string_value(json_object_get(record, "stage"));
    const char *message = json_string_value(json_object_get(record, "message"));
    if (!stage || !message || a->options->only_failed || !same_fingerprint(a, record) ||
        json_is_true(json_object_get(record, "retryable")) || !json_string_value(version) ||
        strcmp(json_string_value(version), DVK_VERSION) != 0)
        return false;
    out->outcome = DVK_CASE_FAILED;
    out->status = json_integer_value(json_object_get(record, "exit_code")) == dvk_exit_code(DVK_ERR_MISSING)
                      ? DVK_ERR_MISSING
                      : DVK_ERR_INVALID;
    snprintf(out->stage, sizeof out->stage, "%s", stage);
    snprintf(out->message, sizeof out->message, "%s", message);
    return true;
}

/* Nothing is hashed for a case that nobody has been at. */
static dvk_status look_back(attempt *a, bool *settled, dvk_case_report *out)
{
    json_t *result = NULL, *error = NULL;
    dvk_status status = dvk_archive_record(&a->place, "provenance.json", &result);
    if (status == DVK_OK)
        status = dvk_archive_record(&a->place, "error.json", &error);
    if (status == DVK_OK && (result || error))
        status = take_fingerprint(a, result);
    if (status == DVK_OK && result)
        *settled = settled_by_result(a, result, out);
    else if (status == DVK_OK && error)
        *settled = settled_by_error(a, error, out);
    json_decref(result);
    json_decref(error);
    if (*settled)
        dvk_outdir_tidy(a->place.folder, a->place.prefix);
    return status;
}

/* --- the record of a failure --- */

/* The input that a message begins with; NULL: none. */
static const char *file_of(const char *message, char path[1024])
{
    const char *end = strstr(message, ": ");
    if (!end || end - message >= 1024 || !memchr(message, '.', (size_t)(end - message)))
        return NULL;
    memcpy(path, message, (size_t)(end - message));
    path[end - message] = '\0';
    return path;
}

static json_t *error_record(const attempt *a, const dvk_case_report *r)
{
    char path[1024], participant[DVK_CASE_ID_SIZE];
    const char *slash = strchr(a->id, '/'), *file = file_of(r->message, path);
    json_t *j = json_object();
    snprintf(participant, sizeof participant, "%.*s", (int)strcspn(a->id, "/"), a->id);
    dvk_json_put(j, "schema", dvk_json_string("dvkit.error/1"));
    dvk_json_put(j, "dvkit_version", dvk_json_string(DVK_VERSION));
    dvk_json_put(j, "participant_id", dvk_json_string(participant));
    dvk_json_put(j, "session_id", slash ? dvk_json_string(slash + 1) : json_null());
    dvk_json_put(j, "stage", dvk_json_string(r->stage));
    dvk_json_put(j, "file", file ? dvk_json_string(file) : json_null());
    dvk_json_put(j, "message", dvk_json_string(r->message));
    dvk_json_put(j, "exit_code", json_integer(dvk_exit_code(r->status)));
    dvk_json_put(j, "retryable", json_boolean(r->retryable));
    dvk_json_put(j, "fingerprint", a->fingerprint[0] ? dvk_json_string(a->fingerprint) : json_null());
    return j;
}

static dvk_status write_error(const attempt *a, const dvk_case_report *r)
{
    dvk_outdir *o = NULL;
    if (!a->place.folder)
        return dvk_fail(DVK_ERR_MEMORY, "out of memory: %s has no error record", a->id);
    DVK_TRY(dvk_outdir_begin_as(a->place.folder, a->place.prefix, true, &o));
    const dvk_status status = dvk_results_json(o, "error.json", error_record(a, r));
    if (status == DVK_OK)
        return dvk_outdir_commit(o);
    dvk_outdir_abort(o);
    return status;
}

/* --- computing --- */

/* What a status says of the case. */
static dvk_case_outcome outcome_of(dvk_status status, const char *stage)
{
    const bool writing = strcmp(stage, "write") == 0;
    switch (status) {
    case DVK_OK:
        return DVK_CASE_DONE;
    case DVK_ERR_INTERRUPTED:
        return DVK_CASE_STOPPED;
    case DVK_ERR_IO: /* the disk of OUT, or else an input that cannot be read, which is this case's alone */
        return writing ? DVK_CASE_STOPPED : DVK_CASE_FAILED;
    case DVK_ERR_DEVICE:
        return strcmp(stage, "device") == 0 ? DVK_CASE_STOPPED : DVK_CASE_FAILED;
    case DVK_ERR_RETRY:
        return writing ? DVK_CASE_BUSY : DVK_CASE_FAILED;
    default:
        return DVK_CASE_FAILED;
    }
}

static dvk_status compute(dvk_worker_stock *s, attempt *a, const char **stage)
{
    dvk_case_options *o = &a->row.options;
    *stage = "device";
    if (!s->context)
        DVK_TRY(dvk_context_open(&a->options->context, &s->context));
    o->out = a->place.folder;
    o->force = true;   /* what is there was found to be torn or stale, or is an error record */
    o->command = NULL; /* shard and jobs must not show in the results */
    json_t *before = dvk_seen_stamps(a->seen, o), *record = NULL;
    const dvk_status status = dvk_case_run_stages(s->context, &s->of_cases, o, NULL, stage);
    if (status == DVK_OK && before && dvk_archive_record(&a->place, "provenance.json", &record) == DVK_OK)
        dvk_seen_note(a->seen, a->at, o, before, json_object_get(record, "inputs"));
    json_decref(before);
    json_decref(record);
    return status;
}

static void note_failure(attempt *a, dvk_status status, const char *stage, dvk_case_report *out)
{
    out->status = status;
    out->outcome = outcome_of(status, stage);
    out->retryable = status == DVK_ERR_RETRY || status == DVK_ERR_MEMORY;
    snprintf(out->stage, sizeof out->stage, "%s", stage);
    snprintf(out->message, sizeof out->message, "%s", dvk_last_message());
    dvk_case_shorten(&a->row.options, out->message);
    if (out->outcome != DVK_CASE_FAILED)
        return;
    dvk_status recorded = a->fingerprint[0] ? DVK_OK : take_fingerprint(a, NULL);
    /* What could not be read, and now that it is hashed can: that was of a moment. */
    out->retryable |= (status == DVK_ERR_MISSING || status == DVK_ERR_IO) && a->fingerprint[0];
    if (recorded == DVK_OK)
        recorded = write_error(a, out);
    if (recorded == DVK_ERR_RETRY)
        out->outcome = DVK_CASE_BUSY;
    else if (recorded == DVK_ERR_IO)
        out->outcome = DVK_CASE_STOPPED;
}

/* A row that is wrong has a place too, for its error record. */
static dvk_status read_row(attempt *a, size_t row)
{
    const dvk_archive_options *o = a->options;
    const dvk_status status = dvk_archive_row_of(a->manifest, row, o->base, &a->row);
    const dvk_status placed = dvk_archive_place_of(o->out, o->bids, a->id, &a->row.options, &a->place);
    a->row.options.bids_prefix = a->place.prefix;
    return status == DVK_OK ? placed : status;
}

static void attempt_case(dvk_worker_stock *s, attempt *a, size_t row, dvk_case_report *out)
{
    const char *stage = "manifest";
    bool settled = false;
    dvk_status status = read_row(a, row);
    if (status == DVK_OK) {
        stage = "read";
        status = look_back(a, &settled, out);
    }
    if (settled)
        return;
    out->outcome = DVK_CASE_DONE;
    if (status == DVK_OK)
        status = compute(s, a, &stage);
    if (status != DVK_OK)
        note_failure(a, status, stage, out);
}

static void end(attempt *a)
{
    dvk_archive_row_clear(&a->row);
    dvk_bids_place_clear(&a->place);
}

void dvk_archive_case(dvk_worker_stock *s, const dvk_archive_options *options, const dvk_manifest *m, size_t row,
                      dvk_case_report *out)
{
    attempt a = {.options = options, .manifest = m, .at = row, .seen = &s->seen};
    const double started = dvk_now_s();
    *out = (dvk_case_report){.row = row};
    dvk_manifest_id(m, row, a.id);
    attempt_case(s, &a, row, out);
    if (out->outcome == DVK_CASE_DONE || out->outcome == DVK_CASE_CURRENT)
        dvk_archive_drop_untraced(options->out, a.id, &a.place);
    end(&a);
    out->seconds = dvk_now_s() - started;
}

dvk_status dvk_archive_error(const dvk_archive_options *options, const dvk_manifest *m, const dvk_case_report *report)
{
    attempt a = {.options = options, .manifest = m, .at = report->row};
    dvk_manifest_id(m, report->row, a.id);
    (void)read_row(&a, report->row); /* whatever is wrong with it, this error is what happened */
    const dvk_status status = write_error(&a, report);
    end(&a);
    return status;
}
