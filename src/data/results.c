/* See results.h. */
#include "data/results.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/atomic.h"
#include "data/json.h"
#include "data/naming.h"
#include "data/volume.h"

dvk_status dvk_results_text(dvk_outdir *o, const char *name, const char *text)
{
    const char *path = NULL;
    DVK_TRY(dvk_outdir_path(o, name, &path));
    return dvk_atomic_write_text(path, text);
}

dvk_status dvk_results_made(dvk_outdir *o, const char *name, dvk_text *t, dvk_status made)
{
    const dvk_status status = made == DVK_OK ? dvk_results_text(o, name, t->data) : made;
    dvk_text_free(t);
    return status;
}

dvk_status dvk_results_json(dvk_outdir *o, const char *name, json_t *object)
{
    char *text = NULL;
    if (!object)
        return dvk_fail(DVK_ERR_MEMORY, "out of memory: %s does not fit", name);
    dvk_status status = dvk_json_give(object, &text);
    if (status == DVK_OK)
        status = dvk_results_text(o, name, text);
    dvk_free(text);
    return status;
}

static dvk_status write_sidecar(dvk_outdir *o, const char *stem, json_t *sidecar)
{
    char name[96];
    snprintf(name, sizeof name, "%s.json", stem);
    if (dvk_outdir_is_bids(o))
        dvk_named_sidecar(stem, sidecar);
    return dvk_results_json(o, name, sidecar);
}

static dvk_status image_path(dvk_outdir *o, const char *stem, const char **path)
{
    char name[96];
    snprintf(name, sizeof name, "%s.nii.gz", stem);
    return dvk_outdir_path(o, name, path);
}

dvk_status dvk_results_place(dvk_outdir *o, const char *stem, json_t *sidecar, const char **path)
{
    dvk_status status = dvk_json_check();
    if (status == DVK_OK)
        status = image_path(o, stem, path);
    if (status == DVK_OK)
        return write_sidecar(o, stem, sidecar);
    json_decref(sidecar);
    return status;
}

dvk_status dvk_results_map(dvk_outdir *o, const char *stem, const dvk_volume *map, json_t *sidecar)
{
    const char *path = NULL;
    dvk_status status = dvk_json_check();
    if (status == DVK_OK)
        status = image_path(o, stem, &path);
    if (status == DVK_OK)
        status = dvk_volume_write(map, path);
    if (status == DVK_OK)
        return write_sidecar(o, stem, sidecar);
    json_decref(sidecar);
    return status;
}

dvk_status dvk_results_map_u8(dvk_outdir *o, const char *stem, const dvk_geometry *g, const uint8_t *values,
                              json_t *sidecar)
{
    const char *path = NULL;
    dvk_status status = dvk_json_check();
    if (status == DVK_OK)
        status = image_path(o, stem, &path);
    if (status == DVK_OK)
        status = dvk_volume_write_u8(g, values, path);
    if (status == DVK_OK)
        return write_sidecar(o, stem, sidecar);
    json_decref(sidecar);
    return status;
}
