/*
 * What the rest of the library asks of a grid: checking it, its inverse affine, its corners. Public part: dvk/volume.h.
 */
#ifndef DVK_DATA_GEOMETRY_H
#define DVK_DATA_GEOMETRY_H

#include <stdbool.h>

#include "dvk/volume.h"

/* out = a applied to (x, y, z, 1). */
void dvk_affine_apply(const double a[3][4], const double xyz[3], double out[3]);

/* Inverse of an affine; false when it is singular or not finite. */
bool dvk_affine_invert(const double a[3][4], double out[3][4]);

/* World (mm) to voxel (i, j, k): the inverse of g->to_world; false when there is none. */
bool dvk_geometry_to_voxel(const dvk_geometry *g, double out[3][4]);

/* The centre of corner voxel c = 0..7 in voxel coordinates: bit 0 for i, 1 for j, 2 for k. */
void dvk_geometry_corner(const dvk_geometry *g, int c, double ijk[3]);

/* How far, in voxels of `a`, the affine `other` puts the furthest corner of a's grid; infinite where a has no inverse.
 */
double dvk_geometry_corner_distance(const dvk_geometry *a, const double other[3][4]);

/* Sets voxel_mm to the lengths of the affine's columns and checks it: finite, not singular, not sheared. A failure has
 * no file name. */
dvk_status dvk_geometry_finish(dvk_geometry *g) DVK_MUST_USE;

#endif
