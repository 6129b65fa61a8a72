/* --bids: results as a BIDS derivative dataset. */
#ifndef DVKIT_OPTIONS_BIDS_H
#define DVKIT_OPTIONS_BIDS_H

#include <argp.h>

#include "dvk/dvk.h"

typedef struct bids_options {
    bool wanted;
    const char *id;      /* sub-X/ses-Y; NULL: as the scans' names have it */
    const char *dataset; /* what -o named */
    dvk_bids_place place;
} bids_options;

extern const struct argp bids_argp;

/* Puts the case's place in the dataset *out in the place of *out, and its names' prefix in *prefix; both stay as they
 * are without --bids. Free with dvk_bids_place_clear. */
dvk_status bids_place(bids_options *b, const char *const *scans, size_t count, const char **out, const char **prefix);

/* Once the results are there, the dataset's own files. */
dvk_status bids_describe(const bids_options *b, const char *scan);

#endif
