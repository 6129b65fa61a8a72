/* What is possible in a series but looks wrong: said, never mended. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "physics/series.h"

static const double MOST_OF_INJECTED = 1.10, LEAST_OF_INJECTED = 0.01;
static const double LATEST_SCAN_H = 60 * 24;       /* nine half-lives of Lu-177: the time's unit is in doubt */
static const double EARLIEST_LAST_SCAN = 0.02;     /* half-lives: 3.2 h of Lu-177; less tells nothing of the kinetics */
static const double LONGEST_FRAME_H = 6;           /* no bed position takes longer */
static const double LEAST_MBq = 1, MOST_MBq = 1e5; /* a therapy's activity lies between 1 MBq and 100 GBq */

static dvk_status warn(dvk_series *s, const char *format, ...) DVK_PRINTF(2, 3);

static dvk_status warn(dvk_series *s, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    DVK_TRY(dvk_text_add_bytes(&s->warnings, line, strlen(line) + 1));
    s->warning_count++;
    return DVK_OK;
}

static dvk_status check_scan(dvk_series *s, size_t scan)
{
    char label[DVK_SCAN_LABEL_SIZE];
    const dvk_scan_facts *f = &s->facts[scan];
    dvk_series_scan_label(s, scan, label);
    if (f->time_h > LATEST_SCAN_H)
        DVK_TRY(warn(s, "%s: starts %.4g days after the injection: are the times in seconds?", label, f->time_h / 24));
    if (fabs(f->time_h - f->reference_h) > LATEST_SCAN_H)
        DVK_TRY(warn(s, "%s: is decay-corrected over %.4g days: is ImageDecayCorrectionTime in seconds after TimeZero?",
                     label, (f->time_h - f->reference_h) / 24));
    if (f->frame_duration_h > LONGEST_FRAME_H)
        DVK_TRY(warn(s, "%s: its frame lasts %.4g h: is FrameDuration in seconds?", label, f->frame_duration_h));

    const double lambda = dvk_decay_constant_per_h(f->nuclide->half_life_h);
    const double decayed_MBq = s->injected_MBq * exp(-lambda * f->time_h);
    const double share = s->activity_MBq[scan] / decayed_MBq;
    if (share > MOST_OF_INJECTED || share < LEAST_OF_INJECTED)
        DVK_TRY(warn(s,
                     "%s: holds %.4g MBq, %.3g %% of the injected activity decayed to its start (%.4g MBq): check "
                     "Units, calibration, decay reference and InjectedRadioactivity",
                     label, s->activity_MBq[scan], 100 * share, decayed_MBq));
    return DVK_OK;
}

/* Times that were meant in hours, read as minutes or seconds. */
static dvk_status check_span(dvk_series *s)
{
    const dvk_scan_facts *last = &s->facts[s->scans - 1];
    if (last->time_h >= EARLIEST_LAST_SCAN * last->nuclide->half_life_h)
        return DVK_OK;
    return warn(s,
                "the last scan starts %.3g h after the injection, too early to tell a half-life: are the times in "
                "another unit?",
                last->time_h);
}

dvk_status dvk_series_check(dvk_series *s)
{
    if (isnan(s->injected_MBq))
        DVK_TRY(warn(s, "the injected activity is not known: activities are not checked against it, and there is no "
                        "dose per activity; --injected gives it"));
    else if (s->injected_MBq < LEAST_MBq || s->injected_MBq > MOST_MBq)
        DVK_TRY(
            warn(s, "%g MBq injected is not a therapy's activity: check InjectedRadioactivityUnits", s->injected_MBq));
    for (size_t scan = 0; scan < s->scans; scan++)
        DVK_TRY(check_scan(s, scan));
    return check_span(s);
}

size_t dvk_series_warnings(const dvk_series *s)
{
    return s->warning_count;
}

const char *dvk_series_warning(const dvk_series *s, size_t i)
{
    const char *line = s->warnings.data;
    if (i >= s->warning_count)
        return NULL;
    while (i--)
        line += strlen(line) + 1;
    return line;
}
