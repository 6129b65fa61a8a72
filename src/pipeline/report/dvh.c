/* Dose-volume histograms of all VOIs in one chart, and the doses at volume beside it. */
#include "dvk/dvh.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/report/chart.h"
#include "pipeline/report/parts.h"

enum { SAMPLES = 500 };

static const struct {
    double percent;
    size_t offset; /* of the dose in dvk_roi_summary */
} dose_at[] = {{98, offsetof(dvk_roi_summary, d98_Gy)}, {95, offsetof(dvk_roi_summary, d95_Gy)},
               {90, offsetof(dvk_roi_summary, d90_Gy)}, {50, offsetof(dvk_roi_summary, d50_Gy)},
               {10, offsetof(dvk_roi_summary, d10_Gy)}, {2, offsetof(dvk_roi_summary, d2_Gy)}};
enum { DOSES = sizeof dose_at / sizeof dose_at[0] };

static double dose_of(const dvk_roi_summary *roi, size_t i)
{
    return *(const double *)(const void *)((const char *)roi + dose_at[i].offset);
}

/* The exact histogram of a VOI, each voxel weighted by its fraction. */
static dvk_status make_dvh(const dvk_voi *voi, const float *dose, dvk_dvh **out)
{
    double *d = NULL, *w = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(voi->count, sizeof *d, &d));
    DVK_TRY_DONE(dvk_alloc(voi->count, sizeof *w, &w));
    for (size_t i = 0; i < voi->count; i++) {
        d[i] = (double)dose[voi->index[i]];
        w[i] = (double)voi->fraction[i];
    }
    DVK_TRY_DONE(dvk_dvh_create(d, w, voi->count, out));
done:
    dvk_free(d);
    dvk_free(w);
    return status;
}

/* V(d) is exact at each of the doses drawn, which lie closer than a line is wide. */
static void draw(dvk_chart *c, const dvk_dvh *dvh, const char *style)
{
    double x[SAMPLES], y[SAMPLES];
    const double most = dvk_dvh_max(dvh);
    for (size_t i = 0; i < SAMPLES - 1; i++) {
        x[i] = most * (double)i / (SAMPLES - 2);
        y[i] = dvk_dvh_volume_at(dvh, x[i]);
    }
    x[SAMPLES - 1] = most;
    y[SAMPLES - 1] = 0;
    dvk_chart_line(c, style, x, y, SAMPLES);
}

static void draw_roi(dvk_chart *c, const dvk_parts *parts, size_t i)
{
    char style[16];
    snprintf(style, sizeof style, "v%u", dvk_parts_colour(parts, i));
    const dvk_voi *voi = dvk_voi_named(parts->report->vois, parts->roi[i]->name);
    dvk_dvh *dvh = NULL;
    const dvk_status made = voi ? make_dvh(voi, dvk_volume_values(parts->report->dose), &dvh) : DVK_ERR_MISSING;
    if (made == DVK_OK)
        draw(c, dvh, style);
    else if (made == DVK_ERR_MEMORY && parts->page->status == DVK_OK)
        parts->page->status = made;
    dvk_dvh_free(dvh);
    for (size_t k = 0; k < DOSES; k++)
        dvk_chart_dot(c, style, dose_of(parts->roi[i], k), dose_at[k].percent);
}

/* The VOIs from `first` to `last` - 1. */
static void chart(const dvk_parts *parts, size_t first, size_t last, const char *name)
{
    double top = 0;
    for (size_t i = first; i < last; i++)
        top = fmax(top, parts->roi[i]->dose_max_Gy);
    dvk_chart c = {.page = parts->page,
                   .x = {.label = "absorbed dose (Gy)", .high = dvk_chart_round_up(top)},
                   .y = {.label = "volume that gets at least this dose (%)", .high = 100, .step = 20},
                   .title = "Cumulative dose-volume histograms",
                   .description =
                       "Share of each volume of interest that gets at least a dose, against that dose in Gy."};
    dvk_page_add(parts->page, "<figure>\n<figcaption><b>%s</b></figcaption>\n", name);
    dvk_chart_begin(&c);
    for (size_t i = first; i < last; i++)
        draw_roi(&c, parts, i);
    dvk_chart_end(&c);
    dvk_page_add(parts->page, "</figure>\n");
}

static void table(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"tight\">\n<thead><tr><th scope=\"col\">Gy</th>");
    for (size_t k = 0; k < DOSES; k++)
        dvk_page_add(p, "<th scope=\"col\">D<sub>%.0f</sub></th>", dose_at[k].percent);
    dvk_page_add(p, "<th scope=\"col\">mean</th><th scope=\"col\">SD</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < parts->count; i++) {
        dvk_page_add(p, "<tr><th scope=\"row\"><span class=\"swatch v%u\"></span>", dvk_parts_colour(parts, i));
        dvk_page_roi_name(p, parts->roi[i]->name);
        dvk_page_add(p, "</th>");
        for (size_t k = 0; k < DOSES; k++) {
            dvk_page_add(p, "<td>");
            dvk_page_number(p, dose_of(parts->roi[i], k), 3);
            dvk_page_add(p, "</td>");
        }
        dvk_page_add(p, "<td>");
        dvk_page_number(p, parts->roi[i]->dose_mean_Gy, 3);
        dvk_page_add(p, "</td><td>");
        dvk_page_number(p, parts->roi[i]->dose_sd_Gy, 2);
        dvk_page_add(p, "</td></tr>\n");
    }
    dvk_page_add(p, "</tbody>\n</table></div>\n");
}

void dvk_report_dvh(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    if (!parts->count || !parts->report->vois || !parts->report->dose)
        return;
    dvk_page_section(p, "dvh", "Dose–volume histogram");
    dvk_page_add(p, "<div class=\"columns\">\n");
    if (parts->kidneys)
        chart(parts, 0, parts->kidneys, "Kidneys");
    if (parts->count > parts->kidneys)
        chart(parts, parts->kidneys, parts->count, parts->kidneys ? "Other VOIs" : "All VOIs");
    dvk_page_add(p, "<div%s>\n", parts->kidneys && parts->count > parts->kidneys ? " class=\"across\"" : "");
    table(parts);
    dvk_page_add(p, "<p class=\"small\">D<sub>x</sub> is the largest dose that at least x&#160;%% of the volume gets; "
                    "from the voxels themselves, each weighted by the part of it that lies inside; no bins. Dots mark "
                    "these doses on the curves.</p>\n</div>\n</div>\n");
    dvk_page_section_end(p);
}
