/* The page of many methods: what the choices cost, whose share it is, and every method's values. */
#include "pipeline/methods/methods.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline/report/chart.h"

/* More methods than a page is read for are in methods.tsv. */
enum { MOST_ROWS = 400 };

static const char *const quantity_words[DVK_QUANTITIES] = {"TIA", "Mean dose", "BED"};
static const char *const quantity_units[DVK_QUANTITIES] = {"MBq·h", "Gy", "Gy"};

/* --- cells --- */

static void number_cell(dvk_page *p, double value, int digits)
{
    dvk_page_add(p, "<td>");
    dvk_page_number(p, value, digits);
    dvk_page_add(p, "</td>");
}

static void percent_cell(dvk_page *p, double fraction)
{
    dvk_page_add(p, "<td>");
    dvk_page_percent(p, fraction, 3);
    dvk_page_add(p, "</td>");
}

static void text_cell(dvk_page *p, const char *text)
{
    dvk_page_add(p, "<td class=\"words\">");
    dvk_page_text(p, text);
    dvk_page_add(p, "</td>");
}

static double off(const dvk_methods *m, double value, size_t voi, int q)
{
    return value / dvk_methods_compared(m, voi, (dvk_quantity_of)q) - 1;
}

/* --- head --- */

static void head(dvk_page *p, const dvk_methods *m, const char *title)
{
    dvk_page_add(p,
                 "<header>\n" DVK_PAGE_USE "%s</h1>\n<p class=\"lead\">"
                 "%zu methods, compared with %s</p>\n</header>\n<div class=\"headline\">\n",
                 title, m->count, m->has_truth ? "the truth" : "the reference method");
    for (size_t v = 0; v < m->voi_count; v++) {
        dvk_page_add(p, "<section>\n<h2>");
        dvk_page_roi_name(p, m->voi[v].name);
        dvk_page_add(p, "</h2>\n<dl>\n");
        dvk_page_figure(p, "least dose", m->voi[v].spread[DVK_OF_DOSE].least, 3, "Gy");
        dvk_page_figure(p, "largest dose", m->voi[v].spread[DVK_OF_DOSE].most, 3, "Gy");
        if (!isnan(dvk_methods_compared(m, v, DVK_OF_DOSE)))
            dvk_page_figure(p, m->has_truth ? "true dose" : "reference", dvk_methods_compared(m, v, DVK_OF_DOSE), 3,
                            "Gy");
        dvk_page_figure(p, "SD over the methods", m->voi[v].spread[DVK_OF_DOSE].sd, 2, "Gy");
        dvk_page_add(p, "</dl>\n</section>\n");
    }
    dvk_page_add(p, "</div>\n");
}

/* --- every method's dose, sorted --- */

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sorted_doses(dvk_page *p, const dvk_methods *m, size_t v, double *doses)
{
    const double compared = dvk_methods_compared(m, v, DVK_OF_DOSE);
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        const double dose = dvk_methods_value(m, i, v, DVK_OF_DOSE);
        if (!isnan(dose))
            doses[count++] = dose;
    }
    if (count < 2)
        return;
    qsort(doses, count, sizeof *doses, rising);
    dvk_chart c = {.page = p,
                   .x = {.label = "methods, by dose", .low = 0, .high = (double)count + 1, .step = -1},
                   .y = {.label = "mean dose (Gy)",
                         .low = 0,
                         .high = dvk_chart_round_up(fmax(doses[count - 1], isnan(compared) ? 0 : compared))},
                   .title = "Mean dose by method",
                   .description = "One dot a method, from the least dose to the largest; a line is what they are "
                                  "compared with."};
    dvk_page_add(p, "<figure>\n<figcaption><b>");
    dvk_page_roi_name(p, m->voi[v].name);
    dvk_page_add(p, "</b></figcaption>\n");
    dvk_chart_begin(&c);
    if (!isnan(compared))
        dvk_chart_line(&c, "limit", (double[]){0, (double)count + 1}, (double[]){compared, compared}, 2);
    for (size_t i = 0; i < count; i++)
        dvk_chart_dot(&c, strcmp(m->voi[v].name, "kidney_right") ? "dot v0" : "dot v1", (double)i + 1, doses[i]);
    dvk_chart_end(&c);
    dvk_page_add(p, "</figure>\n");
}

/* --- shares and choices --- */

/* Says which choices the dose's shares do without. */
static void left_out(dvk_page *p, const dvk_methods *m, size_t v)
{
    const char *between = "<p class=\"small\">Shares of the dose’s spread without ";
    for (int a = 0; a < DVK_AXES; a++)
        for (size_t c = 0; c < m->axis[a].count; c++)
            if (m->voi[v].spread[DVK_OF_DOSE].left_out[a][c]) {
                dvk_page_add(p, "%s%s ", between, m->axis[a].name);
                dvk_page_text(p, m->axis[a].label[c]);
                between = ", ";
            }
    if (between[0] == ',')
        dvk_page_add(p, ", which some other choices do not go with.</p>\n");
}

static void shares(dvk_page *p, const dvk_methods *m, size_t v)
{
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"tight\">\n<thead><tr><th scope=\"col\">Share of the spread"
                    "</th>");
    for (int q = 0; q < DVK_QUANTITIES; q++)
        dvk_page_add(p, "<th scope=\"col\">%s</th>", quantity_words[q]);
    dvk_page_add(p, "</tr></thead>\n<tbody>\n");
    for (int a = 0; a <= DVK_AXES; a++) {
        if (a < DVK_AXES && m->axis[a].count < 2)
            continue;
        dvk_page_add(p, "<tr><th scope=\"row\">%s</th>", a < DVK_AXES ? m->axis[a].name : "interaction");
        for (int q = 0; q < DVK_QUANTITIES; q++)
            percent_cell(p, a < DVK_AXES ? m->voi[v].spread[q].share[a] : m->voi[v].spread[q].interaction);
        dvk_page_add(p, "</tr>\n");
    }
    dvk_page_add(p, "</tbody>\n</table></div>\n");
    left_out(p, m, v);
}

static void choices(dvk_page *p, const dvk_methods *m, size_t v)
{
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"tight\">\n<thead><tr><th scope=\"col\">Mean of the methods "
                    "with</th>");
    for (int q = 0; q < DVK_QUANTITIES; q++)
        dvk_page_add(p, "<th scope=\"col\">%s <span class=\"unit\">%s</span></th><th scope=\"col\">off by</th>",
                     quantity_words[q], quantity_units[q]);
    dvk_page_add(p, "</tr></thead>\n<tbody>\n");
    for (int a = 0; a < DVK_AXES; a++)
        for (size_t c = 0; m->axis[a].count > 1 && c < m->axis[a].count; c++) {
            dvk_page_add(p, "<tr><th scope=\"row\">%s ", m->axis[a].name);
            dvk_page_text(p, m->axis[a].label[c]);
            dvk_page_add(p, "</th>");
            for (int q = 0; q < DVK_QUANTITIES; q++) {
                const double here = m->voi[v].spread[q].choice[a][c];
                number_cell(p, here, 4);
                percent_cell(p, off(m, here, v, q));
            }
            dvk_page_add(p, "</tr>\n");
        }
    dvk_page_add(p, "</tbody>\n</table></div>\n");
}

static void spread_sections(dvk_page *p, const dvk_methods *m)
{
    for (size_t v = 0; v < m->voi_count; v++) {
        dvk_page_add(p, "<section>\n<h2>");
        dvk_page_roi_name(p, m->voi[v].name);
        dvk_page_add(p, "</h2>\n");
        shares(p, m, v);
        choices(p, m, v);
        dvk_page_section_end(p);
    }
    dvk_page_add(p, "<p class=\"small\">Share: variance between the means of an axis’s choices, over the variance of "
                    "all methods, each combination counting once, without choices that some other does not go with. "
                    "Interaction: what the axes together do beyond their "
                    "sum. – where a method has no value, or nothing differs.</p>\n");
}

/* --- every method --- */

static void method_row(dvk_page *p, const dvk_methods *m, size_t i)
{
    dvk_page_add(p, "<tr><th scope=\"row\">%zu</th>", i + 1);
    for (int a = 0; a < DVK_AXES; a++)
        if (m->axis[a].count > 1)
            text_cell(p, m->axis[a].label[dvk_methods_choice(m, i, (dvk_axis_of)a)]);
    for (size_t v = 0; v < m->voi_count; v++)
        for (int q = DVK_OF_DOSE; q < DVK_QUANTITIES; q++) {
            const double value = dvk_methods_value(m, i, v, (dvk_quantity_of)q);
            number_cell(p, value, 4);
            percent_cell(p, off(m, value, v, q));
        }
    text_cell(p, m->note[i]);
    dvk_page_add(p, "</tr>\n");
}

static void every_method(dvk_page *p, const dvk_methods *m)
{
    const size_t shown = m->count < MOST_ROWS ? m->count : MOST_ROWS;
    dvk_page_section(p, "methods", "Methods");
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"tight\">\n<thead><tr><th scope=\"col\">#</th>");
    for (int a = 0; a < DVK_AXES; a++)
        if (m->axis[a].count > 1)
            dvk_page_add(p, "<th scope=\"col\">%s</th>", m->axis[a].name);
    for (size_t v = 0; v < m->voi_count; v++)
        for (int q = DVK_OF_DOSE; q < DVK_QUANTITIES; q++) {
            dvk_page_add(p, "<th scope=\"col\">");
            dvk_page_roi_name(p, m->voi[v].name);
            dvk_page_add(p, ", %s <span class=\"unit\">%s</span></th><th scope=\"col\">off by</th>", quantity_words[q],
                         quantity_units[q]);
        }
    dvk_page_add(p, "<th scope=\"col\"></th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < shown; i++)
        method_row(p, m, i);
    dvk_page_add(p, "</tbody>\n</table></div>\n");
    if (shown < m->count)
        dvk_page_add(p, "<p class=\"small\">The first %zu of %zu; <code>methods.tsv</code> has them all.</p>\n", shown,
                     m->count);
    for (int a = 0; a < DVK_AXES; a++)
        if (m->axis[a].count == 1) {
            dvk_page_add(p, "<p class=\"small\">%s: ", m->axis[a].name);
            dvk_page_text(p, m->axis[a].label[0]);
            dvk_page_add(p, " in all.</p>\n");
        }
    dvk_page_section_end(p);
}

dvk_status dvk_report_methods_html(const dvk_methods *m, double *scratch, dvk_text *out)
{
    static const char *const title = "One case by many methods";
    dvk_page page;
    dvk_page_open(&page, out, title);
    head(&page, m, title);
    dvk_page_section(&page, "doses", "Mean dose by method");
    dvk_page_add(&page, "<div class=\"columns\">\n");
    for (size_t v = 0; v < m->voi_count; v++)
        sorted_doses(&page, m, v, scratch);
    dvk_page_add(&page, "</div>\n");
    dvk_page_section_end(&page);
    spread_sections(&page, m);
    every_method(&page, m);
    return dvk_page_close(&page);
}
