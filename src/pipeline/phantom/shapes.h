/*
 * Phantoms as shapes and kinetics: reading their tables, varying them, painting them on a grid.
 */
#ifndef DVK_PIPELINE_PHANTOM_SHAPES_H
#define DVK_PIPELINE_PHANTOM_SHAPES_H

#include <stdint.h>

#include "dvk/nuclide.h"
#include "dvk/phantom.h"
#include "dvk/voi.h"

#include "base/text.h"

enum { DVK_PHANTOM_TERMS = 4, DVK_PHANTOM_REGIONS = 48 };

typedef enum dvk_shape_of {
    DVK_SHAPE_ELLIPSOID,
    DVK_SHAPE_CYLINDER, /* elliptical, along z */
    DVK_SHAPE_BOX,
    DVK_SHAPE_POINT, /* the voxel nearest the centre */
    DVK_SHAPE_ALL    /* the whole grid */
} dvk_shape_of;

/* A shape in world coordinates (RAS+, mm) with its activity. */
typedef struct dvk_region {
    char name[DVK_NAME_SIZE], voi[DVK_NAME_SIZE]; /* voi "": in none */
    int label;                                    /* of the VOI in the label map */
    dvk_shape_of shape;
    double centre_mm[3], semi_mm[3];
    size_t terms;
    double amplitude_MBq[DVK_PHANTOM_TERMS], half_life_h[DVK_PHANTOM_TERMS];
    bool per_mL; /* amplitudes are of each mL */
    double cycle_factor, density_g_mL;
} dvk_region;

/* Later regions cover earlier ones. */
typedef struct dvk_phantom {
    char name[DVK_NAME_SIZE];
    size_t n[3]; /* of its own grid */
    size_t regions;
    dvk_region region[DVK_PHANTOM_REGIONS];
} dvk_phantom;

/* read.c: the phantom of that name or table. DVK_ERR_USAGE lists those there are. */
dvk_status dvk_phantom_find(const char *name, dvk_phantom *out) DVK_MUST_USE;
dvk_status dvk_phantom_text(const dvk_phantom *p, dvk_text *t) DVK_MUST_USE; /* its table */

/* Activities for another activity injected than the tables' 7400 MBq, and decay for another nuclide than Lu-177. */
void dvk_phantom_scale(dvk_phantom *p, double injected_MBq, const dvk_nuclide *from, const dvk_nuclide *to);

/* Sizes and kinetics of a table varied by up to a tenth, one draw for the parts of a VOI; no half-life beyond the
 * longest. Before dvk_phantom_scale. */
void dvk_phantom_vary(dvk_phantom *p, uint64_t seed, double longest_h);

/* Activities after that many earlier cycles. */
void dvk_phantom_cycle(dvk_phantom *p, size_t cycles);

/* owner[v] = 1 + index of the region that voxel v belongs to, 0 outside all, with the phantom moved by shift_mm;
 * voxels[r] counts region r's: a region too small for any voxel's centre gets the nearest to its own, unless a later
 * region covers it. */
void dvk_phantom_paint(const dvk_phantom *p, const dvk_geometry *g, const double shift_mm[3], uint8_t *owner,
                       size_t *voxels);

/* Of the shape as it stands, uncovered; NaN for a point and the whole grid. */
double dvk_region_shape_mL(const dvk_region *r);

/* Of a region of `volume_mL`. */
double dvk_region_activity_MBq(const dvk_region *r, double volume_mL, double t_h);
double dvk_region_tia_MBqh(const dvk_region *r, double volume_mL);

/* Uniform in [0, 1), the next of a sequence that `state` holds (SplitMix64, Steele et al. 2014); and normal. */
double dvk_random(uint64_t *state);
double dvk_random_normal(uint64_t *state);

/* A seed below 2^53 for each number; with one `seed`, never the same for two numbers below 2^53. */
uint64_t dvk_random_seed(uint64_t seed, uint64_t number);

#endif
