/*
 * How the voxels of one grid (a mask's) share their volume among the voxels of another (the scan's): exactly, for any
 * orientation, offset and size.
 */
#ifndef DVK_PHYSICS_OVERLAP_H
#define DVK_PHYSICS_OVERLAP_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/volume.h"

#include "physics/overlap_split.h"

typedef struct dvk_overlap {
    double size;          /* volume of a mask voxel in scan voxels */
    bool aligned;         /* axes agree up to order and direction: the overlap is a product of three lengths */
    int axis[3];          /* aligned: the scan's axis along each axis of the mask */
    double step[3];       /* aligned: scan voxels per mask voxel, signed */
    double start[3];      /* aligned: where mask voxel 0 begins, in scan voxels from the grid's lower face */
    double to_scan[3][4]; /* mask voxel to scan voxel coordinates, centres at whole numbers */
    size_t n[3];          /* of the scan */
} dvk_overlap;

/* DVK_ERR_INVALID where the scan's affine has no inverse. */
dvk_status dvk_overlap_make(const dvk_geometry *mask, const dvk_geometry *scan, dvk_overlap *out) DVK_MUST_USE;

/* Gives each scan voxel the part of it that lies in `run` mask voxels along i, from (i, j, k) on; returns the volume
 * off the scan's grid, in scan voxels. What is given and returned adds up to run * o->size. */
double dvk_overlap_run(const dvk_overlap *o, const size_t ijk[3], size_t run, dvk_overlap_take *take, void *user);

#endif
