/*
 * The course: the cycles of one patient added up, kidney by kidney, against a limit.
 *
 * BED is summed over the cycles, each with its own kinetics (repair between cycles is complete); it is never computed
 * from the summed dose. Predictions extrapolate; they are for research use and decide nothing.
 *
 *   sum_k            = sum over cycles of X_k,  X the quantity that the limit is set in (BED, or absorbed dose)
 *   remaining        = limit - sum
 *   within_limit     : predicted <= limit + tolerance - sum
 *   cycles_left      = largest n with sum + n predicted <= limit + tolerance
 */
#ifndef DVK_COURSE_H
#define DVK_COURSE_H

#include <stdbool.h>

#include "dvk/summary.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which kidney the limit is held against. */
typedef enum dvk_governing {
    DVK_GOVERNING_MAX,  /* the one with the largest sum; the decision needs every kidney within the limit */
    DVK_GOVERNING_MEAN, /* the mean of the kidneys' sums, kidneys alike whatever their mass */
    DVK_GOVERNING_EACH  /* each for itself; the course's own numbers are those of the largest sum, as for MAX */
} dvk_governing;

/* What the next cycle will bring. */
typedef enum dvk_predict {
    DVK_PREDICT_MEAN,    /* the mean of the cycles' doses and of their BED */
    DVK_PREDICT_LAST,    /* the same as the last */
    DVK_PREDICT_ACTIVITY /* next activity times the summed dose over the summed activity, with the cycles' mean G */
} dvk_predict;

/* Which mean dose of a cycle is added up, and the BED that belongs to it. */
typedef enum dvk_course_doses {
    DVK_COURSE_DOSES_MAP,      /* of the dose map, as it is */
    DVK_COURSE_DOSES_RECOVERED /* divided by the VOI's recovery coefficient; every kidney must have one */
} dvk_course_doses;

typedef struct dvk_course_options {
    double limit_bed_Gy;  /* default 27; NaN: none */
    double limit_dose_Gy; /* default NaN: none. With both, both must hold */
    double tolerance_Gy;  /* default 2, above either limit */
    dvk_governing governing;
    dvk_predict predict;
    dvk_course_doses doses;
    double next_activity_MBq;  /* for DVK_PREDICT_ACTIVITY; NaN: that of the last cycle */
    double alpha_beta_Gy;      /* NaN: each cycle's own. Given, every BED is computed again from its dose and terms */
    double repair_half_time_h; /* likewise */
    double alpha_per_Gy;       /* NaN. EUBED and gEUD of a course need voxels matched between cycles: they are never */
    double eud_a;              /* computed, and asking for them is answered with a warning */
} dvk_course_options;

DVK_API dvk_course_options dvk_course_options_default(void);

/* One VOI in one cycle, out of its summary. NaN: not in it. */
typedef struct dvk_course_roi {
    char name[DVK_NAME_SIZE];
    double volume_mL, mass_g, dose_Gy, bed_Gy, eqd2_Gy, g_factor;
    double alpha_beta_Gy, repair_half_time_h;
    double recovery;                            /* NaN: none was given */
    double dose_recovered_Gy, bed_recovered_Gy; /* NaN also where the recovery is 1 */
    double u_dose_rel, u_bed_rel;               /* NaN also where the summary's lack calibration or volume */
    double u_shared_rel;                        /* calibration and recovery together: the same in every cycle */
    size_t terms;
    double amplitude_MBq[DVK_MAX_TERMS], half_life_h[DVK_MAX_TERMS];
} dvk_course_roi;

enum { DVK_COURSE_TEXT = 512 };

typedef struct dvk_course_cycle {
    char label[DVK_COURSE_TEXT]; /* the folder's name; the whole path where two folders have the same name */
    char path[4096];
    char nuclide[32];
    char kernel[DVK_COURSE_TEXT]; /* source, voxel, density, radius, hash: what must not change */
    char method[DVK_COURSE_TEXT]; /* model, tail, start, scope, weighting, engine, density; likewise */
    char version[32];
    char summary_sha256[65], provenance_sha256[65];
    double half_life_h, injected_MBq;
    size_t roi_count;
    dvk_course_roi *rois;
    size_t scan_count;
    char (*scan_sha256)[65]; /* the scans it was made from */
} dvk_course_cycle;

/* What is left. */
typedef struct dvk_course_decision {
    bool within_limit;        /* the next cycle, tolerance included */
    long cycles_left;         /* -1: not known (no limit, or a prediction that is not above 0) */
    double activity_MBq;      /* next time, that reaches the limit; 0 once it is reached, NaN where not known */
    double activity_most_MBq; /* that reaches limit + tolerance */
} dvk_course_decision;

/* A quantity held against a limit; without one the limit and what remains are NaN. */
typedef struct dvk_course_ledger {
    double limit_Gy, sum_Gy, remaining_Gy, predicted_next_Gy;
    double u_sum_rel; /* calibration and recovery err alike in every cycle, the rest independently */
    dvk_course_decision decision;
} dvk_course_ledger;

/* One VOI over all cycles; limits are for kidneys alone. */
typedef struct dvk_course_sum {
    char name[DVK_NAME_SIZE];
    bool kidney;
    double alpha_beta_Gy, eqd2_Gy;
    dvk_course_ledger bed, dose;
    dvk_course_decision decision;                        /* by every limit that is set */
    double mass_change;                                  /* last cycle's mass over the first's, minus 1 */
    double predicted_g_factor, dose_per_activity_Gy_GBq; /* what prediction and activity take */
} dvk_course_sum;

typedef struct dvk_course {
    dvk_course_options options; /* as used: next activity filled in */
    size_t cycle_count;
    dvk_course_cycle *cycles; /* in the order given, which is the order of time */
    size_t sum_count;
    dvk_course_sum *sums;              /* kidneys first */
    char governing_roi[DVK_NAME_SIZE]; /* "" for the mean */
    dvk_course_ledger bed, dose;       /* by the governing rule */
    dvk_course_decision decision;      /* by every limit that is set */
    size_t warning_count;
    char warnings[DVK_MAX_WARNINGS][DVK_WARNING_SIZE];
} dvk_course;

/*
 * Reads the result folders of `dvkit dose` or `dvkit kidneys`, one a cycle, in order of time. DVK_ERR_MISSING for a
 * folder without summary.json or provenance.json (it is not a result); DVK_ERR_INVALID for a summary that is none, and
 * for a cycle given twice (the same folder, or the same scans). The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_course_read(const char *const *folders, size_t count, dvk_course **out);
DVK_API void dvk_course_free(dvk_course *c);

/*
 * Adds the cycles up, once for what was read. DVK_ERR_INVALID where adding would be wrong: no kidneys, a kidney that
 * some cycles lack, another nuclide, BED with different alpha/beta or repair (give both to compute it again), a limit
 * on a quantity that a cycle lacks, recovered doses of a kidney that has no recovery. What may be right is a line in
 * `warnings`: other kernels, methods, versions, recovery; recovery that is not used; masses that change by more than a
 * quarter; VOIs that some cycles lack (left out).
 */
DVK_API DVK_MUST_USE dvk_status dvk_course_compute(dvk_course *c, const dvk_course_options *options);

/* The result in a few lines, and as course.json has it; each to be freed with dvk_course_text_free. */
DVK_API DVK_MUST_USE dvk_status dvk_course_text(const dvk_course *c, char **out);
DVK_API DVK_MUST_USE dvk_status dvk_course_json(const dvk_course *c, char **out);
DVK_API void dvk_course_text_free(char *text);

/* Writes course.json, course.tsv, report.html and provenance.json, all or none. DVK_ERR_CREATE where the folder holds a
 * result and not `force`; DVK_ERR_IO. */
DVK_API DVK_MUST_USE dvk_status dvk_course_write(const dvk_course *c, const char *folder, bool force);

DVK_API const char *dvk_governing_name(dvk_governing governing);
DVK_API const char *dvk_predict_name(dvk_predict predict);
DVK_API const char *dvk_course_doses_name(dvk_course_doses doses);

#ifdef __cplusplus
}
#endif
#endif
