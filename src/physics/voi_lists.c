/* Which voxels of a label map or mask belong to which VOI: two passes over the voxels, no copy of the map. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/voi.h"

enum { NO_LIST = -1, RUN = 16 };

void dvk_voi_lists_clear(dvk_voi_lists *lists)
{
    dvk_free(lists->start);
    dvk_free(lists->voxel);
    *lists = (dvk_voi_lists){0};
}

static dvk_status check_size(const dvk_volume *map, const char *path)
{
    if (dvk_volume_frames(map) != 1)
        return dvk_fail(DVK_ERR_INVALID, "%s: holds %zu frames: one label map or mask is wanted", path,
                        dvk_volume_frames(map));
    if (dvk_geometry_voxels(dvk_volume_geometry(map)) > UINT32_MAX)
        return dvk_fail(DVK_ERR_INVALID, "%s: has more voxels than a VOI can hold", path);
    return DVK_OK;
}

static bool is_label(float value)
{
    return value >= 0 && value <= (float)DVK_HIGHEST_LABEL && value == truncf(value);
}

/* Whether a run of voxels that starts at v is all 0, as most of a map is. */
static bool empty_run(const float *value, size_t v, size_t voxels)
{
    bool any = false;
    if (v % RUN != 0 || voxels - v < RUN)
        return false;
    for (size_t i = 0; i < RUN; i++)
        any |= value[v + i] != 0;
    return !any;
}

/* From label to list, as far as the highest label that has a name. */
static dvk_status make_lookup(const dvk_labels *labels, int **list_of, int *top)
{
    *top = 0;
    for (size_t i = 0; i < labels->count; i++)
        *top = labels->label[i].value > *top ? labels->label[i].value : *top;
    DVK_TRY(dvk_alloc((size_t)*top + 1, sizeof **list_of, list_of));
    for (int v = 0; v <= *top; v++)
        (*list_of)[v] = NO_LIST;
    for (size_t i = 0; i < labels->count; i++)
        (*list_of)[labels->label[i].value] = (int)i;
    return DVK_OK;
}

/* start[i + 1] becomes the number of voxels of list i. */
static dvk_status count_labels(const dvk_volume *map, const dvk_labels *labels, const int *list_of, int top,
                               const char *path, size_t *start)
{
    const float *value = dvk_volume_values(map);
    const size_t voxels = dvk_geometry_voxels(dvk_volume_geometry(map));
    for (size_t v = 0; v < voxels; v++) {
        if (empty_run(value, v, voxels))
            v += RUN - 1;
        if (value[v] == 0)
            continue;
        if (!is_label(value[v]))
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: voxel %zu holds %g: labels are whole numbers; was it resampled with interpolation?",
                            path, v, (double)value[v]);
        const int label = (int)value[v];
        if (labels->highest && label > labels->highest)
            return dvk_fail(DVK_ERR_INVALID, "%s: holds label %d, but the preset ends at %d: it is of another program",
                            path, label, labels->highest);
        if (label <= top && list_of[label] != NO_LIST)
            start[list_of[label] + 1]++;
    }
    return DVK_OK;
}

static dvk_status fill_lists(const dvk_volume *map, const int *list_of, int top, dvk_voi_lists *out)
{
    const float *value = dvk_volume_values(map);
    const size_t voxels = dvk_geometry_voxels(dvk_volume_geometry(map));
    size_t *next = NULL;
    DVK_TRY(dvk_alloc(out->start[out->count], sizeof *out->voxel, &out->voxel));
    DVK_TRY(dvk_alloc(out->count, sizeof *next, &next));
    memcpy(next, out->start, out->count * sizeof *next);
    for (size_t v = 0; v < voxels; v++) {
        if (empty_run(value, v, voxels))
            v += RUN - 1;
        const int list = value[v] != 0 && value[v] <= (float)top ? list_of[(int)value[v]] : NO_LIST;
        if (list != NO_LIST)
            out->voxel[next[list]++] = (uint32_t)v;
    }
    dvk_free(next);
    return DVK_OK;
}

dvk_status dvk_voi_list_labels(const dvk_volume *map, const dvk_labels *labels, const char *path, dvk_voi_lists *out)
{
    dvk_status status = DVK_OK;
    int *list_of = NULL, top = 0;
    *out = (dvk_voi_lists){.count = labels->count};
    DVK_TRY_DONE(check_size(map, path));
    DVK_TRY_DONE(make_lookup(labels, &list_of, &top));
    DVK_TRY_DONE(dvk_alloc(out->count + 1, sizeof *out->start, &out->start));
    DVK_TRY_DONE(count_labels(map, labels, list_of, top, path, out->start));
    for (size_t i = 0; i < out->count; i++)
        out->start[i + 1] += out->start[i];
    DVK_TRY_DONE(fill_lists(map, list_of, top, out));
done:
    dvk_free(list_of);
    if (status != DVK_OK)
        dvk_voi_lists_clear(out);
    return status;
}

static dvk_status list_inside(const dvk_volume *mask, const char *path, dvk_voi_lists *out)
{
    const float *value = dvk_volume_values(mask);
    const size_t voxels = dvk_geometry_voxels(dvk_volume_geometry(mask));
    float inside = 0;
    DVK_TRY(dvk_alloc(2, sizeof *out->start, &out->start));
    for (size_t v = 0; v < voxels; v++) {
        if (value[v] == 0)
            continue;
        if (inside == 0)
            inside = value[v];
        if (value[v] != inside) /* also NaN */
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: holds %g and %g, so it is no mask: give a label map without a name, or a file for "
                            "each organ",
                            path, (double)inside, (double)value[v]);
        out->start[1]++;
    }
    DVK_TRY(dvk_alloc(out->start[1], sizeof *out->voxel, &out->voxel));
    size_t next = 0;
    for (size_t v = 0; v < voxels; v++)
        if (value[v] != 0)
            out->voxel[next++] = (uint32_t)v;
    return DVK_OK;
}

dvk_status dvk_voi_list_mask(const dvk_volume *mask, const char *path, dvk_voi_lists *out)
{
    dvk_status status = DVK_OK;
    *out = (dvk_voi_lists){.count = 1};
    DVK_TRY_DONE(check_size(mask, path));
    DVK_TRY_DONE(list_inside(mask, path, out));
done:
    if (status != DVK_OK)
        dvk_voi_lists_clear(out);
    return status;
}

void dvk_voi_present(const dvk_volume *map, char *text, size_t room)
{
    enum { SHOWN = 12 };
    const float *value = dvk_volume_values(map);
    const size_t voxels = dvk_geometry_voxels(dvk_volume_geometry(map));
    double last = 0;
    snprintf(text, room, "nothing but 0");
    for (int shown = 0; shown <= SHOWN; shown++) {
        double next = INFINITY; /* the least label above the last one shown */
        for (size_t v = 0; v < voxels; v++)
            if ((double)value[v] > last && (double)value[v] < next)
                next = (double)value[v];
        const size_t used = shown ? strlen(text) : 0;
        if (isinf(next) || used >= room)
            return;
        if (shown == SHOWN)
            snprintf(text + used, room - used, " and more");
        else
            snprintf(text + used, room - used, "%s%g", shown ? ", " : "", next);
        last = next;
    }
}
