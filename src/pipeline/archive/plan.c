/* Making a manifest: rows of a tree or a table, checked, sorted and written. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/atomic.h"
#include "data/paths.h"
#include "pipeline/archive/archive.h"

dvk_status dvk_plan_rows_add(dvk_plan_rows *rows, dvk_plan_row **out)
{
    if (rows->count == rows->room) {
        const size_t room = rows->room ? 2 * rows->room : 64;
        DVK_TRY(dvk_grow(rows->count, room, sizeof *rows->row, &rows->row));
        rows->room = room;
    }
    *out = &rows->row[rows->count++];
    return DVK_OK;
}

static void free_rows(dvk_plan_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t c = 0; c < DVK_COLUMNS; c++)
            dvk_free(rows->row[i].cell[c]);
        dvk_free(rows->row[i].problem);
    }
    dvk_free(rows->row);
}

static void say(const dvk_plan_options *o, const char *format, ...) DVK_PRINTF(2, 3);

static void say(const dvk_plan_options *o, const char *format, ...)
{
    char line[2048];
    va_list args;
    if (!o->say)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    o->say(o->user, line);
}

/* --- rows of a table --- */

/* "001" is participant sub-001. */
static dvk_status add_prefix(char **id, const char *prefix)
{
    dvk_text text = {0};
    if (!*id || strncmp(*id, prefix, strlen(prefix)) == 0)
        return DVK_OK;
    DVK_TRY(dvk_text_add(&text, "%s%s", prefix, *id));
    dvk_free(*id);
    *id = text.data;
    return DVK_OK;
}

static dvk_status rows_of_table(const dvk_plan_options *o, dvk_plan_rows *rows)
{
    dvk_manifest m;
    const char *unknown = NULL;
    dvk_plan_row *row = NULL;
    DVK_TRY(dvk_manifest_open(o->source, &m, &unknown));
    if (unknown)
        say(o, "%s: the column '%s' (and any other that is none of a manifest's) is left out", o->source, unknown);
    dvk_status status = DVK_OK;
    for (size_t r = 0; status == DVK_OK && r < m.table->rows; r++) {
        status = dvk_plan_rows_add(rows, &row);
        for (size_t c = 0; status == DVK_OK && c < DVK_COLUMN_GRID; c++) {
            const char *cell = dvk_manifest_cell(&m, r, (dvk_column)c);
            if (cell)
                status = dvk_strdup(cell, &row->cell[c]);
        }
        if (status != DVK_OK)
            break;
        row->line = m.table->line[r + 1];
        status = add_prefix(&row->cell[DVK_COLUMN_PARTICIPANT], "sub-");
        if (status == DVK_OK)
            status = add_prefix(&row->cell[DVK_COLUMN_SESSION], "ses-");
    }
    dvk_manifest_close(&m);
    return status;
}

/* --- paths --- */

/* Puts `lead` before each relative path of a cell, behind "NAME=" where that is. */
static dvk_status lead_cell(char **cell, const char *lead, bool named)
{
    dvk_text text = {0};
    if (!*cell || !*lead)
        return DVK_OK;
    for (const char *piece = *cell; piece;) {
        const char *end = piece + strcspn(piece, ";");
        piece += strspn(piece, " ");
        const size_t name =
            named ? strspn(piece, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") : 0;
        if (named && piece[name] == '=') {
            DVK_TRY(dvk_text_add(&text, "%.*s=", (int)name, piece));
            piece += name + 1;
        }
        DVK_TRY(dvk_text_add(&text, "%s%.*s%s", *piece == '/' ? "" : lead, (int)(end - piece), piece, *end ? ";" : ""));
        piece = *end ? end + 1 : NULL;
    }
    dvk_free(*cell);
    *cell = text.data;
    return DVK_OK;
}

static dvk_status lead_rows(const dvk_plan_options *o, bool tree, dvk_plan_rows *rows)
{
    dvk_text lead = {0};
    dvk_status status = dvk_path_between(o->manifest, true, o->source, !tree, &lead);
    for (size_t i = 0; status == DVK_OK && i < rows->count; i++)
        for (size_t c = 0; status == DVK_OK && c < DVK_COLUMNS; c++)
            if (dvk_column_has_paths((dvk_column)c))
                status = lead_cell(&rows->row[i].cell[c], lead.data, c == DVK_COLUMN_VOI);
    dvk_text_free(&lead);
    return status;
}

/* --- checking --- */

static const char *cell_of(const void *row, dvk_column column)
{
    return ((const dvk_plan_row *)row)->cell[column];
}

static dvk_status check_row(const dvk_plan_options *o, const char *folder, dvk_plan_row *row)
{
    char grid[128] = "";
    dvk_archive_row as_case;
    dvk_status status = dvk_archive_row_read(row, cell_of, folder, o->base, &as_case);
    if (status == DVK_OK)
        status = dvk_archive_check(&as_case.options, grid);
    dvk_archive_row_clear(&as_case);
    if (status == DVK_ERR_MEMORY)
        return status;
    if (grid[0])
        DVK_TRY(dvk_strdup(grid, &row->cell[DVK_COLUMN_GRID]));
    return status == DVK_OK || row->problem ? DVK_OK : dvk_strdup(dvk_last_message(), &row->problem);
}

/* Each row on a thread of its own; problems are kept with their row, so that the order is the manifest's. */
static dvk_status check_rows(const dvk_plan_options *o, dvk_plan_rows *rows)
{
    dvk_status worst = DVK_OK;
    char *folder = NULL;
    DVK_TRY(dvk_strdup(o->manifest, &folder));
    char *slash = strrchr(folder, '/');
    *(slash ? slash + 1 : folder) = '\0';
#pragma omp parallel for schedule(dynamic, 16)
    for (size_t i = 0; i < rows->count; i++) {
        const dvk_status status = check_row(o, folder, &rows->row[i]);
        if (status != DVK_OK)
#pragma omp critical
            worst = status;
    }
    dvk_free(folder);
    return worst == DVK_OK ? DVK_OK : dvk_fail(worst, "out of memory: the manifest does not fit");
}

static dvk_status check_ids(const dvk_plan_options *o, const dvk_plan_rows *rows)
{
    char(*text)[DVK_CASE_ID_SIZE] = NULL;
    const char **ids = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(rows->count, sizeof *text, &text));
    DVK_TRY_DONE(dvk_alloc(rows->count, sizeof *ids, &ids));
    for (size_t i = 0; i < rows->count; i++) {
        char *const *cell = rows->row[i].cell;
        const char *participant = cell[DVK_COLUMN_PARTICIPANT], *session = cell[DVK_COLUMN_SESSION];
        if (!participant || !dvk_case_id_good(participant, "sub-") || (session && !dvk_case_id_good(session, "ses-"))) {
            status = dvk_fail(
                DVK_ERR_INVALID, "%s: line %zu: participant '%s', session '%s': an id has letters, digits or -_+. only",
                o->source, rows->row[i].line, participant ? participant : "n/a", session ? session : "n/a");
            goto done;
        }
        snprintf(text[i], sizeof text[i], "%s%s%s", participant, session ? "/" : "", session ? session : "");
        ids[i] = text[i];
    }
    DVK_TRY_DONE(dvk_case_ids_unique(ids, rows->count, o->source));
done:
    dvk_free(text);
    dvk_free(ids);
    return status;
}

/* --- writing --- */

static int compare_rows(const void *a, const void *b)
{
    const dvk_plan_row *left = a, *right = b;
    const int order = strcmp(left->cell[DVK_COLUMN_PARTICIPANT], right->cell[DVK_COLUMN_PARTICIPANT]);
    if (order)
        return order;
    const char *session = left->cell[DVK_COLUMN_SESSION], *other = right->cell[DVK_COLUMN_SESSION];
    return strcmp(session ? session : "", other ? other : "");
}

/* A cell that begins with a quote is quoted, as the table's reader has it. */
static dvk_status write_cell(dvk_text *t, const char *cell)
{
    dvk_text quoted = {0};
    if (*cell != '"')
        return dvk_tsv_text(t, cell);
    dvk_status status = dvk_text_add(&quoted, "\"");
    for (const char *p = cell; status == DVK_OK && *p; p++)
        status = dvk_text_add(&quoted, "%s%c", *p == '"' ? "\"" : "", *p);
    if (status == DVK_OK)
        status = dvk_text_add(&quoted, "\"");
    if (status == DVK_OK)
        status = dvk_tsv_text(t, quoted.data);
    dvk_text_free(&quoted);
    return status;
}

static dvk_status write_rows(const dvk_plan_rows *rows, dvk_text *t)
{
    bool used[DVK_COLUMNS] = {[DVK_COLUMN_PARTICIPANT] = true,
                              [DVK_COLUMN_SESSION] = true,
                              [DVK_COLUMN_SCANS] = true,
                              [DVK_COLUMN_VOI] = true};
    for (size_t i = 0; i < rows->count; i++)
        for (size_t c = 0; c < DVK_COLUMNS; c++)
            used[c] = used[c] || rows->row[i].cell[c];
    for (size_t c = 0; c < DVK_COLUMNS; c++)
        if (used[c])
            DVK_TRY(dvk_tsv_text(t, dvk_column_name((dvk_column)c)));
    DVK_TRY(dvk_tsv_end_row(t));
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t c = 0; c < DVK_COLUMNS; c++)
            if (used[c])
                DVK_TRY(write_cell(t, rows->row[i].cell[c] ? rows->row[i].cell[c] : ""));
        DVK_TRY(dvk_tsv_end_row(t));
    }
    return DVK_OK;
}

static void report_problems(const dvk_plan_options *o, dvk_plan_rows *rows, dvk_plan_counts *out)
{
    out->cases = rows->count;
    for (size_t i = 0; i < rows->count; i++) {
        dvk_plan_row *row = &rows->row[i];
        if (!row->problem)
            continue;
        const char *session = row->cell[DVK_COLUMN_SESSION];
        say(o, "%s%s%s: %s", row->cell[DVK_COLUMN_PARTICIPANT], session ? "/" : "", session ? session : "",
            row->problem);
        row->cell[DVK_COLUMN_PROBLEM] = row->problem;
        row->problem = NULL;
        out->problems++;
    }
}

/* --- all of it --- */

static dvk_status plan(const dvk_plan_options *o, dvk_plan_rows *rows, dvk_text *text, dvk_plan_counts *out)
{
    struct stat info;
    if (stat(o->source, &info) != 0)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", o->source, strerror(errno));
    const bool tree = S_ISDIR(info.st_mode);
    DVK_TRY(tree ? dvk_plan_tree(o->source, rows) : rows_of_table(o, rows));
    if (rows->count == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: has no case: %s", o->source,
                        tree ? "folders sub-*/ses-* with scans are wanted" : "a row for each is wanted");
    DVK_TRY(check_ids(o, rows));
    DVK_TRY(lead_rows(o, tree, rows));
    DVK_TRY(check_rows(o, rows));
    qsort(rows->row, rows->count, sizeof *rows->row, compare_rows);
    report_problems(o, rows, out);
    DVK_TRY(write_rows(rows, text));
    return o->dry_run ? DVK_OK : dvk_atomic_write_text(o->manifest, text->data);
}

dvk_status dvk_archive_plan(const dvk_plan_options *o, dvk_plan_counts *out)
{
    dvk_plan_rows rows = {0};
    dvk_text text = {0};
    *out = (dvk_plan_counts){0};
    if (!o->force && !o->dry_run && access(o->manifest, F_OK) == 0)
        return dvk_fail(DVK_ERR_CREATE, "%s: is there already: give another name, or --force to replace it",
                        o->manifest);
    const dvk_status status = plan(o, &rows, &text, out);
    free_rows(&rows);
    dvk_text_free(&text);
    return status;
}
