/* The row of each VOI: curve, dose statistics, biology, uncertainty, flags. */
#include <math.h>
#include <stdio.h>

#include "dvk/radiobiology.h"
#include "dvk/recovery.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/roi.h"
#include "pipeline/case/case.h"

/* A VOI whose centre of activity moves further than this between scans is likely misregistered. */
static const double largest_drift_mm = 10;

/* Activity concentration and TIA to MBq and MBq.h. */
static const double MBq_per_Bq = 1e-6, MBqh_per_Bqs = 1 / 3.6e9;

static void flag_voi(const dvk_case *k, const dvk_voi *voi, const dvk_case_activity *seen, dvk_roi_summary *r)
{
    if (voi->touches_edge)
        dvk_roi_flag(r, "touches the edge of the field of view");
    if (voi->outside_fraction > 0)
        dvk_roi_flag(r, "%.3g %% of its volume lies outside the scan", 100 * voi->outside_fraction);
    if (!k->series || dvk_series_scans(k->series) < 2)
        return;
    r->centroid_drift_mm = seen->drift_mm;
    if (r->centroid_drift_mm > largest_drift_mm)
        dvk_roi_flag(r, "its centre of activity moves by %.1f mm between scans: check the registration",
                     r->centroid_drift_mm);
}

/* The VOI's own curve, whatever made the map. One scan leaves it to --effective-half-life. */
static dvk_status fit_curve(const dvk_case *k, const dvk_biology *b, dvk_roi_summary *r)
{
    const size_t scans = dvk_series_scans(k->series);
    const dvk_roi_options *o = &k->options->roi;
    dvk_integration how = o->curve;
    if (scans == 1 && how.model == DVK_MODEL_AUTO && b->effective_half_life_h > 0) {
        how.model = DVK_MODEL_MADSEN;
        how.madsen_half_life_h = b->effective_half_life_h;
    }
    DVK_TRY(dvk_curve_fit(k->summary->times_h, r->activity_MBq, scans, k->nuclide->half_life_h, &how, &r->curve));
    r->tia_curve_MBqh = r->curve.tia;
    r->tail_fraction = r->curve.tail_fraction;
    return DVK_OK;
}

/* One more voxel of a kind, with `tia` of the VOI. */
static void tally(bool of_kind, double tia, size_t *voxels, double *sum)
{
    *voxels += of_kind;
    *sum += of_kind ? tia : 0;
}

/* How the voxels of the VOI got their TIA, and how much of it. */
static void count_status(const dvk_case *k, const dvk_voi *voi, dvk_roi_summary *r)
{
    const float *status = dvk_volume_values(k->status), *tia = dvk_volume_values(k->tia);
    double *const shares[] = {&r->fallback_activity_fraction, &r->clamped_tia_fraction, &r->tail_tia_fraction,
                              &r->negative_tia_fraction};
    double all = 0, zero = 0;
    for (size_t i = 0; i < 4; i++)
        *shares[i] = 0;
    for (size_t i = 0; i < voi->count; i++) {
        const unsigned s = (unsigned)status[voi->index[i]], model = s & DVK_VOXEL_MODEL;
        const double here = fabs((double)tia[voi->index[i]]) * (double)voi->fraction[i];
        all += here;
        tally(model == 0, here, &r->status_voxels_zero, &zero);
        tally(model != 0, here, &r->status_voxels_model[model], &r->model_tia_fraction[model]);
        tally(s & DVK_VOXEL_FALLBACK, here, &r->status_voxels_fallback, &r->fallback_activity_fraction);
        tally(s & DVK_VOXEL_CLAMPED, here, &r->status_voxels_clamped, &r->clamped_tia_fraction);
        tally(s & DVK_VOXEL_TAIL, here, &r->status_voxels_tail, &r->tail_tia_fraction);
        tally(s & DVK_VOXEL_NEGATIVE, here, &r->status_voxels_negative, &r->negative_tia_fraction);
    }
    for (size_t i = 0; i < 4; i++)
        *shares[i] = all > 0 ? *shares[i] / all : 0;
    for (size_t m = 0; m < DVK_MODEL_COUNT; m++)
        r->model_tia_fraction[m] = all > 0 ? r->model_tia_fraction[m] / all : 0;
    if (r->fallback_activity_fraction > 0.05)
        dvk_roi_flag(r, "%.3g %% of its TIA comes from voxels that fell back to another rule",
                     100 * r->fallback_activity_fraction);
}

static dvk_status activity_of(const dvk_case *k, const dvk_voi *voi, const dvk_case_activity *seen,
                              const dvk_biology *b, dvk_roi_summary *r)
{
    const double voxel_mL = dvk_geometry_voxel_mL(&k->geometry), recovery = isnan(r->recovery) ? 1 : r->recovery;
    for (size_t i = 0; i < dvk_series_scans(k->series); i++)
        r->activity_MBq[i] = seen->Bq[i] * MBq_per_Bq / recovery;
    if (k->tia) {
        r->tia_MBqh = dvk_voi_sum(voi, dvk_volume_values(k->tia), voxel_mL) * MBqh_per_Bqs;
        r->tiac_h = r->tia_MBqh / k->summary->injected_MBq;
        count_status(k, voi, r);
    }
    return fit_curve(k, b, r);
}

/* Files that bear on every VOI; NULL where not given. */
typedef struct roi_tables {
    dvk_recovery *recovery;
    dvk_biology_table *biology;
} roi_tables;

static void set_recovery(const dvk_recovery *recovery, const dvk_voi *voi, dvk_roi_summary *r)
{
    bool outside = false;
    if (!recovery)
        return;
    r->recovery = dvk_recovery_at(recovery, voi->volume_mL, &outside);
    if (outside)
        dvk_roi_flag(r, "its volume lies outside the recovery table: the nearest row is taken");
}

/* The doses of a VOI, on the scan's grid by fractions or on its own by interpolation. */
static dvk_status gather(const dvk_case *k, const dvk_voi *voi, dvk_roi_voxels *voxels)
{
    if (k->options->voi_grid == DVK_VOI_GRID_VOI)
        return dvk_roi_gather_drawn(voi, k->dose, k->density, voxels);
    return dvk_roi_gather(voi, dvk_geometry_voxel_mL(&k->geometry), dvk_volume_values(k->dose),
                          k->density ? dvk_volume_values(k->density) : NULL, voxels);
}

static dvk_status one_roi(dvk_case *k, size_t i, const roi_tables *tables, dvk_roi_summary *r, dvk_dvh **dvh)
{
    const dvk_voi *voi = dvk_voi_at(k->vois, i);
    const dvk_case_activity *seen = k->series ? &k->activity[i] : NULL;
    const dvk_roi_options *o = &k->options->roi;
    dvk_biology biology = dvk_biology_of(tables->biology, voi->name, o->biology);
    const double *h = k->geometry.voxel_mm;
    const dvk_uncertainty_terms terms = {.u_calibration = o->u_calibration,
                                         .u_recovery = o->u_recovery,
                                         .fwhm_mm = o->fwhm_mm,
                                         .voxel_mm = {h[0], h[1], h[2]},
                                         .recovery = tables->recovery};
    dvk_roi_voxels voxels = {0};
    dvk_status status = DVK_OK;
    dvk_roi_clear(r);
    snprintf(r->name, sizeof r->name, "%s", voi->name);
    flag_voi(k, voi, seen, r);
    set_recovery(tables->recovery, voi, r);
    if (k->nuclide && biology.effective_half_life_h > k->nuclide->half_life_h)
        biology.effective_half_life_h = k->nuclide->half_life_h;
    if (k->series) {
        DVK_TRY(activity_of(k, voi, seen, &biology, r));
        dvk_case_flag_decay(k, r);
    }
    DVK_TRY(gather(k, voi, &voxels));
    DVK_TRY_DONE(dvk_roi_dose(&voxels, voi, o->density_g_mL, k->summary->injected_MBq, r, dvh));
    if (k->nuclide)
        dvk_roi_cross_check(k->nuclide, r);
    DVK_TRY_DONE(dvk_roi_biology(&voxels, &biology, r));
    dvk_roi_uncertainty(&terms, r);
    dvk_roi_plausible(r);
done:
    dvk_roi_voxels_free(&voxels);
    return status;
}

dvk_status dvk_case_rois(dvk_case *k)
{
    const dvk_roi_options *o = &k->options->roi;
    roi_tables tables = {0};
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(k->summary->roi_count, sizeof(dvk_dvh *), &k->dvh));
    if (o->recovery)
        DVK_TRY_DONE(dvk_recovery_parse(o->recovery, &tables.recovery));
    if (o->biology_table)
        DVK_TRY_DONE(dvk_biology_table_read(o->biology_table, &tables.biology));
    for (size_t i = 0; i < k->summary->roi_count; i++) {
        status = one_roi(k, i, &tables, &k->summary->rois[i], &k->dvh[i]);
        if (status != DVK_OK) {
            dvk_fail_prefix(status, dvk_voi_at(k->vois, i)->name);
            break;
        }
    }
done:
    dvk_recovery_free(tables.recovery);
    dvk_biology_table_free(tables.biology);
    return status;
}
