/*
 * Whether cycles may be added: what would be wrong is refused, what may be right is a warning. Nothing is added in
 * silence.
 */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dvk/radiobiology.h"

#include "base/fail.h"
#include "pipeline/course/course.h"

const dvk_course_roi *dvk_course_find(const dvk_course_cycle *cycle, const char *name)
{
    for (size_t i = 0; i < cycle->roi_count; i++)
        if (strcmp(cycle->rois[i].name, name) == 0)
            return &cycle->rois[i];
    return NULL;
}

bool dvk_course_is_kidney(const char *name)
{
    return strcmp(name, "kidney_left") == 0 || strcmp(name, "kidney_right") == 0;
}

void dvk_course_warn(dvk_course *c, const char *format, ...)
{
    char line[DVK_WARNING_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (size_t i = 0; i < c->warning_count; i++)
        if (strcmp(c->warnings[i], line) == 0)
            return;
    if (c->warning_count < DVK_MAX_WARNINGS)
        memcpy(c->warnings[c->warning_count++], line, sizeof line);
}

static bool differ(double a, double b, double relative)
{
    return isnan(a) != isnan(b) || fabs(a - b) > relative * fabs(a);
}

/* --- refused --- */

static dvk_status check_nuclides(const dvk_course *c)
{
    const dvk_course_cycle *first = &c->cycles[0];
    for (size_t i = 1; i < c->cycle_count; i++) {
        const dvk_course_cycle *cycle = &c->cycles[i];
        if (strcmp(cycle->nuclide, first->nuclide) != 0 || differ(cycle->half_life_h, first->half_life_h, 1e-9))
            return dvk_fail(DVK_ERR_INVALID, "%s: is of %s (half-life %g h), %s of %s (%g h): they are not added",
                            cycle->path, cycle->nuclide, cycle->half_life_h, first->path, first->nuclide,
                            first->half_life_h);
    }
    return DVK_OK;
}

static dvk_status check_kidney(dvk_course *c, const char *name, size_t *found)
{
    size_t with = 0;
    const dvk_course_cycle *without = NULL;
    for (size_t i = 0; i < c->cycle_count; i++) {
        const dvk_course_roi *roi = dvk_course_find(&c->cycles[i], name);
        with += roi != NULL;
        if (!roi)
            without = &c->cycles[i];
        else if (!isfinite(roi->dose_Gy))
            return dvk_fail(DVK_ERR_INVALID, "%s: has no mean dose of %s", c->cycles[i].path, name);
    }
    if (with > 0 && without)
        return dvk_fail(DVK_ERR_INVALID, "%s: has no %s, other cycles have: run it again with that VOI", without->path,
                        name);
    if (with == 0)
        dvk_course_warn(c, "%s is in no cycle: the other kidney alone is added up", name);
    *found += with > 0;
    return DVK_OK;
}

static dvk_status check_kidneys(dvk_course *c)
{
    size_t found = 0;
    DVK_TRY(check_kidney(c, "kidney_left", &found));
    DVK_TRY(check_kidney(c, "kidney_right", &found));
    if (found == 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: has no kidney_left and no kidney_right, nor has any other cycle",
                        c->cycles[0].path);
    return DVK_OK;
}

/* --- warned of --- */

static void compare_texts(dvk_course *c, const char *what, size_t offset)
{
    const char *first = (const char *)&c->cycles[0] + offset;
    for (size_t i = 1; i < c->cycle_count; i++) {
        const char *other = (const char *)&c->cycles[i] + offset;
        size_t same = 0;
        while (first[same] && first[same] == other[same])
            same++;
        while (same > 0 && first[same - 1] != ' ') /* show the first word that differs and what follows */
            same--;
        if (strcmp(first, other) != 0)
            dvk_course_warn(c, "the %s differs: ... '%.64s' in %.32s, ... '%.64s' in %.32s", what, first + same,
                            c->cycles[0].label, other + same, c->cycles[i].label);
    }
}

/* A kidney does not gain or lose a quarter between cycles: another patient, outline or side is more likely. */
static void compare_masses(dvk_course *c, const dvk_course_cycle *a, const dvk_course_cycle *b)
{
    static const double MOST = 0.25;
    for (size_t i = 0; i < a->roi_count; i++) {
        const dvk_course_roi *p = &a->rois[i], *q = dvk_course_find(b, p->name);
        if (!q)
            continue;
        if (dvk_course_is_kidney(p->name) && fabs(q->mass_g / p->mass_g - 1) > MOST)
            dvk_course_warn(c, "the mass of %s changes by %+.0f %% from %.60s to %.60s: check the outlines", p->name,
                            100 * (q->mass_g / p->mass_g - 1), a->label, b->label);
        if (differ(p->recovery, q->recovery, 0.1))
            dvk_course_warn(c, "the recovery of %s is %.3g in %.60s and %.3g in %.60s", p->name, p->recovery, a->label,
                            q->recovery, b->label);
    }
}

/* A coefficient that was given and is not used lets the sums lie below what the user takes for true. */
static void check_recovery(dvk_course *c)
{
    for (size_t i = 0; c->options.doses == DVK_COURSE_DOSES_MAP && i < c->cycle_count; i++)
        for (size_t k = 0; k < c->cycles[i].roi_count; k++) {
            const dvk_course_roi *r = &c->cycles[i].rois[k];
            if (!dvk_course_is_kidney(r->name) || isnan(r->dose_recovered_Gy))
                continue;
            dvk_course_warn(c,
                            "%s was given recovery coefficients (%.3g for %s) and the sums are of its map: to add up "
                            "the doses divided by them, use --doses recovered",
                            c->cycles[i].label, r->recovery, r->name);
            return;
        }
}

/* The number at the end of a label, as in ses-03; -1 without one. Longer ones are dates, not counts. */
static long trailing_number(const char *label, size_t *stem)
{
    size_t at = strlen(label);
    while (at > 0 && isdigit((unsigned char)label[at - 1]))
        at--;
    *stem = at;
    const size_t digits = strlen(label) - at;
    return digits > 0 && digits <= 3 ? strtol(label + at, NULL, 10) : -1;
}

static void check_numbering(dvk_course *c)
{
    for (size_t i = 1; i < c->cycle_count; i++) {
        const char *a = c->cycles[i - 1].label, *b = c->cycles[i].label;
        size_t stem_a = 0, stem_b = 0;
        const long before = trailing_number(a, &stem_a), now = trailing_number(b, &stem_b);
        if (before < 0 || now < 0 || stem_a != stem_b || strncmp(a, b, stem_a) != 0)
            return;
        if (i == 1 && before > 1)
            dvk_course_warn(c, "the first cycle given is %.90s: is an earlier one missing?", a);
        if (now != before + 1)
            dvk_course_warn(c, "%.90s follows %.90s: is a cycle missing, or the order not that of time?", b, a);
    }
}

void dvk_course_assume_biology(dvk_course *c)
{
    const double usual = dvk_biology_default().alpha_beta_Gy;
    for (size_t i = 0; i < c->cycle_count; i++)
        for (size_t k = 0; k < c->cycles[i].roi_count; k++) {
            dvk_course_roi *r = &c->cycles[i].rois[k];
            if (isnan(r->alpha_beta_Gy) && !isnan(r->bed_Gy)) {
                r->alpha_beta_Gy = usual;
                dvk_course_warn(c, "the alpha/beta of %s is not recorded: %g Gy is taken", r->name, usual);
            }
            if (isnan(r->g_factor))
                r->g_factor = (r->bed_Gy - r->dose_Gy) * r->alpha_beta_Gy / (r->dose_Gy * r->dose_Gy);
        }
}

dvk_status dvk_course_check(dvk_course *c)
{
    DVK_TRY(check_nuclides(c));
    DVK_TRY(check_kidneys(c));
    compare_texts(c, "kernel", offsetof(dvk_course_cycle, kernel));
    compare_texts(c, "method", offsetof(dvk_course_cycle, method));
    compare_texts(c, "version of dvkit", offsetof(dvk_course_cycle, version));
    for (size_t i = 1; i < c->cycle_count; i++)
        compare_masses(c, &c->cycles[i - 1], &c->cycles[i]);
    check_recovery(c);
    check_numbering(c);
    return DVK_OK;
}
