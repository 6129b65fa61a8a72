/* Where each case of an archive stands, by what lies in its folder. */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/naming.h"
#include "pipeline/archive/archive.h"

dvk_status dvk_archive_open(const char *out, dvk_manifest *m)
{
    char *path = NULL;
    DVK_TRY(dvk_archive_path(out, "manifest.tsv", &path));
    dvk_status status = DVK_OK;
    if (access(path, F_OK) != 0)
        status = dvk_fail(DVK_ERR_MISSING, "%s: is no archive: 'dvkit archive run' has not been there", out);
    if (status == DVK_OK)
        status = dvk_manifest_read(path, m);
    dvk_free(path);
    return status;
}

dvk_status dvk_archive_pinned(const char *out, json_t **pin)
{
    char *path = NULL;
    *pin = NULL;
    DVK_TRY(dvk_archive_path(out, "archive.json", &path));
    const dvk_status status = access(path, F_OK) == 0 ? dvk_json_read(path, pin) : DVK_OK;
    dvk_free(path);
    return status;
}

bool dvk_archive_is_bids(const char *out)
{
    json_t *pin = NULL;
    const bool yes = dvk_archive_pinned(out, &pin) == DVK_OK && json_is_true(json_object_get(pin, "bids"));
    json_decref(pin);
    return yes;
}

dvk_status dvk_archive_record(const dvk_bids_place *place, const char *name, json_t **record)
{
    char *path = NULL;
    *record = NULL;
    DVK_TRY(dvk_archive_file(place, name, &path));
    if (access(path, F_OK) == 0 && dvk_json_read(path, record) != DVK_OK)
        *record = json_object();
    dvk_free(path);
    return DVK_OK;
}

/* Whether a record is of a whole case, as an archive and `dose` make it: other commands have no fingerprint, and
 * `kidneys` was given its dose map. */
static bool of_a_case(const json_t *record)
{
    const json_t *input;
    size_t i;
    bool given_dose = false;
    json_array_foreach(json_object_get(record, "inputs"), i, input)
    {
        const char *role = json_string_value(json_object_get(input, "role"));
        given_dose = given_dose || (role && strcmp(role, "dose") == 0);
    }
    return json_is_string(json_object_get(record, "fingerprint")) && !given_dose;
}

/* What is in the place of a result and none; a run leaves it, and counts it as failed. */
static void say_foreign(dvk_archive_state *s)
{
    s->state = "failed";
    s->stage = "resume";
    s->message = "holds a result of another command, or a damaged one: 'archive run --on-stale rerun' replaces it";
    s->exit_code = dvk_exit_code(DVK_ERR_CREATE);
}

/* A whole result; that of other parameters stays until a run is told to do it again. */
static dvk_status look_at_result(const dvk_bids_place *place, const json_t *pin, const dvk_manifest *m, size_t row,
                                 const json_t *result, dvk_archive_state *s)
{
    const char *otherwise = NULL;
    if (pin)
        DVK_TRY(dvk_archive_asked(pin, m, row, place, result, &otherwise));
    if (!otherwise)
        return DVK_OK;
    s->state = "stale";
    s->stage = "resume";
    s->message = otherwise;
    s->exit_code = dvk_exit_code(DVK_ERR_CREATE);
    return DVK_OK;
}

dvk_status dvk_archive_look(const dvk_bids_place *place, const json_t *pin, const dvk_manifest *m, size_t row,
                            json_t **error, dvk_archive_state *s)
{
    *s = (dvk_archive_state){.participant = dvk_manifest_cell(m, row, DVK_COLUMN_PARTICIPANT),
                             .session = dvk_manifest_cell(m, row, DVK_COLUMN_SESSION),
                             .state = "done"};
    json_t *result = NULL;
    *error = NULL;
    DVK_TRY(dvk_archive_record(place, "provenance.json", &result));
    if (result) {
        dvk_status status = DVK_OK;
        if (of_a_case(result))
            status = look_at_result(place, pin, m, row, result, s);
        else
            say_foreign(s);
        json_decref(result);
        return status;
    }
    DVK_TRY(dvk_archive_record(place, "error.json", error));
    s->state = *error ? "failed" : "left";
    if (!*error)
        return DVK_OK;
    s->stage = json_string_value(json_object_get(*error, "stage"));
    s->message = json_string_value(json_object_get(*error, "message"));
    s->exit_code = (int)json_integer_value(json_object_get(*error, "exit_code"));
    s->retryable = json_is_true(json_object_get(*error, "retryable"));
    return DVK_OK;
}

void dvk_archive_count(const dvk_archive_state *s, dvk_archive_counts *counts)
{
    counts->cases++;
    counts->done += strcmp(s->state, "done") == 0;
    counts->failed += strcmp(s->state, "failed") == 0;
    counts->left += strcmp(s->state, "left") == 0;
    counts->stale += strcmp(s->state, "stale") == 0;
}

dvk_status dvk_archive_status(const char *out_folder, void (*each)(void *user, const dvk_archive_state *state),
                              void *user, dvk_archive_counts *out)
{
    dvk_manifest m;
    dvk_archive_state state;
    json_t *error = NULL, *pin = NULL;
    *out = (dvk_archive_counts){0};
    DVK_TRY(dvk_archive_open(out_folder, &m));
    dvk_status status = dvk_archive_pinned(out_folder, &pin);
    const bool bids = json_is_true(json_object_get(pin, "bids"));
    for (size_t row = 0; status == DVK_OK && row < m.table->rows; row++) {
        dvk_bids_place place;
        status = dvk_archive_place(out_folder, bids, &m, row, &place);
        if (status == DVK_OK)
            status = dvk_archive_look(&place, pin, &m, row, &error, &state);
        dvk_bids_place_clear(&place);
        if (status != DVK_OK)
            break;
        dvk_archive_count(&state, out);
        if (each)
            each(user, &state);
        json_decref(error);
    }
    json_decref(pin);
    dvk_manifest_close(&m);
    return status;
}
