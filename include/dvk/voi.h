/*
 * Volumes of interest on the scan's grid, as voxels with the fraction of each that lies inside.
 */
#ifndef DVK_VOI_H
#define DVK_VOI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dvk/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { DVK_NAME_SIZE = 64, DVK_MAX_VOI_SOURCES = 64 };

typedef struct dvk_voi {
    char name[DVK_NAME_SIZE]; /* lower case with underscores; kidneys are kidney_left and kidney_right */
    int label;                /* value in the label map; 0 for a mask of its own file */
    size_t count;             /* voxels with a fraction above 0 */
    const uint32_t *index;    /* [count] linear voxel index on the scan's grid, rising */
    const float *fraction;    /* [count] 0 < fraction <= 1 */
    dvk_geometry drawn_grid;  /* of the map or mask it was drawn on */
    size_t drawn_count;       /* voxels there */
    const uint32_t *drawn;    /* [drawn_count] linear voxel index on that grid, rising */
    double volume_mL;         /* as drawn: mask voxels times their own volume */
    double centroid_mm[3];    /* world coordinates */
    double outside_fraction;  /* share of the drawn volume that misses the scan's grid */
    bool touches_edge;        /* has a voxel on the border of the scan's grid */
} dvk_voi;

/* One --voi argument and what says how to name its labels. */
typedef struct dvk_voi_source {
    const char *path;
    const char *name; /* NULL for a label map; else the mask's name, as in --voi kidney_left=FILE */
    size_t frame;     /* 0: the file is 3-D; else the number of its frame, from 1 */
} dvk_voi_source;

typedef struct dvk_voi_options {
    const char *labels;        /* NULL or "left=3,right=2,liver=1": the only source when given */
    const char *labels_preset; /* NULL or totalseg, moose, amos, flare22 */
    const char *labels_table;  /* NULL or a *_dseg.tsv, Slicer or ITK-SNAP table */
    const char *missing;       /* NULL, "left" or "right": a kidney declared absent */
    bool kidneys_wanted;       /* both kidneys (but `missing`) must be found, each with voxels */
} dvk_voi_options;

typedef struct dvk_voi_set dvk_voi_set;

/*
 * Reads VOIs and lays them on the grid `scan`: each mask voxel's volume is shared by exact overlap, whatever the grids'
 * orientation, so that the sum of fractions times the scan's voxel volume is the drawn volume, to 1e-6, where the grid
 * covers it. In a mask (a source with a name) every voxel that is not 0 is inside.
 *
 * The labels of a map get their names, in this order, from `labels`, `labels_preset`, `labels_table`, a table beside
 * the file (x.tsv for x.nii.gz), the names that TotalSegmentator writes into the header; never from a number alone.
 * Labels without a name are left out, and so are names of a table or preset without voxels.
 *
 * DVK_ERR_INVALID in one line for a label of `labels` without voxels, a kidney that is wanted and empty or off the
 * grid, a mask off the grid, one name twice, a left kidney on the patient's right of the right one, voxels that are not
 * labels. DVK_ERR_USAGE for options that make no sense. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_voi_read(const dvk_voi_source *sources, size_t count,
                                             const dvk_voi_options *options, const dvk_geometry *scan,
                                             dvk_voi_set **out);
DVK_API void dvk_voi_set_free(dvk_voi_set *set);
DVK_API size_t dvk_voi_count(const dvk_voi_set *set);
DVK_API const dvk_voi *dvk_voi_at(const dvk_voi_set *set, size_t i);
DVK_API const dvk_voi *dvk_voi_named(const dvk_voi_set *set, const char *name); /* NULL: none */
DVK_API const char *dvk_voi_file_sha256(const dvk_voi_set *set, size_t source);

/* What was left out and why, one line each: organs of a table or preset off the scan's grid. Lent; NULL past the last.
 */
DVK_API size_t dvk_voi_warnings(const dvk_voi_set *set);
DVK_API const char *dvk_voi_warning(const dvk_voi_set *set, size_t i);

/* Sum over the VOI of values times fraction times the scan's voxel volume (Bq/mL gives Bq). */
DVK_API double dvk_voi_sum(const dvk_voi *voi, const float *values, double voxel_mL);

#ifdef __cplusplus
}
#endif
#endif
