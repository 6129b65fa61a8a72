/*
 * The options that say which VOIs there are and how they are analysed: children of the parsers of `dose` and `kidneys`.
 */
#ifndef DVKIT_OPTIONS_VOI_H
#define DVKIT_OPTIONS_VOI_H

#include <argp.h>

#include "dvk/dvk.h"

/* --voi, --voi-at, --labels, --labels-preset, --labels-table, --missing, --voi-grid. */
typedef struct voi_options {
    dvk_voi_source source[DVK_MAX_VOI_SOURCES];
    size_t count;
    char *name[DVK_MAX_VOI_SOURCES]; /* owned: the NAME of NAME=FILE */
    dvk_voi_options options;
    const char *at_scan[DVK_MAX_SCANS]; /* --voi-at */
    size_t at_scans;
    dvk_voi_grid grid;
} voi_options;

extern const struct argp voi_argp; /* input: voi_options */
void voi_options_free(voi_options *o);

/* --voi-model, --alpha-beta and the others of the analysis; `shape` is what --voi-model shape:FILE read, owned. */
typedef struct roi_options {
    dvk_roi_options options;
    dvk_shape *shape;
} roi_options;

extern const struct argp roi_argp; /* input: roi_options */

#endif
