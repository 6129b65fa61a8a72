/* The formulas of dvk/uncertainty.h. */
#include "dvk/uncertainty.h"

#include <math.h>

#include "dvk/radiobiology.h"

static const double LN2 = 0.693147180559945309417;
static const double PI = 3.14159265358979323846;

static double sphere_diameter_mm(double volume_mL)
{
    return cbrt(6e3 * volume_mL / PI);
}

double dvk_u_volume(double volume_mL, const double voxel_mm[3], double fwhm_mm)
{
    if (!(volume_mL > 0 && fwhm_mm >= 0))
        return NAN;
    double square = 0;
    for (int a = 0; a < 3; a++)
        square += voxel_mm[a] * voxel_mm[a] / 3;
    const double u_d = sqrt(square / 6 + fwhm_mm * fwhm_mm / (4 * LN2));
    return 3 * u_d / sphere_diameter_mm(volume_mL);
}

/* The diameter in units of the resolution. */
static double sphere_size(double volume_mL, double fwhm_mm)
{
    return 2 * sqrt(LN2) * sphere_diameter_mm(volume_mL) / fwhm_mm;
}

double dvk_sphere_recovery(double volume_mL, double fwhm_mm)
{
    if (!(volume_mL > 0 && fwhm_mm >= 0))
        return NAN;
    if (fwhm_mm == 0)
        return 1;
    const double a = sphere_size(volume_mL, fwhm_mm), root = sqrt(PI);
    if (a < 0.2) /* the closed form cancels; what the series leaves out is below 1e-6 of it */
        return a * a * a * (1.0 / 6 - a * a / 20 + 3 * a * a * a * a / 280) / root;
    return erf(a) + (-3 / a + 2 / (a * a * a) + exp(-a * a) * (1 / a - 2 / (a * a * a))) / root;
}

double dvk_sphere_edge(double volume_mL, double fwhm_mm)
{
    if (!(volume_mL > 0 && fwhm_mm >= 0))
        return NAN;
    if (fwhm_mm == 0)
        return 0.5;
    const double a = sphere_size(volume_mL, fwhm_mm);
    return erf(a) / 2 + expm1(-a * a) / (a * sqrt(PI));
}

double dvk_u_combine(const double *terms, size_t count)
{
    double square = 0;
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(terms[i])) {
            square += terms[i] * terms[i];
            known++;
        }
    return known ? sqrt(square) : NAN;
}

double dvk_u_product(double u_tia, double u_s, double correlation)
{
    const double square = u_tia * u_tia + u_s * u_s + 2 * correlation * u_tia * u_s;
    return square > 0 ? sqrt(square) : 0; /* a rounded zero for correlation -1 */
}

double dvk_u_bed(double u_dose, double dose_Gy, double g_factor, double alpha_beta_Gy)
{
    const double slope = 1 + 2 * g_factor * dose_Gy / alpha_beta_Gy;
    return u_dose * slope * dose_Gy / dvk_bed(dose_Gy, g_factor, alpha_beta_Gy);
}
