/*
 * Two maps against each other: A is judged by the reference B.
 *
 *   agree       : |A - B| <= atol + rtol s at every voxel; s = largest |B|, or each voxel's own |B| as NumPy has it
 *   concordance = 2 s_AB / (s_A^2 + s_B^2 + (mean A - mean B)^2), moments over n (Lin 1989, Biometrics 45:255)
 *   gamma(r)    = min over r' of sqrt(|r' - r|^2 / d^2 + (A(r') - B(r))^2 / D^2)   (Low 1998, Med Phys 25:656)
 */
#ifndef DVK_COMPARE_H
#define DVK_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/context.h"
#include "dvk/summary.h"
#include "dvk/voi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Gamma with A interpolated linearly on a lattice of `step_mm` around each voxel of B. */
typedef struct dvk_gamma_options {
    bool wanted;
    double dose;          /* D, share of the normalisation; 0.03 is 3 % */
    double distance_mm;   /* d */
    bool local;           /* D relative to B(r) itself instead of the normalisation */
    double normalisation; /* 0: the largest value of B */
    double cutoff;        /* voxels of B below this share of the normalisation are left out */
    double step_mm;       /* 0: a tenth of the distance */
    double most;          /* the search ends there, and gamma with it */
} dvk_gamma_options;

enum { DVK_COMPARE_LEVELS = 16 };

typedef struct dvk_compare_options {
    const char *a, *b; /* NIfTI maps, or result folders, whose dose.nii.gz they mean */
    const dvk_voi_source *voi_sources;
    size_t voi_source_count;
    dvk_voi_options voi;
    double rtol, atol;  /* atol in the maps' unit */
    bool rtol_of_voxel; /* s is each voxel's own |B| */
    double threshold;   /* statistics of the whole are over voxels with |B| at or above it */
    bool threshold_rel; /* it is a share of the largest |B| */
    bool resample; /* A onto B's grid where they differ: linear, means in larger voxels; those outside A left out */
    size_t levels; /* of the V_x */
    double level[DVK_COMPARE_LEVELS];
    dvk_gamma_options gamma;
    const char *out; /* NULL, or a folder for difference.nii.gz, gamma.nii.gz, compare.json, vois.tsv */
    bool force;
    const char *command; /* for the provenance; NULL: none */
} dvk_compare_options;

/* rtol 1e-5 of the largest |B|, no threshold, V_x at 1, 2, 5 and 10; gamma 3 %, 3 mm, global, cut-off 10 %, up to 2,
 * not wanted. */
DVK_API dvk_compare_options dvk_compare_default(void);

/* Percent of the samples at or below each of `percentile` in dvk_difference. */
#define DVK_COMPARE_PERCENTS                                                                                           \
    {                                                                                                                  \
        1, 5, 25, 75, 95, 99                                                                                           \
    }
enum { DVK_COMPARE_PERCENTILES = 6 };

/* A - B over samples; in a VOI each weighs as its fraction. NaN where undefined. */
typedef struct dvk_difference {
    size_t count;
    double mean_a, mean_b;
    double mean, sd, median; /* sd over n */
    double percentile[DVK_COMPARE_PERCENTILES];
    double mae, rmse;
    double largest; /* |A - B| */
    double pearson, concordance;
} dvk_difference;

/* What gamma came to. */
typedef struct dvk_gamma_result {
    size_t voxels; /* judged */
    double passed; /* share with gamma at most 1 */
    double mean;   /* of gamma, which ends at `most` */
    double largest;
} dvk_gamma_result;

/* The DVH's points that are compared. */
#define DVK_COMPARE_DX                                                                                                 \
    {                                                                                                                  \
        98, 95, 90, 50, 2                                                                                              \
    }
enum { DVK_COMPARE_POINTS = 5 };

typedef struct dvk_compare_voi {
    char name[DVK_NAME_SIZE];
    double volume_mL; /* inside both maps */
    dvk_difference difference;
    double dx_a[DVK_COMPARE_POINTS], dx_b[DVK_COMPARE_POINTS];
    double vx_a[DVK_COMPARE_LEVELS], vx_b[DVK_COMPARE_LEVELS]; /* percent of the volume */
    double dvh_distance;                                       /* largest |V_A(x) - V_B(x)|, percent of the volume */
    double dvh_distance_at;                                    /* the x where that is */
    dvk_gamma_result gamma; /* voxels with a fraction of at least a half; no voxels: not computed */
} dvk_compare_voi;

typedef struct dvk_compare {
    dvk_compare_options options; /* as used, gamma's step and normalisation filled in; paths are lent */
    char units[32];              /* "" where neither sidecar says */
    char sha256_a[65], sha256_b[65];
    bool resampled;
    size_t voxels, left_out; /* compared; of B outside A's grid */
    double scale;            /* largest |B| */
    double threshold;        /* in the maps' unit */
    bool agree;
    size_t beyond;        /* voxels out of tolerance */
    double largest;       /* |A - B| over all voxels compared */
    size_t largest_at[3]; /* i, j, k on B's grid */
    dvk_difference whole;
    dvk_gamma_result gamma;
    size_t voi_count;
    dvk_compare_voi *voi;
    size_t warning_count;
    char warnings[DVK_MAX_WARNINGS][DVK_WARNING_SIZE];
} dvk_compare;

/*
 * Compares and, with `out`, writes. DVK_ERR_INVALID for maps with other units, other grids (without `resample`), more
 * than one frame, voxels that are not finite; DVK_ERR_USAGE for options that make no sense. Maps that disagree are
 * DVK_OK, with `agree` false. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_compare_run(dvk_context *c, const dvk_compare_options *o, dvk_compare **out);
DVK_API void dvk_compare_free(dvk_compare *r);

/* The result, one line each, and as compare.json has it; freed by dvk_text_release. */
DVK_API DVK_MUST_USE dvk_status dvk_compare_text(const dvk_compare *r, char **out);
DVK_API DVK_MUST_USE dvk_status dvk_compare_json(const dvk_compare *r, char **out);

#ifdef __cplusplus
}
#endif
#endif
