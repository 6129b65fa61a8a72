/*
 * What OUT/archive.json and a row of the manifest ask of a case, against what the record of its result says, so that
 * results of two sets of parameters are told apart in one tree. Nothing is hashed but the request: the inputs are taken
 * to be as they were when the result was made.
 */
#include <string.h>

#include "backend/context.h"
#include "base/fail.h"
#include "data/json.h"
#include "pipeline/archive/archive.h"
#include "pipeline/case/request.h"

/* What a cell replaces in the request of the whole archive. */
typedef struct place_in_request {
    dvk_column column;
    const char *part; /* NULL: the request itself */
    const char *key;
} place_in_request;

static const place_in_request places[] = {
    {DVK_COLUMN_VOI, "voi", "names"},
    {DVK_COLUMN_MISSING, "voi", "missing"},
    {DVK_COLUMN_TIMES, "series", "times_h"},
    {DVK_COLUMN_UNITS, "series", "units"},
    {DVK_COLUMN_DECAY_REFERENCE, "series", "decay_reference"},
    {DVK_COLUMN_FRAME_DURATION, "series", "frame_duration_h"},
    {DVK_COLUMN_INJECTED, "series", "injected_MBq"},
    {DVK_COLUMN_NUCLIDE, "series", "nuclide"},
    {DVK_COLUMN_HALF_LIFE, "roi", "effective_half_life_h"},
    {DVK_COLUMN_KERNEL, NULL, "kernel"},
    {DVK_COLUMN_DENSITY, NULL, "density"},
    {DVK_COLUMN_DENSITY_FROM, NULL, "density_unit"},
    {DVK_COLUMN_RECOVERY, NULL, "recovery"},
};

static const char *const label_keys[] = {"labels", "labels_preset", "labels_table"};

static void replace(json_t *request, const json_t *by, const char *part, const char *key)
{
    json_t *into = part ? json_object_get(request, part) : request;
    const json_t *from = part ? json_object_get(by, part) : by;
    if (json_is_object(into))
        dvk_json_put(into, key, json_incref(json_object_get(from, key)));
}

/* The archive's request with the row's facts in the place of its own; keys keep their order. */
static json_t *request_of_row(const json_t *archive, const dvk_manifest *m, size_t row, const dvk_case_options *o,
                              const json_t *inputs)
{
    json_t *request = json_deep_copy(archive), *rows = dvk_case_request(o, inputs);
    bool labels = false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (dvk_manifest_cell(m, row, places[i].column))
            replace(request, rows, places[i].part, places[i].key);
    if (dvk_manifest_cell(m, row, DVK_COLUMN_DECAY_REFERENCE) && o->series.reference == DVK_DECAY_TIME)
        replace(request, rows, "series", "decay_time_h");
    for (dvk_column c = DVK_COLUMN_LABELS; c <= DVK_COLUMN_LABELS_TABLE; c++)
        labels = labels || dvk_manifest_cell(m, row, c);
    for (size_t i = 0; labels && i < sizeof label_keys / sizeof label_keys[0]; i++)
        replace(request, rows, "voi", label_keys[i]);
    if (o->bids_prefix)
        replace(request, rows, NULL, "bids_prefix");
    json_decref(rows);
    return request;
}

static size_t count_role(const json_t *inputs, const char *role)
{
    const json_t *input;
    size_t i, count = 0;
    json_array_foreach(inputs, i, input)
    {
        const char *its = json_string_value(json_object_get(input, "role"));
        count += its && strcmp(its, role) == 0;
    }
    return count;
}

/* Whether the record's fingerprint is that of the archive's and the row's request, with the inputs that it names. */
static dvk_status has_fingerprint(const json_t *pin, const dvk_manifest *m, size_t row, const dvk_case_options *o,
                                  const json_t *record, bool *yes)
{
    const json_t *inputs = json_object_get(record, "inputs");
    const char *backend = json_string_value(json_object_get(record, "backend"));
    const char *theirs = json_string_value(json_object_get(record, "fingerprint"));
    char ours[65];
    *yes = json_is_object(json_object_get(pin, "request")) && backend && theirs &&
           count_role(inputs, "scan") == o->scan_count && count_role(inputs, "voi") == o->voi_source_count;
    if (!*yes)
        return DVK_OK;
    json_t *request = request_of_row(json_object_get(pin, "request"), m, row, o, inputs);
    DVK_TRY(
        dvk_case_fingerprint_of(json_integer_value(json_object_get(pin, "algorithm")), backend, request, inputs, ours));
    *yes = strcmp(ours, theirs) == 0;
    return DVK_OK;
}

/* A lost device's work that the CPU did, where that was allowed, is of the archive. */
static bool same_backend(const json_t *pin, const json_t *record)
{
    const char *reason = json_string_value(json_object_get(record, "device_reason"));
    return json_equal(json_object_get(pin, "backend"), json_object_get(record, "backend")) ||
           (reason && strncmp(reason, DVK_FALLBACK_REASON, strlen(DVK_FALLBACK_REASON)) == 0);
}

dvk_status dvk_archive_asked(const json_t *pin, const dvk_manifest *m, size_t row, const dvk_bids_place *place,
                             const json_t *record, const char **otherwise)
{
    const dvk_case_options base = dvk_case_default();
    dvk_archive_row r;
    bool yes = false;
    *otherwise = NULL;
    if (!json_equal(json_object_get(pin, "algorithm"), json_object_get(record, "algorithm")))
        *otherwise = "made by another version of the program than the archive's: 'archive run --on-stale rerun' "
                     "does it again";
    else if (!same_backend(pin, record))
        *otherwise = "made on another back end than the archive's: 'archive run --on-stale rerun' does it again";
    if (*otherwise)
        return DVK_OK;
    dvk_status status = dvk_archive_row_of(m, row, &base, &r);
    r.options.bids_prefix = place->prefix;
    if (status == DVK_OK)
        status = has_fingerprint(pin, m, row, &r.options, record, &yes);
    dvk_archive_row_clear(&r);
    if (status == DVK_OK && !yes)
        status = DVK_ERR_INVALID; /* as a row that cannot be read: no result is of it */
    if (status != DVK_ERR_INVALID)
        return status;
    *otherwise = "made with other parameters or labels than the archive's: 'archive run --on-stale rerun' does it "
                 "again";
    return DVK_OK;
}
