/*
 * A case: one cycle of one patient, from scans to maps, summary and report in one folder.
 */
#ifndef DVK_CASE_H
#define DVK_CASE_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/context.h"
#include "dvk/density.h"
#include "dvk/dose.h"
#include "dvk/radiobiology.h"
#include "dvk/series.h"
#include "dvk/summary.h"
#include "dvk/timefit.h"
#include "dvk/voi.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dvk_order { DVK_ORDER_TIA_FIRST, DVK_ORDER_DOSE_RATE_FIRST } dvk_order;
typedef enum dvk_voi_grid { DVK_VOI_GRID_SCAN, DVK_VOI_GRID_VOI } dvk_voi_grid;

/* How VOIs are analysed. NaN means not given. */
typedef struct dvk_roi_options {
    dvk_integration curve;            /* the VOI's own curve, always fitted */
    dvk_biology biology;              /* with the effective half-life for the curve of a single scan */
    double density_g_mL;              /* mass = volume times this, where no density map is given */
    const char *biology_table;        /* NULL, or a file that dvk_biology_table_read takes: per VOI, over `biology` */
    const char *recovery;             /* NULL, or what dvk_recovery_parse takes */
    double u_calibration, u_recovery; /* relative, 1 sigma */
    double fwhm_mm;
} dvk_roi_options;

typedef struct dvk_case_options {
    const char *const *scans;
    size_t scan_count;
    dvk_series_options series;
    const dvk_voi_source *voi_sources;
    size_t voi_source_count;
    const char *const *voi_times; /* NULL, or a label map for each scan, since organs move */
    size_t voi_times_count;
    dvk_voi_options voi;
    dvk_voi_grid voi_grid;
    dvk_integration integration;
    dvk_order order;
    dvk_engine engine;
    const char *kernel_path; /* NULL: made from the tables */
    double kernel_radius_mm; /* 0: the whole image */
    double medium_density_g_mL;
    const char *density;           /* NULL, a value ("1.05g/mL") or a NIfTI file */
    dvk_density_unit density_unit; /* of the file; must be given for one */
    dvk_roi_options roi;
    bool write_sd, write_bed; /* tia_sd.nii.gz, bed.nii.gz */
    const char *out;
    bool force;
    const char *bids_prefix; /* of the files' names, as dvk_bids_find makes it; NULL: plain names */
    const char *command;     /* the command line as given, for the provenance; NULL: none */
    const char *path_base;   /* NULL, or what is left out at the start of every path in the records */
} dvk_case_options;

/* The contract's defaults. */
DVK_API dvk_case_options dvk_case_default(void);

/*
 * Runs a case and writes its folder: tia, dose and status maps, summary.json, kidneys.tsv, tacs.tsv, dvh.tsv,
 * report.html and, last, provenance.json. Nothing stays behind when it fails. The caller frees *summary (NULL: not
 * wanted).
 */
DVK_API DVK_MUST_USE dvk_status dvk_case_run(dvk_context *c, const dvk_case_options *o, dvk_summary **summary);

/* The summary only, of a dose map that is there already (Gy); scans, if given, bring the curves and with them BED. */
DVK_API DVK_MUST_USE dvk_status dvk_kidneys_run(dvk_context *c, const dvk_case_options *o, const char *dose_path,
                                                dvk_summary **summary);

/* Checks scans, VOIs, kernel and options without computing or writing anything. */
DVK_API DVK_MUST_USE dvk_status dvk_case_check(dvk_context *c, const dvk_case_options *o);

/* The text of summary.json; freed by dvk_text_release. */
DVK_API DVK_MUST_USE dvk_status dvk_summary_json(const dvk_summary *s, char **out);
DVK_API void dvk_text_release(char *text);
DVK_API void dvk_summary_free(dvk_summary *s);

#ifdef __cplusplus
}
#endif
#endif
