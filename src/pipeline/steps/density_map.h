/* The densities that a dose map is corrected by, on its own grid. */
#ifndef DVK_PIPELINE_DENSITY_MAP_H
#define DVK_PIPELINE_DENSITY_MAP_H

#include "dvk/density.h"
#include "dvk/volume.h"

/* `what` is a value with its unit, for all voxels, or a NIfTI file in `unit` on any grid, averaged over each voxel of
 * `g`. *outside voxels which the file does not reach get the kernel's medium, which corrects nothing. The caller frees
 * *out, in g/mL. */
dvk_status dvk_density_map(const char *what, dvk_density_unit unit, const dvk_geometry *g, double medium_g_mL,
                           size_t *outside, dvk_volume **out) DVK_MUST_USE;

#endif
