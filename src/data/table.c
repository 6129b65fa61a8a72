/* See table.h. */
#include "data/table.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/hash.h"
#include "data/io.h"
#include "data/reads.h"

enum { LARGEST_FILE = 64 << 20, MOST_COLUMNS = 1024 };

/* --- reading a text file --- */

static dvk_status read_all(int fd, const char *path, dvk_text *into)
{
    char piece[16384];
    ssize_t got = 0;
    while ((got = dvk_io_read(fd, piece, sizeof piece)) > 0) {
        if (into->length + (size_t)got > LARGEST_FILE)
            return dvk_fail(DVK_ERR_INVALID, "%s: is larger than 64 MiB: no text file of ours", path);
        DVK_TRY(dvk_text_add_bytes(into, piece, (size_t)got));
    }
    if (got < 0)
        return dvk_fail(errno == EISDIR ? DVK_ERR_MISSING : DVK_ERR_IO, "%s: cannot be read: %s", path,
                        strerror(errno));
    return dvk_text_add_bytes(into, "", 0);
}

static dvk_status note_bytes(const char *path, const dvk_text *text)
{
    char hex[65];
    if (!dvk_reads_wanted())
        return DVK_OK;
    dvk_sha256(text->data, text->length, hex);
    return dvk_reads_note(path, hex);
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
    const int fd = dvk_io_open(path, O_RDONLY, 0); /* may be a pipe, as <(command) of a shell is */
    if (fd < 0)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path, strerror(errno));
    dvk_status status = read_all(fd, path, &text);
    close(fd);
    if (status == DVK_OK)
        status = note_bytes(path, &text);
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

/* Room for one more row, doubling: a file's lines times its columns would be a size for it to choose. */
static dvk_status make_room(dvk_table *t, size_t *room)
{
    if (t->rows < *room)
        return DVK_OK;
    const size_t more = *room ? 2 * *room : 16;
    DVK_TRY(dvk_grow(*room * t->columns, more * t->columns, sizeof *t->cell, &t->cell));
    DVK_TRY(dvk_grow(*room, more, sizeof *t->line, &t->line));
    *room = more;
    return DVK_OK;
}

static dvk_status cut_cells(const dvk_table *t, char *line, size_t number, char *cell[MOST_COLUMNS], size_t *count)
{
    bool good = false;
    for (*count = 0; line; ++*count) {
        if (*count == MOST_COLUMNS)
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu has more than %d columns: no table of ours", t->path, number,
                            MOST_COLUMNS);
        cell[*count] = line;
        line = cut_cell(line, &good);
        if (!good)
            return dvk_fail(DVK_ERR_INVALID, "%s: line %zu: a quote is not closed", t->path, number);
    }
    return DVK_OK;
}

static dvk_status add_row(dvk_table *t, char *line, size_t number, size_t *room)
{
    const size_t row = t->rows; /* the header is row 0 for now */
    char *cell[MOST_COLUMNS];
    size_t cells = 0;
    DVK_TRY(cut_cells(t, line, number, cell, &cells));
    if (row == 0)
        t->columns = cells;
    if (cells != t->columns)
        return dvk_fail(DVK_ERR_INVALID, "%s: line %zu has %zu columns, the header has %zu", t->path, number, cells,
                        t->columns);
    DVK_TRY(make_room(t, room));
    t->line[row] = number;
    memcpy(&t->cell[row * t->columns], cell, cells * sizeof *cell);
    t->rows++;
    return DVK_OK;
}

static bool blank(const char *line)
{
    return line[strspn(line, " \t\r")] == '\0';
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
    size_t number = 1, room = 0;
    for (char *line = t->text, *next = NULL; line; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (!blank(line) && !(t->rows == 0 && *line == '#'))
            DVK_TRY(add_row(t, line, number, &room));
    }
    if (t->rows == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: is empty: a header row is wanted", t->path);
    t->rows--;
    return check_header(t);
}

/* `text` NULL: the file's. */
static dvk_status make_table(const char *path, const char *text, dvk_table **out)
{
    dvk_status status = DVK_OK;
    dvk_table *t = NULL;
    *out = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *t, &t));
    DVK_TRY_DONE(dvk_strdup(path, &t->path));
    DVK_TRY_DONE(text ? dvk_strdup(text, &t->text) : dvk_text_file_read(path, &t->text));
    DVK_TRY_DONE(parse(t));
    *out = t;
    t = NULL;
done:
    dvk_table_free(t);
    return status;
}

dvk_status dvk_table_read(const char *path, dvk_table **out)
{
    return make_table(path, NULL, out);
}

dvk_status dvk_table_parse(const char *text, const char *name, dvk_table **out)
{
    return make_table(name, text, out);
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

dvk_status dvk_tsv_texts(dvk_text *t, const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        DVK_TRY(dvk_tsv_text(t, cells[i]));
    return DVK_OK;
}

dvk_status dvk_tsv_numbers(dvk_text *t, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        DVK_TRY(dvk_tsv_number(t, values[i]));
    return DVK_OK;
}

dvk_status dvk_tsv_end_row(dvk_text *t)
{
    return dvk_text_add_bytes(t, "\n", 1);
}
