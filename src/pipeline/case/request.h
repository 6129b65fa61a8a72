/*
 * What a case was asked to do, so that a finished result can be told from one of other inputs or parameters: every
 * option, every input file by its hash, and the fingerprint of both.
 */
#ifndef DVK_PIPELINE_CASE_REQUEST_H
#define DVK_PIPELINE_CASE_REQUEST_H

#include <jansson.h>

#include "dvk/case.h"

#include "pipeline/case/case.h"

/* Raised by one whenever the same inputs and options give other numbers or other files. */
enum { DVK_ALGORITHM = 3 };

/* Every option that bears on the results, as it was asked for; not the files, folders and names. `inputs` as below, or
 * NULL where they are not known yet. */
json_t *dvk_case_request(const dvk_case_options *o, const json_t *inputs);

/*
 * Every file that the case reads, as [{role, path, sha256}]: scans, sidecars, VOIs, their tables, kernel, density,
 * recovery. Where the case `k` has read them, the hashes are of what it read; without one (NULL) each file is hashed
 * now, and DVK_ERR_MISSING names one that cannot be read. The caller calls json_decref.
 */
dvk_status dvk_case_inputs(const dvk_case_options *o, const dvk_case *k, json_t **out) DVK_MUST_USE;

/* The same list with the stamp of each file (data/hash.h) in the place of its hash. DVK_ERR_RETRY where one has just
 * changed; DVK_ERR_INVALID for a pair of .hdr and .img, which has no stamp. */
dvk_status dvk_case_stamps(const dvk_case_options *o, double settled_s, json_t **out) DVK_MUST_USE;

/* SHA-256 over algorithm, back end ("cpu", "opencl"), the request, and the roles and hashes of the inputs: where files
 * lie does not count. */
dvk_status dvk_case_fingerprint(const dvk_case_options *o, const char *backend, const json_t *inputs,
                                char hex[65]) DVK_MUST_USE;

/* The same of a request that was recorded, and of its algorithm; lets `request` go. */
dvk_status dvk_case_fingerprint_of(json_int_t algorithm, const char *backend, json_t *request, const json_t *inputs,
                                   char hex[65]) DVK_MUST_USE;

/* A path without the case's path_base at its start. Lent from `path`. */
const char *dvk_case_path(const dvk_case_options *o, const char *path);

/* Cuts every path_base out of a message. */
void dvk_case_shorten(const dvk_case_options *o, char *line);

#endif
