/*
 * The kinds of file that go into an output directory, each in one call.
 */
#ifndef DVK_DATA_RESULTS_H
#define DVK_DATA_RESULTS_H

#include <jansson.h>
#include <stdint.h>

#include "dvk/volume.h"

#include "base/text.h"
#include "data/outdir.h"

dvk_status dvk_results_text(dvk_outdir *o, const char *name, const char *text) DVK_MUST_USE;

/* The same of a text that was just made, which it frees; `made` is what making it came to, and is handed on. */
dvk_status dvk_results_made(dvk_outdir *o, const char *name, dvk_text *t, dvk_status made) DVK_MUST_USE;

/* Writes a JSON object and takes the caller's reference, also when it fails; DVK_ERR_MEMORY for NULL. */
dvk_status dvk_results_json(dvk_outdir *o, const char *name, json_t *object) DVK_MUST_USE;

/* STEM.json, taking the reference to `sidecar`, and where STEM.nii.gz is to be written. */
dvk_status dvk_results_place(dvk_outdir *o, const char *stem, json_t *sidecar, const char **path) DVK_MUST_USE;

/* STEM.nii.gz and, taking the reference to `sidecar`, STEM.json. */
dvk_status dvk_results_map(dvk_outdir *o, const char *stem, const dvk_volume *map, json_t *sidecar) DVK_MUST_USE;
dvk_status dvk_results_map_u8(dvk_outdir *o, const char *stem, const dvk_geometry *g, const uint8_t *values,
                              json_t *sidecar) DVK_MUST_USE;

#endif
