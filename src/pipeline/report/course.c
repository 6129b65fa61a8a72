/* The page of a course: what is left to the limit, the ledger, and every cycle's part in it. */
#include "pipeline/report/course.h"

#include <math.h>

#include "pipeline/course/course.h"

/* --- cells --- */

static void number_cell(dvk_page *p, double value, int digits)
{
    dvk_page_add(p, "<td>");
    dvk_page_number(p, value, digits);
    dvk_page_add(p, "</td>");
}

static void name_cell(dvk_page *p, const dvk_course *c, size_t i)
{
    dvk_page_add(p, "<tr><th scope=\"row\"><span class=\"swatch v%u\"></span>", dvk_report_course_colour(c, i));
    dvk_page_roi_name(p, c->sums[i].name);
    dvk_page_add(p, "</th>");
}

/* --- head --- */

static double injected_MBq(const dvk_course *c)
{
    double sum = 0;
    for (size_t k = 0; k < c->cycle_count; k++)
        sum += c->cycles[k].injected_MBq;
    return sum;
}

static void head(dvk_page *p, const dvk_course *c, const char *title)
{
    dvk_page_add(p, "<header>\n" DVK_PAGE_USE "%s</h1>\n<p class=\"lead\">", title);
    if (c->cycle_count)
        dvk_page_text(p, c->cycles[0].nuclide);
    dvk_page_add(p, ", %zu cycle%s, ", c->cycle_count, c->cycle_count == 1 ? "" : "s");
    dvk_page_plain(p, injected_MBq(c) / 1000, 4);
    dvk_page_add(p,
                 "&#160;GBq injected in all; BED summed over the cycles, each with its own kinetics</p>\n</header>\n");
}

/* Whether the sums' uncertainty holds the calibration, which errs alike in every cycle: without it, it misleads. */
static bool uncertainty_known(const dvk_course *c)
{
    for (size_t k = 0; k < c->cycle_count; k++)
        for (size_t i = 0; i < c->cycles[k].roi_count; i++)
            if (dvk_course_is_kidney(c->cycles[k].rois[i].name) && !(c->cycles[k].rois[i].u_shared_rel > 0))
                return false;
    return true;
}

/* What a limit leaves. */
static void against_limit(dvk_page *p, const dvk_course_ledger *l)
{
    dvk_page_figure(p, "limit", l->limit_Gy, 3, "Gy");
    dvk_page_figure(p, "predicted next cycle", l->predicted_next_Gy, 3, "Gy");
    dvk_page_add(p, "<div><dt>next cycle within limit + tolerance</dt><dd>%s</dd></div>\n",
                 isnan(l->predicted_next_Gy) ? "–"
                 : l->decision.within_limit  ? "yes"
                                             : "no");
    dvk_page_add(p, "<div><dt>cycles left by this prediction</dt><dd>");
    if (l->decision.cycles_left < 0)
        dvk_page_add(p, "–");
    else
        dvk_page_add(p, "%ld", l->decision.cycles_left);
    dvk_page_add(p, "</dd></div>\n");
}

/* The governing numbers of one quantity. */
static void governing(dvk_page *p, const dvk_course *c, bool dose)
{
    const dvk_course_ledger *l = dose ? &c->dose : &c->bed;
    dvk_page_add(p, "<section>\n<h2>%s, ", dose ? "Absorbed dose" : "BED");
    if (c->governing_roi[0])
        dvk_page_roi_name(p, c->governing_roi);
    else
        dvk_page_add(p, "mean of the kidneys");
    dvk_page_add(p, "</h2>\n<dl>\n");
    dvk_page_gray(p, "sum so far", l->sum_Gy, uncertainty_known(c) ? l->u_sum_rel : NAN);
    if (isnan(l->limit_Gy)) {
        dvk_page_gray(p, "predicted next cycle", l->predicted_next_Gy, NAN);
    } else {
        dvk_page_gray(p, "remaining to the limit", l->remaining_Gy, NAN);
        against_limit(p, l);
    }
    dvk_page_add(p, "</dl>\n</section>\n");
}

/* Absorbed dose is a ledger of its own only where it has a limit. */
static void headline(dvk_page *p, const dvk_course *c)
{
    dvk_page_add(p, "<div class=\"headline\">\n");
    governing(p, c, false);
    if (!isnan(c->options.limit_dose_Gy))
        governing(p, c, true);
    dvk_page_add(p, "</div>\n");
}

static void attention(dvk_page *p, const dvk_course *c)
{
    if (!c->warning_count) {
        dvk_page_add(p, "<p class=\"clear\">No warnings.</p>\n");
        return;
    }
    dvk_page_add(p, "<aside class=\"attention\" aria-label=\"Warnings\">\n<h2>%zu point%s to look at</h2>\n<ul>\n",
                 c->warning_count, c->warning_count == 1 ? "" : "s");
    for (size_t i = 0; i < c->warning_count; i++) {
        dvk_page_add(p, "<li>");
        dvk_page_text(p, c->warnings[i]);
        dvk_page_add(p, "</li>\n");
    }
    dvk_page_add(p, "</ul>\n</aside>\n");
}

/* --- ledger --- */

static void ledger_table(dvk_page *p, const dvk_course *c, bool dose)
{
    dvk_page_add(
        p,
        "<div class=\"scroll\"><table class=\"tight\">\n<thead><tr><th scope=\"col\">Gy</th><th scope=\"col\">sum</th>"
        "<th scope=\"col\">remaining</th><th scope=\"col\">next</th><th scope=\"col\">cycles left</th>"
        "<th scope=\"col\">MBq to limit</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->sum_count; i++) {
        const dvk_course_ledger *l = dose ? &c->sums[i].dose : &c->sums[i].bed;
        if (!c->sums[i].kidney)
            continue;
        name_cell(p, c, i);
        number_cell(p, l->sum_Gy, 3);
        number_cell(p, l->remaining_Gy, 3);
        number_cell(p, l->predicted_next_Gy, 3);
        number_cell(p, l->decision.cycles_left < 0 ? NAN : (double)l->decision.cycles_left, 1);
        number_cell(p, l->decision.activity_MBq, 4);
        dvk_page_add(p, "</tr>\n");
    }
    dvk_page_add(p, "</tbody>\n</table></div>\n");
}

static void rule(dvk_page *p, const dvk_course *c)
{
    dvk_page_add(p, "<p class=\"small\">Governing: ");
    dvk_page_text(p, dvk_governing_name(c->options.governing));
    dvk_page_add(p, c->options.doses == DVK_COURSE_DOSES_RECOVERED ? "; doses: divided by recovery coefficients"
                                                                   : "; doses: of the maps");
    dvk_page_add(p, "; prediction: ");
    dvk_page_text(p, dvk_predict_name(c->options.predict));
    if (c->options.predict == DVK_PREDICT_ACTIVITY) {
        dvk_page_add(p, ", next activity ");
        dvk_page_number(p, c->options.next_activity_MBq, 4);
        dvk_page_add(p, "&#160;MBq");
    }
    dvk_page_add(
        p,
        ". Shaded: the limit with its tolerance. Dashed: the predicted next cycle. Cycles left: how many of them stay "
        "within limit + tolerance. MBq to limit: the activity that would reach the limit in the next "
        "cycle. A prediction extrapolates what the cycles so far showed and decides nothing.</p>\n");
}

static void ledger(dvk_page *p, const dvk_course *c, bool dose)
{
    dvk_page_section(p, dose ? "ledger-dose" : "ledger-bed", dose ? "Absorbed dose so far" : "BED so far");
    dvk_page_add(p, "<div class=\"columns\">\n<figure>\n");
    dvk_report_ledger(p, c, dose);
    dvk_page_add(p, "</figure>\n<div>\n");
    ledger_table(p, c, dose);
    rule(p, c);
    dvk_page_add(p, "</div>\n</div>\n");
    dvk_page_section_end(p);
}

/* --- cycles --- */

static void cycle_rows(dvk_page *p, const dvk_course *c, const dvk_course_sum *sum)
{
    double dose = 0, bed = 0;
    dvk_page_add(p, "<tr class=\"group\"><th colspan=\"8\" scope=\"rowgroup\">");
    dvk_page_roi_name(p, sum->name);
    dvk_page_add(p, "</th></tr>\n");
    for (size_t k = 0; k < c->cycle_count; k++) {
        const dvk_course_roi *roi = dvk_course_find(&c->cycles[k], sum->name);
        dvk_page_add(p, "<tr><th scope=\"row\">%zu&#160; ", k + 1);
        dvk_page_text(p, c->cycles[k].label);
        dvk_page_add(p, "</th>");
        dose += roi ? roi->dose_Gy : NAN;
        bed += roi ? roi->bed_Gy : NAN;
        const double values[] = {c->cycles[k].injected_MBq,
                                 roi ? roi->mass_g : NAN,
                                 roi ? roi->dose_Gy : NAN,
                                 roi ? roi->g_factor : NAN,
                                 roi ? roi->bed_Gy : NAN,
                                 dose,
                                 bed};
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
            number_cell(p, values[i], i < 2 ? 4 : 3);
        dvk_page_add(p, "</tr>\n");
    }
}

static void cycles(dvk_page *p, const dvk_course *c)
{
    dvk_page_section(p, "cycles", "Cycles");
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"full\">\n<thead><tr><th scope=\"col\">Cycle</th>"
                    "<th scope=\"col\">MBq</th><th scope=\"col\">mass (g)</th><th scope=\"col\">dose (Gy)</th>"
                    "<th scope=\"col\">G</th><th scope=\"col\">BED (Gy)</th><th scope=\"col\">Σ dose (Gy)</th>"
                    "<th scope=\"col\">Σ BED (Gy)</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->sum_count; i++)
        cycle_rows(p, c, &c->sums[i]);
    dvk_page_add(p, "</tbody>\n</table></div>\n");
    dvk_page_section_end(p);
}

static void sums(dvk_page *p, const dvk_course *c)
{
    dvk_page_section(p, "sums", "Sums");
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"full\">\n<thead><tr><th scope=\"col\">VOI</th>"
                    "<th scope=\"col\">dose (Gy)</th><th scope=\"col\">1σ</th><th scope=\"col\">BED (Gy)</th>"
                    "<th scope=\"col\">1σ</th><th scope=\"col\">EQD2 (Gy)</th><th scope=\"col\">α/β (Gy)</th>"
                    "<th scope=\"col\">Gy/GBq</th><th scope=\"col\">mass, last to first</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->sum_count; i++) {
        const dvk_course_sum *s = &c->sums[i];
        name_cell(p, c, i);
        number_cell(p, s->dose.sum_Gy, 3);
        dvk_page_add(p, "<td>");
        dvk_page_percent(p, s->dose.u_sum_rel, 2);
        dvk_page_add(p, "</td>");
        number_cell(p, s->bed.sum_Gy, 3);
        dvk_page_add(p, "<td>");
        dvk_page_percent(p, s->bed.u_sum_rel, 2);
        dvk_page_add(p, "</td>");
        number_cell(p, s->eqd2_Gy, 3);
        number_cell(p, s->alpha_beta_Gy, 2);
        number_cell(p, s->dose_per_activity_Gy_GBq, 3);
        dvk_page_add(p, "<td>");
        dvk_page_percent(p, s->mass_change, 2);
        dvk_page_add(p, "</td></tr>\n");
    }
    dvk_page_add(p, "</tbody>\n</table></div>\n<p class=\"small\">– stands for a value that is not known. BED is "
                    "summed over the cycles, each "
                    "with its own kinetics; never computed from the summed dose.</p>\n");
    dvk_page_section_end(p);
}

static void provenance(dvk_page *p, const dvk_course *c)
{
    dvk_page_section(p, "provenance", "Provenance");
    for (size_t k = 0; k < c->cycle_count; k++) {
        const dvk_course_cycle *cycle = &c->cycles[k];
        dvk_page_add(p, "<h3>");
        dvk_page_text(p, cycle->label);
        dvk_page_add(p, "</h3>\n<dl class=\"wide\">\n");
        dvk_page_fact(p, "Folder", cycle->path);
        dvk_page_fact(p, "Method", cycle->method);
        dvk_page_fact(p, "Kernel", cycle->kernel);
        dvk_page_fact(p, "dvkit", cycle->version);
        dvk_page_fact(p, "SHA-256 of the summary", cycle->summary_sha256);
        dvk_page_fact(p, "SHA-256 of the provenance", cycle->provenance_sha256);
        dvk_page_add(p, "</dl>\n");
    }
    dvk_page_section_end(p);
}

dvk_status dvk_report_course_html(const dvk_course *c, dvk_text *out)
{
    static const char *const title = "Dose over a course of radionuclide therapy";
    dvk_page page;
    dvk_page_open(&page, out, title);
    head(&page, c, title);
    headline(&page, c);
    attention(&page, c);
    ledger(&page, c, false);
    if (!isnan(c->options.limit_dose_Gy))
        ledger(&page, c, true);
    cycles(&page, c);
    sums(&page, c);
    provenance(&page, c);
    dvk_page_sign(&page);
    return dvk_page_close(&page);
}
