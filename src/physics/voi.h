/*
 * The set of VOIs behind include/dvk/voi.h, for its own files.
 */
#ifndef DVK_PHYSICS_VOI_H
#define DVK_PHYSICS_VOI_H

#include "dvk/voi.h"

#include "base/text.h"
#include "data/labels.h"
#include "physics/overlap.h"

/* A VOI, what it lends, and the source it came from. */
typedef struct dvk_voi_entry {
    dvk_voi voi;
    uint32_t *index;
    float *fraction;
    uint32_t *drawn;
    size_t source;
} dvk_voi_entry;

void dvk_voi_entry_clear(dvk_voi_entry *e);

struct dvk_voi_set {
    size_t count, room;
    dvk_voi_entry *entry;
    size_t sources;
    char **path;        /* [sources] */
    char (*sha256)[65]; /* [sources] */
    dvk_text warnings;  /* each ends with NUL */
    size_t warning_count;
};

/* The mask voxels of each name, one list behind the other. */
typedef struct dvk_voi_lists {
    size_t count;
    size_t *start;   /* [count + 1] into voxel */
    uint32_t *voxel; /* linear indices in the mask's grid, rising within a list */
} dvk_voi_lists;

/* Lists the voxels of each label of the table, in one order with it. DVK_ERR_INVALID for values that are no labels, or
 * above labels->highest. `path` is for messages. */
dvk_status dvk_voi_list_labels(const dvk_volume *map, const dvk_labels *labels, const char *path,
                               dvk_voi_lists *out) DVK_MUST_USE;

/* One list: every voxel that is not 0. DVK_ERR_INVALID where these have more than one value: no mask, then. */
dvk_status dvk_voi_list_mask(const dvk_volume *mask, const char *path, dvk_voi_lists *out) DVK_MUST_USE;
void dvk_voi_lists_clear(dvk_voi_lists *lists);

/* The labels that a map holds, for messages: "1, 2, 5"; the first ones of many. */
void dvk_voi_present(const dvk_volume *map, char *text, size_t room);

/* Lays mask voxels on the scan's grid: everything in e but its name, label and source. */
dvk_status dvk_voi_lay(const dvk_overlap *overlap, const dvk_geometry *mask, const uint32_t *voxels, size_t count,
                       dvk_voi_entry *e) DVK_MUST_USE;

#endif
