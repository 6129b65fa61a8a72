/*
 * A series: the scans of one cycle, in order of time, on one grid, as activity concentration at each scan's start.
 */
#ifndef DVK_SERIES_H
#define DVK_SERIES_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/nuclide.h"
#include "dvk/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DVK_MAX_SCANS = 12 };

/* How the voxel values refer to time (PET-BIDS ImageDecayCorrected, ImageDecayCorrectionTime). */
typedef enum dvk_decay_reference {
    DVK_DECAY_UNSET,
    DVK_DECAY_NONE,      /* not corrected: mean over the frame */
    DVK_DECAY_SCAN,      /* corrected to the scan's start */
    DVK_DECAY_INJECTION, /* corrected to the injection */
    DVK_DECAY_TIME       /* corrected to decay_time_h after injection */
} dvk_decay_reference;

/* Facts from the command line; each one given replaces the sidecar's. NaN, NULL, 0 and UNSET mean not given. */
typedef struct dvk_series_options {
    size_t times;                  /* 0, or one time for each scan (each frame of a 4-D file) */
    const double *times_h;         /* start of each scan after injection, h */
    const char *units;             /* "Bq/mL", "kBq/mL" or "MBq/mL" */
    dvk_decay_reference reference; /* of all scans */
    double decay_time_h;           /* for DVK_DECAY_TIME, after injection */
    double frame_duration_h;       /* of all scans */
    double injected_MBq;
    const char *nuclide;
    bool zero_nonfinite; /* NaN and Inf voxels become 0 instead of an error */
} dvk_series_options;

DVK_API dvk_series_options dvk_series_options_none(void);

typedef struct dvk_series dvk_series;

/*
 * Reads the scans (one 3-D file a time point, or one 4-D file) with their PET-BIDS sidecars. Nothing is sorted: times
 * must rise. Values become Bq/mL at the scan's start, not decay-corrected, c being the stored value in Bq/mL, t the
 * start and r the reference (h after injection), d the frame's duration:
 *
 *   not corrected    c * lambda d / (1 - exp(-lambda d))     (mean over the frame to its start)
 *   corrected to r   c * exp(-lambda (t - r))
 *
 * DVK_ERR_INVALID names the file and, where a fact is missing, the option that gives it; for grids that differ it names
 * both files. DVK_ERR_USAGE for options that fit no scan. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_series_read(const char *const *paths, size_t count,
                                                const dvk_series_options *options, dvk_series **out);
DVK_API void dvk_series_free(dvk_series *s);

DVK_API size_t dvk_series_scans(const dvk_series *s);
DVK_API const dvk_geometry *dvk_series_geometry(const dvk_series *s);
DVK_API const dvk_nuclide *dvk_series_nuclide(const dvk_series *s);
DVK_API double dvk_series_injected_MBq(const dvk_series *s);        /* NaN where not known */
DVK_API double dvk_series_time_h(const dvk_series *s, size_t scan); /* start after injection */
DVK_API const float *dvk_series_frame(const dvk_series *s, size_t scan);
DVK_API const char *dvk_series_path(const dvk_series *s, size_t scan);
DVK_API const char *dvk_series_sha256(const dvk_series *s, size_t scan);
DVK_API dvk_voxel_counts dvk_series_counts(const dvk_series *s, size_t scan);

/* What the stored values were multiplied by to become Bq/mL at the scan's start. */
DVK_API double dvk_series_factor(const dvk_series *s, size_t scan);

/* Whole activity of one scan in MBq: the sum of concentration times voxel volume. */
DVK_API double dvk_series_activity_MBq(const dvk_series *s, size_t scan);

/*
 * What is possible but looks wrong, one line each: more than 110 % or less than 1 % of the injected activity, decayed
 * to the scan's start, in the image; no injected activity to compare with; times or durations as of another unit. Lent;
 * NULL past the last.
 */
DVK_API size_t dvk_series_warnings(const dvk_series *s);
DVK_API const char *dvk_series_warning(const dvk_series *s, size_t i);

#ifdef __cplusplus
}
#endif
#endif
