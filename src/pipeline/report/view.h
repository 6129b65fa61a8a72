/*
 * A volume as it is looked at: screen axes x (patient right to left), y (anterior to posterior) and z (superior to
 * inferior), whatever the grid's own order and flips. Every screen axis runs against its world axis (RAS+), so that any
 * two of them make a plane in radiological orientation.
 */
#ifndef DVK_PIPELINE_REPORT_VIEW_H
#define DVK_PIPELINE_REPORT_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/voi.h"
#include "dvk/volume.h"

typedef struct dvk_view {
    const dvk_geometry *geometry;
    int axis[3];     /* grid axis (0 i, 1 j, 2 k) behind each screen axis */
    bool against[3]; /* the grid axis runs against the screen axis */
    size_t n[3];     /* voxels along the screen axes */
    double mm[3];    /* their size */
    double tilt_deg; /* largest angle between a grid axis and the world axis that it stands for */
} dvk_view;

/* A rectangle of a plane: screen axes `across` and `down`, the third axis at `at`, or the largest value along it. */
typedef struct dvk_plane {
    int across, down, through;
    bool projection;
    size_t at;
    size_t low[2], size[2]; /* first voxel and voxels, across and down */
} dvk_plane;

dvk_view dvk_view_of(const dvk_geometry *g);

/* Place of a grid's linear voxel index on the screen axes, and back. */
void dvk_view_place(const dvk_view *v, size_t index, size_t place[3]);
size_t dvk_view_index(const dvk_view *v, const size_t place[3]);

/* World coordinate (RAS+, mm) along the world axis of `screen_axis` at a place in voxels. */
double dvk_view_world(const dvk_view *v, const double place[3], int screen_axis);

/* Mean place of a VOI's voxels, by fraction. */
void dvk_view_centre(const dvk_view *v, const dvk_voi *voi, double place[3]);

/* Fills pixels[size[0] * size[1]], across fastest, from a volume, and from a VOI's fractions. */
void dvk_view_values(const dvk_view *v, const dvk_plane *plane, const float *values, float *pixels);
void dvk_view_voi(const dvk_view *v, const dvk_plane *plane, const dvk_voi *voi, float *pixels);

#endif
