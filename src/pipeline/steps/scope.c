/* A VOI's own curve as the shape of its voxels. */
#include "pipeline/steps/scope.h"

#include <math.h>

#include "base/fail.h"

/* A voxel belongs to the VOI that holds at least half of it. */
static const float least_fraction = 0.5F;

/* The curve, and its values at the scans. */
typedef struct shape {
    dvk_curve curve;
    size_t scans;
    double at[DVK_MAX_SCANS];
    double squares; /* sum of at^2 */
} shape;

/* The VOI's activity in Bq; recovery and volume would scale it alike and leave the shape. */
static dvk_status fit_shape(const dvk_series *s, const dvk_voi *voi, const dvk_integration *how, shape *out)
{
    double t_h[DVK_MAX_SCANS], activity[DVK_MAX_SCANS];
    *out = (shape){.scans = dvk_series_scans(s)};
    for (size_t i = 0; i < out->scans; i++) {
        t_h[i] = dvk_series_time_h(s, i);
        activity[i] = dvk_voi_sum(voi, dvk_series_frame(s, i), dvk_geometry_voxel_mL(dvk_series_geometry(s)));
    }
    DVK_TRY(dvk_curve_fit(t_h, activity, out->scans, dvk_series_nuclide(s)->half_life_h, how, &out->curve));
    for (size_t i = 0; i < out->scans; i++) {
        out->at[i] = dvk_curve_at(&out->curve, t_h[i]);
        out->squares += out->at[i] * out->at[i];
    }
    return DVK_OK;
}

static double sample(const dvk_series *s, size_t scan, size_t voxel, const dvk_integration *how)
{
    const double y = (double)dvk_series_frame(s, scan)[voxel];
    return y < 0 && how->negative == DVK_NEGATIVE_ZERO ? 0 : y;
}

/* Level of a voxel; *scatter its residual variance, 0 where one scan leaves none. */
static double level_of(const dvk_series *s, const shape *a, const dvk_integration *how, size_t voxel, double *scatter)
{
    double along = 0, left = 0;
    for (size_t i = 0; i < a->scans; i++)
        along += a->at[i] * sample(s, i, voxel, how);
    const double level = along / a->squares;
    for (size_t i = 0; i < a->scans; i++) {
        const double r = sample(s, i, voxel, how) - level * a->at[i];
        left += r * r;
    }
    *scatter = a->scans > 1 ? left / (double)(a->scans - 1) : 0;
    return level;
}

dvk_status dvk_scope_apply(const dvk_series *s, const dvk_voi *voi, const dvk_integration *how, float *tia,
                           float *status, float *sd, bool *used)
{
    shape a;
    DVK_TRY(fit_shape(s, voi, how, &a));
    *used = a.curve.terms > 0 && a.squares > 0;
    const double integral = a.curve.tia * 3600;
    for (size_t n = 0; *used && n < voi->count; n++) {
        const size_t v = voi->index[n];
        double scatter = 0;
        if (voi->fraction[n] < least_fraction)
            continue;
        tia[v] = (float)(level_of(s, &a, how, v, &scatter) * integral);
        status[v] =
            (float)(DVK_MODEL_SHAPE | (a.curve.flags & DVK_VOXEL_TAIL) | ((unsigned)status[v] & DVK_VOXEL_NEGATIVE));
        if (sd)
            sd[v] = (float)(sqrt(scatter / a.squares) * fabs(integral));
    }
    return DVK_OK;
}
