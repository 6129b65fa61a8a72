/*
 * The facts of one scan, from its sidecar and the command line: when it was taken, what nuclide, and what brings its
 * stored values to Bq/mL at its start. Nothing that changes a dose is guessed.
 */
#ifndef DVK_PHYSICS_SCAN_FACTS_H
#define DVK_PHYSICS_SCAN_FACTS_H

#include "dvk/series.h"

#include "data/sidecar.h"

/* One frame of one image in the series. */
typedef struct dvk_scan_place {
    const char *image;
    size_t frame, frames; /* of the image */
    size_t scan;          /* in the series: which of --times is its own */
} dvk_scan_place;

typedef struct dvk_scan_facts {
    const dvk_nuclide *nuclide;
    double time_h;           /* start after injection */
    double frame_duration_h; /* NaN where not known */
    double reference_h;      /* after injection; what the values are corrected to; NaN: not corrected */
    double injected_MBq;     /* NaN where not known */
    double factor;           /* stored value to Bq/mL at the start */
} dvk_scan_facts;

/* DVK_ERR_INVALID names the file, the key, and the option that gives the fact. */
dvk_status dvk_scan_facts_find(const dvk_scan_place *place, const dvk_sidecar *sidecar,
                               const dvk_series_options *options, dvk_scan_facts *out) DVK_MUST_USE;

/* Mean over a frame of `duration_h` to the value at its start: x / (1 - exp(-x)), x = lambda d; 1 for no duration. */
double dvk_frame_mean_to_start(double lambda_per_h, double duration_h);

#endif
