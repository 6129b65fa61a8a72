/*
 * Between include/dvk/timefit.h and the voxel fit that C and OpenCL share (kernels_cl/timefit.h): checks the times and
 * the model against the number of points, and fills the parameter block.
 */
#ifndef DVK_PHYSICS_TIMEFIT_H
#define DVK_PHYSICS_TIMEFIT_H

#include <stdbool.h>

#include "dvk/timefit.h"

#include "kernels_cl/timefit_parameters.h"

/*
 * Bounds of the rates, 1/h. `physical` is the nuclide's: biology cannot add activity. A clearance faster than a quarter
 * of the first time is not seen by the scans: its amplitude at injection would be more than 16 times the first sample,
 * so `clear` = 4 ln 2 / t_1. An uptake (negative amplitude) may be faster without harm: at `uptake` = 20 ln 2 / t_1 it
 * is over, to 1e-6, at the first scan.
 */
typedef struct dvk_rate_bounds {
    double physical, clear, uptake;
} dvk_rate_bounds;

dvk_rate_bounds dvk_rate_bounds_of(double first_h, double half_life_h);

/* DVK_ERR_INVALID unless the times are finite, not negative and rise, and there are 1..DVK_MAX_SCANS. */
dvk_status dvk_times_check(const double *t_h, size_t n) DVK_MUST_USE;

/*
 * The model and rules that n points get: `auto` for one point is Haenscheid, for two the trapezoid with last2; from
 * three it stays `auto`. DVK_ERR_INVALID where n points cannot carry what was asked for.
 */
dvk_status dvk_integration_settle(const dvk_integration *how, const double *t_h, size_t n,
                                  dvk_integration *out) DVK_MUST_USE;

/* Fewest points that a model can be fitted to; unknowns it has (0 for rules). */
size_t dvk_model_points(dvk_model model);
size_t dvk_model_unknowns(dvk_model model);

/* A known shape at the scans' times, its integral from 0 and its part after the last scan, h: a curve of amplitude 1.
 */
typedef struct dvk_known_curve {
    double at[DVK_FIT_POINTS];
    double integral, beyond;
    double half_life_h; /* of its end */
} dvk_known_curve;

/* For DVK_MODEL_PHYSICAL, _HAENSCHEID, _MADSEN and _SHAPE; `how` is settled. */
dvk_status dvk_known_curve_make(const dvk_integration *how, const double *t_h, size_t n, double half_life_h,
                                dvk_known_curve *out) DVK_MUST_USE;

/*
 * What counts as noise in `auto` for 3 and 4 points, as the residual standard deviation about a mono-exponential.
 * In a voxel: DVK_NOISE_SIGMAS times that of the series, whose variance is measured to be `noise` times the activity
 * (dvk_integration.noise_Bq_mL), and not less than DVK_NOISE_LEAST of the samples' root mean square, below which the
 * two models' TIA hardly differ. Where the series cannot tell its noise (3 scans leave uptake-clearance no residual) it
 * is DVK_NOISE_VOXEL of the root mean square; in a VOI, whose errors are not those of counts, DVK_NOISE_VOI.
 * docs/integration.md has the measurements.
 */
#define DVK_NOISE_SIGMAS 3
#define DVK_NOISE_LEAST 0.002F
#define DVK_NOISE_VOXEL 0.1F
#define DVK_NOISE_VOI 0.03

/* Fills the block for samples at t_h; the result's unit is the sample's times h times `scale`. */
dvk_status dvk_fit_prepare(const dvk_integration *how, const double *t_h, size_t n, double half_life_h, double scale,
                           dvk_fit_parameters *out) DVK_MUST_USE;

/* The shape at t: by `start` before its first point, linear between points, its end's exponential after the last. */
double dvk_shape_at(const dvk_shape *shape, dvk_start start, double half_life_h, double t_h);

/* Its integral from t to infinity. */
double dvk_shape_integral(const dvk_shape *shape, dvk_start start, double half_life_h, double from_h);

#endif
