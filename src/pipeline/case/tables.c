/* The tables of a case: one row a VOI, one a VOI and scan, one a point of a DVH. */
#include <math.h>

#include "base/fail.h"
#include "data/results.h"
#include "data/table.h"
#include "pipeline/case/case.h"

/* Points of an exported DVH: steps of a thousandth of the largest dose. */
enum { DVH_STEPS = 1000 };

static dvk_status header(dvk_text *t, const char *const *names, size_t count)
{
    DVK_TRY(dvk_tsv_texts(t, names, count));
    return dvk_tsv_end_row(t);
}

static dvk_status join_flags(const dvk_roi_summary *r, dvk_text *t)
{
    dvk_text joined = {0};
    dvk_status status = dvk_text_add(&joined, "%s", "");
    for (size_t i = 0; status == DVK_OK && i < r->flag_count; i++)
        status = dvk_text_add(&joined, "%s%s", i ? "; " : "", r->flags[i]);
    if (status == DVK_OK)
        status = dvk_tsv_text(t, joined.data);
    dvk_text_free(&joined);
    return status;
}

static dvk_status voi_table(const dvk_summary *s, dvk_text *t)
{
    static const char *const names[] = {"name",
                                        "volume_mL",
                                        "mass_g",
                                        "voxels",
                                        "effective_half_life_h",
                                        "tia_MBqh",
                                        "tia_curve_MBqh",
                                        "tiac_h",
                                        "tail_fraction",
                                        "fit_model",
                                        "u_tia_rel",
                                        "dose_mean_Gy",
                                        "dose_sd_Gy",
                                        "dose_min_Gy",
                                        "dose_max_Gy",
                                        "d98_Gy",
                                        "d95_Gy",
                                        "d90_Gy",
                                        "d50_Gy",
                                        "d10_Gy",
                                        "d2_Gy",
                                        "dose_per_activity_Gy_GBq",
                                        "u_dose_rel",
                                        "g_factor",
                                        "bed_Gy",
                                        "eqd2_Gy",
                                        "bed_voxel_mean_Gy",
                                        "eubed_Gy",
                                        "geud_Gy",
                                        "flags"};
    DVK_TRY(header(t, names, sizeof names / sizeof names[0]));
    for (size_t i = 0; i < s->roi_count; i++) {
        const dvk_roi_summary *r = &s->rois[i];
        const double before[] = {r->volume_mL, r->mass_g,         (double)r->voxels, r->curve.effective_half_life_h,
                                 r->tia_MBqh,  r->tia_curve_MBqh, r->tiac_h,         r->tail_fraction};
        const double after[] = {r->u_tia_rel,
                                r->dose_mean_Gy,
                                r->dose_sd_Gy,
                                r->dose_min_Gy,
                                r->dose_max_Gy,
                                r->d98_Gy,
                                r->d95_Gy,
                                r->d90_Gy,
                                r->d50_Gy,
                                r->d10_Gy,
                                r->d2_Gy,
                                r->dose_per_activity_Gy_GBq,
                                r->u_dose_rel,
                                r->g_factor,
                                r->bed_Gy,
                                r->eqd2_Gy,
                                r->bed_voxel_mean_Gy,
                                r->eubed_Gy,
                                r->geud_Gy};
        DVK_TRY(dvk_tsv_text(t, r->name));
        DVK_TRY(dvk_tsv_numbers(t, before, sizeof before / sizeof before[0]));
        DVK_TRY(dvk_tsv_text(t, s->scans ? dvk_model_name(r->curve.model) : ""));
        DVK_TRY(dvk_tsv_numbers(t, after, sizeof after / sizeof after[0]));
        DVK_TRY(join_flags(r, t));
        DVK_TRY(dvk_tsv_end_row(t));
    }
    return DVK_OK;
}

static dvk_status curve_table(const dvk_summary *s, dvk_text *t)
{
    DVK_TRY(header(t, (const char *const[]){"name", "time_h", "activity_MBq", "fitted_MBq"}, 4));
    for (size_t i = 0; i < s->roi_count; i++)
        for (size_t scan = 0; scan < s->scans; scan++) {
            DVK_TRY(dvk_tsv_text(t, s->rois[i].name));
            DVK_TRY(dvk_tsv_number(t, s->times_h[scan]));
            DVK_TRY(dvk_tsv_number(t, s->rois[i].activity_MBq[scan]));
            DVK_TRY(dvk_tsv_number(t, dvk_curve_at(&s->rois[i].curve, s->times_h[scan])));
            DVK_TRY(dvk_tsv_end_row(t));
        }
    return DVK_OK;
}

static dvk_status dvh_table(const dvk_case *k, dvk_text *t)
{
    DVK_TRY(header(t, (const char *const[]){"name", "dose_Gy", "volume_percent", "volume_mL"}, 4));
    for (size_t i = 0; i < k->summary->roi_count; i++) {
        const dvk_dvh *d = k->dvh[i];
        const double largest = dvk_dvh_max(d);
        for (int step = 0; step <= DVH_STEPS; step++) {
            /* The last step is the largest dose itself, not a product that may round above it. */
            const double dose = step == DVH_STEPS ? largest : largest * step / DVH_STEPS;
            const double percent = dvk_dvh_volume_at(d, dose);
            DVK_TRY(dvk_tsv_text(t, k->summary->rois[i].name));
            DVK_TRY(dvk_tsv_number(t, dose));
            DVK_TRY(dvk_tsv_number(t, percent));
            DVK_TRY(dvk_tsv_number(t, percent / 100 * dvk_dvh_volume(d)));
            DVK_TRY(dvk_tsv_end_row(t));
        }
    }
    return DVK_OK;
}

dvk_status dvk_case_write_tables(const dvk_case *k, dvk_outdir *o)
{
    dvk_text t = {0};
    DVK_TRY(dvk_results_made(o, "kidneys.tsv", &t, voi_table(k->summary, &t)));
    DVK_TRY(dvk_results_made(o, "dvh.tsv", &t, dvh_table(k, &t)));
    if (k->series)
        DVK_TRY(dvk_results_made(o, "tacs.tsv", &t, curve_table(k->summary, &t)));
    return DVK_OK;
}
