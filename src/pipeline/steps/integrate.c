/* Voxelwise integration of a series on the context's device. */
#include "pipeline/steps/integrate.h"

#include <math.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/volume.h"
#include "physics/timefit.h"
#include "pipeline/steps/bootstrap.h"
#include "pipeline/steps/noise.h"

static dvk_status refuse_negative(const dvk_series *s)
{
    const size_t voxels = dvk_geometry_voxels(dvk_series_geometry(s));
    for (size_t scan = 0; scan < dvk_series_scans(s); scan++) {
        const float *frame = dvk_series_frame(s, scan);
        size_t count = 0;
        for (size_t i = 0; i < voxels; i++)
            count += frame[i] < 0;
        if (count > 0)
            return dvk_fail(DVK_ERR_INVALID, "%s: %zu negative voxels: allow them with --negative keep or zero",
                            dvk_series_path(s, scan), count);
    }
    return DVK_OK;
}

/* A standard error needs a residual: three scans, or two for a known shape. */
static dvk_status refuse_error_without_residual(const dvk_fit_parameters *p)
{
    const int needed = p->model >= DVK_FIT_PHYSICAL ? 2 : 3;
    if (p->points >= needed)
        return DVK_OK;
    return dvk_fail(DVK_ERR_INVALID, "a standard error of this model needs %d scans and there are %d: leave --sd out",
                    needed, p->points);
}

dvk_status dvk_integrate_prepare(const dvk_series *s, const dvk_integration *how, bool want_sd, dvk_fit_parameters *p)
{
    const size_t scans = dvk_series_scans(s);
    double t_h[DVK_MAX_SCANS];
    for (size_t i = 0; i < scans; i++)
        t_h[i] = dvk_series_time_h(s, i);
    DVK_TRY(dvk_fit_prepare(how, t_h, scans, dvk_series_nuclide(s)->half_life_h, 3600, p));
    if (how->negative == DVK_NEGATIVE_ERROR)
        DVK_TRY(refuse_negative(s));
    return want_sd ? refuse_error_without_residual(p) : DVK_OK;
}

dvk_status dvk_integrate_frames(dvk_context *c, const dvk_geometry *g, const float *const *frame,
                                const dvk_fit_parameters *parameters, dvk_volume **tia, dvk_volume **status_map,
                                dvk_volume **sd)
{
    const size_t voxels = dvk_geometry_voxels(g);
    dvk_volume *values = NULL, *bytes = NULL, *errors = NULL;
    uint8_t *flags = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_volume_create_raw(g, 1, &values));
    DVK_TRY_DONE(dvk_alloc_raw(voxels, 1, &flags));
    if (status_map)
        DVK_TRY_DONE(dvk_volume_create_raw(g, 1, &bytes));
    if (sd)
        DVK_TRY_DONE(dvk_volume_create_raw(g, 1, &errors));
    const dvk_integrate_problem problem = {
        .voxels = voxels,
        .points = (size_t)parameters->points,
        .frame = frame,
        .parameters = parameters,
        .tia = dvk_volume_data(values),
        .status = flags,
        .sd = sd ? dvk_volume_data(errors) : NULL,
    };
    DVK_TRY_DONE(dvk_context_integrate(c, &problem));
    float *const as_float = status_map ? dvk_volume_data(bytes) : NULL;
    if (status_map) {
#pragma omp parallel for schedule(static)
        for (size_t i = 0; i < voxels; i++)
            as_float[i] = flags[i];
    }
    *tia = values;
    values = NULL;
    if (status_map)
        *status_map = bytes;
    if (sd)
        *sd = errors;
    bytes = errors = NULL;
done:
    dvk_free(flags);
    dvk_volume_free(values);
    dvk_volume_free(bytes);
    dvk_volume_free(errors);
    return status;
}

dvk_status dvk_integrate(dvk_context *c, const dvk_series *s, const dvk_integration *how, dvk_volume **tia,
                         dvk_volume **status_map, dvk_volume **sd)
{
    const dvk_geometry *g = dvk_series_geometry(s);
    const float *frame[DVK_MAX_SCANS];
    dvk_integration measured = *how;
    dvk_fit_parameters parameters;
    DVK_TRY(dvk_noise_of_series(s, &measured));
    DVK_TRY(dvk_integrate_prepare(s, &measured, sd != NULL, &parameters));
    for (size_t i = 0; i < dvk_series_scans(s); i++)
        frame[i] = dvk_series_frame(s, i);
    DVK_TRY(dvk_integrate_frames(c, g, frame, &parameters, tia, status_map, sd));
    if (!sd || how->bootstrap == 0)
        return DVK_OK;
    return dvk_bootstrap_voxels(c, dvk_geometry_voxels(g), frame, &parameters, how->bootstrap, how->seed,
                                dvk_volume_data(*sd));
}
