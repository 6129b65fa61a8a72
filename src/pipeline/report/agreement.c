/* The page of two archives: a Bland-Altman plot of every VOI's dose and BED, and the numbers. */
#include "pipeline/compare/agreement.h"

#include <math.h>
#include <string.h>

#include "pipeline/report/chart.h"

static const char *const words[DVK_ARCHIVES_QUANTITIES] = {"mean dose", "BED", "TIA"};
static const char *const units[DVK_ARCHIVES_QUANTITIES] = {"Gy", "Gy", "MBq·h"};

static void interval(dvk_page *p, const dvk_interval *i, int digits)
{
    dvk_page_add(p, "<td>");
    dvk_page_number(p, i->value, digits);
    dvk_page_add(p, "</td><td class=\"unit\">");
    dvk_page_number(p, i->low, digits);
    dvk_page_add(p, " … ");
    dvk_page_number(p, i->high, digits);
    dvk_page_add(p, "</td>");
}

/* --- plots --- */

static bool in_plot(const dvk_archives_pair *p, const char *name, size_t q)
{
    const bool kidney = strcmp(p->name, "kidney_left") == 0 || strcmp(p->name, "kidney_right") == 0;
    return (strcmp(p->name, name) == 0 || (kidney && strcmp(name, "kidneys") == 0)) && !isnan(p->a[q]) &&
           !isnan(p->b[q]);
}

/* The frame that holds every point and the limits with their intervals. */
static void find_frame(const dvk_archives *c, const dvk_archives_voi *v, size_t q, dvk_chart *chart)
{
    const dvk_agreement *g = &v->agreement[q];
    double reach = fmax(fabs(g->lower.low), fabs(g->upper.high)), most = 0;
    if (isnan(reach))
        reach = 0;
    for (size_t i = 0; i < c->pair_count; i++) {
        const dvk_archives_pair *p = &c->pair[i];
        if (!in_plot(p, v->name, q))
            continue;
        reach = fmax(reach, fabs(p->a[q] - p->b[q]));
        most = fmax(most, (p->a[q] + p->b[q]) / 2);
    }
    chart->x.high = dvk_chart_round_up(most > 0 ? most : 1);
    chart->y.high = dvk_chart_round_up(reach > 0 ? reach : 1);
    chart->y.low = -chart->y.high;
}

static void level(dvk_chart *chart, const char *style, double y)
{
    dvk_chart_line(chart, style, (double[]){chart->x.low, chart->x.high}, (double[]){y, y}, 2);
}

static void plot(dvk_page *p, const dvk_archives *c, const dvk_archives_voi *v, size_t q)
{
    const dvk_agreement *g = &v->agreement[q];
    dvk_chart chart = {.page = p,
                       .x = {.label = q < 2 ? "mean of A and B (Gy)" : "mean of A and B (MBq·h)"},
                       .y = {.label = q < 2 ? "A − B (Gy)" : "A − B (MBq·h)"},
                       .title = "Bland–Altman plot",
                       .description =
                           "One dot a pair: the difference against the mean. Full line: bias. Dashed: limits "
                           "of agreement. Shaded: their 95 % confidence intervals."};
    if (g->n == 0)
        return;
    dvk_page_add(p, "<figure>\n<figcaption><b>");
    dvk_page_roi_name(p, v->name);
    dvk_page_add(p, "</b>, %s</figcaption>\n", words[q]);
    find_frame(c, v, q, &chart);
    dvk_chart_begin(&chart);
    const dvk_interval *bands[] = {&g->lower, &g->bias, &g->upper};
    for (int i = 0; i < 3; i++)
        if (!isnan(bands[i]->low))
            dvk_chart_box(&chart, "tolerance", chart.x.low, bands[i]->low, chart.x.high, bands[i]->high);
    level(&chart, "axis", 0);
    level(&chart, "limit", g->bias.value);
    level(&chart, "dashed", g->lower.value);
    level(&chart, "dashed", g->upper.value);
    for (size_t i = 0; i < c->pair_count; i++) {
        const dvk_archives_pair *pair = &c->pair[i];
        if (in_plot(pair, v->name, q))
            dvk_chart_dot(&chart, strcmp(pair->name, "kidney_right") ? "dot v0" : "dot v1",
                          (pair->a[q] + pair->b[q]) / 2, pair->a[q] - pair->b[q]);
    }
    dvk_chart_end(&chart);
    dvk_page_add(p, "</figure>\n");
}

/* --- table --- */

static void table(dvk_page *p, const dvk_archives *c, size_t q)
{
    dvk_page_add(p,
                 "<h3>%s</h3>\n<div class=\"scroll\"><table class=\"tight\">\n<thead><tr><th scope=\"col\">VOI</th>"
                 "<th scope=\"col\">n</th><th scope=\"col\">bias <span class=\"unit\">%s</span></th><th>95&#160;%%</th>"
                 "<th scope=\"col\">lower limit</th><th>95&#160;%%</th><th scope=\"col\">upper limit</th>"
                 "<th>95&#160;%%</th><th scope=\"col\">bias <span class=\"unit\">%%</span></th><th>95&#160;%%</th>"
                 "<th scope=\"col\">concordance</th><th>95&#160;%%</th></tr></thead>\n<tbody>\n",
                 words[q], units[q]);
    for (size_t v = 0; v < c->voi_count; v++) {
        const dvk_agreement *g = &c->voi[v].agreement[q];
        dvk_page_add(p, "<tr><th scope=\"row\">");
        dvk_page_roi_name(p, c->voi[v].name);
        dvk_page_add(p, "</th><td>%zu</td>", g->n);
        interval(p, &g->bias, 3);
        interval(p, &g->lower, 3);
        interval(p, &g->upper, 3);
        interval(p, &g->bias_percent, 3);
        interval(p, &g->concordance, 5);
        dvk_page_add(p, "</tr>\n");
    }
    dvk_page_add(p, "</tbody>\n</table></div>\n");
}

static void head(dvk_page *p, const dvk_archives *c, const char *title)
{
    dvk_page_add(p, "<header>\n" DVK_PAGE_USE "%s</h1>\n<p class=\"lead\">A: ", title);
    dvk_page_text(p, c->options.a);
    dvk_page_add(p, "; B: ");
    dvk_page_text(p, c->options.b);
    dvk_page_add(p, "; %zu pairs of results</p>\n</header>\n", c->results);
    if (c->warning_count) {
        dvk_page_add(p, "<aside class=\"attention\" aria-label=\"Warnings\">\n<h2>Left out</h2>\n<ul>\n");
        for (size_t i = 0; i < c->warning_count; i++) {
            dvk_page_add(p, "<li>");
            dvk_page_text(p, c->warnings[i]);
            dvk_page_add(p, "</li>\n");
        }
        dvk_page_add(p, "</ul>\n</aside>\n");
    }
}

dvk_status dvk_report_archives_html(const dvk_archives *c, dvk_text *out)
{
    static const char *const title = "Agreement of two archives";
    dvk_page page;
    dvk_page_open(&page, out, title);
    head(&page, c, title);
    dvk_page_section(&page, "plots", "Differences against means");
    dvk_page_add(&page, "<div class=\"columns\">\n");
    for (size_t v = 0; v < c->voi_count; v++)
        for (size_t q = 0; q < 2; q++)
            plot(&page, c, &c->voi[v], q);
    dvk_page_add(&page, "</div>\n");
    dvk_page_section_end(&page);
    dvk_page_section(&page, "numbers", "Limits of agreement");
    for (size_t q = 0; q < DVK_ARCHIVES_QUANTITIES; q++)
        table(&page, c, q);
    dvk_page_add(&page,
                 "<p class=\"small\">Differences are A − B. Limits: bias ∓ 1.96 SD of the differences, 95&#160;%% "
                 "of which lie between them if they are normal; intervals after Bland and Altman (1999). "
                 "Percent: of each pair’s mean. Concordance: Lin (1989). Left and right kidneys of one "
                 "patient are not independent: the intervals of “Kidneys” are somewhat too narrow.</p>\n");
    dvk_page_section_end(&page);
    return dvk_page_close(&page);
}
