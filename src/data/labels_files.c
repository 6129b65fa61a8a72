/* Label tables as programs write them: BIDS, 3D Slicer, ITK-SNAP, and Caret XML in a NIfTI header extension. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/labels.h"
#include "data/table.h"

/* --- *_dseg.tsv --- */

static dvk_status add_rows(const dvk_table *t, const char *path, dvk_labels *out)
{
    size_t index = 0, name = 0;
    DVK_TRY(dvk_table_column(t, "index", &index));
    DVK_TRY(dvk_table_column(t, "name", &name));
    for (size_t row = 0; row < t->rows; row++) {
        double value = 0;
        DVK_TRY(dvk_table_number(t, row, index, &value));
        DVK_TRY(dvk_labels_add(out, value, dvk_table_cell(t, row, name), path));
    }
    return DVK_OK;
}

static dvk_status read_tsv(const char *path, dvk_labels *out)
{
    dvk_table *t = NULL;
    DVK_TRY(dvk_table_read(path, &t));
    const dvk_status status = add_rows(t, path, out);
    dvk_table_free(t);
    return status;
}

/* --- lines of 3D Slicer and ITK-SNAP --- */

/* Cuts "2 0 0 255 1 1 1 "kidney right"" (ITK-SNAP) at its quotes. */
static char *quoted_name(char *rest)
{
    char *open = strchr(rest, '"'), *close = open ? strrchr(rest, '"') : NULL;
    if (!open || close == open)
        return NULL;
    *close = '\0';
    return open + 1;
}

static char *last_word(char *text)
{
    size_t n = strlen(text);
    while (n && strchr(" \t\r", text[n - 1]))
        text[--n] = '\0';
    while (n && !strchr(" \t", text[n - 1]))
        n--;
    return text + n;
}

/* Cuts "2 kidney right 0 0 255 255" (Slicer) before its four colour numbers. */
static char *plain_name(char *rest)
{
    for (int i = 0; i < 4; i++) {
        double colour = 0;
        const char *end = NULL;
        char *word = last_word(rest);
        if (!dvk_text_number(word, &colour, &end) || *end)
            return NULL;
        *word = '\0';
    }
    last_word(rest); /* takes the blanks off the end */
    return rest;
}

static dvk_status add_line(char *line, size_t number, const char *path, dvk_labels *out)
{
    double value = 0;
    const char *end = NULL;
    line += strspn(line, " \t\r");
    if (!*line || *line == '#')
        return DVK_OK;
    char *name = NULL;
    if (dvk_text_number(line, &value, &end)) {
        char *rest = line + (end - line);
        rest += strspn(rest, " \t");
        name = strchr(rest, '"') ? quoted_name(rest) : plain_name(rest);
    }
    if (!name)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: line %zu is neither of a 3D Slicer colour table nor of an ITK-SNAP label file", path,
                        number);
    return dvk_labels_add(out, value, name, path);
}

static dvk_status read_lines(const char *path, dvk_labels *out)
{
    char *text = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_text_file_read(path, &text));
    size_t number = 1;
    for (char *line = text, *next = NULL; line && status == DVK_OK; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        status = add_line(line, number, path, out);
    }
    dvk_free(text);
    return status;
}

dvk_status dvk_labels_read(const char *path, dvk_labels *out)
{
    *out = (dvk_labels){0};
    const size_t length = strlen(path);
    const bool tsv = length > 4 && strcmp(path + length - 4, ".tsv") == 0;
    DVK_TRY(tsv ? read_tsv(path, out) : read_lines(path, out));
    if (out->count == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: names no label", path);
    return DVK_OK;
}

/* --- Caret XML --- */

/* Puts the characters that XML writes as entities back, in place. */
static void decode_entities(char *text)
{
    static const struct {
        const char *name;
        char letter;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    char *to = text;
    while (*text) {
        size_t taken = 1;
        char letter = *text;
        for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
            if (strncmp(text, entities[i].name, strlen(entities[i].name)) == 0) {
                taken = strlen(entities[i].name);
                letter = entities[i].letter;
            }
        *to++ = letter;
        text += taken;
    }
    *to = '\0';
}

/* Reads the element that starts at `at` ("<Label "): its key and its text. Returns where it ends, NULL when it is
 * broken. */
static const char *read_element(const char *at, double *key, char text[256])
{
    static const char cdata[] = "<![CDATA[";
    const char *open = strchr(at, '>'), *attribute = strstr(at, " Key=\""), *number_end = NULL;
    const char *close = open ? strstr(open, "</Label>") : NULL;
    if (!close || !attribute || attribute > open || !dvk_text_number(attribute + 6, key, &number_end))
        return NULL;
    const char *from = open + 1, *to = close;
    const bool literal = strncmp(from, cdata, sizeof cdata - 1) == 0;
    if (literal) {
        from += sizeof cdata - 1;
        to -= 3; /* ]]> */
    }
    if (*number_end != '"' || to < from || to - from >= 256)
        return NULL;
    memcpy(text, from, (size_t)(to - from));
    text[to - from] = '\0';
    if (!literal)
        decode_entities(text);
    return close;
}

dvk_status dvk_labels_caret(const char *xml, const char *path, dvk_labels *out)
{
    *out = (dvk_labels){0};
    for (const char *at = strstr(xml, "<Label "); at; at = strstr(at, "<Label ")) {
        char name[256];
        double key = 0;
        at = read_element(at, &key, name);
        if (!at)
            return dvk_fail(DVK_ERR_INVALID, "%s: the label names in its header are damaged: give --labels", path);
        DVK_TRY(dvk_labels_add(out, key, name, path));
    }
    return DVK_OK;
}
