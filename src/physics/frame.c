/* See frame.h. One pass over memory, since the volumes exceed the caches: each step on a block that stays in the first.
 */
#include "physics/frame.h"

#include <float.h>
#include <math.h>

#include "base/wider.h"
#include "data/nifti_voxels.h"
#include "physics/sum.h"

enum { BLOCK = 1024 };

static void zero_nonfinite(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = fabsf(values[i]) <= FLT_MAX ? values[i] : 0;
}

static dvk_voxel_counts mend(float *values, size_t count)
{
    dvk_voxel_counts found = dvk_count_voxels(values, count);
    if (found.nan + found.infinite > 0) {
        zero_nonfinite(values, count);
        found.negative = dvk_count_voxels(values, count).negative;
    }
    return found;
}

DVK_WIDER static unsigned scale(float *values, size_t count, double factor)
{
    unsigned too_large = 0; /* narrow, so that the loop is vectorised */
    for (size_t i = 0; i < count; i++) {
        const float scaled = (float)((double)values[i] * factor);
        too_large += fabsf(scaled) > FLT_MAX;
        values[i] = scaled;
    }
    return too_large;
}

dvk_frame_facts dvk_frame_scale(float *values, size_t count, double factor)
{
    dvk_frame_facts all = {.sum = 0};
    for (size_t done = 0; done < count; done += BLOCK) {
        float *block = values + done;
        const size_t n = count - done < BLOCK ? count - done : BLOCK;
        const dvk_voxel_counts found = mend(block, n);
        all.counts.nan += found.nan;
        all.counts.infinite += found.infinite;
        all.counts.negative += found.negative;
        all.too_large += factor == 1 ? 0 : scale(block, n, factor);
        all.sum += dvk_sum_floats(block, n);
    }
    return all;
}
