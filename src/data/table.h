/*
 * Tables of tab-separated text (TSV, as BIDS has them): reading with one clear line on what is wrong, and writing.
 */
#ifndef DVK_DATA_TABLE_H
#define DVK_DATA_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

#include "base/text.h"

/* Reads a whole text file: no byte-order mark, line breaks as \n alone, NUL-terminated; dvk_free it. DVK_ERR_MISSING,
 * or DVK_ERR_INVALID for what is no text or larger than 64 MiB. */
dvk_status dvk_text_file_read(const char *path, char **out) DVK_MUST_USE;

/* A table in memory. Cells are lent; a cell in double quotes comes without them. */
typedef struct dvk_table {
    size_t columns, rows;
    char **cell;  /* [(rows + 1) * columns], the names of the columns first */
    size_t *line; /* [rows + 1] where each row stands in the file */
    char *path;
    char *text; /* what the cells point into */
} dvk_table;

/* Reads a table with a header row; blank lines, and lines before it that start with #, are passed over. DVK_ERR_INVALID
 * with the line's number for a row of another length, an open quote, a column named twice. The caller frees *out. */
dvk_status dvk_table_read(const char *path, dvk_table **out) DVK_MUST_USE;

/* The same of a text in memory, `name` standing for its path in messages. */
dvk_status dvk_table_parse(const char *text, const char *name, dvk_table **out) DVK_MUST_USE;
void dvk_table_free(dvk_table *t);

const char *dvk_table_cell(const dvk_table *t, size_t row, size_t column);

/* The column with this name, case aside; DVK_ERR_INVALID where there is none. */
dvk_status dvk_table_column(const dvk_table *t, const char *name, size_t *out) DVK_MUST_USE;

/* A cell as a number, "n/a" as NaN; DVK_ERR_INVALID with the line and the column's name. */
dvk_status dvk_table_number(const dvk_table *t, size_t row, size_t column, double *out) DVK_MUST_USE;

/* Writing, cell by cell. Tabs and line breaks inside a text become blanks; an empty text and NaN are "n/a". */
dvk_status dvk_tsv_text(dvk_text *t, const char *cell) DVK_MUST_USE;
dvk_status dvk_tsv_number(dvk_text *t, double value) DVK_MUST_USE; /* reads back as the same value */
dvk_status dvk_tsv_texts(dvk_text *t, const char *const *cells, size_t count) DVK_MUST_USE;
dvk_status dvk_tsv_numbers(dvk_text *t, const double *values, size_t count) DVK_MUST_USE;
dvk_status dvk_tsv_end_row(dvk_text *t) DVK_MUST_USE;

#endif
