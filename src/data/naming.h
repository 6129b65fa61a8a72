/*
 * What the files of a result are called: plainly ("dose.nii.gz", "summary.json"), or as those of a BIDS derivative,
 * where several results may share a folder and each file says whose it is:
 *
 *     maps      PREFIX_desc-dose_pet.nii.gz, PREFIX_desc-dose_pet.json   (desc-tia, desc-tiasd, desc-status, desc-bed)
 *     others    PREFIX_summary.json, PREFIX_kidneys.tsv, PREFIX_tacs.tsv, PREFIX_provenance.json ...
 *
 * with PREFIX the entities that all share, "sub-01_ses-02_trc-DOTATATE". Code names files plainly; this turns one form
 * into the other.
 */
#ifndef DVK_DATA_NAMING_H
#define DVK_DATA_NAMING_H

#include <jansson.h>

#include "dvk/status.h"

#include "base/text.h"

/* Adds the name that a plain one has under a prefix; the plain name itself where `prefix` is NULL. */
dvk_status dvk_named(const char *prefix, const char *name, dvk_text *out) DVK_MUST_USE;

/*
 * The file of a result that is plainly called `name`, in whichever form it is there: FOLDER/name, or under any prefix
 * "sub-" in FOLDER or in FOLDER/pet. *path is FOLDER/name where there is none; dvk_free it. DVK_ERR_INVALID where the
 * folder holds several.
 */
dvk_status dvk_result_find(const char *folder, const char *name, char **path) DVK_MUST_USE;

/* Adds the keys that BIDS wants in the sidecar of a map, `stem` its plain name without ending. */
void dvk_named_sidecar(const char *stem, json_t *sidecar);

#endif
