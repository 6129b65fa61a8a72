/* Gamma by the letter, in double and voxel by voxel: the oracle of physics/gamma.c. */
#ifndef DVK_TESTS_GAMMA_H
#define DVK_TESTS_GAMMA_H

#include "dvk/compare.h"
#include "dvk/volume.h"

/* Gamma at voxel (i, j, k) of the reference, looking at the evaluated map, interpolated linearly, at every multiple of
 * the step within most * distance. */
double oracle_gamma(const dvk_geometry *g, const float *evaluated, const float *reference, const dvk_gamma_options *o,
                    const size_t ijk[3]);

#endif
