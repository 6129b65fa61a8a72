/* BED and its relatives, and the uncertainty, in a VOI's summary. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dvk/uncertainty.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/roi.h"
#include "physics/sum.h"

/* G from the VOI's own terms, or from a half-life that the user gave where the curve has none. */
static double own_g_factor(const dvk_biology *b, dvk_roi_summary *roi)
{
    const double one = 1;
    if (roi->curve.terms > 0)
        return dvk_g_factor(roi->curve.amplitude, roi->curve.half_life_h, roi->curve.terms, b->repair_half_time_h);
    if (isnan(b->effective_half_life_h)) {
        dvk_roi_flag(roi, "no BED: its curve leaves no exponential terms: give --effective-half-life");
        return NAN;
    }
    return dvk_g_factor(&one, &b->effective_half_life_h, 1, b->repair_half_time_h);
}

/* Means over the voxels' own BED. */
static dvk_status voxel_means(const dvk_roi_voxels *v, const dvk_biology *b, dvk_roi_summary *roi)
{
    double *bed = NULL;
    dvk_sum volume = {0}, sum = {0};
    DVK_TRY(dvk_alloc(v->count, sizeof *bed, &bed));
    for (size_t i = 0; i < v->count; i++) {
        bed[i] = dvk_bed(v->dose_Gy[i], roi->g_factor, b->alpha_beta_Gy);
        dvk_sum_add(&volume, v->volume_mL[i]);
        dvk_sum_add(&sum, v->volume_mL[i] * bed[i]);
    }
    roi->bed_voxel_mean_Gy = dvk_sum_value(&sum) / dvk_sum_value(&volume);
    roi->eubed_Gy = dvk_eubed(bed, v->volume_mL, v->count, b->alpha_per_Gy);
    dvk_free(bed);
    return DVK_OK;
}

dvk_status dvk_roi_biology(const dvk_roi_voxels *v, const dvk_biology *b, dvk_roi_summary *roi)
{
    roi->alpha_beta_Gy = b->alpha_beta_Gy;
    roi->repair_half_time_h = b->repair_half_time_h;
    roi->geud_Gy = dvk_geud(v->dose_Gy, v->volume_mL, v->count, b->eud_a);
    roi->g_factor = own_g_factor(b, roi);
    roi->dose_recovered_Gy = roi->recovery == 1 ? NAN : roi->dose_mean_Gy / roi->recovery;
    if (isnan(roi->g_factor)) {
        roi->bed_Gy = roi->eqd2_Gy = roi->bed_voxel_mean_Gy = roi->eubed_Gy = roi->bed_recovered_Gy = NAN;
        if (roi->curve.terms > 0)
            dvk_roi_flag(roi, "no BED: the integral of its curve is not positive");
        return DVK_OK;
    }
    roi->bed_Gy = dvk_bed(roi->dose_mean_Gy, roi->g_factor, b->alpha_beta_Gy);
    roi->eqd2_Gy = dvk_eqd2(roi->bed_Gy, b->alpha_beta_Gy);
    roi->bed_recovered_Gy = dvk_bed(roi->dose_recovered_Gy, roi->g_factor, b->alpha_beta_Gy);
    return voxel_means(v, b, roi);
}

/* Not given is not wrong: it is said beside the uncertainty, and is no flag. */
static void name_missing_terms(dvk_roi_summary *roi)
{
    const struct {
        const char *name;
        double value;
    } terms[] = {{"calibration (--u-calibration)", roi->u_calibration},
                 {"recovery (--u-recovery)", roi->u_recovery},
                 {"volume (--fwhm)", roi->u_volume},
                 {"fit", roi->u_fit}};
    roi->u_missing[0] = '\0';
    for (size_t i = 0; i < sizeof terms / sizeof terms[0]; i++)
        if (isnan(terms[i].value)) {
            const size_t used = strlen(roi->u_missing);
            snprintf(roi->u_missing + used, sizeof roi->u_missing - used, "%s%s", used ? ", " : "", terms[i].name);
        }
}

void dvk_roi_uncertainty(const dvk_uncertainty_terms *given, dvk_roi_summary *roi)
{
    const double volume = roi->volume_mL, fwhm = given->fwhm_mm;
    const double rc_slope = given->recovery ? dvk_recovery_slope(given->recovery, volume) : 0;
    const double tia_slope = dvk_sphere_edge(volume, fwhm) / dvk_sphere_recovery(volume, fwhm) - rc_slope;
    roi->u_calibration = given->u_calibration;
    roi->u_recovery = given->u_recovery;
    roi->u_fit = roi->curve.u_tia_rel;
    roi->u_volume_rel = dvk_u_volume(volume, given->voxel_mm, fwhm);
    roi->u_volume = fabs(tia_slope - 1) * roi->u_volume_rel; /* S goes as 1/V */
    const double shared[] = {roi->u_calibration, roi->u_recovery, roi->u_fit};
    const double common = dvk_u_combine(shared, 3);
    roi->u_tia_rel = dvk_u_combine((const double[]){common, tia_slope * roi->u_volume_rel}, 2);
    roi->u_dose_rel = dvk_u_combine((const double[]){common, roi->u_volume}, 2);
    roi->u_bed_rel = dvk_u_bed(roi->u_dose_rel, roi->dose_mean_Gy, roi->g_factor, roi->alpha_beta_Gy);
    name_missing_terms(roi);
}
