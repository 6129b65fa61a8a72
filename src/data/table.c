/* See table.h. */
#include "data/table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/fail.h"

enum { LARGEST_FILE = 64 << 20 };

/* --- reading a text file --- */

static dvk_status read_all(FILE *file, const char *path, dvk_text *into)
{
    char piece[16384];
    size_t got = 0;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0) {
        if (into->length + got > LARGEST_FILE)
            return dvk_fail(DVK_ERR_INVALID, "%s: is larger than 64 MiB: not a table", path);
        DVK_TRY(dvk_text_add_bytes(into, piece, got));
    }
    if (ferror(file))
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path, strerror(errno));
    return dvk_text_add_bytes(into, "", 0);
}

/* Drops the byte-order mark and the \r of \r\n, in place. */
static void tidy_lines(char *text)
{
    const char *from = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;
    char *to = text;
    for (; *from; from++)
        if (from[0] != '\r' || from[1] != '\n')
            *to++ = *from;
    *to = '\0';
}

dvk_status dvk_text_file_read(const char *path, char **out)
{
    dvk_text text = {0};
    *out = NULL;
    FILE *file = fopen(path, "rb");
    if (!file)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path, strerror(errno));
    dvk_status status = read_all(file, path, &text);
    fclose(file);
    if (status == DVK_OK && memchr(text.data, '\0', text.length))
        status = dvk_fail(DVK_ERR_INVALID, "%s: is not text", path);
    if (status != DVK_OK) {
        dvk_text_free(&text);
        return status;
    }
    tidy_lines(text.data);
    *out = text.data;
    return DVK_OK;
}

/* --- reading a table --- */

/* Cuts the cell at `at` off in place, quotes removed; returns where the next one starts, NULL behind the last. *good is
 * false for a quote that is never closed. */
static char *cut_cell(char *at, bool *good)
{
    char *to = at, *from = at;
    *good = true;
    if (*from == '"') {
        for (from++; *from && (*from != '"' || from[1] == '"'); from++) {
            from += *from == '"';
            *to++ = *from;
        }
        *good = *from == '"' && (from[1] == '\t' || from[1] == '\0');
        from += *from == '"';
    } else {
        to = from += strcspn(from, "\t");
    }
    char *next = *from == '\t' ? from + 1 : NULL;
    *to = '\0';
    return next;
}

static size_t count_cells(const char *line)
{
    size_t cells = 1;
    bool quoted = false, start = true;
    for (; *line; line++) {
        if (*line == '"' && (start || quoted))
            quoted = !quoted;
        start = *line == '\t' && !quoted;
        cells += start;
    }
    return cells;
}

static dvk_status add_row(dvk_table *t, char *line, size_t number)
{
    const size_t cells = count_cells(line), row = t->rows; /* the header is row 0 for now */
    if (row == 0)
        t->columns = cells;
    if (cells != t->columns)
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu has %zu columns, the header has %zu", t->path, number, cells,
                        t->columns);
    t->line[row] = number;
    for (size_t c = 0; line; c++) {
        bool good = false;
        t->cell[row * t->columns + c] = line;
        line = cut_cell(line, &good);
        if (!good)
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: a quote is not closed", t->path, number);
    }
    t->rows++;
    return DVK_OK;
}

static bool blank(const char *line)
{
    return line[strspn(line, " \t\r")] == '\0';
}

static dvk_status allocate_cells(dvk_table *t)
{
    size_t lines = 1, widest = 1, cells = 0;
    for (const char *p = t->text; *p; p++)
        lines += *p == '\n';
    /* Tabs in quotes only make this bound larger than need be. */
    for (const char *p = t->text; *p;) {
        size_t tabs = 1;
        for (; *p && *p != '\n'; p++)
            tabs += *p == '\t';
        widest = tabs > widest ? tabs : widest;
        p += *p == '\n';
    }
    DVK_TRY(dvk_multiply(lines, widest, &cells));
    DVK_TRY(dvk_alloc(cells, sizeof *t->cell, &t->cell));
    return dvk_alloc(lines, sizeof *t->line, &t->line);
}

static dvk_status check_header(const dvk_table *t)
{
    for (size_t a = 0; a < t->columns; a++)
        for (size_t b = 0; b < a; b++)
            if (strcasecmp(t->cell[a], t->cell[b]) == 0)
                return dvk_fail(DVK_ERR_INVALID, "%s: the column '%s' is there twice", t->path, t->cell[a]);
    return DVK_OK;
}

static dvk_status parse(dvk_table *t)
{
    size_t number = 1;
    DVK_TRY(allocate_cells(t));
    for (char *line = t->text, *next = NULL; line; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (!blank(line))
            DVK_TRY(add_row(t, line, number));
    }
    if (t->rows == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: is empty: a header row is wanted", t->path);
    t->rows--;
    return check_header(t);
}

dvk_status dvk_table_read(const char *path, dvk_table **out)
{
    dvk_status status = DVK_OK;
    dvk_table *t = NULL;
    *out = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *t, &t));
    DVK_TRY_DONE(dvk_strdup(path, &t->path));
    DVK_TRY_DONE(dvk_text_file_read(path, &t->text));
    DVK_TRY_DONE(parse(t));
    *out = t;
    t = NULL;
done:
    dvk_table_free(t);
    return status;
}

void dvk_table_free(dvk_table *t)
{
    if (!t)
        return;
    dvk_free(t->cell);
    dvk_free(t->line);
    dvk_free(t->path);
    dvk_free(t->text);
    dvk_free(t);
}

const char *dvk_table_cell(const dvk_table *t, size_t row, size_t column)
{
    return t->cell[(row + 1) * t->columns + column];
}

dvk_status dvk_table_column(const dvk_table *t, const char *name, size_t *out)
{
    for (size_t c = 0; c < t->columns; c++)
        if (strcasecmp(t->cell[c], name) == 0) {
            *out = c;
            return DVK_OK;
        }
    return dvk_fail(DVK_ERR_INVALID, "%s: has no column '%s'", t->path, name);
}

dvk_status dvk_table_number(const dvk_table *t, size_t row, size_t column, double *out)
{
    const char *cell = dvk_table_cell(t, row, column), *end = NULL;
    *out = NAN;
    if (strcmp(cell, "n/a") == 0)
        return DVK_OK;
    if (!dvk_text_number(cell, out, &end) || end[strspn(end, " ")] != '\0')
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu, column '%s': '%s' is not a number", t->path, t->line[row + 1],
                        t->cell[column], cell);
    return DVK_OK;
}

/* --- writing --- */

static dvk_status separate(dvk_text *t)
{
    return t->length && t->data[t->length - 1] != '\n' ? dvk_text_add_bytes(t, "\t", 1) : DVK_OK;
}

dvk_status dvk_tsv_text(dvk_text *t, const char *cell)
{
    DVK_TRY(separate(t));
    const size_t from = t->length;
    DVK_TRY(dvk_text_add_bytes(t, *cell ? cell : "n/a", *cell ? strlen(cell) : 3));
    for (size_t i = from; i < t->length; i++)
        if ((unsigned char)t->data[i] < ' ')
            t->data[i] = ' ';
    return DVK_OK;
}

dvk_status dvk_tsv_number(dvk_text *t, double value)
{
    if (!isfinite(value))
        return dvk_tsv_text(t, "n/a");
    DVK_TRY(separate(t));
    return dvk_text_add_number(t, value);
}

dvk_status dvk_tsv_end_row(dvk_text *t)
{
    return dvk_text_add_bytes(t, "\n", 1);
}
