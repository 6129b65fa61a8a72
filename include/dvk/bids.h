/*
 * Results as a BIDS derivative dataset: DATASET/sub-X/ses-Y/pet, with every file named after its case, and
 * DATASET/dataset_description.json, which says that dvkit made it and of what.
 */
#ifndef DVK_BIDS_H
#define DVK_BIDS_H

#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a case's results go, and what all their names begin with. */
typedef struct dvk_bids_place {
    char *folder; /* DATASET/sub-X[/ses-Y]/pet */
    char *prefix; /* sub-X[_ses-Y][_trc-T] */
} dvk_bids_place;

/*
 * The place of a case in a dataset. Subject and session are those of `id` ("sub-X" or "sub-X/ses-Y") or, where that is
 * NULL, of the scans' names, or else of the folders that they lie in; the tracer is that of the scans' names, if they
 * say one. DVK_ERR_INVALID where they do not agree, or are no BIDS labels; DVK_ERR_USAGE where nothing says the
 * subject. Free the place with dvk_bids_place_clear, whatever the status.
 */
DVK_API DVK_MUST_USE dvk_status dvk_bids_find(const char *dataset, const char *id, const char *const *scans,
                                              size_t count, dvk_bids_place *out);
DVK_API void dvk_bids_place_clear(dvk_bids_place *p);

/* DVK_ERR_CREATE where a dataset of another program lies there, raw data for one. */
DVK_API DVK_MUST_USE dvk_status dvk_bids_check(const char *dataset);

/* Writes dataset_description.json and .bidsignore where they are missing. The source dataset is the one that `scan`
 * lies in: the folder above it that has a dataset_description.json of its own or else its sub-X; its own folder
 * otherwise. */
DVK_API DVK_MUST_USE dvk_status dvk_bids_describe(const char *dataset, const char *scan);

#ifdef __cplusplus
}
#endif
#endif
