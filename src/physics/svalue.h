/*
 * Dose of an organ from its mass alone: two estimates to hold beside the voxel result.
 *
 * local:    D = TIA Delta_e / m, all electron energy stays, all photon energy leaves.
 * S value:  D = TIA S_ref m_ref / m, OLINDA's way. S_ref = S(kidneys <- kidneys) of the adult male, which is of both
 *           kidneys together. dvkit applies it to each kidney with that kidney's own TIA and mass: S_ref m_ref is the
 *           energy that stays per decay, the same for one as for both up to the few photons that one kidney sends the
 *           other (they are in S_ref and count here as its own). For equal concentrations the two kidneys' mean is
 *           the published estimate exactly.
 */
#ifndef DVK_PHYSICS_SVALUE_H
#define DVK_PHYSICS_SVALUE_H

#include "dvk/nuclide.h"

/* D in Gy from TIA in MBq.h, mass in g and the electron energy per decay in keV. */
double dvk_dose_by_mass_local(double tia_MBqh, double mass_g, double electron_keV);

/* The same from S_ref in mGy/(MBq.s) at m_ref. */
double dvk_dose_by_s_value(double tia_MBqh, double mass_g, double s_ref_mGy_MBqs, double reference_g);

/* By the S value of the kidneys for this nuclide (OLINDA 2, adult male: 7.76e-5 mGy/(MBq.s) at 310 g, 177Lu); NaN for
 * nuclides without one. */
double dvk_kidney_dose_by_s_value(double tia_MBqh, double mass_g, const dvk_nuclide *nuclide);

#endif
