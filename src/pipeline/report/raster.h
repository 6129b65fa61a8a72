/*
 * Pictures of dose: the colour map, PNG bytes and outlines of what lies inside a plane.
 */
#ifndef DVK_PIPELINE_REPORT_RASTER_H
#define DVK_PIPELINE_REPORT_RASTER_H

#include <stddef.h>
#include <stdint.h>

#include "pipeline/report/page.h"

/*
 * 256 colours (red, green, blue) from near black through violet, red and orange to pale yellow. Lightness rises in even
 * steps of OKLab (B. Ottosson, "A perceptual color space for image processing", 2020), so that equal steps of dose look
 * equally large, in grey and to the colour-blind too.
 */
void dvk_raster_colours(uint8_t colours[256][3]);

/* Adds width x height values, x fastest, as a data URI of a PNG: 0 gives the first colour, `top` and above the last. */
void dvk_raster_uri(dvk_page *p, const float *values, size_t width, size_t height, double top);

/*
 * Adds path commands that enclose where inside[] (width x height, x fastest) is `level` or more, interpolated linearly
 * between sample centres; closed loops. Sample (i, j) lies at ((i + 1/2) dx, (j + 1/2) dy).
 */
void dvk_raster_outline(dvk_page *p, const float *inside, size_t width, size_t height, float level, double dx,
                        double dy);

#endif
