/*
 * Octants of cubic kernels as text: lines of i, j, k and a value, in any order, all of them or i >= j >= k alone; or
 * the values alone, x fastest, as an octant or as the whole cube.
 */
#ifndef DVK_PHYSICS_KERNEL_OCTANT_H
#define DVK_PHYSICS_KERNEL_OCTANT_H

#include <stddef.h>

#include "dvk/status.h"

typedef struct dvk_octant {
    size_t edge;   /* values along each axis, the source's voxel first */
    double *value; /* [edge^3], x fastest */
} dvk_octant;

/* Parses a text whose first `header` lines are passed over, lines that start with # too. DVK_ERR_INVALID names the line
 * or the missing voxel. `path` is for the message. */
dvk_status dvk_octant_parse(const char *path, const char *text, size_t header, dvk_octant *out) DVK_MUST_USE;
void dvk_octant_free(dvk_octant *o);

/* All (2 edge - 1)^3 values, the source's in the middle. The caller frees *taps. */
dvk_status dvk_octant_unfold(const dvk_octant *o, double **taps) DVK_MUST_USE;

#endif
