/* A set of VOIs once it is read: freeing it, asking it. */
#include <string.h>

#include "base/alloc.h"
#include "physics/voi.h"

void dvk_voi_entry_clear(dvk_voi_entry *e)
{
    dvk_free(e->index);
    dvk_free(e->fraction);
    dvk_free(e->drawn);
    *e = (dvk_voi_entry){0};
}

void dvk_voi_set_free(dvk_voi_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->count; i++) {
        dvk_voi_entry_clear(&set->entry[i]);
    }
    for (size_t i = 0; i < set->sources; i++)
        dvk_free(set->path[i]);
    dvk_free(set->entry);
    dvk_free(set->path);
    dvk_free(set->sha256);
    dvk_text_free(&set->warnings);
    dvk_free(set);
}

size_t dvk_voi_count(const dvk_voi_set *set)
{
    return set->count;
}

const dvk_voi *dvk_voi_at(const dvk_voi_set *set, size_t i)
{
    return &set->entry[i].voi;
}

const dvk_voi *dvk_voi_named(const dvk_voi_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->entry[i].voi.name, name) == 0)
            return &set->entry[i].voi;
    return NULL;
}

const char *dvk_voi_file_sha256(const dvk_voi_set *set, size_t source)
{
    return set->sha256[source];
}

size_t dvk_voi_warnings(const dvk_voi_set *set)
{
    return set->warning_count;
}

const char *dvk_voi_warning(const dvk_voi_set *set, size_t i)
{
    const char *line = set->warnings.data;
    if (i >= set->warning_count)
        return NULL;
    while (i--)
        line += strlen(line) + 1;
    return line;
}

double dvk_voi_sum(const dvk_voi *voi, const float *values, double voxel_mL)
{
    double sum = 0;
    for (size_t v = 0; v < voi->count; v++)
        sum += (double)voi->fraction[v] * (double)values[voi->index[v]];
    return sum * voxel_mL;
}
