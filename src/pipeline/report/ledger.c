/* The ledger of a course: for each kidney one bar, made of its cycles, with the predicted next one, against the limit.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/course/course.h"
#include "pipeline/report/chart.h"
#include "pipeline/report/course.h"

typedef struct ledger {
    const dvk_course *course;
    bool dose; /* absorbed dose instead of BED */
    dvk_chart chart;
} ledger;

static const dvk_course_ledger *of(const ledger *l, const dvk_course_sum *sum)
{
    return l->dose ? &sum->dose : &sum->bed;
}

static double limit_of(const ledger *l)
{
    return l->dose ? l->course->options.limit_dose_Gy : l->course->options.limit_bed_Gy;
}

unsigned dvk_report_course_colour(const dvk_course *c, size_t i)
{
    const char *name = c->sums[i].name;
    return strcmp(name, "kidney_left") == 0 ? 0 : strcmp(name, "kidney_right") == 0 ? 1 : 2 + (unsigned)(i % 6);
}

static double highest(const ledger *l)
{
    double top = limit_of(l) > 0 ? limit_of(l) + l->course->options.tolerance_Gy : 0;
    for (size_t i = 0; i < l->course->sum_count; i++) {
        const dvk_course_ledger *sum = of(l, &l->course->sums[i]);
        if (l->course->sums[i].kidney)
            top = fmax(top, sum->sum_Gy + (sum->predicted_next_Gy > 0 ? sum->predicted_next_Gy : 0));
    }
    return top > 10 ? 5 * ceil(1.06 * top / 5) : dvk_chart_round_up(1.06 * top);
}

/* The band of the tolerance above the limit, behind the bars. */
static void draw_tolerance(ledger *l)
{
    const double limit = limit_of(l), tolerance = l->course->options.tolerance_Gy;
    if (limit > 0 && tolerance > 0)
        dvk_chart_box(&l->chart, "tolerance", l->chart.x.low, fmax(limit - tolerance, 0), l->chart.x.high,
                      limit + tolerance);
}

/* The limit itself, in front of them. */
static void draw_limit(ledger *l)
{
    const double limit = limit_of(l), x[2] = {l->chart.x.low, l->chart.x.high}, y[2] = {limit, limit};
    if (!(limit > 0))
        return;
    dvk_chart_line(&l->chart, "limit", x, y, 2);
    dvk_chart_text(&l->chart, "end", l->chart.x.high, limit, -3, -4);
    dvk_page_add(l->chart.page, "limit ");
    dvk_page_plain(l->chart.page, limit, 4);
    if (l->course->options.tolerance_Gy > 0) {
        dvk_page_add(l->chart.page, " ± ");
        dvk_page_plain(l->chart.page, l->course->options.tolerance_Gy, 4);
    }
    dvk_page_add(l->chart.page, " Gy</text>\n");
}

/* The words in or beside a part: which cycle, and its Gy. Thin parts have none. */
static void label_part(ledger *l, double x, double from, double to, const char *name, bool inside)
{
    if (to - from < 0.045 * l->chart.y.high)
        return;
    dvk_page_add(l->chart.page, "<g class=\"%s\">", inside ? "inside" : "beside");
    dvk_chart_text(&l->chart, "middle", x, 0.5 * (from + to), 0, 4);
    dvk_page_text(l->chart.page, name);
    dvk_page_add(l->chart.page, ": ");
    dvk_page_number(l->chart.page, to - from, 3);
    dvk_page_add(l->chart.page, "</text></g>\n");
}

static void draw_bar(ledger *l, const dvk_course_sum *sum, double x, unsigned colour)
{
    dvk_page *p = l->chart.page;
    char name[64], style[32];
    double at = 0;
    for (size_t k = 0; k < l->course->cycle_count; k++) {
        const dvk_course_roi *roi = dvk_course_find(&l->course->cycles[k], sum->name);
        const double part = roi ? (l->dose ? roi->dose_Gy : roi->bed_Gy) : NAN;
        if (!(part > 0))
            continue;
        snprintf(style, sizeof style, "part part%zu v%u", k % 2, colour);
        dvk_chart_box(&l->chart, style, x - 0.3, at, x + 0.3, at + part);
        snprintf(name, sizeof name, "cycle %zu", k + 1);
        label_part(l, x, at, at + part, name, true);
        at += part;
    }
    const double next = of(l, sum)->predicted_next_Gy;
    if (next > 0) {
        snprintf(style, sizeof style, "next v%u", colour);
        dvk_chart_box(&l->chart, style, x - 0.3, at, x + 0.3, at + next);
        label_part(l, x, at, at + next, "next", false);
    }
    dvk_chart_text(&l->chart, "middle", x, 0, 0, 15);
    dvk_page_roi_name(p, sum->name);
    dvk_page_add(p, "</text>\n");
}

void dvk_report_ledger(dvk_page *p, const dvk_course *c, bool dose)
{
    size_t kidneys = 0;
    for (size_t i = 0; i < c->sum_count; i++)
        kidneys += c->sums[i].kidney;
    ledger l = {.course = c, .dose = dose};
    l.chart = (dvk_chart){.page = p,
                          .x = {.label = "", .low = 0, .high = (double)kidneys, .step = -1},
                          .y = {.label = dose ? "absorbed dose (Gy)" : "BED (Gy)", .high = highest(&l)},
                          .title = dose ? "Absorbed dose summed over the cycles" : "BED summed over the cycles",
                          .description = "One bar a kidney, a part a cycle from the first at the bottom, the predicted "
                                         "next cycle dashed on top, and the limit as a line across with its tolerance "
                                         "shaded."};
    dvk_chart_begin(&l.chart);
    draw_tolerance(&l);
    double x = 0.5;
    for (size_t i = 0; i < c->sum_count; i++)
        if (c->sums[i].kidney) {
            draw_bar(&l, &c->sums[i], x, dvk_report_course_colour(c, i));
            x++;
        }
    draw_limit(&l);
    dvk_chart_end(&l.chart);
}
