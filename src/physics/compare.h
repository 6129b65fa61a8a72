/* Statistics of pairs of values: the numbers behind dvk/compare.h, without files and grids. */
#ifndef DVK_PHYSICS_COMPARE_H
#define DVK_PHYSICS_COMPARE_H

#include "dvk/compare.h"
#include "dvk/dvh.h"

/* Samples of two maps at the same places. */
typedef struct dvk_pairs {
    size_t count;
    double *a, *b;  /* finite */
    double *weight; /* above 0; NULL: 1 each */
} dvk_pairs;

dvk_status dvk_pairs_create(size_t room, bool weighted, dvk_pairs *out) DVK_MUST_USE;
void dvk_pairs_free(dvk_pairs *p);

/* Percentiles interpolate between order statistics (NumPy's and R's default); without weights they are of differences
 * rounded to float32, as the maps are. No pairs give a count of 0 and NaN. */
dvk_status dvk_difference_of(const dvk_pairs *p, dvk_difference *out) DVK_MUST_USE;

/* Lin's concordance and Pearson's correlation from the moments over n; NaN where undefined. */
double dvk_concordance(double mean_a, double mean_b, double var_a, double var_b, double covariance);
double dvk_pearson(double var_a, double var_b, double covariance);

/* Largest vertical distance of two DVHs, percent of the volume, and the dose where it is. A step function can only
 * change at a sample's dose, so looking there finds it exactly. */
double dvk_dvh_distance(const dvk_dvh *a, const dvk_dvh *b, const dvk_pairs *samples, double *at);

#endif
