/* Where the files of a case lie in OUT, and what they are called. */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/naming.h"
#include "pipeline/archive/archive.h"

typedef struct table_row {
    const dvk_manifest *manifest;
    size_t row;
} table_row;

static const char *cell_of(const void *row, dvk_column column)
{
    const table_row *r = row;
    return dvk_manifest_cell(r->manifest, r->row, column);
}

dvk_status dvk_archive_row_of(const dvk_manifest *m, size_t row, const dvk_case_options *base, dvk_archive_row *out)
{
    const table_row cells = {m, row};
    return dvk_archive_row_read(&cells, cell_of, m->folder, base, out);
}

dvk_status dvk_archive_place_of(const char *out, bool bids, const char *id, const dvk_case_options *o,
                                dvk_bids_place *place)
{
    *place = (dvk_bids_place){NULL, NULL};
    if (!bids)
        return dvk_archive_path(out, id, &place->folder);
    const dvk_status status = dvk_bids_find(out, id, o->scans, o->scan_count, place);
    if (status == DVK_OK)
        return DVK_OK;
    dvk_bids_place_clear(place);
    DVK_TRY(dvk_bids_find(out, id, NULL, 0, place));
    return status;
}

dvk_status dvk_archive_place(const char *out, bool bids, const dvk_manifest *m, size_t row, dvk_bids_place *place)
{
    char id[DVK_CASE_ID_SIZE];
    const dvk_case_options base = dvk_case_default();
    dvk_archive_row r = {.owned_count = 0};
    dvk_manifest_id(m, row, id);
    *place = (dvk_bids_place){NULL, NULL};
    dvk_status status = bids ? dvk_archive_row_of(m, row, &base, &r) : DVK_OK;
    if (status != DVK_ERR_MEMORY) /* of a row that is wrong the scans count, which are read first */
        status = dvk_archive_place_of(out, bids, id, &r.options, place);
    dvk_archive_row_clear(&r);
    return place->folder && (place->prefix || !bids) ? DVK_OK : status;
}

dvk_status dvk_archive_file(const dvk_bids_place *place, const char *name, char **path)
{
    dvk_text text = {0};
    *path = NULL;
    dvk_status status = dvk_text_add(&text, "%s/", place->folder);
    if (status == DVK_OK)
        status = dvk_named(place->prefix, name, &text);
    if (status == DVK_OK)
        *path = text.data;
    else
        dvk_text_free(&text);
    return status;
}

/* Such a record as dvk_archive_place_of's error makes it. */
static bool of_two_tracers(const json_t *error)
{
    const char *stage = json_string_value(json_object_get(error, "stage"));
    const char *message = json_string_value(json_object_get(error, "message"));
    return stage && message && strcmp(stage, "manifest") == 0 && strstr(message, "is of '") && strstr(message, "trc-");
}

void dvk_archive_drop_untraced(const char *out, const char *id, const dvk_bids_place *place)
{
    dvk_bids_place bare = {NULL, NULL};
    json_t *error = NULL;
    char *path = NULL;
    if (!place->prefix || !strstr(place->prefix, "_trc-"))
        return;
    if (dvk_bids_find(out, id, NULL, 0, &bare) == DVK_OK && dvk_archive_record(&bare, "error.json", &error) == DVK_OK &&
        of_two_tracers(error) && dvk_archive_file(&bare, "error.json", &path) == DVK_OK)
        unlink(path);
    json_decref(error);
    dvk_free(path);
    dvk_bids_place_clear(&bare);
}
