/*
 * --scope voi: inside a VOI the VOI's own fitted curve is the shape and each voxel gives its level.
 */
#ifndef DVK_PIPELINE_SCOPE_H
#define DVK_PIPELINE_SCOPE_H

#include "dvk/series.h"
#include "dvk/timefit.h"
#include "dvk/voi.h"

/*
 * Replaces the TIA (Bq.s/mL), status and, where not NULL, standard error of the voxels that lie at least half inside
 * the VOI. With a(t) the VOI's curve and y_i a voxel's samples the level is the least-squares s = sum a_i y_i /
 * sum a_i^2, TIA = s int a, and its variance (int a)^2 SSR / (n - 1) / sum a_i^2 (0 for a single scan). The samples are
 * taken as `how->negative` says. *used is false where the curve has no terms: nothing is replaced then.
 */
dvk_status dvk_scope_apply(const dvk_series *s, const dvk_voi *voi, const dvk_integration *how, float *tia,
                           float *status, float *sd, bool *used) DVK_MUST_USE;

#endif
