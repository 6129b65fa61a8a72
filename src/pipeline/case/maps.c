/* See maps.h. */
#include "pipeline/case/maps.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/wider.h"
#include "data/hash.h"
#include "data/results.h"
#include "data/volume.h"

dvk_status dvk_case_maps_add(dvk_case_maps *m, dvk_outdir *o, const dvk_volume *map, bool as_bytes, const char *stem,
                             json_t *sidecar)
{
    assert(m->count < DVK_CASE_MAPS);
    dvk_case_map *place = &m->map[m->count++];
    *place = (dvk_case_map){.map = map, .as_bytes = as_bytes};
    return dvk_results_place(o, stem, sidecar, &place->path);
}

DVK_WIDER static void narrow(const float *values, size_t count, uint8_t *bytes)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)values[i];
}

static dvk_status write_bytes(const dvk_volume *map, const char *path)
{
    const dvk_geometry *g = dvk_volume_geometry(map);
    const size_t n = dvk_geometry_voxels(g);
    uint8_t *bytes = NULL;
    DVK_TRY(dvk_alloc_raw(n, 1, &bytes));
    narrow(dvk_volume_values(map), n, bytes);
    const dvk_status status = dvk_volume_write_u8(g, bytes, path);
    dvk_free(bytes);
    return status;
}

static void keep(dvk_case_map *p, dvk_status status)
{
    p->status = status;
    if (status != DVK_OK)
        snprintf(p->message, sizeof p->message, "%s", dvk_last_message());
}

/* While one map is hashed the next is deflated. */
void dvk_case_maps_write(dvk_case_maps *m)
{
    bool going = true;
    for (size_t i = 0; i < m->count && going; i++) {
        dvk_case_map *p = &m->map[i];
        keep(p, p->as_bytes ? write_bytes(p->map, p->path) : dvk_volume_write(p->map, p->path));
        going = p->status == DVK_OK;
        if (going) {
#pragma omp task firstprivate(p)
            keep(p, dvk_sha256_file(p->path, p->sha256));
        }
    }
#pragma omp taskwait
}

dvk_status dvk_case_maps_status(const dvk_case_maps *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->map[i].status != DVK_OK)
            return dvk_fail(m->map[i].status, "%s", m->map[i].message);
    return DVK_OK;
}

const char *dvk_case_maps_sha256(const dvk_case_maps *m, const char *path)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->map[i].path, path) == 0)
            return m->map[i].sha256;
    return NULL;
}
