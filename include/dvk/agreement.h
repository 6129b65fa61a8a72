/*
 * Two ways to measure the same patients: agreement between archives of results.
 *
 * Of n pairs with differences d = A - B (Bland and Altman 1999, Stat Methods Med Res 8:135), t and z for 95 %:
 *
 *   bias    = mean d,                     +- t s / sqrt(n),     s over n - 1, t with n - 1 degrees of freedom
 *   limits  = bias -+ z s,                +- t s sqrt(1 / n + z^2 / (2 (n - 1)))
 *   concordance (Lin 1989, moments over n) with its interval by Fisher's transform (corrected, Biometrics 2000 56:324)
 */
#ifndef DVK_AGREEMENT_H
#define DVK_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/summary.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A number with its 95 % confidence interval. */
typedef struct dvk_interval {
    double value, low, high;
} dvk_interval;

/* NaN where n is too small: limits need 2 pairs, the concordance's interval 3. */
typedef struct dvk_agreement {
    size_t n;
    double mean_a, mean_b, sd; /* sd of the differences, over n - 1 */
    dvk_interval bias, lower, upper;
    dvk_interval bias_percent, lower_percent, upper_percent; /* of 100 (A - B) / ((A + B) / 2) */
    double pearson;
    dvk_interval concordance;
} dvk_agreement;

/* DVK_ERR_INVALID for values that are not finite, DVK_ERR_MEMORY. */
DVK_API DVK_MUST_USE dvk_status dvk_agreement_of(const double *a, const double *b, size_t n, dvk_agreement *out);

/* Student's t that `two_sided` of the distribution lies within, such as 0.95; `degrees` from 1. */
DVK_API double dvk_student_t(double two_sided, size_t degrees);

enum { DVK_ARCHIVES_QUANTITIES = 3 }; /* dose_mean_Gy, bed_Gy, tia_MBqh */
enum { DVK_ARCHIVES_PATH = 512 };

/* One VOI of one pair of results; NaN: not known. */
typedef struct dvk_archives_pair {
    char label[DVK_ARCHIVES_PATH]; /* path of both below their archives */
    char name[DVK_NAME_SIZE];
    double a[DVK_ARCHIVES_QUANTITIES], b[DVK_ARCHIVES_QUANTITIES];
} dvk_archives_pair;

/* Agreement over the pairs of one VOI; the VOI "kidneys" pools left and right, which are not independent. */
typedef struct dvk_archives_voi {
    char name[DVK_NAME_SIZE];
    dvk_agreement agreement[DVK_ARCHIVES_QUANTITIES];
} dvk_archives_voi;

typedef struct dvk_archives_options {
    const char *a, *b; /* archives: folders with result folders below, paired by their paths */
    double rtol, atol; /* mean doses agree where |A - B| <= atol + rtol |B| in every VOI of every pair */
    const char *out;   /* NULL, or a folder for pairs.tsv, agreement.tsv, agreement.json, report.html */
    bool force;
    const char *command;
} dvk_archives_options;

typedef struct dvk_archives {
    dvk_archives_options options; /* paths are lent */
    size_t results;               /* paired */
    size_t pair_count;            /* of VOIs */
    dvk_archives_pair *pair;
    size_t voi_count;
    dvk_archives_voi *voi;
    bool agree;
    size_t beyond;
    size_t warning_count;
    char warnings[DVK_MAX_WARNINGS][DVK_WARNING_SIZE];
} dvk_archives;

/* Whether a folder is an archive: it is one, and holds no result itself, nor several. */
DVK_API bool dvk_archives_is(const char *path);

/* DVK_ERR_MISSING where a folder cannot be read, DVK_ERR_INVALID where nothing pairs, a summary is none, or a folder
 * of either holds several results (of two tracers). The caller frees *out. */
DVK_API DVK_MUST_USE dvk_status dvk_archives_compare(const dvk_archives_options *o, dvk_archives **out);
DVK_API void dvk_archives_free(dvk_archives *c);

DVK_API const char *dvk_archives_quantity(size_t i);

/* The result in lines, and as agreement.json has it; freed by dvk_text_release. */
DVK_API DVK_MUST_USE dvk_status dvk_archives_text(const dvk_archives *c, char **out);
DVK_API DVK_MUST_USE dvk_status dvk_archives_json(const dvk_archives *c, char **out);

#ifdef __cplusplus
}
#endif
#endif
