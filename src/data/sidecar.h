/*
 * The JSON file beside an image, with the PET-BIDS keys word for word: what it says, checked for type and range, and
 * nothing filled in. What a missing fact means is for the caller.
 */
#ifndef DVK_DATA_SIDECAR_H
#define DVK_DATA_SIDECAR_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/series.h"
#include "dvk/status.h"

/* Times are seconds after TimeZero. NaN, "" and 0 mean: the key is not there, null or "n/a". */
typedef struct dvk_sidecar {
    char *path;               /* of the JSON file, also where there is none */
    bool present;             /* the file is there */
    char units[32];           /* Units */
    char nuclide[32];         /* TracerRadionuclide */
    double injection_start_s; /* InjectionStart */
    double scan_start_s;      /* ScanStart */
    size_t frame_times;       /* FrameTimesStart: how many */
    double frame_times_start_s[DVK_MAX_SCANS];
    size_t frame_durations; /* FrameDuration: how many */
    double frame_duration_s[DVK_MAX_SCANS];
    enum { DVK_CORRECTED_UNSAID, DVK_CORRECTED_NO, DVK_CORRECTED_YES } decay_corrected; /* ImageDecayCorrected */
    double decay_correction_time_s;                                                     /* ImageDecayCorrectionTime */
    double injected_MBq; /* InjectedRadioactivity in InjectedRadioactivityUnits */
} dvk_sidecar;

/* A file beside an image: with ".json", "dir/x.json" for dir/x.nii.gz, dir/x.nii, dir/x.hdr and dir/x.img. The caller
 * frees *out. */
dvk_status dvk_beside(const char *image, const char *ending, char **out) DVK_MUST_USE;

/* Reads the sidecar of an image; no file is no error. DVK_ERR_INVALID names the file and the key. Free the contents
 * with dvk_sidecar_clear, whatever the status. */
dvk_status dvk_sidecar_read(const char *image, dvk_sidecar *out) DVK_MUST_USE;
void dvk_sidecar_clear(dvk_sidecar *s);

/* Start of one frame in seconds after TimeZero: FrameTimesStart, else ScanStart; NaN where neither says it.
 * DVK_ERR_INVALID where FrameTimesStart does not list `frames` times or one lies before ScanStart. */
dvk_status dvk_sidecar_frame_start(const dvk_sidecar *s, size_t frame, size_t frames, double *out_s) DVK_MUST_USE;

/* Duration of one frame in seconds; NaN where it is not said. */
dvk_status dvk_sidecar_frame_duration(const dvk_sidecar *s, size_t frame, size_t frames, double *out_s) DVK_MUST_USE;

/* Factors to Bq/mL from Bq/mL, kBq/mL, MBq/mL, and to Bq.s/mL from Bq.s/mL, MBq.h/mL. DVK_ERR_USAGE for others. */
dvk_status dvk_units_concentration(const char *units, double *to_Bq_per_mL) DVK_MUST_USE;
dvk_status dvk_units_tia(const char *units, double *to_Bq_s_per_mL) DVK_MUST_USE;

#endif
