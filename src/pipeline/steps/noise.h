/*
 * The noise of a series, measured from the series: what the rule of `auto` for four scans compares a misfit with.
 *
 * The voxels that hold the hottest third of the decays are organs, whose curves uptake and clearance describe; what
 * that fit leaves over of four samples has one degree of freedom. With a variance in proportion to the activity, as
 * counts have it, and weights to match, sum r^2 / A is noise * chi^2_1 in each voxel; the median over the voxels, which
 * the few that clear otherwise do not move far, divided by that of chi^2_1 gives the noise.
 */
#ifndef DVK_PIPELINE_NOISE_H
#define DVK_PIPELINE_NOISE_H

#include "dvk/series.h"

#include "physics/timefit.h"

/*
 * *noise in the frames' unit: variance over activity; 0 where it cannot be told (not four scans, or too few voxels with
 * activity). Of at most 65536 voxels in equal steps, on the CPU: the same number for every device and thread count.
 */
dvk_status dvk_noise_measure(size_t voxels, const float *const *frame, const double *t_h, size_t scans,
                             double half_life_h, double *noise) DVK_MUST_USE;

/* The same of a series, into how->noise_Bq_mL, where the model is `auto` and the noise is not given. */
dvk_status dvk_noise_of_series(const dvk_series *s, dvk_integration *how) DVK_MUST_USE;

#endif
