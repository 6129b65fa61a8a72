/* Stored NIfTI voxels of any type and byte order to float32, and what they hold. */
#ifndef DVK_DATA_NIFTI_VOXELS_H
#define DVK_DATA_NIFTI_VOXELS_H

#include <stddef.h>

#include "data/nifti.h"

/* Whether the stored voxels are the float32 values as they lie in memory. */
bool dvk_nifti_is_plain(const dvk_nifti *h);

/* out[i] = slope * stored[i] + intercept, in double, rounded once; `count` voxels. */
void dvk_nifti_convert(const dvk_nifti *h, const unsigned char *stored, size_t count, float *out);

/* NaN, infinite and negative values; -inf is both. */
dvk_voxel_counts dvk_count_voxels(const float *values, size_t count);

#endif
