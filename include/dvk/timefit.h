/*
 * Time-activity curves: models, their integrals from injection to infinity (TIA), and what was done to get them.
 *
 * A(t) is not decay-corrected. Models by formula (T effective, lambda = ln 2 / T >= lambda_phys always):
 *   mono                 A exp(-l1 t)
 *   uptake-clearance     A (exp(-l1 t) - exp(-l2 t)),  l2 > l1
 *   uptake-clearance2    A1 exp(-l1 t) - A2 exp(-l2 t)
 *   biexp, triexp        sum of A_i exp(-l_i t)
 *   trapezoid            start + trapezia + tail
 *   physical             through each point's mean with lambda_phys: one amplitude
 *   haenscheid           A(t) 2 t / ln 2, one point
 *   madsen               A(t) exp(l t) / l with a population l, one point
 *   shape                A(t_s) int a / a(t_s), with the shape a given
 */
#ifndef DVK_TIMEFIT_H
#define DVK_TIMEFIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dvk/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dvk_model {
    DVK_MODEL_AUTO,
    DVK_MODEL_TRAPEZOID,
    DVK_MODEL_MONO,
    DVK_MODEL_UPTAKE_CLEARANCE,
    DVK_MODEL_UPTAKE_CLEARANCE2,
    DVK_MODEL_BIEXP,
    DVK_MODEL_TRIEXP,
    DVK_MODEL_PHYSICAL,
    DVK_MODEL_HAENSCHEID,
    DVK_MODEL_MADSEN,
    DVK_MODEL_SHAPE,
    DVK_MODEL_COUNT
} dvk_model;

typedef enum dvk_start { DVK_START_CONSTANT, DVK_START_LINEAR, DVK_START_BACK_EXTRAPOLATE } dvk_start;
typedef enum dvk_tail { DVK_TAIL_LAST2, DVK_TAIL_PHYSICAL, DVK_TAIL_FIT } dvk_tail;
typedef enum dvk_weighting { DVK_WEIGHT_UNIT, DVK_WEIGHT_RELATIVE, DVK_WEIGHT_POISSON } dvk_weighting;
typedef enum dvk_scope { DVK_SCOPE_VOXEL, DVK_SCOPE_VOI } dvk_scope;
typedef enum dvk_negative { DVK_NEGATIVE_KEEP, DVK_NEGATIVE_ZERO, DVK_NEGATIVE_ERROR } dvk_negative;

/* A tabulated shape a(t): linear between points, its own last two points' exponential after (never slower than decay).
 */
typedef struct dvk_shape {
    size_t count;
    double *t_h;
    double *value;
} dvk_shape;

typedef struct dvk_integration {
    dvk_model model;
    dvk_start start;
    dvk_tail tail;
    dvk_weighting weighting;
    dvk_scope scope;
    dvk_negative negative;
    double madsen_half_life_h; /* effective population half-life */
    const dvk_shape *shape;    /* lent; for DVK_MODEL_SHAPE */
    double noise_Bq_mL; /* variance over activity of the voxels' noise, for `auto`; 0: measured where it can be */
    size_t bootstrap;   /* standard errors from so many resamplings (2 or more) of the residuals; 0: from the
                         * covariance of the fit */
    uint64_t seed;      /* of the resamplings */
} dvk_integration;

DVK_API dvk_integration dvk_integration_default(void);

/* Names as on the command line; parse takes "madsen:52h" and "shape:FILE" apart (the caller frees the shape it gave).
 */
DVK_API const char *dvk_model_name(dvk_model model);
DVK_API const char *dvk_start_name(dvk_start start);
DVK_API const char *dvk_tail_name(dvk_tail tail);
DVK_API const char *dvk_weighting_name(dvk_weighting weighting);
DVK_API DVK_MUST_USE dvk_status dvk_integration_parse_model(dvk_integration *into, const char *text, dvk_shape **shape);
DVK_API DVK_MUST_USE dvk_status dvk_shape_read(const char *path, dvk_shape **out);
DVK_API void dvk_shape_free(dvk_shape *shape);

/*
 * Status of a voxel, one byte: the low four bits are the model that gave its TIA (dvk_model; 0 means every sample was
 * zero), the high four what happened on the way.
 */
enum {
    DVK_VOXEL_MODEL = 0x0f,
    DVK_VOXEL_FALLBACK = 0x10, /* the rule or model asked for had no answer here; the stated one took over */
    DVK_VOXEL_CLAMPED = 0x20,  /* a rate was set to lambda_phys, or to another bound of the fit */
    DVK_VOXEL_TAIL = 0x40,     /* the tail after the last point is more than 20 % of the TIA */
    DVK_VOXEL_NEGATIVE = 0x80  /* a sample was negative (kept or set to zero as asked) or not finite (set to zero) */
};

enum { DVK_MAX_TERMS = 3 };

/* The curve of a VOI. */
typedef struct dvk_curve {
    dvk_model model;                 /* that was used */
    unsigned flags;                  /* DVK_VOXEL_FALLBACK, _CLAMPED, _TAIL, _NEGATIVE */
    size_t terms;                    /* 0 for rules that leave no exponential sum (linear or constant starts) */
    double amplitude[DVK_MAX_TERMS]; /* signed, unit of the samples */
    double half_life_h[DVK_MAX_TERMS];
    double tia;                   /* unit of the samples times h */
    double tail_fraction;         /* integral after the last point over tia */
    double r2;                    /* 1 - SSR/SST, NaN where undefined */
    double aicc;                  /* NaN where undefined */
    double u_tia_rel;             /* of the fit, by its covariance or by bootstrap; NaN where undefined */
    double effective_half_life_h; /* of the slowest positive term; of the tail for a trapezoid */
} dvk_curve;

/*
 * Fits one curve in double precision. t_h rise, are not negative, and n is 1..DVK_MAX_SCANS; half_life_h is the
 * nuclide's. DVK_ERR_INVALID for bad times or a model that n points cannot carry, with the reason.
 */
DVK_API DVK_MUST_USE dvk_status dvk_curve_fit(const double *t_h, const double *activity, size_t n, double half_life_h,
                                              const dvk_integration *how, dvk_curve *out);

/* The fitted activity at t; NaN for a curve without terms (a trapezoid, a shape). */
DVK_API double dvk_curve_at(const dvk_curve *curve, double t_h);

#ifdef __cplusplus
}
#endif
#endif
