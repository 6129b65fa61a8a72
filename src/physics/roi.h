/*
 * Filling a VOI's summary: dose statistics, biology, uncertainty, cross-checks, flags. In the order of their use:
 * dvk_roi_clear, dvk_roi_gather, dvk_roi_dose, dvk_roi_cross_check, dvk_roi_biology, dvk_roi_uncertainty,
 * dvk_roi_plausible. Each reads the fields that the ones before it (and the caller) have set, and says which.
 */
#ifndef DVK_PHYSICS_ROI_H
#define DVK_PHYSICS_ROI_H

#include "dvk/dvh.h"
#include "dvk/nuclide.h"
#include "dvk/radiobiology.h"
#include "dvk/recovery.h"
#include "dvk/summary.h"
#include "dvk/voi.h"

/* DVK_ERR_USAGE, beginning with `where`, for a parameter that no tissue has, such as an alpha/beta of 2600 Gy. */
dvk_status dvk_biology_check(const dvk_biology *b, const char *where) DVK_MUST_USE;

/* Every number NaN, every count 0, no flags. */
void dvk_roi_clear(dvk_roi_summary *roi);

/* Adds a flag; the same one twice is one, and past the last place the last says so. */
void dvk_roi_flag(dvk_roi_summary *roi, const char *format, ...) DVK_PRINTF(2, 3);

/* The voxels of a VOI on a dose map's grid. */
typedef struct dvk_roi_voxels {
    size_t count;
    double *dose_Gy;
    double *volume_mL;       /* voxel volume times fraction */
    double *density_g_mL;    /* clipped; NULL without a density map */
    double clipped_fraction; /* share of the volume whose density was clipped; NaN without a density map */
} dvk_roi_voxels;

/* Copies the VOI's voxels out of a dose map and, where not NULL, a density map (g/mL, as it came) on the same grid.
 * DVK_ERR_INVALID for a dose or density that is not finite, or a negative density. Free with dvk_roi_voxels_free. */
dvk_status dvk_roi_gather(const dvk_voi *voi, double voxel_mL, const float *dose_Gy, const float *density_g_mL,
                          dvk_roi_voxels *out) DVK_MUST_USE;

/*
 * The same on the grid that the VOI was drawn on: dose and density interpolated linearly at the centres of its voxels,
 * each with its whole volume. Within half a voxel of the scan's border the border's value holds; centres beyond that
 * are left out.
 */
dvk_status dvk_roi_gather_drawn(const dvk_voi *voi, const dvk_volume *dose_Gy, const dvk_volume *density_g_mL,
                                dvk_roi_voxels *out) DVK_MUST_USE;
void dvk_roi_voxels_free(dvk_roi_voxels *v);

/*
 * Sets volume_mL, mass_g, voxels, dose_*, d*_Gy, dose_hottest_1mL_Gy, dose_per_activity_Gy_GBq and
 * clipped_density_fraction. Mass is the drawn volume times `voi_density_g_mL`, or times the mean of the density map
 * where there is one; then the mean dose is energy over mass, sum(rho w D) / sum(rho w). Spread and DVH are by volume.
 * *dvh (NULL: not wanted) is the caller's to free.
 */
dvk_status dvk_roi_dose(const dvk_roi_voxels *v, const dvk_voi *voi, double voi_density_g_mL, double injected_MBq,
                        dvk_roi_summary *roi, dvk_dvh **dvh) DVK_MUST_USE;

/* Sets dose_local_Gy and, for a kidney, dose_s_value_Gy from tia_MBqh (of the map; of the curve where there is none)
 * and mass_g: the same TIA as the map's, so that they judge the dose step alone. */
void dvk_roi_cross_check(const dvk_nuclide *nuclide, dvk_roi_summary *roi);

/*
 * Sets alpha_beta_Gy, repair_half_time_h, g_factor, bed_Gy, eqd2_Gy, bed_voxel_mean_Gy, eubed_Gy, geud_Gy from `curve`
 * and dose_mean_Gy; with recovery below or above 1 also dose_recovered_Gy and bed_recovered_Gy. G is that of the
 * curve's terms; for a curve without terms that of `effective_half_life_h` of `b`, and where that is NaN there is no
 * BED, and a flag says so.
 */
dvk_status dvk_roi_biology(const dvk_roi_voxels *v, const dvk_biology *b, dvk_roi_summary *roi) DVK_MUST_USE;

/* What --u-calibration, --u-recovery and --fwhm gave; NaN where not given. */
typedef struct dvk_uncertainty_terms {
    double u_calibration, u_recovery, fwhm_mm;
    double voxel_mm[3];           /* of the scan */
    const dvk_recovery *recovery; /* lent; NULL: none */
} dvk_uncertainty_terms;

/* Sets u_calibration, u_recovery, u_volume (share of u(D)/D), u_volume_rel (u(V)/V), u_fit, u_tia_rel, u_dose_rel and
 * u_bed_rel from volume_mL, curve.u_tia_rel, dose_mean_Gy, g_factor. A flag names the terms that are not given. */
void dvk_roi_uncertainty(const dvk_uncertainty_terms *given, dvk_roi_summary *roi);

/* Flags values outside what kidneys show (Sundlöv 2022; physics of the trial): 0.2-1.2 Gy/GBq, effective half-life
 * 35-75 h, volume 30-600 mL; and, in any VOI, a tail above 20 % of the TIA. */
void dvk_roi_plausible(dvk_roi_summary *roi);

#endif
