/*
 * The options that give the facts of the scans over, or without, their sidecars: a child parser. And a command's SCAN
 * arguments.
 */
#ifndef DVKIT_OPTIONS_SCAN_H
#define DVKIT_OPTIONS_SCAN_H

#include <argp.h>

#include "dvk/dvk.h"

/* --times, --units, --decay-reference, --frame-duration, --injected, --nuclide, --nonfinite. */
typedef struct scan_options {
    dvk_series_options options;
    double times_h[DVK_MAX_SCANS];
    const char *scan[DVK_MAX_SCANS];
    size_t scans;
} scan_options;

extern const struct argp scan_argp; /* input: scan_options; set to scan_options_none() before */
scan_options scan_options_none(void);

/* Takes one SCAN argument; ends parsing past the room. */
error_t scan_options_add(struct argp_state *state, scan_options *o, char *path);

/* The options for dvk_series_read, their times lent from `o`. */
dvk_series_options scan_options_series(const scan_options *o);

#endif
