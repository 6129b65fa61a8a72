/*
 * The true dose of a phantom's region: the convolution as a plain sum in double precision, apart from any back end.
 */
#ifndef DVK_PIPELINE_PHANTOM_TRUTH_H
#define DVK_PIPELINE_PHANTOM_TRUTH_H

#include <stdint.h>

#include "dvk/kernel.h"

/*
 * Mean over the voxels x with owner 1 + region of sum_y S(x - y) decays[owner(y) - 1]; owner 0 has none. Gy for decays
 * in Bq.s a voxel. The kernel must be even. Rows of voxels of one owner are summed by the kernel's running sums along
 * x.
 */
dvk_status dvk_phantom_true_dose(const dvk_geometry *g, const uint8_t *owner, const double *decays,
                                 const dvk_kernel *kernel, size_t region, double *mean_Gy) DVK_MUST_USE;

#endif
