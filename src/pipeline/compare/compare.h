/* A comparison while it is being worked on. */
#ifndef DVK_PIPELINE_COMPARE_H
#define DVK_PIPELINE_COMPARE_H

#include "dvk/compare.h"
#include "dvk/volume.h"

typedef struct dvk_compare_work {
    const dvk_compare_options *options;
    dvk_context *context;
    char *path_a, *path_b; /* of the maps */
    dvk_volume *a, *b;     /* on B's grid; A is NaN outside its own */
    dvk_volume *gamma;     /* NaN where not judged; NULL: not wanted */
    dvk_voi_set *vois;     /* NULL: none */
    dvk_compare *result;
} dvk_compare_work;

/* read.c: a line for the result's warnings; past the room it is dropped. */
void dvk_compare_warn(dvk_compare *r, const char *format, ...) DVK_PRINTF(2, 3);

/* read.c: both maps on B's grid, and the VOIs. */
dvk_status dvk_compare_read(dvk_compare_work *w) DVK_MUST_USE;

/* gamma.c: gamma in the whole and in each VOI. */
dvk_status dvk_compare_gamma(dvk_compare_work *w) DVK_MUST_USE;

/* write.c: the output folder. */
dvk_status dvk_compare_write(const dvk_compare_work *w) DVK_MUST_USE;

/* A map onto the grid of another by linear interpolation at the centre of each voxel; of a voxel that is larger, by
 * half or more along an axis, the mean at as many places along it as voxels of the map fit, rounded. NaN where one lies
 * outside the faces of the map's voxels; *outside counts these. The caller frees *out. */
dvk_status dvk_resample_linear(const dvk_volume *from, const dvk_geometry *to, dvk_volume **out,
                               size_t *outside) DVK_MUST_USE;

#endif
