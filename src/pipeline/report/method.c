/* Where the activity and the energy went, and how the numbers were made. */
#include <math.h>
#include <stdio.h>

#include "dvk/nuclide.h"

#include "pipeline/report/parts.h"

/* --- energy and activity --- */

typedef struct share {
    const char *name, *style;
    double energy_J;
} share;

static void energy_bar(dvk_page *p, const share *shares, size_t count, double emitted)
{
    double x = 0;
    dvk_page_add(p, "<svg class=\"stack\" viewBox=\"0 0 440 22\" preserveAspectRatio=\"none\" role=\"img\" "
                    "aria-label=\"Shares of the emitted energy\">");
    for (size_t i = 0; i < count; i++) {
        const double width = 440 * fmin(fmax(shares[i].energy_J / emitted, 0), 1);
        if (width > 0)
            dvk_page_add(p, "<rect class=\"%s\" x=\"%.2f\" width=\"%.2f\" height=\"22\"/>", shares[i].style, x, width);
        x += isnan(width) ? 0 : width;
    }
    dvk_page_add(p, "</svg>\n");
}

static void energy(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    const dvk_balance *b = &parts->summary->balance;
    const share shares[] = {{"deposited on the grid", "share0", b->energy_deposited_J},
                            {"carried off the grid", "share1", b->energy_left_grid_J},
                            {"cut off with the kernel’s box", "share2", b->energy_cut_J},
                            {"beyond the tables", "share3", b->energy_beyond_tables_J}};
    enum { SHARES = sizeof shares / sizeof shares[0] };
    double sum = 0;
    dvk_page_add(p, "<figure>\n<figcaption><b>Energy</b></figcaption>\n");
    energy_bar(p, shares, SHARES, b->energy_emitted_J);
    dvk_page_add(p, "<table>\n<tbody>\n<tr><th scope=\"row\">emitted</th><td>");
    dvk_page_number(p, b->energy_emitted_J, 4);
    dvk_page_add(p, "&#160;J</td><td></td></tr>\n");
    for (size_t i = 0; i < SHARES; i++) {
        dvk_page_add(p, "<tr><th scope=\"row\"><span class=\"swatch %s\"></span>%s</th><td>", shares[i].style,
                     shares[i].name);
        dvk_page_number(p, shares[i].energy_J, 4);
        dvk_page_add(p, "&#160;J</td><td>");
        dvk_page_percent(p, shares[i].energy_J / b->energy_emitted_J, 3);
        dvk_page_add(p, "</td></tr>\n");
        sum += isnan(shares[i].energy_J) ? 0 : shares[i].energy_J;
    }
    dvk_page_add(p, "<tr class=\"sum\"><th scope=\"row\">accounted for</th><td></td><td>");
    dvk_page_percent(p, sum / b->energy_emitted_J, 6);
    dvk_page_add(p, "</td></tr>\n</tbody>\n</table>\n</figure>\n");
}

static void activity(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    const dvk_summary *s = parts->summary;
    dvk_page_add(p,
                 "<figure>\n<figcaption><b>Activity in the field of view</b></figcaption>\n<table>\n"
                 "<thead><tr><th scope=\"col\">h</th><th scope=\"col\">in the scan (MBq)</th>"
                 "<th scope=\"col\">injected, decayed (MBq)</th><th scope=\"col\">ratio</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < s->scans; i++) {
        const double left = s->injected_MBq * exp2(-s->times_h[i] / s->half_life_h);
        dvk_page_add(p, "<tr><th scope=\"row\">");
        dvk_page_plain(p, s->times_h[i], 4);
        dvk_page_add(p, "</th><td>");
        dvk_page_number(p, s->balance.activity_MBq[i], 4);
        dvk_page_add(p, "</td><td>");
        dvk_page_number(p, left, 4);
        dvk_page_add(p, "</td><td>");
        dvk_page_percent(p, s->balance.activity_MBq[i] / left, 3);
        dvk_page_add(p, "</td></tr>\n");
    }
    dvk_page_add(p, "</tbody>\n</table>\n");
    if (s->balance.tia_MBqh > 0) {
        dvk_page_add(p, "<p class=\"small\">TIA in the field of view: ");
        dvk_page_number(p, s->balance.tia_MBqh, 5);
        dvk_page_add(p, "&#160;MBq·h, of which negative voxels hold ");
        dvk_page_percent(p, s->balance.negative_tia_fraction, 2);
        dvk_page_add(p, ".</p>\n");
    }
    dvk_page_add(p, "</figure>\n");
}

void dvk_report_balance(const dvk_parts *parts)
{
    if (!parts->summary->scans && !(parts->summary->balance.energy_emitted_J > 0))
        return;
    dvk_page_section(parts->page, "balance", "Balance");
    dvk_page_add(parts->page, "<div class=\"columns\">\n");
    if (parts->summary->balance.energy_emitted_J > 0)
        energy(parts);
    if (parts->summary->scans)
        activity(parts);
    dvk_page_add(parts->page, "</div>\n");
    dvk_page_section_end(parts->page);
}

/* --- method --- */

static const char *negative_name(dvk_negative negative)
{
    return negative == DVK_NEGATIVE_ZERO ? "set to zero" : negative == DVK_NEGATIVE_ERROR ? "refused" : "kept";
}

static void quantity(dvk_page *p, const char *name, double value, int digits, const char *unit)
{
    if (isnan(value))
        return;
    dvk_page_add(p, "<dt>%s</dt><dd>", name);
    dvk_page_number(p, value, digits);
    dvk_page_add(p, "&#160;%s</dd>\n", unit);
}

static void integration_facts(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    const dvk_summary *s = parts->summary;
    dvk_page_add(p, "<div>\n<h3>Time integration</h3>\n<dl>\n");
    dvk_page_fact(p, "Model", s->model);
    dvk_page_fact(p, "Before the first scan", dvk_start_name(s->method.start));
    dvk_page_fact(p, "After the last scan", dvk_tail_name(s->method.tail));
    dvk_page_fact(p, "Fitted per", s->method.scope == DVK_SCOPE_VOI ? "VOI" : "voxel");
    dvk_page_fact(p, "Weights", dvk_weighting_name(s->method.weighting));
    dvk_page_fact(p, "Negative samples", negative_name(s->method.negative));
    quantity(p, "Physical half-life", s->half_life_h, 5, "h");
    dvk_page_add(p, "</dl>\n</div>\n");
}

static void dose_facts(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    const dvk_summary *s = parts->summary;
    dvk_page_add(p, "<div>\n<h3>Dose</h3>\n<dl>\n");
    dvk_page_fact(p, "Engine", s->engine);
    dvk_page_fact(p, "Density correction", s->density);
    dvk_page_fact(p, "Back end", s->backend);
    dvk_page_fact(p, "Device", s->device);
    dvk_page_fact(p, "Chosen because", s->device_reason);
    dvk_page_add(p, "</dl>\n</div>\n");
}

void dvk_report_method(const dvk_parts *parts)
{
    dvk_page_section(parts->page, "method", "Method");
    dvk_page_add(parts->page, "<div class=\"columns\">\n");
    if (parts->summary->scans)
        integration_facts(parts);
    dose_facts(parts);
    dvk_page_add(parts->page, "</div>\n");
    dvk_page_section_end(parts->page);
}
