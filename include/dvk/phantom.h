/*
 * Phantoms: cases with known truth, written as a user's own would be (scans, PET-BIDS sidecars, label map, names).
 *
 * Each region is a shape with a signed sum of exponentials, A(t) = sum_i a_i 2^(-t / T_i), effective; its voxels share
 * the activity evenly, so that truth is exact on the grid: TIA = sum_i a_i T_i / ln 2.
 */
#ifndef DVK_PHANTOM_H
#define DVK_PHANTOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dvk/context.h"
#include "dvk/series.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_phantom_options {
    const char *name;   /* "kidneys", "sphere", "uniform" or "impulse" */
    size_t n[3];        /* voxels; all 0: the phantom's own */
    double voxel_mm[3]; /* all 0: 4.42 mm */
    size_t times;       /* 0: 4, 24, 96 and 168 h */
    double times_h[DVK_MAX_SCANS];
    double injected_MBq;
    double density_g_mL; /* of the medium for the true dose */
    double fwhm_mm;      /* SPECT resolution; 0: none */
    double counts;       /* of the first scan, Poisson; 0: no noise */
    uint64_t seed;
    size_t cases; /* 0: one case; else DIR/sub-001 ..., kinetics and sizes varied by the seed */
} dvk_phantom_options;

DVK_API dvk_phantom_options dvk_phantom_default(void);

/* Name and summary of the i-th phantom, NULL past the last. */
DVK_API const char *dvk_phantom_name(size_t i);

/*
 * Writes into `dir`: scan_<t>h.nii.gz with sidecar for each time, kidneys_dseg.nii.gz (or <name>_dseg) with its .tsv,
 * truth.tsv (volume, TIA, terms and, for kidneys and spheres, mean dose by a sum in double precision over the full
 * kernel) and tia_truth.nii.gz. DVK_ERR_USAGE for an unknown phantom or options that make no sense.
 */
DVK_API DVK_MUST_USE dvk_status dvk_phantom_write(dvk_context *c, const dvk_phantom_options *options, const char *dir,
                                                  bool force);

#ifdef __cplusplus
}
#endif
#endif
