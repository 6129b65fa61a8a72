/*
 * Dose voxel kernels: the mean absorbed dose in a voxel from the decays in another, S(n), Gy/(Bq.s).
 *
 *   S(n) = E(n) / (rho h_x h_y h_z),   E(n) = int E(r) < prod_i tri((r w_i - n_i h_i) / h_i) >_w dr,   tri(x) = max(0,
 * 1 - |x|)
 *
 * with E(r) dr the energy that a point source leaves between r and r + dr. Sum over n of E(n) is the integral of E(r).
 * Density: S(h, rho) = rho^2 S_water(rho h).
 */
#ifndef DVK_KERNEL_H
#define DVK_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dvk_component { DVK_COMPONENT_TOTAL, DVK_COMPONENT_ELECTRON, DVK_COMPONENT_PHOTON } dvk_component;

typedef struct dvk_kernel_spec {
    const char *nuclide;  /* any spelling that dvk_nuclide_find takes */
    const char *emission; /* NULL, or an emission list (TSV) instead of the nuclide's own tables */
    double voxel_mm[3];
    size_t half[3];      /* voxels on each side of the centre, per axis; all 0: from radius_mm */
    double radius_mm;    /* half-width of the box on each axis: half = floor(radius / voxel) */
    double density_g_mL; /* of the medium */
    dvk_component component;
} dvk_kernel_spec;

/* What is known of a kernel; the JSON sidecar and `dvkit kernel --info` show it. */
typedef struct dvk_kernel_record {
    char source[160]; /* where the numbers come from, in words */
    char nuclide[32]; /* "" where not known */
    dvk_component component;
    double voxel_mm[3];
    size_t half[3];
    double radius_mm;    /* smallest half-width of the box, (half + 1/2) voxel */
    double density_g_mL; /* NaN where not known */
    double energy_keV;   /* sum of E(n) per decay */
    double emitted_keV;  /* per decay, of this component; NaN where not known */
    double beyond_keV;   /* deposited outside the box according to the tables; NaN where not known */
    char verdict[192];   /* the energy in words: "holds 176.4 of 181.2 keV emitted; ..." */
    bool even;           /* symmetric in x, y and z */
    char sha256[65];     /* of voxel, half-widths and values */
} dvk_kernel_record;

typedef struct dvk_kernel dvk_kernel;

/* Makes a kernel from the embedded point-kernel tables. DVK_ERR_USAGE for values that make no sense. The caller frees
 * *out. */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_make(const dvk_kernel_spec *spec, dvk_kernel **out);

/* Reads a kernel file: NIfTI with odd sizes, source voxel in the middle, Units Gy/(Bq.s) in the sidecar. `plain` reads
 * any odd-sized NIfTI as bare weights, with no sidecar and no units. */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_read(const char *path, bool plain, dvk_kernel **out);

/* Writes NIfTI float32 and its JSON sidecar, both or none. */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_write(const dvk_kernel *k, const char *path);

/* Writes the relative statistical error of every value in the same form (Units "1"). DVK_ERR_USAGE where it is not
 * known, as for a kernel that was read. */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_write_error(const dvk_kernel *k, const char *path);

/* The record as the sidecar's JSON text. The caller frees it with free(). */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_text(const dvk_kernel *k, char **out);
DVK_API void dvk_kernel_free(dvk_kernel *k);

DVK_API const dvk_kernel_record *dvk_kernel_info(const dvk_kernel *k);

/* DVK_ERR_INVALID, naming both, when the kernel is for another voxel: an edge that differs by more than 1e-4. S goes
 * with the voxel's volume to first order, so doses are then off by three times that at most. */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_check_voxel(const dvk_kernel *k, const double voxel_mm[3]);

/* S at an offset of (x, y, z) voxels from source to target; 0 outside the box. */
DVK_API double dvk_kernel_at(const dvk_kernel *k, long x, long y, long z);

/* Relative statistical error (1 sigma) that the tables leave in S at that offset; NaN where not known. */
DVK_API double dvk_kernel_error_at(const dvk_kernel *k, long x, long y, long z);

/* Kernels that others made. */
typedef enum dvk_kernel_format {
    DVK_KERNEL_LANCONELLI, /* "Lu177 - 4.8mm - Soft tissue", then lines of i, j, k and S in mGy/(MBq.s) */
    DVK_KERNEL_OCTANT_CSV, /* {iso}_{T}_{fraction}_{voxel}mm_{N}x{N}x{N}.csv: lines of i, j, k and S, or all values */
    DVK_KERNEL_RAW,        /* float32, little endian, a cube of odd size, the source in the middle */
    DVK_KERNEL_NIFTI       /* odd sizes, the source in the middle */
} dvk_kernel_format;

typedef struct dvk_kernel_import {
    const char *path;
    dvk_kernel_format format;
    const char *units;   /* such as "mGy/(MBq.s)"; NULL: as the format says */
    const char *nuclide; /* NULL: as the format says, which may be nothing */
    double voxel_mm[3];  /* zeros: as the format says */
    double density_g_mL; /* of the medium; NaN: as the format says */
    dvk_component component;
} dvk_kernel_import;

/*
 * Reads a kernel in another program's format. Its verdict compares its energy with what dvkit's own kernel holds in the
 * same box. DVK_ERR_USAGE where the format leaves out units, density or voxel and the caller does too;
 * DVK_ERR_INVALID for a broken table. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_import_file(const dvk_kernel_import *how, dvk_kernel **out);

/*
 * A kernel for another voxel. From two (count 2) whose voxels enclose it, S h^3 is interpolated linearly in the edge,
 * value by value. From one (count 1), S h^3 is carried over by the ratio that dvkit's own kernels of the same nuclide,
 * component and density have at the two sizes. The record says so. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_kernel_rescale(const dvk_kernel *const *from, size_t count,
                                                   const double voxel_mm[3], dvk_kernel **out);

/* One ring of voxels around the source, by the distance of their centres. */
typedef struct dvk_kernel_ring {
    double from_mm, to_mm;
    size_t voxels;
    double mean;         /* mean S of the ring, Gy/(Bq.s) */
    double error;        /* relative statistical error of S at the ring's first voxel along x; NaN where not known */
    double energy_share; /* of the kernel's energy, in this ring and all within */
} dvk_kernel_ring;

/* S against distance, and cumulative energy against radius: fills `count` rings from edge_mm[i] to edge_mm[i + 1]. */
DVK_API void dvk_kernel_profile(const dvk_kernel *k, const double *edge_mm, size_t count, dvk_kernel_ring *rings);

#ifdef __cplusplus
}
#endif
#endif
