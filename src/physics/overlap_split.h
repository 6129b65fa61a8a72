/*
 * A box in any position, shared exactly among the unit cells of a grid.
 */
#ifndef DVK_PHYSICS_OVERLAP_SPLIT_H
#define DVK_PHYSICS_OVERLAP_SPLIT_H

#include <stddef.h>

/* Receives the part of a cell's volume, 0 < part, that lies in the box. */
typedef void dvk_overlap_take(void *user, const size_t cell[3], double part);

/* Shares the box with one corner at `corner` and the edge vectors edge[0..2] among the cells [s, s + 1) of an n grid;
 * every part is multiplied by `scale`. A cell may be given in several parts. Returns what lies off the grid. */
double dvk_split_box(const double corner[3], const double edge[3][3], const size_t n[3], double scale,
                     dvk_overlap_take *take, void *user);

#endif
