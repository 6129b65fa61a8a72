/*
 * What every voxel's time fit shares, in C11 and OpenCL C: one block of plain ints and floats with the same layout in
 * both. dvk_fit_prepare (src/physics/timefit.c) fills it. Times in h, rates in 1/h.
 */
#ifndef DVK_TIMEFIT_PARAMETERS_H
#define DVK_TIMEFIT_PARAMETERS_H

/* Values of dvk_model, dvk_start, dvk_tail, dvk_weighting and the status bits of include/dvk/timefit.h. */
#define DVK_FIT_AUTO 0
#define DVK_FIT_TRAPEZOID 1
#define DVK_FIT_MONO 2
#define DVK_FIT_UPTAKE_CLEARANCE 3
#define DVK_FIT_UPTAKE_CLEARANCE2 4
#define DVK_FIT_BIEXP 5
#define DVK_FIT_TRIEXP 6
#define DVK_FIT_PHYSICAL 7 /* and above: one amplitude of a known shape */

#define DVK_FIT_BACK_EXTRAPOLATE 2
#define DVK_FIT_TAIL_LAST2 0
#define DVK_FIT_TAIL_PHYSICAL 1
#define DVK_FIT_TAIL_FIT 2
#define DVK_FIT_UNIT 0
#define DVK_FIT_RELATIVE 1
#define DVK_FIT_POISSON 2

#define DVK_FIT_FALLBACK 0x10
#define DVK_FIT_CLAMPED 0x20
#define DVK_FIT_LONG_TAIL 0x40
#define DVK_FIT_NEGATIVE 0x80

#define DVK_FIT_POINTS 12 /* DVK_MAX_SCANS */
#define DVK_FIT_GRID 16
#define DVK_FIT_APART                                                                                                  \
    1.1f /* ratio of neighbouring rates at least; closer ones describe A t exp(-l t), not two phases */
#define DVK_FIT_ALIKE 1e-6f /* of C_gg C_hh: a determinant below it is float's rounding */
#define DVK_FIT_TINY 1e-30f /* of samples scaled to 1: nothing; keeps nothing over nothing at 0 */
#define DVK_FIT_FLOOR 1e-3f /* of the largest sample: where weights stop to grow */
#define DVK_FIT_HUGE 1e30f  /* a sample beyond it counts as not finite: its integral would leave float */

typedef struct dvk_fit_parameters {
    int points;
    int model; /* never DVK_FIT_AUTO with fewer than 3 points: the host settles these */
    int start;
    int tail;
    int weighting;
    int zero_negative; /* negative samples become 0 */
    int grid;          /* rates in use */
    int grid_clear;    /* the first of them, up to rate_clear */

    float rate_physical; /* lower bound of every rate */
    float rate_clear;    /* upper bound of a rate whose amplitude is positive */
    float rate_uptake;   /* upper bound of the others */
    float scale;         /* from sample unit times h to the result's unit: 3600 for Bq.s/mL */
    float noise;         /* of `auto`: variance over activity that counts as noise, in the samples' unit */
    float integral;      /* of the known shape, h */
    float beyond;        /* its part after the last point, h */
    float noise_floor;   /* of `auto`: SD over root mean square that counts as noise whatever `noise` says */

    float t[DVK_FIT_POINTS];
    float linear[DVK_FIT_POINTS];               /* weight of each sample in the start and the trapezia, h */
    float shape[DVK_FIT_POINTS];                /* the known shape at t */
    float rate[DVK_FIT_GRID];                   /* rising from rate_physical */
    float decay[DVK_FIT_GRID * DVK_FIT_POINTS]; /* exp(-rate[g] t[i]) at g * DVK_FIT_POINTS + i */

    /* For equal weights, at g * DVK_FIT_GRID + h: the products C_gh = sum_i decay_g decay_h, and for h < g one over the
     * denominators of the scores in timefit_grid.h. */
    float gram[DVK_FIT_GRID * DVK_FIT_GRID];
    float per_difference[DVK_FIT_GRID * DVK_FIT_GRID];
    float per_pair[DVK_FIT_GRID * DVK_FIT_GRID];
} dvk_fit_parameters;

#endif
