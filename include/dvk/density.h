/*
 * Mass density of tissue: from CT numbers, and the dose's correction by it.
 *
 *   D_v -> D_v rho_kernel / rho_v
 *
 * For 177Lu the error of a kernel made for one density is nearly pure 1/rho (Dieudonné 2013). rho_v is clipped to
 * DVK_DENSITY_LEAST ... DVK_DENSITY_MOST: below and above, a CT number says little about where energy goes.
 */
#ifndef DVK_DENSITY_H
#define DVK_DENSITY_H

#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DVK_DENSITY_LEAST 0.2 /* g/mL */
#define DVK_DENSITY_MOST 2.0

/* What a density file holds. */
typedef enum dvk_density_unit { DVK_DENSITY_UNSET, DVK_DENSITY_HU, DVK_DENSITY_G_PER_ML } dvk_density_unit;

/*
 * Density in g/mL of a CT number in HU (Schneider 2000, Phys Med Biol 45:459): 1.018 + 0.893e-3 H up to 14 HU, 1.03 to
 * 23, 1.003 + 1.169e-3 H to 100, 1.017 + 0.592e-3 H above; below -98 HU a straight line to air, 0.00121 at -1000.
 */
DVK_API double dvk_density_of_hu(double hu);

/* Into the range above; NaN stays NaN. */
DVK_API double dvk_density_clip(double density_g_mL);

/* n voxels from HU to g/mL, in place, not clipped. DVK_ERR_INVALID for one that is not finite. */
DVK_API DVK_MUST_USE dvk_status dvk_density_from_hu(float *voxels, size_t n);

/* Corrects the n voxels of a dose map (Gy) in place by the densities on the same grid (g/mL, any range).
 * DVK_ERR_INVALID for a density that is negative or not finite. */
DVK_API DVK_MUST_USE dvk_status dvk_density_correct(float *dose, const float *density, size_t n,
                                                    double kernel_density_g_mL);

#ifdef __cplusplus
}
#endif
#endif
