/*
 * Phantoms: cases with known truth, written as a user's own would be (scans, PET-BIDS sidecars, label map, names).
 *
 * A phantom is a table of regions (docs/inputs.md): shapes in world coordinates, each with its activity as a signed sum
 * of exponentials, A(t) = sum_i a_i 2^(-t / T_i), T_i effective. A region's voxels share its activity evenly, so that
 * truth is exact on the grid: TIA = sum_i a_i T_i / ln 2.
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
    const char *name;    /* a phantom, or the path of a table of one's own, which ends in .tsv */
    const char *nuclide; /* half-lives of the tables are brought from Lu-177's to its decay */
    const char *grid;    /* NULL, or a NIfTI file whose grid the scans get, in place of the next three */
    size_t n[3];         /* voxels; all 0: the phantom's own */
    double voxel_mm[3];
    char orientation[4]; /* where i, j and k run to, such as "LAS": left, anterior, superior */
    size_t fine;         /* regions and labels are drawn, and dose is found, on voxels this much smaller; from 1 */
    size_t times;
    double times_h[DVK_MAX_SCANS];
    double injected_MBq;       /* activities go with it */
    double density_g_mL;       /* of the medium for the true dose */
    double fwhm_mm;            /* SPECT resolution; 0: none */
    double counts;             /* of the first scan, Poisson; 0: no noise */
    double misregistration_mm; /* SD, an axis, of a rigid shift of every scan but the first; 0: none */
    uint64_t seed;
    bool full;     /* true dose, and maps of truth; else only what the tables know without it */
    size_t cases;  /* 0: one case; else DIR/sub-001 ..., kinetics and sizes varied by the seed */
    size_t cycles; /* 0: one; else DIR/ses-01 ..., activities changing from each to the next as the table says */
} dvk_phantom_options;

/* Kidneys, Lu-177, 4.42 mm, LAS, scans at 4, 24, 96 and 168 h, 7400 MBq, 1.04 g/mL, seed 1, full truth. */
DVK_API dvk_phantom_options dvk_phantom_default(void);

/* Name of the i-th phantom, NULL past the last; and its table, NULL for none of that name. Static. */
DVK_API const char *dvk_phantom_name(size_t i);
DVK_API const char *dvk_phantom_table(const char *name);

/*
 * Writes into `dir`, or the folders of cases and cycles below: scan_<t>h.nii.gz with sidecar for each time,
 * <name>_dseg.nii.gz (VOIs) and regions_truth.nii.gz, each with its .tsv, density.nii.gz (g/mL), and the truth:
 *
 *   truth.tsv        a row a VOI and region: volume on the grid, shape_mL by closed form, TIA, mean dose, terms
 *   scans_truth.tsv  a row a scan: shift of the patient, activity in the image without noise, counts
 *   activity_truth.tsv, activity_<t>h_truth.nii.gz (of scans that are blurred, noisy or shifted), tia_truth.nii.gz,
 *   dose_truth.nii.gz (Gy, convolved in double precision over the full kernel, in a medium of one density)
 *   phantom.tsv      this case's table, again of Lu-177 and 7400 MBq: with the same options, and the seed of its
 *                    provenance.json, it makes the case again
 *
 * DVK_ERR_USAGE for an unknown phantom or options that make no sense, DVK_ERR_INVALID for a table that is none.
 */
DVK_API DVK_MUST_USE dvk_status dvk_phantom_write(dvk_context *c, const dvk_phantom_options *options, const char *dir,
                                                  bool force);

#ifdef __cplusplus
}
#endif
#endif
