/*
 * Integration over time of any frames, not only a series' own: dose rates too.
 */
#ifndef DVK_PIPELINE_INTEGRATE_H
#define DVK_PIPELINE_INTEGRATE_H

#include "dvk/dose.h"

#include "physics/timefit.h"

/* The parameters of a voxel's fit for the times and nuclide of a series; DVK_ERR_INVALID where they do not fit it. */
dvk_status dvk_integrate_prepare(const dvk_series *s, const dvk_integration *how, bool want_sd,
                                 dvk_fit_parameters *p) DVK_MUST_USE;

/* As dvk_integrate, of parameters->points frames on the grid g; the result is in the frames' unit times s. */
dvk_status dvk_integrate_frames(dvk_context *c, const dvk_geometry *g, const float *const *frame,
                                const dvk_fit_parameters *parameters, dvk_volume **tia, dvk_volume **status_map,
                                dvk_volume **sd) DVK_MUST_USE;

#endif
