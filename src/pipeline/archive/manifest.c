/* The manifest's columns, and reading it. Writing is for plan.c, what a row means for row.c. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/archive/archive.h"

static const char *const column_names[DVK_COLUMNS] = {
    [DVK_COLUMN_PARTICIPANT] = "participant_id",
    [DVK_COLUMN_SESSION] = "session_id",
    [DVK_COLUMN_SCANS] = "scans",
    [DVK_COLUMN_VOI] = "voi",
    [DVK_COLUMN_LABELS] = "labels",
    [DVK_COLUMN_LABELS_PRESET] = "labels_preset",
    [DVK_COLUMN_LABELS_TABLE] = "labels_table",
    [DVK_COLUMN_MISSING] = "missing",
    [DVK_COLUMN_TIMES] = "times",
    [DVK_COLUMN_UNITS] = "units",
    [DVK_COLUMN_DECAY_REFERENCE] = "decay_reference",
    [DVK_COLUMN_FRAME_DURATION] = "frame_duration",
    [DVK_COLUMN_INJECTED] = "injected",
    [DVK_COLUMN_NUCLIDE] = "nuclide",
    [DVK_COLUMN_HALF_LIFE] = "effective_half_life",
    [DVK_COLUMN_KERNEL] = "kernel",
    [DVK_COLUMN_DENSITY] = "density",
    [DVK_COLUMN_DENSITY_FROM] = "density_from",
    [DVK_COLUMN_RECOVERY] = "recovery",
    [DVK_COLUMN_GRID] = "grid",
    [DVK_COLUMN_PROBLEM] = "problem",
};

const char *dvk_column_name(dvk_column column)
{
    return column_names[column];
}

bool dvk_column_has_paths(dvk_column column)
{
    return column == DVK_COLUMN_SCANS || column == DVK_COLUMN_VOI || column == DVK_COLUMN_LABELS_TABLE ||
           column == DVK_COLUMN_KERNEL;
}

/* --- opening --- */

static size_t find_column(const char *name)
{
    for (size_t c = 0; c < DVK_COLUMNS; c++)
        if (strcasecmp(column_names[c], name) == 0)
            return c;
    return SIZE_MAX;
}

static dvk_status map_columns(dvk_manifest *m, const char **unknown)
{
    static const dvk_column needed[] = {DVK_COLUMN_PARTICIPANT, DVK_COLUMN_SCANS, DVK_COLUMN_VOI};
    for (size_t c = 0; c < DVK_COLUMNS; c++)
        m->column[c] = SIZE_MAX;
    for (size_t c = 0; c < m->table->columns; c++) {
        const size_t ours = find_column(m->table->cell[c]);
        if (ours != SIZE_MAX)
            m->column[ours] = c;
        else if (!*unknown)
            *unknown = m->table->cell[c];
    }
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (m->column[needed[i]] == SIZE_MAX)
            return dvk_fail(DVK_ERR_INVALID, "%s: has no column '%s': name its columns as 'dvkit help archive' says",
                            m->table->path, column_names[needed[i]]);
    return DVK_OK;
}

dvk_status dvk_manifest_open(const char *path, dvk_manifest *out, const char **unknown)
{
    const char *slash = strrchr(path, '/');
    dvk_status status = DVK_OK;
    *out = (dvk_manifest){0};
    *unknown = NULL;
    DVK_TRY_DONE(dvk_strdup(path, &out->folder));
    out->folder[slash ? slash - path + 1 : 0] = '\0';
    DVK_TRY_DONE(dvk_table_read(path, &out->table));
    DVK_TRY_DONE(map_columns(out, unknown));
    return DVK_OK;
done:
    dvk_manifest_close(out);
    return status;
}

void dvk_manifest_close(dvk_manifest *m)
{
    dvk_table_free(m->table);
    dvk_free(m->folder);
    *m = (dvk_manifest){0};
}

const char *dvk_manifest_cell(const dvk_manifest *m, size_t row, dvk_column column)
{
    if (m->column[column] == SIZE_MAX)
        return NULL;
    const char *cell = dvk_table_cell(m->table, row, m->column[column]);
    return *cell && strcmp(cell, "n/a") != 0 ? cell : NULL;
}

void dvk_manifest_id(const dvk_manifest *m, size_t row, char id[DVK_CASE_ID_SIZE])
{
    const char *session = dvk_manifest_cell(m, row, DVK_COLUMN_SESSION);
    const char *participant = dvk_manifest_cell(m, row, DVK_COLUMN_PARTICIPANT);
    snprintf(id, DVK_CASE_ID_SIZE, "%s%s%s", participant ? participant : "", session ? "/" : "",
             session ? session : "");
}

/* --- ids --- */

bool dvk_case_id_good(const char *id, const char *prefix)
{
    const size_t length = strlen(prefix);
    if (strncmp(id, prefix, length) != 0 || !id[length] || strlen(id) >= DVK_CASE_ID_SIZE / 2)
        return false;
    for (const unsigned char *p = (const unsigned char *)id + length; *p; p++)
        if (*p < 0x80 && !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+.", *p))
            return false;
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    const char *const *const *left = a, *const *const *right = b;
    const int order = strcmp(**left, **right);
    return order ? order : (*left > *right) - (*left < *right); /* then as they stand in the file */
}

dvk_status dvk_case_ids_unique(const char *const *ids, size_t count, const char *path)
{
    const char *const **sorted = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_alloc(count, sizeof *sorted, &sorted));
    for (size_t i = 0; i < count; i++)
        sorted[i] = &ids[i];
    qsort(sorted, count, sizeof *sorted, compare_ids);
    for (size_t i = 1; status == DVK_OK && i < count; i++)
        if (strcmp(*sorted[i], *sorted[i - 1]) == 0)
            status = dvk_fail(DVK_ERR_INVALID, "%s: rows %td and %td are both %s: give each case once", path,
                              sorted[i - 1] - ids + 1, sorted[i] - ids + 1, *sorted[i]);
    dvk_free(sorted);
    return status;
}

static dvk_status check_id(const dvk_manifest *m, size_t row)
{
    const char *participant = dvk_manifest_cell(m, row, DVK_COLUMN_PARTICIPANT);
    const char *session = dvk_manifest_cell(m, row, DVK_COLUMN_SESSION);
    if (!participant || !dvk_case_id_good(participant, "sub-"))
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: line %zu: participant_id '%s' is not sub- and letters, digits or one of -_+.",
                        m->table->path, m->table->line[row + 1], participant ? participant : "n/a");
    if (session && !dvk_case_id_good(session, "ses-"))
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: session_id '%s' is not ses- and letters, digits or one of -_+.",
                        m->table->path, m->table->line[row + 1], session);
    return DVK_OK;
}

static dvk_status check_ids(const dvk_manifest *m)
{
    const size_t rows = m->table->rows;
    char(*text)[DVK_CASE_ID_SIZE] = NULL;
    const char **ids = NULL;
    dvk_status status = DVK_OK;
    for (size_t row = 0; row < rows; row++)
        DVK_TRY(check_id(m, row));
    DVK_TRY_DONE(dvk_alloc(rows, sizeof *text, &text));
    DVK_TRY_DONE(dvk_alloc(rows, sizeof *ids, &ids));
    for (size_t row = 0; row < rows; row++) {
        dvk_manifest_id(m, row, text[row]);
        ids[row] = text[row];
    }
    DVK_TRY_DONE(dvk_case_ids_unique(ids, rows, m->table->path));
done:
    dvk_free(text);
    dvk_free(ids);
    return status;
}

dvk_status dvk_manifest_read(const char *path, dvk_manifest *out)
{
    const char *unknown = NULL;
    dvk_status status = dvk_manifest_open(path, out, &unknown);
    if (status != DVK_OK)
        return status;
    if (unknown)
        status = dvk_fail(DVK_ERR_INVALID,
                          "%s: the column '%s' is none of a manifest's: correct its name, or make a manifest of the "
                          "table with 'dvkit archive plan'",
                          path, unknown);
    else if (out->table->rows == 0)
        status = dvk_fail(DVK_ERR_INVALID, "%s: has no case", path);
    else
        status = check_ids(out);
    if (status != DVK_OK)
        dvk_manifest_close(out);
    return status;
}
