/*
 * --scope voi: inside a VOI the VOI's own fitted curve is the shape, and each voxel gives its level; outside, voxels
 * keep their own integration. With a(t) the VOI's curve and y_i the voxel's samples, the level is the least-squares s =
 * sum a_i y_i / sum a_i^2, and TIA = s int a.
 */
#include "base/fail.h"
#include "pipeline/case.h"

/* A voxel belongs to the VOI that holds at least half of it. */
static const float least_fraction = 0.5F;

/* The VOI's own curve; recovery and volume scale it alike and leave the shape. */
static dvk_status curve_of(const dvk_case *k, const dvk_voi *voi, dvk_curve *curve)
{
    double activity[DVK_MAX_SCANS];
    const size_t scans = dvk_series_scans(k->series);
    for (size_t i = 0; i < scans; i++)
        activity[i] = dvk_voi_sum(voi, dvk_series_frame(k->series, i), dvk_geometry_voxel_mL(&k->geometry));
    return dvk_curve_fit(k->summary->times_h, activity, scans, k->nuclide->half_life_h, &k->options->roi.curve, curve);
}

static void apply_curve(dvk_case *k, const dvk_voi *voi, const dvk_curve *curve)
{
    const size_t scans = dvk_series_scans(k->series);
    double shape[DVK_MAX_SCANS], squares = 0;
    float *tia = dvk_volume_data(k->tia), *status = dvk_volume_data(k->status);
    for (size_t i = 0; i < scans; i++) {
        shape[i] = dvk_curve_at(curve, k->summary->times_h[i]);
        squares += shape[i] * shape[i];
    }
    for (size_t n = 0; n < voi->count; n++) {
        const size_t v = voi->index[n];
        double level = 0;
        if (voi->fraction[n] < least_fraction)
            continue;
        for (size_t i = 0; i < scans; i++)
            level += shape[i] * (double)dvk_series_frame(k->series, i)[v] / squares;
        tia[v] = (float)(level * curve->tia * 3600);
        status[v] = (float)(DVK_MODEL_SHAPE | ((unsigned)curve->flags & DVK_VOXEL_TAIL) |
                            ((unsigned)status[v] & DVK_VOXEL_NEGATIVE));
    }
}

dvk_status dvk_case_scope(dvk_case *k)
{
    for (size_t i = 0; i < dvk_voi_count(k->vois); i++) {
        const dvk_voi *voi = dvk_voi_at(k->vois, i);
        dvk_curve curve;
        DVK_TRY(curve_of(k, voi, &curve));
        if (curve.terms > 0)
            apply_curve(k, voi, &curve);
        else
            dvk_case_warn(k, "%s: --scope voi needs a curve with terms, and %s has none: its voxels keep their own",
                          voi->name, dvk_model_name(curve.model));
    }
    return DVK_OK;
}
