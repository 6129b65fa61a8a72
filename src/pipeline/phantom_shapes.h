/*
 * The phantoms as shapes and kinetics, and painting them on a grid.
 */
#ifndef DVK_PIPELINE_PHANTOM_SHAPES_H
#define DVK_PIPELINE_PHANTOM_SHAPES_H

#include <stdint.h>

#include "dvk/phantom.h"

enum { DVK_PHANTOM_TERMS = 2 };

/* An ellipsoid in world coordinates (RAS+, mm) with its activity; later regions cover earlier ones. */
typedef struct dvk_region {
    const char *name;
    int label;                       /* in the label map; 0: not written there */
    double centre_mm[3], semi_mm[3]; /* semi 0: the whole grid; below a voxel: the one voxel at the centre */
    double amplitude_MBq[DVK_PHANTOM_TERMS], half_life_h[DVK_PHANTOM_TERMS];
} dvk_region;

typedef struct dvk_phantom {
    const char *name;
    size_t n[3];
    size_t regions;
    dvk_region region[6];
} dvk_phantom;

/* The phantom of that name; DVK_ERR_USAGE lists those there are. */
dvk_status dvk_phantom_find(const char *name, const dvk_phantom **out) DVK_MUST_USE;

/* A copy with sizes and kinetics varied by up to a tenth, the same for the same seed and case. */
dvk_phantom dvk_phantom_varied(const dvk_phantom *p, uint64_t seed, size_t index);

/* owner[v] = 1 + index of the region that voxel v belongs to, 0 outside all; voxels[r] counts region r's. */
void dvk_phantom_paint(const dvk_phantom *p, const dvk_geometry *g, uint8_t *owner, size_t *voxels);

double dvk_region_activity_MBq(const dvk_region *r, double t_h);
double dvk_region_tia_MBqh(const dvk_region *r);

/* Uniform in [0, 1), the next of a sequence that `state` holds (SplitMix64, Steele et al. 2014). */
double dvk_random(uint64_t *state);

#endif
