/*
 * The standard error of every voxel's TIA by residual bootstrap: physics/resampling.h says how. The fits run on the
 * context's device, the resampling here, so that devices differ by the roundings of their fits alone.
 */
#ifndef DVK_PIPELINE_BOOTSTRAP_H
#define DVK_PIPELINE_BOOTSTRAP_H

#include <stdint.h>

#include "dvk/context.h"

#include "physics/timefit.h"

/* sd[voxels], in the frames' unit times s, from `count` (2 or more) resamplings of the parameters->points frames. */
dvk_status dvk_bootstrap_voxels(dvk_context *c, size_t voxels, const float *const *frame,
                                const dvk_fit_parameters *parameters, size_t count, uint64_t seed,
                                float *sd) DVK_MUST_USE;

#endif
