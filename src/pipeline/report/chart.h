/*
 * Line charts in SVG: a frame with ticks, lines, filled areas, dots and words, in the data's own units.
 *
 * Colours come from the style sheet by class, so that a chart follows light, dark and print.
 */
#ifndef DVK_PIPELINE_REPORT_CHART_H
#define DVK_PIPELINE_REPORT_CHART_H

#include <stdbool.h>

#include "pipeline/report/page.h"

typedef struct dvk_axis {
    const char *label;
    double low, high;
    double step; /* between ticks; 0: chosen, below 0: none. Decades where `log` */
    bool log;
} dvk_axis;

typedef struct dvk_chart {
    dvk_page *page;
    dvk_axis x, y;
    const char *title, *description; /* for those who cannot see it; our own words */
    unsigned id;
} dvk_chart;

/* A round number at or above `value`: 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten. */
double dvk_chart_round_up(double value);

/* Writes the frame, the grid and the ticks; then what is drawn lies in front of them, clipped to the frame. */
void dvk_chart_begin(dvk_chart *c);
void dvk_chart_end(dvk_chart *c);

/* `style` is a list of classes. Points that are NaN, or not positive on a logarithmic axis, break a line. */
void dvk_chart_line(dvk_chart *c, const char *style, const double *x, const double *y, size_t count);
/* The area between the points and the lower edge of the frame. */
void dvk_chart_area(dvk_chart *c, const char *style, const double *x, const double *y, size_t count);
void dvk_chart_dot(dvk_chart *c, const char *style, double x, double y);
/* A filled rectangle between two places. */
void dvk_chart_box(dvk_chart *c, const char *style, double x0, double y0, double x1, double y1);
/* An upright line through the frame. */
void dvk_chart_upright(dvk_chart *c, const char *style, double x);
/* Opens <text> at a place; the caller writes the words and "</text>". `anchor` is start, middle or end. */
void dvk_chart_text(dvk_chart *c, const char *anchor, double x, double y, double dx, double dy);

#endif
