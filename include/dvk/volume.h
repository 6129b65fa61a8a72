/*
 * A volume: float32 voxels on a regular, orthogonal grid in space, and its way to and from NIfTI files.
 *
 * Voxels are stored x (i) fastest, then y (j), z (k), and frame last. The grid's own axis order and flips are kept
 * as they are in the file; nothing is reoriented.
 */
#ifndef DVK_VOLUME_H
#define DVK_VOLUME_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_geometry {
    size_t n[3];           /* voxels along i, j, k */
    double voxel_mm[3];    /* edge lengths along i, j, k, mm */
    double to_world[3][4]; /* voxel centre (i, j, k, 1) to RAS+ world coordinates, mm */
} dvk_geometry;

/* n_x n_y n_z. */
DVK_API size_t dvk_geometry_voxels(const dvk_geometry *g);

/* Volume of one voxel in mL. */
DVK_API double dvk_geometry_voxel_mL(const dvk_geometry *g);

/* Whether both grids have the same shape and no corner lies further apart than `tolerance` voxels. */
DVK_API bool dvk_geometry_same(const dvk_geometry *a, const dvk_geometry *b, double tolerance);

typedef struct dvk_volume dvk_volume;

/* Voxels of all frames that are no finite number, or below 0. Finite numbers of a file that float32 cannot hold count
 * as infinite, -inf as infinite and negative. */
typedef struct dvk_voxel_counts {
    size_t nan, infinite, negative;
} dvk_voxel_counts;

/* Makes a volume of zeros with `frames` frames. The caller frees *out. DVK_ERR_MEMORY when it does not fit. */
DVK_API DVK_MUST_USE dvk_status dvk_volume_create(const dvk_geometry *g, size_t frames, dvk_volume **out);
DVK_API void dvk_volume_free(dvk_volume *v);

/*
 * Reads one NIfTI-1 or NIfTI-2 file, single or hdr/img pair (name the .hdr), plain or gzip by content, either byte
 * order, any integer or real type; voxel = slope * stored + intercept in double, rounded once to float32 (slope 0 or
 * NaN: as stored). Opens exactly `path`. The affine is the sform's if set, else the qform's, in mm.
 * DVK_ERR_INVALID says which field or which bytes are wrong: among others neither form set, a sheared or singular
 * affine, forms that disagree by more than 0.1 voxel at a corner, complex or colour voxels, vectors, a file shorter or
 * longer than its header says, damaged gzip. DVK_ERR_MISSING when it cannot be opened, DVK_ERR_IO when reading fails,
 * DVK_ERR_MEMORY. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_volume_read(const char *path, dvk_volume **out);

/* Reads the header only: geometry and frames, after the checks that dvk_volume_read makes of it and of the file's
 * length (gzip: as far as can be told); extensions and voxels are not looked at. */
DVK_API DVK_MUST_USE dvk_status dvk_volume_read_header(const char *path, dvk_geometry *g, size_t *frames);

/*
 * Writes NIfTI-1 float32, slope 1, sform and qform both from the geometry; gzip when `path` ends in .gz. The file
 * appears whole under its name or not at all. DVK_ERR_CREATE, DVK_ERR_IO (disk full), DVK_ERR_INVALID when an axis is
 * longer than 32767 voxels or the affine is none, DVK_ERR_MEMORY. Same voxels, same bytes.
 */
DVK_API DVK_MUST_USE dvk_status dvk_volume_write(const dvk_volume *v, const char *path);

/* Getters lend. Frame f starts at dvk_volume_data(v) + f * dvk_geometry_voxels(g). */
DVK_API const dvk_geometry *dvk_volume_geometry(const dvk_volume *v);
DVK_API size_t dvk_volume_frames(const dvk_volume *v);
DVK_API float *dvk_volume_data(dvk_volume *v);
DVK_API const float *dvk_volume_values(const dvk_volume *v);
DVK_API dvk_voxel_counts dvk_volume_counts(const dvk_volume *v); /* of the voxels as they are; counted at each call */

/* SHA-256 (64 hex digits) of the file's bytes as read, of a pair header first; "" for a volume that was made. Lent. */
DVK_API const char *dvk_volume_sha256(const dvk_volume *v);

#ifdef __cplusplus
}
#endif
#endif
