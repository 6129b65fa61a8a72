/*
 * A case while it is being worked on: what each step reads and adds. The steps run in the order of this header.
 */
#ifndef DVK_PIPELINE_CASE_H
#define DVK_PIPELINE_CASE_H

#include "dvk/case.h"
#include "dvk/dvh.h"

#include "data/outdir.h"
#include "data/reads.h"
#include "pipeline/case/stock.h"

/* A VOI in the scans. */
typedef struct dvk_case_activity {
    double Bq[DVK_MAX_SCANS];
    double drift_mm; /* largest distance between its centres of activity */
} dvk_case_activity;

typedef struct dvk_case {
    const dvk_case_options *options;
    dvk_context *context;
    dvk_case_stock *stock; /* NULL: nothing is kept for other cases */
    dvk_series *series;    /* NULL where `kidneys` was given none */
    dvk_geometry geometry;
    const dvk_nuclide *nuclide;
    dvk_voi_set *vois;
    dvk_voi_set *voi_at[DVK_MAX_SCANS]; /* of each scan, where they were given so; else NULL */
    dvk_case_activity *activity;        /* [roi_count]; NULL without a series */
    dvk_volume *tia, *status, *tia_sd;
    dvk_kernel *kernel;    /* NULL for the local engine; the stock's, or else the case's own */
    dvk_engine engine;     /* that was used */
    const char *dose_path; /* of the map that `kidneys` was given; else NULL */
    dvk_volume *dose;      /* Gy, density-corrected where asked */
    dvk_volume *density;   /* g/mL on the scan's grid, or NULL */
    dvk_volume *bed;       /* Gy, or NULL */
    double medium_deposited_J;
    dvk_dvh **dvh;   /* [roi_count] */
    bool dose_made;  /* here, not given */
    dvk_reads reads; /* the files that it was made from */
    dvk_summary *summary;
} dvk_case;

/* As dvk_case_run, with what the cases before left in `stock`; *stage names the step that failed: "read", "dose",
 * "rois" or "write". */
dvk_status dvk_case_run_stages(dvk_context *c, dvk_case_stock *stock, const dvk_case_options *o, dvk_summary **summary,
                               const char **stage) DVK_MUST_USE;

/* input.c */
dvk_status dvk_case_read(dvk_case *k) DVK_MUST_USE;
dvk_status dvk_case_check_dose(const dvk_case *k, const char *path) DVK_MUST_USE;

/* activity.c: what the VOIs hold in the scans, for dvk_case_rois; again where either becomes another. */
dvk_status dvk_case_measure(dvk_case *k) DVK_MUST_USE;

/* plausible.c: options of no patient, before the work (and their files, which are read again later); half-lives
 * beyond the nuclide's own, once it is known; a VOI's curve that is held at decay. */
dvk_status dvk_case_check_options(const dvk_case_options *o) DVK_MUST_USE;
void dvk_case_warn_half_lives(dvk_case *k);
void dvk_case_flag_decay(const dvk_case *k, dvk_roi_summary *r);

/* dose.c: TIA map, kernel, dose map. */
dvk_status dvk_case_dose(dvk_case *k) DVK_MUST_USE;

/* The kernel that the options ask for, and its record in the summary; none for the local engine. */
dvk_status dvk_case_kernel(dvk_case *k) DVK_MUST_USE;

/* Each voxel's density (g/mL) by a VALUE or FILE; the medium's where a file does not reach, with a warning. */
dvk_status dvk_case_density(dvk_case *k, const char *density, double medium_g_mL, dvk_volume **out) DVK_MUST_USE;

/* Dose (Gy) of a map in Bq.s/mL, or dose rate (Gy/s) of one in Bq/mL, by the case's kernel or engine. */
dvk_status dvk_case_convolve(dvk_case *k, const dvk_volume *activity, dvk_volume **dose) DVK_MUST_USE;

/* scope.c: the VOIs' curves in their voxels' TIA. */
dvk_status dvk_case_scope(dvk_case *k) DVK_MUST_USE;

/* order.c: the dose map by integrating dose rates. */
dvk_status dvk_case_dose_rate_first(dvk_case *k) DVK_MUST_USE;

/* balance.c: where the emitted energy went. */
dvk_status dvk_case_balance(dvk_case *k) DVK_MUST_USE;

/* rois.c: each VOI's row of the summary. */
dvk_status dvk_case_rois(dvk_case *k) DVK_MUST_USE;

/* bed.c: the voxel BED map, where it is wanted. */
dvk_status dvk_case_bed(dvk_case *k) DVK_MUST_USE;

/*
 * write.c: the output folder. `begin` makes it, with the places of the maps that there are; `maps` deflates and writes
 * those, in any thread; `texts` makes the rest, from the VOIs' numbers, in the case's own; `end` is called once both
 * are done, ends in provenance.json where `made` and the maps' status are good, else removes everything, and frees `o`.
 */
typedef struct dvk_case_output dvk_case_output;
dvk_status dvk_case_output_begin(const dvk_case *k, dvk_case_output **out) DVK_MUST_USE;
void dvk_case_output_maps(dvk_case_output *o);
dvk_status dvk_case_output_texts(const dvk_case *k, dvk_case_output *o) DVK_MUST_USE;
dvk_status dvk_case_output_end(dvk_case *k, dvk_case_output *o, dvk_status made) DVK_MUST_USE;

/* tables.c: kidneys.tsv, tacs.tsv and dvh.tsv. */
dvk_status dvk_case_write_tables(const dvk_case *k, dvk_outdir *o) DVK_MUST_USE;

/* Adds a line to the summary's warnings, and tells the context's listener. Past the room it is dropped. */
void dvk_case_warn(dvk_case *k, const char *format, ...) DVK_PRINTF(2, 3);

#endif
