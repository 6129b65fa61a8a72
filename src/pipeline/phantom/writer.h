/*
 * A phantom's case while it is being written: shared by phantom.c (which cases), write.c (maps) and
 * tables.c (tables).
 */
#ifndef DVK_PIPELINE_PHANTOM_WRITER_H
#define DVK_PIPELINE_PHANTOM_WRITER_H

#include "dvk/volume.h"

#include "data/outdir.h"
#include "pipeline/phantom/shapes.h"
#include "pipeline/phantom/truth.h"

typedef struct dvk_phantom_writer {
    const dvk_phantom_options *options;
    const dvk_nuclide *nuclide, *of_tables;
    const dvk_phantom *phantom; /* as it was injected and decays */
    const dvk_phantom *table;   /* the same as tables have it: of Lu-177, for 7400 MBq */
    dvk_geometry grid, fine;    /* of the scans; of regions and labels */
    dvk_truth *truth;           /* of the fine grid; NULL: no true dose */
    uint64_t seed;
    uint8_t *owner;                     /* of each fine voxel: 1 + its region, 0 for none */
    size_t voxels[DVK_PHANTOM_REGIONS]; /* fine ones of each region */
    double volume_mL[DVK_PHANTOM_REGIONS], dose_Gy[DVK_PHANTOM_REGIONS]; /* mean; NaN where not wanted */
    double shift_mm[DVK_MAX_SCANS][3];                                   /* of the patient at each scan */
    double scan_MBq[DVK_MAX_SCANS], counts[DVK_MAX_SCANS];               /* without noise; 0: no noise */
    dvk_outdir *out;
} dvk_phantom_writer;

/* write.c: one case, all its files. Sets what is below `seed`. */
dvk_status dvk_phantom_write_case(dvk_phantom_writer *w, const char *dir, bool force) DVK_MUST_USE;

/* tables.c: truth.tsv, scans_truth.tsv, activity_truth.tsv, phantom.tsv, and the names of both label maps. */
dvk_status dvk_phantom_write_tables(const dvk_phantom_writer *w) DVK_MUST_USE;

#endif
