/* CT numbers to mass density, and dose by density. */
#include "dvk/density.h"

#include <math.h>

#include "base/fail.h"

double dvk_density_of_hu(double hu)
{
    static const double AIR_HU = -1000, AIR = 0.00121, LUNG_HU = -98, LUNG = 0.93;
    if (hu < AIR_HU)
        return AIR;
    if (hu < LUNG_HU)
        return AIR + (LUNG - AIR) * (hu - AIR_HU) / (LUNG_HU - AIR_HU);
    if (hu <= 14)
        return 1.018 + 0.893e-3 * hu;
    if (hu <= 23)
        return 1.03;
    if (hu <= 100)
        return 1.003 + 1.169e-3 * hu;
    return 1.017 + 0.592e-3 * hu; /* the step at 100 HU, 1.120 to 1.076, is Schneider's */
}

double dvk_density_clip(double density_g_mL)
{
    if (density_g_mL < DVK_DENSITY_LEAST)
        return DVK_DENSITY_LEAST;
    return density_g_mL > DVK_DENSITY_MOST ? DVK_DENSITY_MOST : density_g_mL;
}

dvk_status dvk_density_from_hu(float *voxels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(voxels[i]))
            return dvk_fail(DVK_ERR_INVALID, "voxel %zu of the CT is not finite: its density is not known", i);
        voxels[i] = (float)dvk_density_of_hu((double)voxels[i]);
    }
    return DVK_OK;
}

dvk_status dvk_density_correct(float *dose, const float *density, size_t n, double kernel_density_g_mL)
{
    for (size_t i = 0; i < n; i++) {
        const double rho = (double)density[i];
        if (!(rho >= 0 && isfinite(rho)))
            return dvk_fail(DVK_ERR_INVALID, "voxel %zu of the density map is %g g/mL: not a density", i, rho);
        dose[i] = (float)((double)dose[i] * kernel_density_g_mL / dvk_density_clip(rho));
    }
    return DVK_OK;
}
