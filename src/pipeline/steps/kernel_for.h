/* A kernel for an image: its voxel, and as far as its grid and the tables reach. */
#ifndef DVK_PIPELINE_KERNEL_FOR_H
#define DVK_PIPELINE_KERNEL_FOR_H

#include "dvk/kernel.h"
#include "dvk/nuclide.h"

/* radius_mm 0: every voxel of the grid reaches every other, up to the 500 mm where the tables end. The caller frees
 * *out. */
dvk_status dvk_kernel_for(const dvk_geometry *g, const dvk_nuclide *n, double radius_mm, double density_g_mL,
                          dvk_kernel **out) DVK_MUST_USE;

#endif
