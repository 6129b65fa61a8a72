/* Dose statistics of a VOI, its flags, and the cross-checks by mass. Biology and uncertainty are in roi_biology.c. */
#include "physics/roi.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dvk/density.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/sum.h"
#include "physics/svalue.h"

void dvk_roi_clear(dvk_roi_summary *roi)
{
    *roi = (dvk_roi_summary){0};
    double *const numbers[] = {&roi->volume_mL,
                               &roi->mass_g,
                               &roi->tia_MBqh,
                               &roi->tia_curve_MBqh,
                               &roi->tiac_h,
                               &roi->tail_fraction,
                               &roi->u_tia_rel,
                               &roi->u_dose_rel,
                               &roi->u_bed_rel,
                               &roi->u_calibration,
                               &roi->u_recovery,
                               &roi->u_volume,
                               &roi->u_fit,
                               &roi->u_volume_rel,
                               &roi->recovery,
                               &roi->dose_recovered_Gy,
                               &roi->bed_recovered_Gy,
                               &roi->dose_mean_Gy,
                               &roi->dose_sd_Gy,
                               &roi->dose_min_Gy,
                               &roi->dose_max_Gy,
                               &roi->d98_Gy,
                               &roi->d95_Gy,
                               &roi->d90_Gy,
                               &roi->d50_Gy,
                               &roi->d10_Gy,
                               &roi->d2_Gy,
                               &roi->v5_percent,
                               &roi->v10_percent,
                               &roi->v15_percent,
                               &roi->v20_percent,
                               &roi->dose_hottest_1mL_Gy,
                               &roi->dose_per_activity_Gy_GBq,
                               &roi->dose_local_Gy,
                               &roi->dose_s_value_Gy,
                               &roi->alpha_beta_Gy,
                               &roi->repair_half_time_h,
                               &roi->g_factor,
                               &roi->bed_Gy,
                               &roi->eqd2_Gy,
                               &roi->bed_voxel_mean_Gy,
                               &roi->eubed_Gy,
                               &roi->geud_Gy,
                               &roi->clipped_density_fraction,
                               &roi->centroid_drift_mm,
                               &roi->fallback_activity_fraction,
                               &roi->clamped_tia_fraction,
                               &roi->tail_tia_fraction,
                               &roi->negative_tia_fraction,
                               &roi->curve.tia,
                               &roi->curve.tail_fraction,
                               &roi->curve.r2,
                               &roi->curve.aicc,
                               &roi->curve.u_tia_rel,
                               &roi->curve.effective_half_life_h};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        *numbers[i] = NAN;
    for (size_t i = 0; i < DVK_MAX_SCANS; i++)
        roi->activity_MBq[i] = NAN;
}

void dvk_roi_flag(dvk_roi_summary *roi, const char *format, ...)
{
    char flag[DVK_FLAG_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(flag, sizeof flag, format, args);
    va_end(args);
    for (size_t i = 0; i < roi->flag_count; i++)
        if (strcmp(roi->flags[i], flag) == 0)
            return;
    if (roi->flag_count == DVK_MAX_FLAGS)
        snprintf(roi->flags[DVK_MAX_FLAGS - 1], DVK_FLAG_SIZE, "more was flagged than there is room to say");
    else
        memcpy(roi->flags[roi->flag_count++], flag, sizeof flag);
}

void dvk_roi_voxels_free(dvk_roi_voxels *v)
{
    dvk_free(v->dose_Gy);
    dvk_free(v->volume_mL);
    dvk_free(v->density_g_mL);
    *v = (dvk_roi_voxels){0};
}

/* One voxel's density, clipped; *clipped gains the voxel's volume where that changed it. */
static dvk_status take_density(float density, double volume_mL, double *clipped, double *out)
{
    if (!(isfinite(density) && density >= 0))
        return dvk_fail(DVK_ERR_INVALID, "a voxel's density is %g g/mL: not a density", (double)density);
    *out = dvk_density_clip(density);
    if (*out != (double)density)
        *clipped += volume_mL;
    return DVK_OK;
}

dvk_status dvk_roi_gather(const dvk_voi *voi, double voxel_mL, const float *dose_Gy, const float *density_g_mL,
                          dvk_roi_voxels *out)
{
    dvk_status status = DVK_OK;
    double volume = 0, clipped = 0;
    *out = (dvk_roi_voxels){.count = voi->count, .clipped_fraction = NAN};
    DVK_TRY_DONE(dvk_alloc(voi->count, sizeof(double), &out->dose_Gy));
    DVK_TRY_DONE(dvk_alloc(voi->count, sizeof(double), &out->volume_mL));
    if (density_g_mL)
        DVK_TRY_DONE(dvk_alloc(voi->count, sizeof(double), &out->density_g_mL));
    for (size_t i = 0; i < voi->count; i++) {
        const uint32_t at = voi->index[i];
        out->dose_Gy[i] = (double)dose_Gy[at];
        out->volume_mL[i] = (double)voi->fraction[i] * voxel_mL;
        volume += out->volume_mL[i];
        if (density_g_mL)
            DVK_TRY_DONE(take_density(density_g_mL[at], out->volume_mL[i], &clipped, &out->density_g_mL[i]));
    }
    if (density_g_mL)
        out->clipped_fraction = clipped / volume;
done:
    if (status != DVK_OK)
        dvk_roi_voxels_free(out);
    return status;
}

/* Energy over mass, and the mean density: sums in a fixed order of the voxels, compensated. */
static void mean_by_mass(const dvk_roi_voxels *v, double *dose, double *density)
{
    dvk_sum volume = {0}, mass = {0}, energy = {0};
    for (size_t i = 0; i < v->count; i++) {
        const double m = v->density_g_mL[i] * v->volume_mL[i];
        dvk_sum_add(&volume, v->volume_mL[i]);
        dvk_sum_add(&mass, m);
        dvk_sum_add(&energy, m * v->dose_Gy[i]);
    }
    *dose = dvk_sum_value(&energy) / dvk_sum_value(&mass);
    *density = dvk_sum_value(&mass) / dvk_sum_value(&volume);
}

dvk_status dvk_roi_dose(const dvk_roi_voxels *v, const dvk_voi *voi, double voi_density_g_mL, double injected_MBq,
                        dvk_roi_summary *roi, dvk_dvh **dvh)
{
    dvk_dvh *d = NULL;
    if (dvh)
        *dvh = NULL;
    DVK_TRY(dvk_dvh_create(v->dose_Gy, v->volume_mL, v->count, &d));
    double density = voi_density_g_mL;
    roi->dose_mean_Gy = dvk_dvh_mean(d);
    if (v->density_g_mL)
        mean_by_mass(v, &roi->dose_mean_Gy, &density);
    roi->clipped_density_fraction = v->clipped_fraction;
    roi->volume_mL = voi->volume_mL;
    roi->mass_g = voi->volume_mL * density;
    roi->voxels = v->count;
    roi->dose_sd_Gy = dvk_dvh_sd(d);
    roi->dose_min_Gy = dvk_dvh_min(d);
    roi->dose_max_Gy = dvk_dvh_max(d);
    roi->d98_Gy = dvk_dvh_dose_at(d, 98);
    roi->d95_Gy = dvk_dvh_dose_at(d, 95);
    roi->d90_Gy = dvk_dvh_dose_at(d, 90);
    roi->d50_Gy = dvk_dvh_dose_at(d, 50);
    roi->d10_Gy = dvk_dvh_dose_at(d, 10);
    roi->d2_Gy = dvk_dvh_dose_at(d, 2);
    roi->v5_percent = dvk_dvh_volume_at(d, 5);
    roi->v10_percent = dvk_dvh_volume_at(d, 10);
    roi->v15_percent = dvk_dvh_volume_at(d, 15);
    roi->v20_percent = dvk_dvh_volume_at(d, 20);
    roi->dose_hottest_1mL_Gy = dvk_dvh_hottest(d, 1);
    roi->dose_per_activity_Gy_GBq = injected_MBq > 0 ? roi->dose_mean_Gy / (1e-3 * injected_MBq) : NAN;
    if (dvh)
        *dvh = d;
    else
        dvk_dvh_free(d);
    return DVK_OK;
}

static bool is_kidney(const dvk_roi_summary *roi)
{
    return strcmp(roi->name, "kidney_left") == 0 || strcmp(roi->name, "kidney_right") == 0;
}

void dvk_roi_cross_check(const dvk_nuclide *nuclide, dvk_roi_summary *roi)
{
    const double tia = isnan(roi->tia_MBqh) ? roi->tia_curve_MBqh : roi->tia_MBqh;
    roi->dose_local_Gy = dvk_dose_by_mass_local(tia, roi->mass_g, nuclide->electron_keV);
    roi->dose_s_value_Gy = is_kidney(roi) ? dvk_kidney_dose_by_s_value(tia, roi->mass_g, nuclide) : NAN;
}

static void flag_outside(dvk_roi_summary *roi, const char *what, double value, double least, double most,
                         const char *unit)
{
    if (value < least || value > most) /* false for NaN */
        dvk_roi_flag(roi, "%s %.3g %s is outside %g to %g %s, what kidneys show: check VOI, units and times", what,
                     value, unit, least, most, unit);
}

void dvk_roi_plausible(dvk_roi_summary *roi)
{
    if (roi->curve.tail_fraction > 0.2)
        dvk_roi_flag(roi, "%.0f %% of the TIA lies after the last scan", 100 * roi->curve.tail_fraction);
    if (!is_kidney(roi))
        return;
    flag_outside(roi, "volume", roi->volume_mL, 30, 600, "mL");
    flag_outside(roi, "dose per activity", roi->dose_per_activity_Gy_GBq, 0.2, 1.2, "Gy/GBq");
    flag_outside(roi, "effective half-life", roi->curve.effective_half_life_h, 35, 75, "h");
}
