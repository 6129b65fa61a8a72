/* Every number of every VOI, in the order of the EANM's recommendation for reporting dosimetry (2024). */
#include <math.h>
#include <stddef.h>

#include "pipeline/report/parts.h"

enum { COLUMNS = 4 }; /* VOIs side by side; more go into further tables, so that a printed page holds them */

typedef enum form { NUMBER, PERCENT, COUNT } form;

typedef struct row {
    const char *name, *unit;
    size_t offset; /* of the value in dvk_roi_summary */
    form form;
    int digits;  /* significant */
    bool always; /* shown, as an en dash, even where no VOI has a value */
} row;

#define FIELD(member) offsetof(dvk_roi_summary, member)
#define ROWS(rows) rows, sizeof rows / sizeof rows[0]

static const row volume_rows[] = {
    {"Volume", "mL", FIELD(volume_mL), NUMBER, 4, true},
    {"Mass", "g", FIELD(mass_g), NUMBER, 4, true},
    {"Voxels", "", FIELD(voxels), COUNT, 0, true},
    {"Recovery coefficient", "", FIELD(recovery), NUMBER, 3, false},
    {"Voxels with clipped density", "", FIELD(clipped_density_fraction), PERCENT, 2, false},
    {"Drift of the activity’s centroid", "mm", FIELD(centroid_drift_mm), NUMBER, 2, false},
};

static const row curve_rows[] = {
    {"Effective half-life", "h", FIELD(curve.effective_half_life_h), NUMBER, 3, true},
    {"R²", "", FIELD(curve.r2), NUMBER, 4, false},
    {"AICc", "", FIELD(curve.aicc), NUMBER, 3, false},
};

static const row tia_rows[] = {
    {"TIA of the map", "MBq·h", FIELD(tia_MBqh), NUMBER, 4, true},
    {"TIA of the curve", "MBq·h", FIELD(tia_curve_MBqh), NUMBER, 4, true},
    {"TIA per injected activity (TIAC)", "h", FIELD(tiac_h), NUMBER, 3, true},
    {"Part after the last scan", "", FIELD(tail_fraction), PERCENT, 3, true},
    {"Activity in voxels of the fallback rule", "", FIELD(fallback_activity_fraction), PERCENT, 2, false},
    {"Voxels of the fallback rule", "", FIELD(status_voxels_fallback), COUNT, 0, false},
    {"Voxels with a rate at its bound", "", FIELD(status_voxels_clamped), COUNT, 0, false},
    {"Voxels with a negative sample", "", FIELD(status_voxels_negative), COUNT, 0, false},
};

static const row dose_rows[] = {
    {"Mean", "Gy", FIELD(dose_mean_Gy), NUMBER, 3, true},
    {"Mean per injected activity", "Gy/GBq", FIELD(dose_per_activity_Gy_GBq), NUMBER, 3, true},
    {"SD over voxels", "Gy", FIELD(dose_sd_Gy), NUMBER, 3, true},
    {"Smallest", "Gy", FIELD(dose_min_Gy), NUMBER, 3, true},
    {"Largest", "Gy", FIELD(dose_max_Gy), NUMBER, 3, true},
    {"D<sub>98</sub>", "Gy", FIELD(d98_Gy), NUMBER, 3, true},
    {"D<sub>95</sub>", "Gy", FIELD(d95_Gy), NUMBER, 3, true},
    {"D<sub>90</sub>", "Gy", FIELD(d90_Gy), NUMBER, 3, true},
    {"D<sub>50</sub>", "Gy", FIELD(d50_Gy), NUMBER, 3, true},
    {"D<sub>10</sub>", "Gy", FIELD(d10_Gy), NUMBER, 3, true},
    {"D<sub>2</sub>", "Gy", FIELD(d2_Gy), NUMBER, 3, true},
    {"V<sub>5</sub>", "%", FIELD(v5_percent), NUMBER, 3, false},
    {"V<sub>10</sub>", "%", FIELD(v10_percent), NUMBER, 3, false},
    {"V<sub>20</sub>", "%", FIELD(v20_percent), NUMBER, 3, false},
    {"Least in the hottest 1&#160;mL", "Gy", FIELD(dose_hottest_1mL_Gy), NUMBER, 3, false},
    {"Mean, divided by the recovery coefficient", "Gy", FIELD(dose_recovered_Gy), NUMBER, 3, false},
    {"Check: electrons deposited locally", "Gy", FIELD(dose_local_Gy), NUMBER, 3, false},
    {"Check: S value scaled by mass", "Gy", FIELD(dose_s_value_Gy), NUMBER, 3, false},
};

static const row biology_rows[] = {
    {"α/β", "Gy", FIELD(alpha_beta_Gy), NUMBER, 2, true},
    {"Repair half-time", "h", FIELD(repair_half_time_h), NUMBER, 2, true},
    {"Lea–Catcheside factor G", "", FIELD(g_factor), NUMBER, 3, true},
    {"BED of the mean dose", "Gy", FIELD(bed_Gy), NUMBER, 3, true},
    {"EQD2", "Gy", FIELD(eqd2_Gy), NUMBER, 3, true},
    {"BED of the mean divided by recovery", "Gy", FIELD(bed_recovered_Gy), NUMBER, 3, false},
    {"Mean of the voxels’ BED", "Gy", FIELD(bed_voxel_mean_Gy), NUMBER, 3, false},
    {"EUBED", "Gy", FIELD(eubed_Gy), NUMBER, 3, false},
    {"gEUD", "Gy", FIELD(geud_Gy), NUMBER, 3, false},
};

static const row uncertainty_rows[] = {
    {"Mean dose", "", FIELD(u_dose_rel), PERCENT, 2, true},
    {"from calibration", "", FIELD(u_calibration), PERCENT, 2, true},
    {"from recovery", "", FIELD(u_recovery), PERCENT, 2, true},
    {"from volume", "", FIELD(u_volume), PERCENT, 2, true},
    {"from the curve’s fit", "", FIELD(u_fit), PERCENT, 2, true},
    {"Volume itself", "", FIELD(u_volume_rel), PERCENT, 2, false},
    {"TIA", "", FIELD(u_tia_rel), PERCENT, 2, true},
    {"BED", "", FIELD(u_bed_rel), PERCENT, 2, true},
};

typedef struct table {
    const dvk_parts *parts;
    dvk_page *page;
    const dvk_roi_summary *const *roi; /* the columns of this table */
    size_t columns;
    size_t first; /* of them among all */
} table;

static const void *field_of(const dvk_roi_summary *roi, const row *r)
{
    return (const char *)roi + r->offset;
}

static bool has_value(const table *t, const row *r)
{
    bool any = r->always;
    for (size_t i = 0; i < t->columns; i++)
        any = any || (r->form == COUNT ? *(const size_t *)field_of(t->roi[i], r) > 0
                                       : !isnan(*(const double *)field_of(t->roi[i], r)));
    return any;
}

static void cell(const table *t, const dvk_roi_summary *roi, const row *r)
{
    dvk_page_add(t->page, "<td>");
    if (r->form == COUNT)
        dvk_page_count(t->page, *(const size_t *)field_of(roi, r));
    else if (r->form == PERCENT)
        dvk_page_percent(t->page, *(const double *)field_of(roi, r), r->digits);
    else
        dvk_page_number(t->page, *(const double *)field_of(roi, r), r->digits);
    dvk_page_add(t->page, "</td>");
}

static void head_cell(const table *t, const char *name, const char *unit)
{
    dvk_page_add(t->page, "<tr><th scope=\"row\">%s%s%s%s</th>", name, unit[0] ? " <span class=\"unit\">" : "", unit,
                 unit[0] ? "</span>" : "");
}

static void group(const table *t, const char *name)
{
    dvk_page_add(t->page,
                 "</tbody>\n<tbody>\n<tr class=\"group\"><th colspan=\"%zu\" scope=\"rowgroup\">%s</th></tr>\n",
                 t->columns + 1, name);
}

static void rows(const table *t, const row *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!has_value(t, &list[i]))
            continue;
        head_cell(t, list[i].name, list[i].unit);
        for (size_t c = 0; c < t->columns; c++)
            cell(t, t->roi[c], &list[i]);
        dvk_page_add(t->page, "</tr>\n");
    }
}

static void activity_rows(const table *t)
{
    const dvk_summary *s = t->parts->summary;
    for (size_t k = 0; k < s->scans; k++) {
        dvk_page_add(t->page, "<tr><th scope=\"row\">at ");
        dvk_page_plain(t->page, s->times_h[k], 4);
        dvk_page_add(t->page, "&#160;h <span class=\"unit\">MBq</span></th>");
        for (size_t c = 0; c < t->columns; c++) {
            dvk_page_add(t->page, "<td>");
            dvk_page_number(t->page, t->roi[c]->activity_MBq[k], 4);
            dvk_page_add(t->page, "</td>");
        }
        dvk_page_add(t->page, "</tr>\n");
    }
}

static void model_row(const table *t)
{
    head_cell(t, "Model", "");
    for (size_t c = 0; c < t->columns; c++) {
        dvk_page_add(t->page, "<td class=\"words\">");
        dvk_page_text(t->page, dvk_model_name(t->roi[c]->curve.model));
        dvk_page_add(t->page, "</td>");
    }
    dvk_page_add(t->page, "</tr>\n");
}

/* Amplitude and half-life of each term, as many as any of the columns has. */
static void term_rows(const table *t)
{
    dvk_page *p = t->page;
    size_t most = 0;
    for (size_t c = 0; c < t->columns; c++)
        most = t->roi[c]->curve.terms > most ? t->roi[c]->curve.terms : most;
    for (size_t i = 0; i < 2 * most; i++) {
        const bool half_life = i % 2;
        dvk_page_add(p, "<tr><th scope=\"row\"><i>%c</i><sub>%zu</sub> <span class=\"unit\">%s</span></th>",
                     half_life ? 'T' : 'A', i / 2 + 1, half_life ? "h" : "MBq");
        for (size_t c = 0; c < t->columns; c++) {
            const dvk_curve *curve = &t->roi[c]->curve;
            dvk_page_add(p, "<td>");
            if (i / 2 < curve->terms)
                dvk_page_number(p, half_life ? curve->half_life_h[i / 2] : curve->amplitude[i / 2], 4);
            dvk_page_add(p, "</td>");
        }
        dvk_page_add(p, "</tr>\n");
    }
}

/* The terms without which these uncertainties are too small. */
static void missing_row(const table *t)
{
    head_cell(t, "Not in them", "");
    for (size_t c = 0; c < t->columns; c++) {
        dvk_page_add(t->page, "<td class=\"words\">");
        dvk_page_text(t->page, t->roi[c]->u_missing[0] ? t->roi[c]->u_missing : "–");
        dvk_page_add(t->page, "</td>");
    }
    dvk_page_add(t->page, "</tr>\n");
}

static void flag_row(const table *t)
{
    head_cell(t, "Flags", "");
    for (size_t c = 0; c < t->columns; c++) {
        dvk_page_add(t->page, "<td class=\"words\">");
        dvk_page_text(t->page, t->roi[c]->flag_count ? "" : "none");
        for (size_t i = 0; i < t->roi[c]->flag_count; i++) {
            dvk_page_add(t->page, i ? "; " : "");
            dvk_page_text(t->page, t->roi[c]->flags[i]);
        }
        dvk_page_add(t->page, "</td>");
    }
    dvk_page_add(t->page, "</tr>\n");
}

/* What the scans gave. */
static void activity_groups(const table *t)
{
    group(t, "Activity");
    activity_rows(t);
    group(t, "Curve, <i>A</i>(<i>t</i>) = Σ <i>A<sub>i</sub></i>·"
             "2<sup>−<i>t</i>/<i>T<sub>i</sub></i></sup>");
    model_row(t);
    term_rows(t);
    rows(t, ROWS(curve_rows));
    group(t, "Time-integrated activity (TIA)");
    rows(t, ROWS(tia_rows));
}

static void one_table(const table *t)
{
    dvk_page *p = t->page;
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"full\">\n<thead><tr><th scope=\"col\">Quantity</th>");
    for (size_t c = 0; c < t->columns; c++) {
        dvk_page_add(p, "<th scope=\"col\"><span class=\"swatch v%u\"></span>",
                     dvk_parts_colour(t->parts, t->first + c));
        dvk_page_roi_name(p, t->roi[c]->name);
        dvk_page_add(p, "</th>");
    }
    dvk_page_add(p, "</tr></thead>\n<tbody>\n");
    rows(t, ROWS(volume_rows));
    if (t->parts->summary->scans)
        activity_groups(t);
    group(t, "Absorbed dose");
    rows(t, ROWS(dose_rows));
    group(t, "Biologically effective dose");
    rows(t, ROWS(biology_rows));
    group(t, "Relative standard uncertainty (1σ)");
    rows(t, ROWS(uncertainty_rows));
    missing_row(t);
    group(t, "Quality");
    flag_row(t);
    dvk_page_add(p, "</tbody>\n</table></div>\n");
}

void dvk_report_table(const dvk_parts *parts)
{
    if (!parts->count)
        return;
    dvk_page_section(parts->page, "values", "All values");
    for (size_t first = 0; first < parts->count; first += COLUMNS) {
        const size_t left = parts->count - first;
        const table t = {parts, parts->page, parts->roi + first, left < COLUMNS ? left : COLUMNS, first};
        one_table(&t);
    }
    dvk_page_add(parts->page, "<p class=\"small\">Laid out after the EANM’s recommendation for reporting "
                              "dosimetry (2024). – stands for a value that is not known, or that needs an "
                              "option which was not given. D<sub>x</sub>: the largest dose that at least x&#160;%% of "
                              "the volume gets. BED, EQD2: from the mean dose and the VOI’s own kinetics. "
                              "Activities are not decay-corrected. Rounded here; <code>summary.json</code> and "
                              "<code>kidneys.tsv</code> have all digits.</p>\n");
    dvk_page_section_end(parts->page);
}
