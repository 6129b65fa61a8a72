/* The tables beside a phantom's scans: what is true of its VOIs, regions and scans, and the names of its labels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "data/results.h"
#include "data/table.h"
#include "pipeline/phantom/writer.h"

typedef dvk_phantom_writer writer;

/* Regions that are reported together: the parts of a VOI, or one region. */
typedef struct group {
    const char *name;
    int label; /* 0: no VOI */
    size_t count, part[DVK_PHANTOM_REGIONS];
} group;

static group parts_of(const dvk_phantom *p, const char *voi)
{
    group g = {.name = voi};
    for (size_t r = 0; r < p->regions; r++)
        if (strcmp(p->region[r].voi, voi) == 0) {
            g.label = p->region[r].label;
            g.part[g.count++] = r;
        }
    return g;
}

/* The VOI that starts with region r; false where r is in none or a later part. */
static bool starts_voi(const dvk_phantom *p, size_t r, group *out)
{
    if (!p->region[r].voi[0])
        return false;
    *out = parts_of(p, p->region[r].voi);
    return out->part[0] == r;
}

/* Region r as a row of its own; false where its VOI is nothing else. */
static bool stands_alone(const dvk_phantom *p, size_t r, group *out)
{
    *out = (group){.name = p->region[r].name, .count = 1, .part = {r}};
    return !p->region[r].voi[0] || parts_of(p, p->region[r].voi).count > 1;
}

/* Calls `row` for every VOI and then every region that is none. */
static dvk_status each_group(const writer *w, dvk_text *t,
                             dvk_status (*row)(const writer *w, const group *g, dvk_text *t))
{
    group g;
    for (size_t r = 0; r < w->phantom->regions; r++)
        if (starts_voi(w->phantom, r, &g))
            DVK_TRY(row(w, &g, t));
    for (size_t r = 0; r < w->phantom->regions; r++)
        if (stands_alone(w->phantom, r, &g))
            DVK_TRY(row(w, &g, t));
    return DVK_OK;
}

/* --- truth.tsv --- */

/* "120@50;-120@1.2": MBq and hours. */
static dvk_status add_terms(const writer *w, const group *g, dvk_text *t)
{
    const char *between = "\t";
    for (size_t i = 0; i < g->count; i++) {
        const dvk_region *region = &w->phantom->region[g->part[i]];
        for (size_t k = 0; k < region->terms; k++) {
            if (region->amplitude_MBq[k] == 0)
                continue;
            DVK_TRY(dvk_text_add(t, "%s", between));
            DVK_TRY(dvk_text_add_number(t, region->amplitude_MBq[k] * (region->per_mL ? w->volume_mL[g->part[i]] : 1)));
            DVK_TRY(dvk_text_add(t, "@"));
            DVK_TRY(dvk_text_add_number(t, region->half_life_h[k]));
            between = ";";
        }
    }
    return between[0] == '\t' ? dvk_tsv_text(t, "") : DVK_OK;
}

static dvk_status truth_row(const writer *w, const group *g, dvk_text *t)
{
    double volume_mL = 0, tia_MBqh = 0, energy = 0;
    for (size_t i = 0; i < g->count; i++) {
        const size_t r = g->part[i];
        volume_mL += w->volume_mL[r];
        tia_MBqh += dvk_region_tia_MBqh(&w->phantom->region[r], w->volume_mL[r]);
        energy += w->volume_mL[r] * w->dose_Gy[r];
    }
    DVK_TRY(dvk_tsv_number(t, g->label));
    DVK_TRY(dvk_tsv_text(t, g->name));
    DVK_TRY(dvk_tsv_number(t, volume_mL));
    DVK_TRY(dvk_tsv_number(t, tia_MBqh));
    DVK_TRY(dvk_tsv_number(t, energy / volume_mL));
    DVK_TRY(add_terms(w, g, t));
    DVK_TRY(dvk_tsv_number(t, g->count == 1 ? dvk_region_shape_mL(&w->phantom->region[g->part[0]]) : NAN));
    return dvk_tsv_end_row(t);
}

static dvk_status truth_table(const writer *w, dvk_text *t)
{
    static const char *const names[] = {
        "index", "name", "volume_mL", "tia_MBqh", "dose_mean_Gy", "terms_MBq_halflife_h", "shape_mL"};
    DVK_TRY(dvk_tsv_texts(t, names, sizeof names / sizeof names[0]));
    DVK_TRY(dvk_tsv_end_row(t));
    return each_group(w, t, truth_row);
}

/* --- activity_truth.tsv, scans_truth.tsv --- */

static dvk_status activity_row(const writer *w, const group *g, dvk_text *t)
{
    DVK_TRY(dvk_tsv_text(t, g->name));
    for (size_t s = 0; s < w->options->times; s++) {
        double sum = 0;
        for (size_t i = 0; i < g->count; i++)
            sum += dvk_region_activity_MBq(&w->phantom->region[g->part[i]], w->volume_mL[g->part[i]],
                                           w->options->times_h[s]);
        DVK_TRY(dvk_tsv_number(t, sum));
    }
    return dvk_tsv_end_row(t);
}

static dvk_status activity_table(const writer *w, dvk_text *t)
{
    DVK_TRY(dvk_tsv_text(t, "name"));
    for (size_t s = 0; s < w->options->times; s++)
        DVK_TRY(dvk_text_add(t, "\tMBq_%gh", w->options->times_h[s]));
    DVK_TRY(dvk_tsv_end_row(t));
    return each_group(w, t, activity_row);
}

static dvk_status scans_table(const writer *w, dvk_text *t)
{
    static const char *const names[] = {"time_h", "shift_x_mm", "shift_y_mm", "shift_z_mm", "activity_MBq", "counts"};
    DVK_TRY(dvk_tsv_texts(t, names, sizeof names / sizeof names[0]));
    DVK_TRY(dvk_tsv_end_row(t));
    for (size_t s = 0; s < w->options->times; s++) {
        DVK_TRY(dvk_tsv_number(t, w->options->times_h[s]));
        DVK_TRY(dvk_tsv_numbers(t, w->shift_mm[s], 3));
        DVK_TRY(dvk_tsv_number(t, w->scan_MBq[s]));
        DVK_TRY(dvk_tsv_number(t, w->counts[s] > 0 ? w->counts[s] : NAN));
        DVK_TRY(dvk_tsv_end_row(t));
    }
    return DVK_OK;
}

/* --- names of labels --- */

static dvk_status voi_names(const writer *w, dvk_text *t)
{
    group g;
    DVK_TRY(dvk_text_add(t, "index\tname\n"));
    for (size_t r = 0; r < w->phantom->regions; r++)
        if (starts_voi(w->phantom, r, &g))
            DVK_TRY(dvk_text_add(t, "%d\t%s\n", g.label, g.name));
    return DVK_OK;
}

static dvk_status region_names(const writer *w, dvk_text *t)
{
    DVK_TRY(dvk_text_add(t, "index\tname\n"));
    for (size_t r = 0; r < w->phantom->regions; r++)
        DVK_TRY(dvk_text_add(t, "%zu\t%s\n", r + 1, w->phantom->region[r].name));
    return DVK_OK;
}

dvk_status dvk_phantom_write_tables(const writer *w)
{
    char name[DVK_NAME_SIZE + 16];
    dvk_text t = {0};
    snprintf(name, sizeof name, "%s_dseg.tsv", w->phantom->name);
    DVK_TRY(dvk_results_made(w->out, name, &t, voi_names(w, &t)));
    DVK_TRY(dvk_results_made(w->out, "regions_truth.tsv", &t, region_names(w, &t)));
    DVK_TRY(dvk_results_made(w->out, "truth.tsv", &t, truth_table(w, &t)));
    DVK_TRY(dvk_results_made(w->out, "activity_truth.tsv", &t, activity_table(w, &t)));
    DVK_TRY(dvk_results_made(w->out, "scans_truth.tsv", &t, scans_table(w, &t)));
    return dvk_results_made(w->out, "phantom.tsv", &t, dvk_phantom_text(w->table, &t));
}
