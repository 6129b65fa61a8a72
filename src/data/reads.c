/* See reads.h. */
#include "data/reads.h"

#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

static _Thread_local dvk_reads *list;

void dvk_reads_into(dvk_reads *r)
{
    list = r;
}

bool dvk_reads_wanted(void)
{
    return list;
}

static dvk_read *find(const dvk_reads *r, const char *path)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->file[i].path, path) == 0)
            return &r->file[i];
    return NULL;
}

dvk_status dvk_reads_note(const char *path, const char sha256[65])
{
    if (!list)
        return DVK_OK;
    const dvk_read *before = find(list, path);
    if (before && strcmp(before->sha256, sha256) != 0)
        return dvk_fail(DVK_ERR_RETRY, "%s: changed while it was read: run again when nothing writes it", path);
    if (before)
        return DVK_OK;
    if (list->count == list->room) {
        DVK_TRY(dvk_grow(list->count, list->room + 16, sizeof *list->file, &list->file));
        list->room += 16;
    }
    dvk_read *new = &list->file[list->count];
    DVK_TRY(dvk_strdup(path, &new->path));
    memcpy(new->sha256, sha256, sizeof new->sha256);
    list->count++;
    return DVK_OK;
}

const char *dvk_reads_sha256(const dvk_reads *r, const char *path)
{
    const dvk_read *file = find(r, path);
    return file ? file->sha256 : NULL;
}

void dvk_reads_clear(dvk_reads *r)
{
    for (size_t i = 0; i < r->count; i++)
        dvk_free(r->file[i].path);
    dvk_free(r->file);
    *r = (dvk_reads){0};
}
