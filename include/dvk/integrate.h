/*
 * From scans to a folder with the map of time-integrated activity: what `dvkit integrate` does.
 */
#ifndef DVK_INTEGRATE_H
#define DVK_INTEGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/context.h"
#include "dvk/series.h"
#include "dvk/timefit.h"
#include "dvk/voi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_integrate_options {
    const char *const *scans;
    size_t scan_count;
    dvk_series_options series;
    dvk_integration integration;
    const dvk_voi_source *voi_sources; /* for DVK_SCOPE_VOI only */
    size_t voi_source_count;
    dvk_voi_options voi;
    bool write_sd;
    const char *out; /* folder */
    bool force;
    const char *bids_prefix; /* of the files' names, as dvk_bids_find makes it; NULL: plain names */
    const char *command;     /* the command line as given, for the provenance; NULL: none */
} dvk_integrate_options;

/* What happened to the voxels of a map. A voxel is in one of `model`, and in as many of the others as apply. */
typedef struct dvk_voxel_shares {
    size_t voxels;
    size_t zero; /* every sample was zero */
    size_t model[DVK_MODEL_COUNT];
    size_t fallback, clamped, tail, negative;
    double fallback_activity_fraction; /* of the magnitude of all samples */
    double tia_MBqh;                   /* sum of the map */
} dvk_voxel_shares;

/*
 * Reads the scans, integrates and writes tia.nii.gz and status.nii.gz (tia_sd.nii.gz on `write_sd`), each with its
 * sidecar, and last provenance.json. Nothing stays behind when it fails. `dry_run` reads and checks only, and leaves
 * *shares at zero. DVK_ERR_USAGE for DVK_SCOPE_VOI without VOIs.
 */
DVK_API DVK_MUST_USE dvk_status dvk_integrate_run(dvk_context *c, const dvk_integrate_options *o, bool dry_run,
                                                  dvk_voxel_shares *shares);

#ifdef __cplusplus
}
#endif
#endif
