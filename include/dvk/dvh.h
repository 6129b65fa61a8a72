/*
 * Dose-volume histogram: exact, weighted order statistics of the doses in a VOI; no bins.
 *
 * D_x (step): the largest voxel dose d for which at least x % of the volume gets d or more. V_x: share of the volume
 * that gets at least x Gy.
 */
#ifndef DVK_DVH_H
#define DVK_DVH_H

#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_dvh dvk_dvh;

/* Sorts n doses (Gy) with weights (mL, or any measure of volume; NULL: 1 each). The caller frees *out. Inputs are
 * copied; their order changes nothing. DVK_ERR_INVALID when nothing has weight, or a dose or weight is not finite. */
DVK_API DVK_MUST_USE dvk_status dvk_dvh_create(const double *dose, const double *weight, size_t n, dvk_dvh **out);
DVK_API void dvk_dvh_free(dvk_dvh *d);

DVK_API double dvk_dvh_volume(const dvk_dvh *d);
DVK_API double dvk_dvh_mean(const dvk_dvh *d);
DVK_API double dvk_dvh_sd(const dvk_dvh *d); /* of the population, weighted */
DVK_API double dvk_dvh_min(const dvk_dvh *d);
DVK_API double dvk_dvh_max(const dvk_dvh *d);
/* D_x, step, for x from 0 (the maximum) to 100 % (the minimum); NaN outside. All results of dvkit use this one. */
DVK_API double dvk_dvh_dose_at(const dvk_dvh *d, double percent);

/* D_x interpolated between order statistics, each at the middle of its own volume, the hottest at 0 and the coldest at
 * 100 %; for equal weights the quantile that NumPy and R (type 7) give. */
DVK_API double dvk_dvh_dose_at_linear(const dvk_dvh *d, double percent);

/* V(dose): percent of the volume that gets at least `dose`. */
DVK_API double dvk_dvh_volume_at(const dvk_dvh *d, double dose);

/* The largest dose that at least `volume` (unit of the weights) gets: the least dose in the hottest mL, for 1. NaN
 * where the VOI is smaller than that. */
DVK_API double dvk_dvh_hottest(const dvk_dvh *d, double volume);

#ifdef __cplusplus
}
#endif
#endif
