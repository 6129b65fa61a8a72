/*
 * Biologically effective dose by the linear-quadratic model with exponential repair.
 *
 * R(t) = sum_i r_i exp(-l_i t), D = sum_i r_i / l_i, mu = ln 2 / T_rep:
 *   G    = (2 / D^2) sum_ij r_i r_j / ((l_i + l_j)(l_i + mu))        (Lea-Catcheside)
 *   BED  = D + G D^2 / (alpha/beta)
 *   EQD2 = BED / (1 + 2 / (alpha/beta))
 *   EUBED = -ln < exp(-alpha BED_v) > / alpha,   gEUD = < D_v^a >^(1/a)
 */
#ifndef DVK_RADIOBIOLOGY_H
#define DVK_RADIOBIOLOGY_H

#include <stddef.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The parameters of one organ; NaN where a number is not given. */
typedef struct dvk_biology {
    double alpha_beta_Gy;         /* default 2.6: kidneys, Sundlöv 2022 */
    double repair_half_time_h;    /* default 2.8 */
    double alpha_per_Gy;          /* for EUBED; not given */
    double eud_a;                 /* for gEUD; not given */
    double effective_half_life_h; /* for a curve that leaves no exponential terms; not given */
} dvk_biology;

DVK_API dvk_biology dvk_biology_default(void);

/*
 * Parameters per organ, from a TSV file: a column `name` (VOI names as in the summary) and any of alpha_beta_Gy,
 * repair_half_time_h, alpha_per_Gy, eud_a, effective_half_life_h; "n/a" leaves the default. DVK_ERR_MISSING, or
 * DVK_ERR_INVALID for a name given twice, a column of another name, a value that is not above 0 (eud_a may be any). The
 * caller frees *out.
 */
typedef struct dvk_biology_table dvk_biology_table;
DVK_API DVK_MUST_USE dvk_status dvk_biology_table_read(const char *path, dvk_biology_table **out);
DVK_API void dvk_biology_table_free(dvk_biology_table *t);

/* `otherwise` with what the table (NULL: none) says of this VOI put in its place. */
DVK_API dvk_biology dvk_biology_of(const dvk_biology_table *t, const char *name, dvk_biology otherwise);

/* G of a signed exponential sum, amplitude_i 2^(-t / T_i); only the amplitudes' ratios matter. NaN where its integral
 * is not positive. */
DVK_API double dvk_g_factor(const double *amplitude, const double *half_life_h, size_t terms,
                            double repair_half_time_h);

/* G of a constant rate over `duration_h`: 2 / (mu T)^2 (mu T - 1 + exp(-mu T)); 1 for no duration. */
DVK_API double dvk_g_factor_constant(double duration_h, double repair_half_time_h);

DVK_API double dvk_bed(double dose_Gy, double g_factor, double alpha_beta_Gy);
DVK_API double dvk_eqd2(double bed_Gy, double alpha_beta_Gy);

/* The one dose, 0 or more, that gives this BED at this G: (-1 + sqrt(1 + 4 k BED)) / (2 k), k = G / (alpha/beta). */
DVK_API double dvk_dose_of_bed(double bed_Gy, double g_factor, double alpha_beta_Gy);

/* Weighted means over n voxels; weight NULL: all equal. EUBED is NaN without a positive alpha; gEUD at a = 0 is the
 * geometric mean, and NaN where a dose is negative. */
DVK_API double dvk_eubed(const double *bed_Gy, const double *weight, size_t n, double alpha_per_Gy);
DVK_API double dvk_geud(const double *dose_Gy, const double *weight, size_t n, double a);

#ifdef __cplusplus
}
#endif
#endif
