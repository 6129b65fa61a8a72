/*
 * What a SPECT scanner does to a phantom's truth: resolution and counting noise.
 */
#ifndef DVK_PIPELINE_PHANTOM_SCANNER_H
#define DVK_PIPELINE_PHANTOM_SCANNER_H

#include <stdint.h>

#include "dvk/volume.h"

/* Blurs values by a Gaussian of that full width at half maximum, in place; what falls off the grid is lost. */
dvk_status dvk_scanner_blur(float *values, const dvk_geometry *g, double fwhm_mm) DVK_MUST_USE;

/* Replaces each value by a Poisson number of counts at `counts_per_value`, over that number; in place. */
void dvk_scanner_noise(float *values, size_t n, double counts_per_value, uint64_t seed);

#endif
