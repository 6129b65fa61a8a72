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

/* Sorts n doses (Gy) with weights (mL, or any measure of volume; NULL: all equal). The caller frees *out. Inputs are
 * copied. DVK_ERR_INVALID when nothing has weight or a dose is not finite. */
DVK_API DVK_MUST_USE dvk_status dvk_dvh_create(const double *dose, const double *weight, size_t n, dvk_dvh **out);
DVK_API void dvk_dvh_free(dvk_dvh *d);

DVK_API double dvk_dvh_volume(const dvk_dvh *d);
DVK_API double dvk_dvh_mean(const dvk_dvh *d);
DVK_API double dvk_dvh_sd(const dvk_dvh *d); /* of the population, weighted */
DVK_API double dvk_dvh_min(const dvk_dvh *d);
DVK_API double dvk_dvh_max(const dvk_dvh *d);
DVK_API double dvk_dvh_dose_at(const dvk_dvh *d, double percent);        /* D_x, step */
DVK_API double dvk_dvh_dose_at_linear(const dvk_dvh *d, double percent); /* D_x, interpolated order statistics */
DVK_API double dvk_dvh_volume_at(const dvk_dvh *d, double dose);         /* V(dose), in percent */
DVK_API double dvk_dvh_hottest(const dvk_dvh *d, double volume);         /* least dose in the hottest `volume` */

#ifdef __cplusplus
}
#endif
#endif
