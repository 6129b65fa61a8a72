/* Activity over time of each VOI: the points, the curve, and the part of its area after the last point. */
#include <math.h>
#include <stdio.h>

#include "pipeline/report/chart.h"
#include "pipeline/report/parts.h"

enum { SAMPLES = 241 };

typedef struct plot {
    const dvk_summary *summary;
    const dvk_roi_summary *roi;
    double last_h; /* time of the last point */
    double end_h;  /* right edge */
    size_t count;  /* of t and a */
    double t[SAMPLES + DVK_MAX_SCANS], a[SAMPLES + DVK_MAX_SCANS];
    size_t tail; /* first sample at or after the last point */
} plot;

static double exponential(double a0, double t0, double half_life, double t)
{
    return a0 * exp2(-(t - t0) / half_life);
}

/* A curve that is a sum of exponentials. */
static double fitted(const plot *p, double t)
{
    return dvk_curve_at(&p->roi->curve, t);
}

/* Straight lines between the points, before them the start rule, after them an exponential. */
static double trapezoid(const plot *p, double t)
{
    const double *at = p->summary->times_h, *a = p->roi->activity_MBq;
    const size_t n = p->summary->scans;
    if (t >= at[n - 1])
        return exponential(a[n - 1], at[n - 1], p->roi->curve.effective_half_life_h, t);
    size_t i = 0;
    while (t > at[i])
        i++;
    if (i > 0)
        return a[i - 1] + (a[i] - a[i - 1]) * (t - at[i - 1]) / (at[i] - at[i - 1]);
    if (p->summary->method.start == DVK_START_LINEAR)
        return at[0] > 0 ? a[0] * t / at[0] : a[0];
    if (p->summary->method.start == DVK_START_BACK_EXTRAPOLATE && n > 1 && a[0] > a[1] && a[1] > 0)
        return a[0] * pow(a[1] / a[0], (t - at[0]) / (at[1] - at[0]));
    return a[0];
}

/* Steps that grow, and the points themselves, so that corners are sharp and the tail starts where it does. */
static void sample(plot *p, double (*curve)(const plot *, double))
{
    const dvk_summary *s = p->summary;
    size_t point = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        const double part = (double)i / (SAMPLES - 1), t = p->end_h * part * part; /* closer where it bends */
        for (; point < s->scans && s->times_h[point] < t; point++)
            p->t[p->count++] = s->times_h[point];
        p->t[p->count++] = t;
    }
    for (size_t i = 0; i < p->count; i++)
        p->a[i] = curve(p, p->t[i]);
    while (p->tail < p->count && p->t[p->tail] < p->last_h)
        p->tail++;
}

static plot make_plot(const dvk_summary *s, const dvk_roi_summary *roi)
{
    plot p = {.summary = s, .roi = roi, .last_h = s->times_h[s->scans - 1]};
    const double half_life = roi->curve.effective_half_life_h;
    const double wanted = p.last_h + (half_life > 0 ? fmin(2 * half_life, 1.2 * p.last_h) : 0.25 * p.last_h);
    p.end_h = wanted > 24 ? 24 * ceil(wanted / 24) : dvk_chart_round_up(wanted);
    if (roi->curve.terms > 0)
        sample(&p, fitted);
    else if (roi->curve.model == DVK_MODEL_TRAPEZOID && half_life > 0)
        sample(&p, trapezoid);
    return p;
}

/* Whole days between ticks where the axis is that long. */
static double hour_step(double end_h)
{
    static const double steps[] = {24, 48, 72, 96, 120, 168, 336};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0] && end_h > 24; i++)
        if (end_h <= 8 * steps[i])
            return steps[i];
    return 0;
}

static void chart(const dvk_parts *parts, const plot *p, unsigned colour)
{
    const dvk_summary *s = p->summary;
    char style[16], description[256];
    double top = 0;
    for (size_t i = 0; i < s->scans; i++)
        top = fmax(top, p->roi->activity_MBq[i]);
    for (size_t i = 0; i < p->count; i++)
        top = fmax(top, p->a[i]);
    snprintf(description, sizeof description,
             "Activity in MBq against hours after injection: %zu measured points and the %s curve, with the area after "
             "the last point shaded.",
             s->scans, dvk_model_name(p->roi->curve.model));
    dvk_chart c = {.page = parts->page,
                   .x = {.label = "time after injection (h)", .high = p->end_h, .step = hour_step(p->end_h)},
                   .y = {.label = "activity (MBq)", .high = dvk_chart_round_up(1.05 * top)},
                   .title = "Activity over time",
                   .description = description};
    dvk_chart_begin(&c);
    snprintf(style, sizeof style, "v%u", colour);
    dvk_chart_area(&c, style, p->t + p->tail, p->a + p->tail, p->count - p->tail);
    dvk_chart_line(&c, style, p->t, p->a, p->count);
    for (size_t i = 0; i < s->scans; i++)
        dvk_chart_dot(&c, style, s->times_h[i], p->roi->activity_MBq[i]);
    if (p->count && isfinite(p->roi->tail_fraction)) {
        dvk_chart_upright(&c, "dashed", p->last_h);
        const bool room = p->last_h < 0.7 * p->end_h; /* for the words, to the right of the line */
        dvk_chart_text(&c, room ? "start" : "end", p->last_h, c.y.high, room ? 6 : -6, 12);
        dvk_page_add(parts->page, "tail: ");
        dvk_page_percent(parts->page, p->roi->tail_fraction, p->roi->tail_fraction < 0.1 ? 2 : 3);
        dvk_page_add(parts->page, " of TIA</text>\n");
    }
    dvk_chart_end(&c);
}

/* A(t) = 108.7 2^(-t / 49.2 h) - ... */
static void formula(dvk_page *p, const dvk_curve *curve)
{
    dvk_page_add(p, "<span class=\"formula\"><i>A</i>(<i>t</i>) =");
    for (size_t i = 0; i < curve->terms; i++) {
        const double a = curve->amplitude[i];
        dvk_page_add(p, a < 0 ? " − " : i ? " + " : " ");
        dvk_page_number(p, fabs(a), 4);
        dvk_page_add(p, "·"
                        "2<sup>−<i>t</i>/");
        dvk_page_number(p, curve->half_life_h[i], 3);
        dvk_page_add(p, "&#8239;h</sup>");
    }
    dvk_page_add(p, " MBq</span>");
}

static void caption(const dvk_parts *parts, const dvk_roi_summary *roi)
{
    dvk_page *p = parts->page;
    const dvk_curve *curve = &roi->curve;
    dvk_page_add(p, "<p class=\"small\">");
    dvk_page_text(p, dvk_model_name(curve->model));
    dvk_page_add(p, "; <i>T</i><sub>eff</sub>&#160;");
    dvk_page_number(p, curve->effective_half_life_h, 3);
    dvk_page_add(p, "&#160;h; TIA of the curve ");
    dvk_page_number(p, roi->tia_curve_MBqh, 4);
    dvk_page_add(p, "&#160;MBq·h");
    if (isfinite(curve->r2)) {
        dvk_page_add(p, "; <i>R</i>² ");
        dvk_page_number(p, curve->r2, 4);
    }
    if (curve->terms > 0) {
        dvk_page_add(p, "<br/>");
        formula(p, curve);
    }
    dvk_page_add(p, "</p>\n");
}

void dvk_report_curves(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    if (!parts->count || !parts->summary->scans)
        return;
    dvk_page_section(p, "curves", "Activity over time");
    dvk_page_add(p, "<div class=\"columns\">\n");
    for (size_t i = 0; i < parts->count; i++) {
        const plot drawn = make_plot(parts->summary, parts->roi[i]);
        dvk_page_add(p, "<figure>\n<figcaption><b>");
        dvk_page_roi_name(p, parts->roi[i]->name);
        dvk_page_add(p, "</b></figcaption>\n");
        chart(parts, &drawn, dvk_parts_colour(parts, i));
        caption(parts, parts->roi[i]);
        dvk_page_add(p, "</figure>\n");
    }
    dvk_page_add(p, "</div>\n<p class=\"small\">Not decay-corrected. The axes are linear, so the area under a curve is "
                    "its time-integrated activity; the shaded part lies after the last scan and rests on the model "
                    "alone.</p>\n");
    dvk_page_section_end(p);
}
