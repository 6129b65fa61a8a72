/* The choices of each axis, from the lists that the user gave. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dvk/quantity.h"

#include "base/fail.h"
#include "pipeline/methods/methods.h"

static const char *const axis_names[DVK_AXES] = {"points", "integrate", "tail", "kernel", "engine", "density", "vois"};
static const char *const first_choices[DVK_AXES] = {"all", "auto", "last2", "full", "auto", "none", "scan"};

dvk_methods_options dvk_methods_default(void)
{
    return (dvk_methods_options){.of_case = dvk_case_default(), .reference = 1};
}

static dvk_status add_label(dvk_methods_axis *axis, const char *text, size_t length)
{
    if (axis->count == DVK_METHODS_CHOICES)
        return dvk_fail(DVK_ERR_USAGE, "--%s: more than %d choices", axis->name, DVK_METHODS_CHOICES);
    if (length == 0 || length >= DVK_METHODS_LABEL)
        return dvk_fail(DVK_ERR_USAGE, "--%s: an empty choice, or one of more than %d letters", axis->name,
                        DVK_METHODS_LABEL - 1);
    char *label = axis->label[axis->count];
    memcpy(label, text, length);
    label[length] = '\0';
    for (size_t i = 0; i < axis->count; i++)
        if (strcmp(axis->label[i], label) == 0)
            return dvk_fail(DVK_ERR_USAGE, "--%s: '%s' is given twice", axis->name, label);
    axis->count++;
    return DVK_OK;
}

static dvk_status split(dvk_methods_axis *axis, const char *list)
{
    for (const char *at = list;; at++) {
        const size_t length = strcspn(at, ",");
        DVK_TRY(add_label(axis, at, length));
        at += length;
        if (!*at)
            return DVK_OK;
    }
}

/* A word's place in a list, or -1. */
static int find(const char *word, size_t length, const char *(*name_of)(int), int count)
{
    for (int i = 0; i < count; i++)
        if (strlen(name_of(i)) == length && strncmp(name_of(i), word, length) == 0)
            return i;
    return -1;
}

static const char *start_name(int i)
{
    return dvk_start_name((dvk_start)i);
}

static const char *tail_name(int i)
{
    return dvk_tail_name((dvk_tail)i);
}

static const char *weighting_name(int i)
{
    return dvk_weighting_name((dvk_weighting)i);
}

static const char *engine_name(int i)
{
    return dvk_engine_name((dvk_engine)i);
}

/* --- points --- */

static dvk_status all_but_each(dvk_methods_axis *axis, size_t scans)
{
    for (size_t left_out = 1; left_out <= scans; left_out++) {
        char label[DVK_METHODS_LABEL] = "";
        size_t used = 0;
        for (size_t i = 1; i <= scans; i++)
            if (i != left_out)
                used += (size_t)snprintf(label + used, sizeof label - used, "%s%zu", used ? "+" : "", i);
        DVK_TRY(add_label(axis, label, used));
    }
    return DVK_OK;
}

/* "each-left-out" stands for several choices: it is written out before the others are read. */
static dvk_status split_points(dvk_methods_axis *axis, const char *list, size_t scans)
{
    static const char each[] = "each-left-out";
    for (const char *at = list;; at++) {
        const size_t length = strcspn(at, ",");
        if (length == sizeof each - 1 && strncmp(at, each, length) == 0)
            DVK_TRY(all_but_each(axis, scans));
        else
            DVK_TRY(add_label(axis, at, length));
        at += length;
        if (!*at)
            return DVK_OK;
    }
}

static dvk_status read_points(const char *label, size_t scans, size_t *scan, size_t *count)
{
    const char *at = label;
    *count = 0;
    if (strcmp(label, "all") == 0) {
        for (*count = 0; *count < scans; (*count)++)
            scan[*count] = *count;
        return DVK_OK;
    }
    for (;;) {
        char *end = NULL;
        const unsigned long number = strtoul(at, &end, 10);
        const bool rises = *count == 0 || number > scan[*count - 1] + 1;
        if (end == at || (*end && *end != '+') || number < 1 || number > scans || !rises)
            return dvk_fail(DVK_ERR_USAGE,
                            "--points: '%s' is not all, each-left-out, or rising numbers from 1 to %zu such as 1+2",
                            label, scans);
        scan[(*count)++] = number - 1;
        if (!*end)
            return DVK_OK;
        at = end + 1;
    }
}

/* --- curves --- */

static dvk_status read_rule(const char *word, size_t length, const char *label, dvk_integration *how)
{
    const int start = find(word, length, start_name, DVK_START_BACK_EXTRAPOLATE + 1);
    const int weighting = find(word, length, weighting_name, DVK_WEIGHT_POISSON + 1);
    if (length == 3 && strncmp(word, "voi", 3) == 0)
        how->scope = DVK_SCOPE_VOI;
    else if (start >= 0)
        how->start = (dvk_start)start;
    else if (weighting >= 0)
        how->weighting = (dvk_weighting)weighting;
    else
        return dvk_fail(DVK_ERR_USAGE, "--integrate: '%.*s' in '%s' is neither a start nor a weighting, nor voi",
                        (int)length, word, label);
    return DVK_OK;
}

static dvk_status read_curve(const char *label, const dvk_integration *base, dvk_integration *how, dvk_shape **shape)
{
    char model[DVK_METHODS_LABEL];
    const size_t length = strcspn(label, "+");
    *how = *base;
    memcpy(model, label, length);
    model[length] = '\0';
    for (const char *at = label + length; *at;) {
        const char *word = at + 1;
        at = word + strcspn(word, "+");
        DVK_TRY(read_rule(word, (size_t)(at - word), label, how));
    }
    const dvk_status status = dvk_integration_parse_model(how, model, shape);
    return status == DVK_OK ? DVK_OK : dvk_fail_prefix(status, "--integrate");
}

/* --- the others --- */

/* A kernel choice that is a length is a radius; else it is full, or a file. */
static dvk_status read_kernel(const char *label, double *radius_mm, bool *file)
{
    const double before = *radius_mm;
    *file = strcmp(label, "full") != 0 && dvk_quantity_parse(label, DVK_UNIT_MM, radius_mm) != DVK_OK;
    if (*file || strcmp(label, "full") == 0)
        *radius_mm = before;
    else if (!(*radius_mm > 0))
        return dvk_fail(DVK_ERR_USAGE, "--kernel: '%s' is not a radius above 0", label);
    return DVK_OK;
}

/* "scan", "voi" or a file, and "+recovered" behind it. */
static dvk_status read_voi(const char *label, const dvk_roi_options *roi, size_t i, dvk_methods_plan *p)
{
    static const char ending[] = "+recovered";
    const size_t length = strlen(label), end = length > sizeof ending - 1 ? length - (sizeof ending - 1) : length;
    p->recovered[i] = strcmp(label + end, ending) == 0;
    char *file = p->voi_file[i];
    snprintf(file, sizeof p->voi_file[i], "%.*s", (int)(p->recovered[i] ? end : length), label);
    p->voi_grid[i] = strcmp(file, "voi") == 0 ? DVK_VOI_GRID_VOI : DVK_VOI_GRID_SCAN;
    if (strcmp(file, "voi") == 0 || strcmp(file, "scan") == 0)
        file[0] = '\0';
    if (p->recovered[i] && !roi->recovery)
        return dvk_fail(DVK_ERR_USAGE, "--vois: '%s' needs --recovery to say by what to divide", label);
    return DVK_OK;
}

static dvk_status read_word(const dvk_methods_axis *axis, size_t i, const char *(*name_of)(int), int count, int *out)
{
    *out = find(axis->label[i], strlen(axis->label[i]), name_of, count);
    return *out >= 0 ? DVK_OK : dvk_fail(DVK_ERR_USAGE, "--%s: '%s' is no choice", axis->name, axis->label[i]);
}

static dvk_status read_all(const dvk_methods_options *o, size_t scans, const dvk_methods *m, dvk_methods_plan *p)
{
    const dvk_methods_axis *axis = m->axis;
    int word = 0;
    for (size_t i = 0; i < axis[DVK_AXIS_POINTS].count; i++)
        DVK_TRY(read_points(axis[DVK_AXIS_POINTS].label[i], scans, p->scan[i], &p->scans[i]));
    for (size_t i = 0; i < axis[DVK_AXIS_CURVE].count; i++)
        DVK_TRY(read_curve(axis[DVK_AXIS_CURVE].label[i], &o->of_case.integration, &p->curve[i], &p->shape[i]));
    for (size_t i = 0; i < axis[DVK_AXIS_TAIL].count; i++) {
        DVK_TRY(read_word(&axis[DVK_AXIS_TAIL], i, tail_name, DVK_TAIL_FIT + 1, &word));
        p->tail[i] = (dvk_tail)word;
    }
    for (size_t i = 0; i < axis[DVK_AXIS_KERNEL].count; i++)
        DVK_TRY(read_kernel(axis[DVK_AXIS_KERNEL].label[i], &p->radius_mm[i], &p->kernel_file[i]));
    for (size_t i = 0; i < axis[DVK_AXIS_ENGINE].count; i++) {
        DVK_TRY(read_word(&axis[DVK_AXIS_ENGINE], i, engine_name, DVK_ENGINE_LOCAL + 1, &word));
        p->engine[i] = (dvk_engine)word;
    }
    for (size_t i = 0; i < axis[DVK_AXIS_VOI].count; i++)
        DVK_TRY(read_voi(axis[DVK_AXIS_VOI].label[i], &o->of_case.roi, i, p));
    return DVK_OK;
}

dvk_status dvk_methods_plan_make(const dvk_methods_options *o, size_t scans, dvk_methods *m, dvk_methods_plan *out)
{
    *out = (dvk_methods_plan){0};
    m->count = 1;
    for (int a = 0; a < DVK_AXES; a++) {
        const char *list = o->choices[a] ? o->choices[a] : first_choices[a];
        if (a == DVK_AXIS_VOI && !o->choices[a] && o->of_case.voi_grid == DVK_VOI_GRID_VOI)
            list = "voi";
        m->axis[a].name = axis_names[a];
        DVK_TRY(a == DVK_AXIS_POINTS ? split_points(&m->axis[a], list, scans) : split(&m->axis[a], list));
        m->count *= m->axis[a].count;
    }
    return read_all(o, scans, m, out);
}

void dvk_methods_plan_clear(dvk_methods_plan *p)
{
    for (size_t i = 0; i < DVK_METHODS_CHOICES; i++)
        dvk_shape_free(p->shape[i]);
}
