/*
 * Dose-rate-first: each scan is convolved to a dose rate, and the rates are integrated over time. For rules that are
 * linear in the samples this is the dose of the TIA map; for fits it is not, and the case says by how much.
 */
#include <math.h>

#include "backend/context.h"
#include "base/fail.h"
#include "pipeline/case/case.h"
#include "pipeline/steps/integrate.h"
#include "pipeline/steps/noise.h"

/* Linear rules commute with the convolution up to float32 rounding: a larger difference is the model's own. */
static const double rounding = 1e-5;

/* The dose rate (Gy/s) at one scan. */
static dvk_status dose_rate(dvk_case *k, size_t scan, dvk_volume **rate)
{
    const size_t voxels = dvk_geometry_voxels(&k->geometry);
    dvk_volume *frame = NULL;
    DVK_TRY(dvk_volume_create(&k->geometry, 1, &frame));
    for (size_t v = 0; v < voxels; v++)
        dvk_volume_data(frame)[v] = dvk_series_frame(k->series, scan)[v];
    const dvk_status status = dvk_case_convolve(k, frame, rate);
    dvk_volume_free(frame);
    return status;
}

/* Largest difference of two maps over the largest value of the first. */
static double difference(const dvk_volume *a, const dvk_volume *b)
{
    const float *x = dvk_volume_values(a), *y = dvk_volume_values(b);
    double most = 0, largest = 0;
    for (size_t v = 0; v < dvk_geometry_voxels(dvk_volume_geometry(a)); v++) {
        largest = fmax(largest, fabs((double)x[v]));
        most = fmax(most, fabs((double)x[v] - (double)y[v]));
    }
    return largest > 0 ? most / largest : 0;
}

dvk_status dvk_case_dose_rate_first(dvk_case *k)
{
    const size_t scans = dvk_series_scans(k->series);
    dvk_volume *rate[DVK_MAX_SCANS] = {NULL}, *dose = NULL;
    const float *frame[DVK_MAX_SCANS];
    dvk_integration how = k->options->integration;
    dvk_fit_parameters parameters;
    dvk_status status = DVK_OK;
    for (size_t i = 0; i < scans; i++) {
        dvk_context_progress(k->context, "dose rates", (double)i / (double)scans);
        DVK_TRY_DONE(dose_rate(k, i, &rate[i]));
        frame[i] = dvk_volume_values(rate[i]);
    }
    if (how.model == DVK_MODEL_AUTO) /* rates have a noise of their own */
        DVK_TRY_DONE(dvk_noise_measure(dvk_geometry_voxels(&k->geometry), frame, k->summary->times_h, scans,
                                       k->nuclide->half_life_h, &how.noise_Bq_mL));
    DVK_TRY_DONE(dvk_integrate_prepare(k->series, &how, false, &parameters));
    DVK_TRY_DONE(dvk_integrate_frames(k->context, &k->geometry, frame, &parameters, &dose, NULL, NULL));
    const double apart = difference(k->dose, dose);
    if (apart > rounding)
        dvk_case_warn(
            k, "dose-rate-first differs from TIA-first by up to %.2g of the largest dose: this model is not linear",
            apart);
    dvk_volume_free(k->dose);
    k->dose = dose;
done:
    for (size_t i = 0; i < scans; i++)
        dvk_volume_free(rate[i]);
    return status;
}
