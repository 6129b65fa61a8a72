/*
 * The maps of a case on their way to its folder: names and sidecars first, in a fixed order; the voxels then, while
 * tables and report are made.
 */
#ifndef DVK_PIPELINE_CASE_MAPS_H
#define DVK_PIPELINE_CASE_MAPS_H

#include <jansson.h>

#include "pipeline/case/case.h"

enum { DVK_CASE_MAPS = 5 };

typedef struct dvk_case_map {
    const dvk_volume *map;
    bool as_bytes;    /* stored as uint8 */
    const char *path; /* the folder's */
    char sha256[65];  /* of the file, once written */
    dvk_status status;
    char message[1024];
} dvk_case_map;

typedef struct dvk_case_maps {
    size_t count;
    dvk_case_map map[DVK_CASE_MAPS];
} dvk_case_maps;

/* Another map, NULL for none: its place in the folder, and STEM.json from `sidecar`, whose reference it takes. */
dvk_status dvk_case_maps_add(dvk_case_maps *m, dvk_outdir *o, const dvk_volume *map, bool as_bytes, const char *stem,
                             json_t *sidecar) DVK_MUST_USE;

/* Deflates, writes and hashes all; what came of it is left in `m`, since the threads are others, too. */
void dvk_case_maps_write(dvk_case_maps *m);

/* The status of the first that failed, its message now this thread's. */
dvk_status dvk_case_maps_status(const dvk_case_maps *m) DVK_MUST_USE;

/* The hash of the file that was written to `path`; NULL when it is none of the maps. */
const char *dvk_case_maps_sha256(const dvk_case_maps *m, const char *path);

#endif
