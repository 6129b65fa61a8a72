/*
 * What the sidecars of integrated maps say of the method.
 */
#ifndef DVK_PIPELINE_INTEGRATE_JSON_H
#define DVK_PIPELINE_INTEGRATE_JSON_H

#include <jansson.h>

#include "dvk/series.h"
#include "dvk/timefit.h"

/* Model and rules by name. */
json_t *dvk_integration_json(const dvk_integration *how);

/* The paths of the scans, each file once. */
json_t *dvk_series_sources_json(const dvk_series *s);

/* The same with roles and hashes, for a provenance. */
json_t *dvk_series_inputs_json(const dvk_series *s);

/* Adds the meaning of a status map's bytes to its sidecar. */
void dvk_status_legend(json_t *sidecar);

#endif
