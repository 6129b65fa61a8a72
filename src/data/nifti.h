/*
 * The NIfTI header: read through a gate of our own, and made. Voxels are in nifti_voxels.h, files in volume.c.
 *
 * libnifti is asked for byte swapping, quaternions and struct layouts only; it never opens a file (nifti.c says why).
 */
#ifndef DVK_DATA_NIFTI_H
#define DVK_DATA_NIFTI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dvk/volume.h"

enum {
    DVK_NIFTI_START = 544,       /* bytes that hold a header of either version with its extension flag */
    DVK_NIFTI_HEADER_BYTES = 352 /* what dvk_nifti_make makes: NIfTI-1 with its extension flag */
};

/* The stored types that are read; the numbers are NIfTI's. */
enum {
    DVK_NIFTI_UINT8 = 2,
    DVK_NIFTI_INT16 = 4,
    DVK_NIFTI_INT32 = 8,
    DVK_NIFTI_FLOAT32 = 16,
    DVK_NIFTI_FLOAT64 = 64,
    DVK_NIFTI_INT8 = 256,
    DVK_NIFTI_UINT16 = 512,
    DVK_NIFTI_UINT32 = 768,
    DVK_NIFTI_INT64 = 1024,
    DVK_NIFTI_UINT64 = 1280
};

/* A header's fields as they are stored, both versions alike, in this machine's byte order. */
typedef struct dvk_nifti_fields {
    int version;  /* 1 or 2 */
    bool single;  /* voxels in the same file */
    bool swapped; /* the file has the other byte order */
    int64_t dim[8];
    int datatype, bitpix;
    double pixdim[8];
    double offset; /* vox_offset */
    double slope, intercept;
    int units; /* xyzt_units */
    int qform_code, sform_code;
    double quaternion[3], origin[3];
    double srow[3][4];
} dvk_nifti_fields;

/* What the gate let through. */
typedef struct dvk_nifti {
    bool single, swapped;
    size_t header_bytes; /* 348 or 540; the extension flag follows */
    int datatype;        /* one of DVK_NIFTI_* */
    size_t voxel_bytes;  /* of one stored voxel */
    size_t offset;       /* of the first voxel in its file */
    size_t data_bytes;   /* of all voxels */
    size_t frames;
    double slope, intercept; /* 1 and 0 where the file has none */
    dvk_geometry geometry;
} dvk_nifti;

/* The fields of the header that `start` (at most DVK_NIFTI_START bytes are looked at) begins with; DVK_ERR_INVALID,
 * without a file name, when it is none. */
dvk_status dvk_nifti_fields_read(const void *start, size_t count, dvk_nifti_fields *out) DVK_MUST_USE;

/* The qform's affine, in the file's own unit; the quaternion's length must have been checked. */
void dvk_nifti_qform(const dvk_nifti_fields *h, double out[3][4]);

/* The gate: checks every field that bears on voxels and their place. DVK_ERR_INVALID without a file name. */
dvk_status dvk_nifti_parse(const void *start, size_t count, dvk_nifti *out) DVK_MUST_USE;

/* Checks the chain of extensions in `bytes`, the header file up to the first voxel (single) or whole (pair), and gives
 * their texts, each between NULs, joined by line breaks; "" where there is none. dvk_free it. */
dvk_status dvk_nifti_extensions(const dvk_nifti *h, const unsigned char *bytes, size_t count, char **text) DVK_MUST_USE;

/* A NIfTI-1 single-file header: slope 1, sform and qform from the geometry (code 1, scanner), mm and s. `datatype` is
 * one of DVK_NIFTI_*. DVK_ERR_INVALID where an axis is too long for NIfTI-1 or the grid is none. */
dvk_status dvk_nifti_make(const dvk_geometry *g, size_t frames, int datatype,
                          unsigned char out[DVK_NIFTI_HEADER_BYTES]) DVK_MUST_USE;

#endif
