/*
 * Uncertainty of a VOI's time-integrated activity, mean dose and BED after the EANM's guidance (Gear 2018, Eur J Nucl
 * Med Mol Imaging 45:2456). All uncertainties are relative, one standard deviation.
 *
 *   u^2(TIA) = u^2(calibration) + u^2(recovery) + u^2(fit) + (s u(V)/V)^2,         s = dlnTIA/dlnV
 *   u^2(D)   = u^2(calibration) + u^2(recovery) + u^2(fit) + ((s + dlnS/dlnV) u(V)/V)^2
 *
 * The outline that makes the VOI larger makes its activity larger and S, by mass, smaller: dlnS/dlnV = -1. The model of
 * the edge is a uniform sphere of the VOI's volume seen with a Gaussian resolution; with a = 2 sqrt(ln 2) d / FWHM
 *   mean share inside   R = erf(a) - 3/(a sqrt pi) + 2/(a^3 sqrt pi) + exp(-a^2) (1/a - 2/a^3) / sqrt pi
 *   value at the edge   E = erf(a)/2 - (1 - exp(-a^2)) / (a sqrt pi)
 * and s = E/R - dlnRC/dlnV. For the mean of a dose map, s - 1 is exactly what moving the outline changes.
 */
#ifndef DVK_UNCERTAINTY_H
#define DVK_UNCERTAINTY_H

#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* u(V)/V = 3 u(d)/d, u^2(d) = a^2/6 + FWHM^2/(4 ln 2), d the diameter of the sphere of this volume, a the root mean
 * square of the voxel's edges. NaN without a positive volume or a FWHM. */
DVK_API double dvk_u_volume(double volume_mL, const double voxel_mm[3], double fwhm_mm);

/* R and E above; 1 and 1/2 for FWHM 0. */
DVK_API double dvk_sphere_recovery(double volume_mL, double fwhm_mm);
DVK_API double dvk_sphere_edge(double volume_mL, double fwhm_mm);

/* Root of the sum of squares of those terms that are known (not NaN); NaN when none is. */
DVK_API double dvk_u_combine(const double *terms, size_t count);

/* u(D) for a given correlation r of TIA and S: u^2(TIA) + u^2(S) + 2 r u(TIA) u(S), under a root. */
DVK_API double dvk_u_product(double u_tia, double u_s, double correlation);

/* u(BED)/BED = (dBED/dD) D/BED u(D)/D with dBED/dD = 1 + 2 G D/(alpha/beta), G taken as exact. */
DVK_API double dvk_u_bed(double u_dose, double dose_Gy, double g_factor, double alpha_beta_Gy);

#ifdef __cplusplus
}
#endif
#endif
