/* See labels.h. The presets' numbers are in labels_presets.c, the file formats in labels_files.c. */
#include "data/labels.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"

/* --- names --- */

/* Words in lower case with single underscores between; bytes of UTF-8 stay as they are. */
static bool to_words(const char *name, char out[DVK_NAME_SIZE])
{
    size_t n = 0;
    for (; *name; name++) {
        const unsigned char c = (unsigned char)*name;
        const bool letter = isalnum(c) || c >= 0x80;
        if (!letter && (n == 0 || out[n - 1] == '_'))
            continue;
        if (n + 1 == DVK_NAME_SIZE)
            return false;
        out[n++] = letter ? (char)tolower(c) : '_';
    }
    while (n && out[n - 1] == '_')
        n--;
    out[n] = '\0';
    return n > 0;
}

/* Whether the words, run together, are `side` and "kidney" in either order. */
static bool is_kidney(const char *words, const char *side)
{
    char joined[DVK_NAME_SIZE], before[32], after[32];
    size_t n = 0;
    for (; *words; words++)
        if (*words != '_')
            joined[n++] = *words;
    joined[n] = '\0';
    snprintf(before, sizeof before, "%skidney", side);
    snprintf(after, sizeof after, "kidney%s", side);
    return strcmp(joined, before) == 0 || strcmp(joined, after) == 0;
}

dvk_status dvk_label_name(const char *name, char out[DVK_NAME_SIZE])
{
    static const char *const left[] = {"left", "l", "lt"}, *const right[] = {"right", "r", "rt"};
    if (!to_words(name, out))
        return dvk_fail(DVK_ERR_INVALID, "'%s' is not a name of 1 to %d letters", name, DVK_NAME_SIZE - 1);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        if (is_kidney(out, left[i]))
            snprintf(out, DVK_NAME_SIZE, "kidney_left");
        if (is_kidney(out, right[i]))
            snprintf(out, DVK_NAME_SIZE, "kidney_right");
    }
    return DVK_OK;
}

/* --- tables --- */

void dvk_labels_clear(dvk_labels *labels)
{
    dvk_free(labels->label);
    *labels = (dvk_labels){0};
}

const dvk_label *dvk_labels_named(const dvk_labels *labels, const char *name)
{
    for (size_t i = 0; i < labels->count; i++)
        if (strcmp(labels->label[i].name, name) == 0)
            return &labels->label[i];
    return NULL;
}

dvk_status dvk_labels_add(dvk_labels *labels, double value, const char *name, const char *where)
{
    dvk_label fresh = {0};
    if (!(value >= 0 && value <= DVK_HIGHEST_LABEL) || value != (int)value)
        return dvk_fail(DVK_ERR_INVALID, "%s: %g is not a label: a whole number up to %d is wanted", where, value,
                        DVK_HIGHEST_LABEL);
    fresh.value = (int)value;
    if (fresh.value == 0)
        return DVK_OK;
    if (dvk_label_name(name, fresh.name) != DVK_OK)
        return dvk_fail_prefix(DVK_ERR_INVALID, where);
    for (size_t i = 0; i < labels->count; i++) {
        const dvk_label *other = &labels->label[i];
        if (other->value == fresh.value)
            return dvk_fail(DVK_ERR_INVALID, "%s: label %d is there twice, as %s and %s", where, fresh.value,
                            other->name, fresh.name);
        if (strcmp(other->name, fresh.name) == 0)
            return dvk_fail(DVK_ERR_INVALID, "%s: %s is there twice, as labels %d and %d", where, fresh.name,
                            other->value, fresh.value);
    }
    if (labels->count == labels->room) {
        const size_t room = labels->room ? 2 * labels->room : 32;
        DVK_TRY(dvk_grow(labels->count, room, sizeof *labels->label, &labels->label));
        labels->room = room;
    }
    labels->label[labels->count++] = fresh;
    return DVK_OK;
}

/* --- --labels --- */

/* Adds "NAME=VALUE"; left and right alone mean the kidneys. */
static dvk_status add_pair(const char *pair, dvk_labels *out)
{
    char name[DVK_NAME_SIZE];
    double value = 0;
    const char *equals = strchr(pair, '='), *end = NULL;
    const size_t length = equals ? (size_t)(equals - pair) : 0;
    if (!length || length >= sizeof name || !dvk_text_number(equals + 1, &value, &end) || *end)
        return dvk_fail(DVK_ERR_USAGE, "--labels: '%s' is not NAME=NUMBER, as in left=3,right=2,liver=1", pair);
    memcpy(name, pair, length);
    name[length] = '\0';
    const char *full = strcmp(name, "left") == 0 ? "kidney_left" : strcmp(name, "right") == 0 ? "kidney_right" : name;
    if (value == 0)
        return dvk_fail(DVK_ERR_USAGE, "--labels: '%s': 0 is the background", pair);
    const dvk_status status = dvk_labels_add(out, value, full, "--labels");
    return status == DVK_ERR_INVALID ? dvk_fail(DVK_ERR_USAGE, "%s", dvk_last_message()) : status;
}

dvk_status dvk_labels_parse(const char *text, dvk_labels *out)
{
    char *copy = NULL, *state = NULL;
    *out = (dvk_labels){0};
    DVK_TRY(dvk_strdup(text, &copy));
    dvk_status status = DVK_OK;
    for (char *pair = strtok_r(copy, ",", &state); pair && status == DVK_OK; pair = strtok_r(NULL, ",", &state))
        status = add_pair(pair, out);
    dvk_free(copy);
    if (status == DVK_OK && out->count == 0)
        status = dvk_fail(DVK_ERR_USAGE, "--labels: '%s' names nothing: left=3,right=2,liver=1 would", text);
    return status;
}
