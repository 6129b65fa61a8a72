/* One cycle's page: its head, what to look at first, the sections in order, and the line to sign on. */
#include "pipeline/report/report.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/report/parts.h"

unsigned dvk_parts_colour(const dvk_parts *parts, size_t i)
{
    if (strcmp(parts->roi[i]->name, "kidney_left") == 0)
        return 0;
    if (strcmp(parts->roi[i]->name, "kidney_right") == 0)
        return 1;
    return 2 + (unsigned)((i - parts->kidneys) % 6);
}

void dvk_parts_legend(const dvk_parts *parts, bool on_image)
{
    dvk_page *p = parts->page;
    dvk_page_add(p, "<ul class=\"legend%s\">", on_image ? " on-image" : "");
    for (size_t i = 0; i < parts->count; i++) {
        dvk_page_add(p, "<li><span class=\"swatch v%u\"></span>", dvk_parts_colour(parts, i));
        dvk_page_roi_name(p, parts->roi[i]->name);
        dvk_page_add(p, "</li>");
    }
    dvk_page_add(p, "</ul>\n");
}

/* --- order --- */

static bool is_kidney(const dvk_roi_summary *roi)
{
    return strcmp(roi->name, "kidney_left") == 0 || strcmp(roi->name, "kidney_right") == 0;
}

static void put_in_order(dvk_parts *parts)
{
    static const char *const first[] = {"kidney_left", "kidney_right"};
    const dvk_summary *s = parts->summary;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < s->roi_count; i++)
            if (strcmp(s->rois[i].name, first[k]) == 0)
                parts->roi[parts->count++] = &s->rois[i];
    parts->kidneys = parts->count;
    for (size_t i = 0; i < s->roi_count; i++)
        if (!is_kidney(&s->rois[i]))
            parts->roi[parts->count++] = &s->rois[i];
}

/* --- head --- */

/* Nuclide, activity and times, as far as they are known: a dose map alone may have none of them. */
static void scans(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    const dvk_summary *s = parts->summary;
    if (s->nuclide[0]) {
        dvk_page_text(p, s->nuclide);
        dvk_page_add(p, "; ");
    }
    if (s->injected_MBq > 0) {
        dvk_page_plain(p, s->injected_MBq, 4);
        dvk_page_add(p, "&#160;MBq injected; ");
    }
    for (size_t i = 0; i < s->scans; i++) {
        if (i == 0)
            dvk_page_add(p, "%zu scan%s at ", s->scans, s->scans == 1 ? "" : "s");
        else
            dvk_page_add(p, i + 1 == s->scans ? " and " : ", ");
        dvk_page_plain(p, s->times_h[i], 4);
        if (i + 1 == s->scans)
            dvk_page_add(p, "&#160;h; ");
    }
}

static void head(const dvk_parts *parts, const char *title)
{
    dvk_page *p = parts->page;
    dvk_page_add(p, "<header>\n" DVK_PAGE_USE);
    dvk_page_text(p, title);
    dvk_page_add(p, "</h1>\n<p class=\"lead\">");
    scans(parts);
    dvk_page_add(p, "voxelwise dose by dvkit %s</p>\n</header>\n", DVK_VERSION);
}

static void headline(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    const size_t count = parts->kidneys ? parts->kidneys : parts->count;
    dvk_page_add(p, "<div class=\"headline\">\n");
    for (size_t i = 0; i < count && i < 4; i++) {
        const dvk_roi_summary *roi = parts->roi[i];
        dvk_page_add(p, "<section>\n<h2><span class=\"swatch v%u\"></span>", dvk_parts_colour(parts, i));
        dvk_page_roi_name(p, roi->name);
        dvk_page_add(p, "</h2>\n<dl>\n");
        /* A part of the uncertainty would look like all of it. */
        const bool whole = !isnan(roi->u_calibration) && !isnan(roi->u_volume) && !isnan(roi->u_fit);
        dvk_page_gray(p, "mean dose", roi->dose_mean_Gy, whole ? roi->u_dose_rel : NAN);
        dvk_page_gray(p, "BED", roi->bed_Gy, whole ? roi->u_bed_rel : NAN);
        dvk_page_figure(p, "per activity", roi->dose_per_activity_Gy_GBq, 3, "Gy/GBq");
        dvk_page_figure(p, "effective half-life", roi->curve.effective_half_life_h, 3, "h");
        dvk_page_figure(p, "volume", roi->volume_mL, 3, "mL");
        dvk_page_figure(p, "TIA after the last scan", 100 * roi->tail_fraction, roi->tail_fraction < 0.1 ? 2 : 3, "%");
        dvk_page_add(p, "</dl>\n</section>\n");
    }
    dvk_page_add(p, "</div>\n");
}

/* Whether one of `count` VOIs from `first` on has this flag. */
static bool flagged(const dvk_parts *parts, size_t first, size_t count, const char *flag)
{
    for (size_t i = first; i < first + count; i++)
        for (size_t k = 0; k < parts->roi[i]->flag_count; k++)
            if (strcmp(parts->roi[i]->flags[k], flag) == 0)
                return true;
    return false;
}

/* A flag that several VOIs have is one point, with their names in front of it. Returns how many points. */
static size_t flag_points(const dvk_parts *parts, bool write)
{
    dvk_page *p = parts->page;
    size_t points = 0;
    for (size_t i = 0; i < parts->count; i++)
        for (size_t k = 0; k < parts->roi[i]->flag_count; k++) {
            const char *flag = parts->roi[i]->flags[k];
            if (flagged(parts, 0, i, flag))
                continue;
            points++;
            for (size_t other = i; write && other < parts->count; other++)
                if (flagged(parts, other, 1, flag)) {
                    dvk_page_add(p, other == i ? "<li><b>" : ", ");
                    dvk_page_roi_name(p, parts->roi[other]->name);
                }
            if (write) {
                dvk_page_add(p, "</b>: ");
                dvk_page_text(p, flag);
                dvk_page_add(p, "</li>\n");
            }
        }
    return points;
}

/* Every warning and flag, before anything else is looked at. */
static void attention(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    const dvk_summary *s = parts->summary;
    const size_t count = s->warning_count + flag_points(parts, false);
    if (!count) {
        dvk_page_add(p, "<p class=\"clear\">No warnings and no flags.</p>\n");
        return;
    }
    dvk_page_add(
        p, "<aside class=\"attention\" aria-label=\"Warnings and flags\">\n<h2>%zu point%s to look at</h2>\n<ul>\n",
        count, count == 1 ? "" : "s");
    for (size_t i = 0; i < s->warning_count; i++) {
        dvk_page_add(p, "<li>");
        dvk_page_text(p, s->warnings[i]);
        dvk_page_add(p, "</li>\n");
    }
    flag_points(parts, true);
    dvk_page_add(p, "</ul>\n</aside>\n");
}

dvk_status dvk_report_html(const dvk_report *r, dvk_text *out)
{
    dvk_page page;
    dvk_parts parts = {.page = &page, .report = r, .summary = r->summary};
    DVK_TRY(dvk_alloc(r->summary->roi_count, sizeof *parts.roi, &parts.roi));
    put_in_order(&parts);
    const char *title = r->title ? r->title : "Dose in one cycle of radionuclide therapy";
    dvk_page_open(&page, out, title);
    head(&parts, title);
    headline(&parts);
    attention(&parts);
    dvk_report_images(&parts);
    dvk_report_curves(&parts);
    dvk_report_dvh(&parts);
    dvk_report_table(&parts);
    dvk_report_balance(&parts);
    dvk_report_method(&parts);
    dvk_report_kernel(&parts);
    dvk_report_provenance(&parts);
    dvk_page_sign(&page);
    dvk_free(parts.roi);
    return dvk_page_close(&page);
}
