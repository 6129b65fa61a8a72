/* See scan_facts.h. */
#include "physics/scan_facts.h"

#include <math.h>

#include "base/fail.h"

static const double SECONDS_PER_HOUR = 3600;

/* A correction time this close to the scan's own start is that start. */
static const double SAME_TIME_S = 1;

double dvk_frame_mean_to_start(double lambda_per_h, double duration_h)
{
    const double x = lambda_per_h * duration_h;
    return x == 0 ? 1 : x / -expm1(-x);
}

static dvk_status missing(const dvk_scan_place *place, const dvk_sidecar *sidecar, const char *key, const char *option)
{
    if (sidecar->present)
        return dvk_fail(DVK_ERR_INVALID, "%s: has no %s: add it, or give %s", sidecar->path, key, option);
    return dvk_fail(DVK_ERR_INVALID, "%s: no sidecar %s gives %s: add one, or give %s", place->image, sidecar->path,
                    key, option);
}

static dvk_status find_nuclide(const dvk_scan_place *place, const dvk_sidecar *sidecar,
                               const dvk_series_options *options, const dvk_nuclide **out)
{
    if (options->nuclide)
        return dvk_nuclide_find(options->nuclide, out) ? dvk_fail_prefix(DVK_ERR_USAGE, "--nuclide") : DVK_OK;
    if (!sidecar->nuclide[0])
        return missing(place, sidecar, "TracerRadionuclide", "--nuclide");
    if (dvk_nuclide_find(sidecar->nuclide, out))
        return dvk_fail(DVK_ERR_INVALID, "%s: TracerRadionuclide: %s", sidecar->path, dvk_last_message());
    return DVK_OK;
}

static dvk_status find_unit(const dvk_scan_place *place, const dvk_sidecar *sidecar, const dvk_series_options *options,
                            double *to_Bq_per_mL)
{
    if (options->units)
        return dvk_units_concentration(options->units, to_Bq_per_mL) ? dvk_fail_prefix(DVK_ERR_USAGE, "--units")
                                                                     : DVK_OK;
    if (!sidecar->units[0])
        return missing(place, sidecar, "Units", "--units");
    if (dvk_units_concentration(sidecar->units, to_Bq_per_mL))
        return dvk_fail(DVK_ERR_INVALID, "%s: Units: %s: correct it, or give --units", sidecar->path,
                        dvk_last_message());
    return DVK_OK;
}

static dvk_status find_time(const dvk_scan_place *place, const dvk_sidecar *sidecar, const dvk_series_options *options,
                            double *time_h)
{
    double start_s = 0;
    if (options->times) {
        *time_h = options->times_h[place->scan];
        return DVK_OK;
    }
    DVK_TRY(dvk_sidecar_frame_start(sidecar, place->frame, place->frames, &start_s));
    if (isnan(start_s))
        return missing(place, sidecar, place->frames > 1 ? "FrameTimesStart" : "FrameTimesStart or ScanStart",
                       "--times");
    if (isnan(sidecar->injection_start_s))
        return missing(place, sidecar, "InjectionStart", "--times");
    *time_h = (start_s - sidecar->injection_start_s) / SECONDS_PER_HOUR;
    return DVK_OK;
}

/* Whether the sidecar's correction time is the start of its own frame, on its own clock. Times that contradict each
 * other are an error only where they are used. */
static bool corrected_to_own_start(const dvk_scan_place *place, const dvk_sidecar *sidecar)
{
    double start_s = NAN;
    if (dvk_sidecar_frame_start(sidecar, place->frame, place->frames, &start_s) != DVK_OK)
        return false;
    return fabs(sidecar->decay_correction_time_s - start_s) <= SAME_TIME_S;
}

/* What the values are corrected to, h after injection; NaN where they are not corrected. */
static dvk_status find_reference(const dvk_scan_place *place, const dvk_sidecar *sidecar,
                                 const dvk_series_options *options, double time_h, double *reference_h)
{
    const double given[] = {
        [DVK_DECAY_NONE] = NAN,
        [DVK_DECAY_SCAN] = time_h,
        [DVK_DECAY_INJECTION] = 0,
        [DVK_DECAY_TIME] = options->decay_time_h,
    };
    *reference_h = NAN;
    if (options->reference != DVK_DECAY_UNSET) {
        *reference_h = given[options->reference];
        return DVK_OK;
    }
    if (sidecar->decay_corrected == DVK_CORRECTED_UNSAID)
        return missing(place, sidecar, "ImageDecayCorrected", "--decay-reference");
    if (sidecar->decay_corrected == DVK_CORRECTED_NO)
        return DVK_OK;
    if (isnan(sidecar->decay_correction_time_s))
        return missing(place, sidecar, "ImageDecayCorrectionTime", "--decay-reference");
    if (corrected_to_own_start(place, sidecar)) {
        *reference_h = time_h;
        return DVK_OK;
    }
    if (isnan(sidecar->injection_start_s))
        return missing(place, sidecar, "InjectionStart", "--decay-reference");
    *reference_h = (sidecar->decay_correction_time_s - sidecar->injection_start_s) / SECONDS_PER_HOUR;
    return DVK_OK;
}

static dvk_status find_duration(const dvk_scan_place *place, const dvk_sidecar *sidecar,
                                const dvk_series_options *options, double *duration_h)
{
    double duration_s = 0;
    *duration_h = options->frame_duration_h;
    if (!isnan(*duration_h))
        return DVK_OK;
    DVK_TRY(dvk_sidecar_frame_duration(sidecar, place->frame, place->frames, &duration_s));
    *duration_h = duration_s / SECONDS_PER_HOUR;
    return DVK_OK;
}

dvk_status dvk_scan_facts_find(const dvk_scan_place *place, const dvk_sidecar *sidecar,
                               const dvk_series_options *options, dvk_scan_facts *out)
{
    double to_Bq_per_mL = 0, decay = 0;
    DVK_TRY(find_nuclide(place, sidecar, options, &out->nuclide));
    DVK_TRY(find_unit(place, sidecar, options, &to_Bq_per_mL));
    DVK_TRY(find_time(place, sidecar, options, &out->time_h));
    DVK_TRY(find_reference(place, sidecar, options, out->time_h, &out->reference_h));
    DVK_TRY(find_duration(place, sidecar, options, &out->frame_duration_h));
    out->injected_MBq = isnan(options->injected_MBq) ? sidecar->injected_MBq : options->injected_MBq;

    const double lambda = dvk_decay_constant_per_h(out->nuclide->half_life_h);
    if (!isnan(out->reference_h))
        decay = exp(-lambda * (out->time_h - out->reference_h));
    else if (!isnan(out->frame_duration_h))
        decay = dvk_frame_mean_to_start(lambda, out->frame_duration_h);
    else
        return missing(place, sidecar, "FrameDuration, which values that are not decay-corrected need",
                       "--frame-duration");
    out->factor = decay * to_Bq_per_mL;
    return DVK_OK;
}
