/* The provenance record as it is written beside the maps: objects as lists of facts, lists of objects as tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "pipeline/report/parts.h"

enum { DEEPEST = 8 };

/* As few digits as read back the same, without an exponent where people would write none. */
static void shortest(double value, char text[32])
{
    dvk_text_shortest(value, text);
    if (!strchr(text, 'e') || fabs(value) >= 1e12)
        return;
    snprintf(text, 32, "%.0f", value);
    if (strtod(text, NULL) != value)
        dvk_text_shortest(value, text);
}

static void scalar(dvk_page *p, const json_t *value)
{
    char text[32];
    if (!value) {
        dvk_page_add(p, "–");
        return;
    }
    switch (json_typeof(value)) {
    case JSON_STRING:
        dvk_page_text(p, json_string_value(value));
        break;
    case JSON_INTEGER:
        dvk_page_add(p, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        shortest(json_real_value(value), text);
        dvk_page_add(p, "%s", text);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        dvk_page_add(p, "%s", json_is_true(value) ? "yes" : "no");
        break;
    default:
        dvk_page_add(p, "–"); /* null */
    }
}

static bool is_simple(const json_t *value)
{
    return !json_is_object(value) && !json_is_array(value);
}

static void any(dvk_page *p, json_t *value, int depth);

static void object(dvk_page *p, json_t *value, int depth)
{
    const char *key = NULL;
    json_t *member = NULL;
    dvk_page_add(p, "<dl class=\"wide\">\n");
    json_object_foreach(value, key, member)
    {
        dvk_page_add(p, "<dt>");
        dvk_page_text(p, key);
        dvk_page_add(p, "</dt><dd>");
        any(p, member, depth + 1);
        dvk_page_add(p, "</dd>\n");
    }
    dvk_page_add(p, "</dl>\n");
}

/* Objects of plain values, all in the order of the first one's keys. */
static bool is_table(json_t *value)
{
    size_t i = 0;
    json_t *row = NULL, *cell = NULL;
    const char *key = NULL;
    json_array_foreach(value, i, row)
    {
        if (!json_is_object(row) || json_object_size(row) != json_object_size(json_array_get(value, 0)))
            return false;
        json_object_foreach(row, key, cell) if (!is_simple(cell)) return false;
    }
    return json_array_size(value) > 0;
}

static void table(dvk_page *p, json_t *value)
{
    size_t i = 0;
    json_t *row = NULL, *cell = NULL, *first = json_array_get(value, 0);
    const char *key = NULL;
    dvk_page_add(p, "<table>\n<thead><tr>");
    json_object_foreach(first, key, cell)
    {
        dvk_page_add(p, "<th scope=\"col\">");
        dvk_page_text(p, key);
        dvk_page_add(p, "</th>");
    }
    dvk_page_add(p, "</tr></thead>\n<tbody>\n");
    json_array_foreach(value, i, row)
    {
        dvk_page_add(p, "<tr>");
        json_object_foreach(first, key, cell)
        {
            dvk_page_add(p, "<td class=\"words\">");
            scalar(p, json_object_get(row, key));
            dvk_page_add(p, "</td>");
        }
        dvk_page_add(p, "</tr>\n");
    }
    dvk_page_add(p, "</tbody>\n</table>\n");
}

/* Numbers and words in a line, anything larger as a list. */
static void array(dvk_page *p, json_t *value, int depth)
{
    size_t i = 0;
    json_t *item = NULL;
    bool simple = true;
    if (is_table(value)) {
        table(p, value);
        return;
    }
    json_array_foreach(value, i, item) simple = simple && is_simple(item);
    dvk_page_add(p, simple ? "" : "<ol>\n");
    json_array_foreach(value, i, item)
    {
        dvk_page_add(p, "%s", simple ? (i ? ", " : "") : "<li>");
        any(p, item, depth + 1);
        dvk_page_add(p, simple ? "" : "</li>\n");
    }
    dvk_page_add(p, simple ? "" : "</ol>\n");
}

static void any(dvk_page *p, json_t *value, int depth)
{
    if (is_simple(value))
        scalar(p, value);
    else if (depth > DEEPEST)
        dvk_page_add(p, "…");
    else if (json_is_object(value))
        object(p, value, depth);
    else
        array(p, value, depth);
}

void dvk_report_provenance(const dvk_parts *parts)
{
    const json_t *provenance = parts->report->provenance;
    if (!json_is_object(provenance))
        return;
    dvk_page_section(parts->page, "provenance", "Provenance");
    dvk_page_add(parts->page, "<div class=\"provenance\">\n");
    any(parts->page, (json_t *)provenance, 0); /* jansson's walks take no const, but change nothing */
    dvk_page_add(parts->page, "</div>\n");
    dvk_page_section_end(parts->page);
}
