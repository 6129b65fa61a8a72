/*
 * The kernel behind include/dvk/kernel.h, for the convolution: S as an octant when it is even, else as all taps.
 */
#ifndef DVK_PHYSICS_KERNEL_H
#define DVK_PHYSICS_KERNEL_H

#include <stdatomic.h>

#include "physics/pointkernel.h"

struct dvk_kernel {
    dvk_kernel_record record;
    double *octant;      /* even: (Rx+1)(Ry+1)(Rz+1), x fastest, [0] the centre; else NULL */
    double *taps;        /* not even: (2Rx+1)(2Ry+1)(2Rz+1), x fastest, the centre in the middle; else NULL */
    dvk_emitter emitter; /* what it was made from, for its statistical error; no shells where it was read */
    atomic_int owners;   /* a kernel never changes once made, so that all who ask for the same one share it */
};

/* Number of values in octant or taps. */
size_t dvk_kernel_values(const dvk_kernel *k);

/* A kernel of all taps, folded to an octant where they are exactly even; takes `taps` over, also when it fails. Half,
 * voxel and what else is known come from `record`; radius, even and hash are set here. */
dvk_status dvk_kernel_from_taps(const dvk_kernel_record *record, double *taps, dvk_kernel **out) DVK_MUST_USE;

/* The same from a volume with odd sizes; `path` is for the message. */
dvk_status dvk_kernel_from_volume(const dvk_kernel_record *record, const dvk_volume *v, const char *path,
                                  dvk_kernel **out) DVK_MUST_USE;

/* dvk_kernel_error_at for every value of the octant. */
dvk_status dvk_kernel_error_octant(const dvk_kernel *k, double *octant) DVK_MUST_USE;

/* sum[i] becomes the sum of S over the voxels whose distance from the source is i to i + 1 widths; what lies beyond is
 * in the last. */
void dvk_kernel_shells(const dvk_kernel *k, double width_mm, size_t count, double *sum);

/* SHA-256 of a kernel for its record; where volume_mL is not 0 its values are energies that will become S in that. */
void dvk_kernel_hash(const dvk_kernel *k, double volume_mL, char hex[65]);

/* A kernel that was made before from the same key, with one owner more, or NULL; and remembering one. The key holds all
 * that the values depend on. */
dvk_kernel *dvk_kernel_cache_find(const char *key);
void dvk_kernel_cache_keep(const char *key, dvk_kernel *k);

/* keV per decay in a voxel of `volume_mL` and `density_g_mL` that makes 1 Gy/(Bq.s), and back; inlined, for loops over
 * millions of values. */
static const double dvk_joule_per_keV = 1.602176634e-16;

static inline double dvk_kernel_s(double keV, double volume_mL, double density_g_mL)
{
    return keV * dvk_joule_per_keV / (1e-3 * density_g_mL * volume_mL);
}

static inline double dvk_kernel_keV(double s, double volume_mL, double density_g_mL)
{
    return s * 1e-3 * density_g_mL * volume_mL / dvk_joule_per_keV;
}

#endif
