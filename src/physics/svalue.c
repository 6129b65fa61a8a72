/* See svalue.h. */
#include "physics/svalue.h"

#include <math.h>
#include <string.h>

static const double JOULE_PER_KEV = 1.602176634e-16;
static const double DECAYS_PER_MBQH = 3.6e9;

double dvk_dose_by_mass_local(double tia_MBqh, double mass_g, double electron_keV)
{
    return tia_MBqh * DECAYS_PER_MBQH * electron_keV * JOULE_PER_KEV / (1e-3 * mass_g);
}

double dvk_dose_by_s_value(double tia_MBqh, double mass_g, double s_ref_mGy_MBqs, double reference_g)
{
    return tia_MBqh * 3600 * s_ref_mGy_MBqs * 1e-3 * reference_g / mass_g;
}

double dvk_kidney_dose_by_s_value(double tia_MBqh, double mass_g, const dvk_nuclide *nuclide)
{
    static const double S_REF = 7.76e-5, REFERENCE_G = 310;
    if (strcmp(nuclide->name, "Lu-177") != 0)
        return NAN;
    return dvk_dose_by_s_value(tia_MBqh, mass_g, S_REF, REFERENCE_G);
}
