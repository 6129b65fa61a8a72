/* SVG line charts: see chart.h. */
#include "pipeline/report/chart.h"

#include <math.h>

/* Pixels at a width of about a column; the browser scales the whole. */
enum { WIDTH = 440, HEIGHT = 262, LEFT = 52, RIGHT = 12, TOP = 12, BOTTOM = 42 };

double dvk_chart_round_up(double value)
{
    static const double steps[] = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
    if (!(value > 0) || isinf(value))
        return 1;
    const double decade = pow(10, floor(log10(value)));
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (value <= steps[i] * decade * (1 + 1e-12))
            return steps[i] * decade;
    return 10 * decade;
}

/* Where a value lies along its axis, 0 to 1. */
static double along(const dvk_axis *a, double value)
{
    if (!a->log)
        return (value - a->low) / (a->high - a->low);
    return value > 0 ? log10(value / a->low) / log10(a->high / a->low) : NAN;
}

static double place_x(const dvk_chart *c, double x)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * along(&c->x, x);
}

static double place_y(const dvk_chart *c, double y)
{
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * along(&c->y, y);
}

/* 1, 2 or 5 times a power of ten, such that about `wanted` ticks fit. */
static double tick_step(const dvk_axis *a, double wanted)
{
    if (a->step > 0)
        return a->step;
    const double rough = (a->high - a->low) / wanted;
    const double decade = pow(10, floor(log10(rough)));
    return decade * (rough / decade > 5 ? 10 : rough / decade > 2 ? 5 : rough / decade > 1 ? 2 : 1);
}

static void tick_label(dvk_chart *c, const dvk_axis *a, double value, double step)
{
    if (a->log) {
        dvk_page_add(c->page, "10<tspan dy=\"-4\" class=\"small\">%.0f</tspan>", log10(value));
        return;
    }
    const int decimals = step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
    dvk_page_add(c->page, "%.*f", decimals, value + 0.0); /* never "-0" */
}

static void x_tick(dvk_chart *c, double value, double step)
{
    const double x = place_x(c, value);
    dvk_page_add(c->page, "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
                 x, TOP, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 15);
    tick_label(c, &c->x, value, step);
    dvk_page_add(c->page, "</text>\n");
}

static void y_tick(dvk_chart *c, double value, double step)
{
    const double y = place_y(c, value);
    dvk_page_add(c->page, "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                 LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 3.5);
    tick_label(c, &c->y, value, step);
    dvk_page_add(c->page, "</text>\n");
}

static void ticks(dvk_chart *c, const dvk_axis *a, double wanted, void (*tick)(dvk_chart *, double, double))
{
    if (a->step < 0)
        return;
    if (a->log) {
        const double decades = log10(a->high / a->low), every = decades > wanted ? ceil(decades / wanted) : 1;
        for (double power = ceil(log10(a->low) - 1e-9); power <= log10(a->high) + 1e-9; power += every)
            tick(c, pow(10, power), 0);
        return;
    }
    const double step = tick_step(a, wanted), first = ceil(a->low / step - 1e-9);
    for (double i = first; i * step <= a->high * (1 + 1e-9); i++)
        tick(c, i * step, step);
}

void dvk_chart_begin(dvk_chart *c)
{
    dvk_page *p = c->page;
    c->id = dvk_page_id(p);
    dvk_page_add(p,
                 "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"t%u d%u\">\n"
                 "<title id=\"t%u\">",
                 WIDTH, HEIGHT, c->id, c->id, c->id);
    dvk_page_text(p, c->title);
    dvk_page_add(p, "</title><desc id=\"d%u\">", c->id);
    dvk_page_text(p, c->description);
    dvk_page_add(p, "</desc>\n<clipPath id=\"c%u\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/></clipPath>\n",
                 c->id, LEFT, TOP - 4, WIDTH - LEFT - RIGHT + 4, HEIGHT - TOP - BOTTOM + 8);
    ticks(c, &c->x, 7, x_tick);
    ticks(c, &c->y, 5, y_tick);
    dvk_page_add(p, "<path class=\"axis\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT);
    dvk_page_add(p, "<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                 (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, c->x.label);
    dvk_page_add(p,
                 "<text class=\"label\" transform=\"translate(12 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n",
                 (TOP + HEIGHT - BOTTOM) / 2, c->y.label);
}

void dvk_chart_end(dvk_chart *c)
{
    dvk_page_add(c->page, "</svg>\n");
}

/* The points as path commands; a fresh M after each gap. */
static void path(dvk_chart *c, const double *x, const double *y, size_t count)
{
    bool down = false;
    for (size_t i = 0; i < count; i++) {
        const double px = place_x(c, x[i]), py = place_y(c, y[i]);
        const bool shown = isfinite(px) && isfinite(py);
        if (shown)
            dvk_page_point(c->page, down ? 'L' : 'M', px, py);
        down = shown;
    }
}

void dvk_chart_line(dvk_chart *c, const char *style, const double *x, const double *y, size_t count)
{
    dvk_page_add(c->page, "<path class=\"line %s\" clip-path=\"url(#c%u)\" d=\"", style, c->id);
    path(c, x, y, count);
    dvk_page_add(c->page, "\"/>\n");
}

void dvk_chart_area(dvk_chart *c, const char *style, const double *x, const double *y, size_t count)
{
    if (count == 0)
        return;
    dvk_page_add(c->page, "<path class=\"area %s\" clip-path=\"url(#c%u)\" d=\"", style, c->id);
    path(c, x, y, count);
    dvk_page_add(c->page, "L%.1f %dL%.1f %dZ\"/>\n", place_x(c, x[count - 1]), HEIGHT - BOTTOM, place_x(c, x[0]),
                 HEIGHT - BOTTOM);
}

void dvk_chart_dot(dvk_chart *c, const char *style, double x, double y)
{
    const double px = place_x(c, x), py = place_y(c, y);
    if (isfinite(px) && isfinite(py))
        dvk_page_add(c->page, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>\n", style, px, py);
}

void dvk_chart_box(dvk_chart *c, const char *style, double x0, double y0, double x1, double y1)
{
    const double left = place_x(c, fmin(x0, x1)), top = place_y(c, fmax(y0, y1));
    const double width = fabs(place_x(c, x1) - place_x(c, x0)), height = fabs(place_y(c, y1) - place_y(c, y0));
    dvk_page_add(c->page, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", style, left,
                 top, width, height);
}

void dvk_chart_upright(dvk_chart *c, const char *style, double x)
{
    dvk_page_add(c->page, "<path class=\"%s\" d=\"M%.1f %dV%d\"/>\n", style, place_x(c, x), TOP, HEIGHT - BOTTOM);
}

void dvk_chart_text(dvk_chart *c, const char *anchor, double x, double y, double dx, double dy)
{
    dvk_page_add(c->page, "<text class=\"note\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", place_x(c, x) + dx,
                 place_y(c, y) + dy, anchor);
}
