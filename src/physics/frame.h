/* A scan's voxels on their way to Bq/mL. */
#ifndef DVK_PHYSICS_FRAME_H
#define DVK_PHYSICS_FRAME_H

#include "dvk/volume.h"

typedef struct dvk_frame_facts {
    dvk_voxel_counts counts; /* as stored; an infinite value is not counted as negative */
    size_t too_large;        /* for float32 once scaled */
    double sum;              /* of the scaled values */
} dvk_frame_facts;

/* Multiplies in place, in double, rounded once; what is not finite becomes 0. */
dvk_frame_facts dvk_frame_scale(float *values, size_t count, double factor);

#endif
