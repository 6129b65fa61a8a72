/* The dose voxel kernel: its record, S against distance, and how much of the energy lies within a radius. */
#include "physics/kernel.h"

#include <math.h>
#include <stdio.h>

#include "pipeline/report/chart.h"
#include "pipeline/report/parts.h"

enum { SHELLS = 240, MOST_POINTS = 400 };

static double smallest_voxel(const dvk_kernel_record *k)
{
    return fmin(k->voxel_mm[0], fmin(k->voxel_mm[1], k->voxel_mm[2]));
}

/* S along one axis; the source voxel itself is drawn at 0.4 voxels, since zero has no logarithm. */
static void draw_axis(dvk_chart *c, const dvk_kernel *kernel, int axis, const char *style)
{
    const dvk_kernel_record *k = dvk_kernel_info(kernel);
    double x[MOST_POINTS], y[MOST_POINTS];
    const size_t count = k->half[axis] + 1 < MOST_POINTS ? k->half[axis] + 1 : MOST_POINTS;
    for (size_t i = 0; i < count; i++) {
        const long n = (long)i;
        x[i] = i ? (double)i * k->voxel_mm[axis] : 0.4 * smallest_voxel(k);
        y[i] = dvk_kernel_at(kernel, axis == 0 ? n : 0, axis == 1 ? n : 0, axis == 2 ? n : 0);
    }
    dvk_chart_line(c, style, x, y, count);
    for (size_t i = 0; i < count && i < 8; i++)
        dvk_chart_dot(c, style, x[i], y[i]);
}

/* The smallest positive S on the axes: the lower edge of the chart. */
static double smallest_value(const dvk_kernel *kernel)
{
    const dvk_kernel_record *k = dvk_kernel_info(kernel);
    double least = dvk_kernel_at(kernel, 0, 0, 0);
    for (int axis = 0; axis < 3; axis++)
        for (long i = 0; i <= (long)k->half[axis]; i++) {
            const double s = dvk_kernel_at(kernel, axis == 0 ? i : 0, axis == 1 ? i : 0, axis == 2 ? i : 0);
            least = s > 0 ? fmin(least, s) : least;
        }
    return least;
}

static double largest_distance(const dvk_kernel_record *k)
{
    double far = 0;
    for (int axis = 0; axis < 3; axis++)
        far = fmax(far, (double)k->half[axis] * k->voxel_mm[axis]);
    return far > 0 ? far : smallest_voxel(k);
}

static void values_chart(const dvk_parts *parts, const dvk_kernel *kernel)
{
    const dvk_kernel_record *k = dvk_kernel_info(kernel);
    const double centre = dvk_kernel_at(kernel, 0, 0, 0), least = smallest_value(kernel);
    if (!(centre > 0))
        return;
    dvk_chart c = {.page = parts->page,
                   .x = {"distance from the source voxel (mm)", pow(10, floor(log10(0.4 * smallest_voxel(k)))),
                         pow(10, ceil(log10(largest_distance(k)) - 1e-9)), 0, true},
                   .y = {"S (Gy/(Bq·s))", pow(10, floor(log10(least))), pow(10, ceil(log10(centre))), 0, true},
                   .title = "Kernel value against distance",
                   .description = "Mean absorbed dose in a voxel per decay in another, along the grid's three axes, on "
                                  "logarithmic scales."};
    dvk_page_add(parts->page, "<figure>\n<figcaption><b>S along the axes</b></figcaption>\n");
    dvk_chart_begin(&c);
    draw_axis(&c, kernel, 2, "v2");
    draw_axis(&c, kernel, 1, "v1");
    draw_axis(&c, kernel, 0, "v0");
    dvk_chart_end(&c);
    dvk_page_add(parts->page,
                 "<ul class=\"legend\"><li><span class=\"swatch v0\"></span>i</li>"
                 "<li><span class=\"swatch v1\"></span>j</li><li><span class=\"swatch v2\"></span>k</li>"
                 "</ul>\n<p class=\"small\">The source voxel itself is drawn at the left end.</p>\n</figure>\n");
}

static void energy_chart(const dvk_parts *parts, const dvk_kernel *kernel)
{
    const dvk_kernel_record *k = dvk_kernel_info(kernel);
    const double whole = k->emitted_keV > 0 ? k->emitted_keV : k->energy_keV;
    if (!(k->density_g_mL > 0) || !(whole > 0))
        return;
    const double far = dvk_chart_round_up(1.74 * largest_distance(k)); /* the box's corners: sqrt(3) */
    const double volume_mL = 1e-3 * k->voxel_mm[0] * k->voxel_mm[1] * k->voxel_mm[2];
    double gray[SHELLS], radius[SHELLS + 1] = {0}, share[SHELLS + 1] = {0};
    dvk_kernel_shells(kernel, far / SHELLS, SHELLS, gray);
    for (size_t i = 0; i < SHELLS; i++) {
        radius[i + 1] = far * (double)(i + 1) / SHELLS;
        share[i + 1] = share[i] + 100 * dvk_kernel_keV(gray[i], volume_mL, k->density_g_mL) / whole;
    }
    dvk_chart c = {.page = parts->page,
                   .x = {.label = "distance from the source voxel (mm)", .high = far},
                   .y = {.label = "energy within (% of emitted)", .high = 100, .step = 20},
                   .title = "Energy within a distance",
                   .description =
                       "Share of the emitted energy that the kernel leaves within a distance of the source."};
    dvk_page_add(parts->page, "<figure>\n<figcaption><b>Energy within a distance</b></figcaption>\n");
    dvk_chart_begin(&c);
    dvk_chart_line(&c, "v0", radius, share, SHELLS + 1);
    dvk_chart_end(&c);
    dvk_page_add(parts->page, "</figure>\n");
}

static void record(dvk_page *p, const dvk_kernel_record *k)
{
    static const char *const components[] = {"electrons and photons", "electrons", "photons"};
    dvk_page_add(p, "<dl class=\"wide\">\n");
    dvk_page_fact(p, "Source", k->source);
    dvk_page_fact(p, "Component", components[k->component]);
    dvk_page_add(p, "<dt>Voxel</dt><dd>");
    for (int i = 0; i < 3; i++) {
        dvk_page_add(p, i ? " × " : "");
        dvk_page_number(p, k->voxel_mm[i], 5);
    }
    dvk_page_add(p, "&#160;mm, reaching %zu, %zu, %zu voxels</dd>\n<dt>Medium</dt><dd>", k->half[0], k->half[1],
                 k->half[2]);
    dvk_page_number(p, k->density_g_mL, 3);
    dvk_page_add(p, "&#160;g/mL</dd>\n<dt>Energy per decay</dt><dd>");
    dvk_page_number(p, k->energy_keV, 5);
    dvk_page_add(p, " of ");
    dvk_page_number(p, k->emitted_keV, 5);
    dvk_page_add(p, "&#160;keV emitted; ");
    dvk_page_number(p, k->beyond_keV, 3);
    dvk_page_add(p, "&#160;keV deposited outside the box</dd>\n");
    dvk_page_fact(p, "SHA-256", k->sha256);
    dvk_page_add(p, "</dl>\n");
}

void dvk_report_kernel(const dvk_parts *parts)
{
    const dvk_kernel *kernel = parts->report->kernel;
    if (!kernel)
        return;
    dvk_page_section(parts->page, "kernel", "Dose kernel");
    record(parts->page, dvk_kernel_info(kernel));
    dvk_page_add(parts->page, "<div class=\"columns\">\n");
    values_chart(parts, kernel);
    energy_chart(parts, kernel);
    dvk_page_add(parts->page, "</div>\n");
    dvk_page_section_end(parts->page);
}
