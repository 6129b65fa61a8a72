/*
 * Gamma (Low 1998): how far a map is from a reference in dose and space together. dvk/compare.h has the formula.
 */
#ifndef DVK_PHYSICS_GAMMA_H
#define DVK_PHYSICS_GAMMA_H

#include "dvk/compare.h"
#include "dvk/volume.h"

/* DVK_ERR_USAGE for a criterion, step or range that makes no sense. Sets step and normalisation where they are 0;
 * `largest` is the largest value of the reference. */
dvk_status dvk_gamma_settle(dvk_gamma_options *o, double largest) DVK_MUST_USE;

/* The evaluated map and the places where it is looked at around a voxel, nearest first. */
typedef struct dvk_gamma_search dvk_gamma_search;

/* `evaluated` (copied) and the reference lie on the grid g; voxels that are NaN are not there. `o` is settled. The
 * caller frees *out. */
dvk_status dvk_gamma_search_create(const dvk_geometry *g, const float *evaluated, const dvk_gamma_options *o,
                                   dvk_gamma_search **out) DVK_MUST_USE;
void dvk_gamma_search_free(dvk_gamma_search *s);

/* Fills slice z of `gamma`: NaN at voxels that are not judged, those below the cut-off, where the evaluated map is NaN,
 * and, for local criteria, where the reference is 0. */
void dvk_gamma_slice(const dvk_gamma_search *s, const float *reference, size_t z, int threads, float *gamma);

#endif
