/*
 * One case through many methods: every combination of the choices on seven axes, with what each choice costs.
 *
 * The work is shared: a curve is integrated once for all kernels, a kernel is made once, a dose map is convolved once
 * for all densities and VOIs. With one value y a method (a full factorial without repeats) the spread of a quantity is
 * split into
 *
 *   SS       = sum over methods of (y - mean)^2
 *   SS_axis  = N / L  sum over the axis's L choices of (mean of that choice - mean)^2,    N methods
 *   share    = SS_axis / SS;   what the axes leave is their interaction
 */
#ifndef DVK_METHODS_H
#define DVK_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/case.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dvk_axis_of {
    DVK_AXIS_POINTS,
    DVK_AXIS_CURVE,
    DVK_AXIS_TAIL,
    DVK_AXIS_KERNEL,
    DVK_AXIS_ENGINE,
    DVK_AXIS_DENSITY,
    DVK_AXIS_VOI,
    DVK_AXES
} dvk_axis_of;

typedef struct dvk_methods_options {
    dvk_case_options of_case; /* scans, VOIs and what the axes leave: medium, negative voxels, analysis of VOIs, out */
    /*
     * The choices on each axis, separated by commas; NULL is the first one here.
     *   points   all | 1+2+4 (scans by number) | each-left-out (as many choices as scans)
     *   curve    a model, as --model, with +START, +WEIGHTING and +voi where wanted: auto, trapezoid+linear,
     *            mono+poisson, mono+voi (the VOI's own curve, in all its voxels)
     *   tail     last2 | physical | fit
     *   kernel   full | RADIUS, the tables' kernel cut to this half-width | FILE
     *   engine   auto | fft | direct | local
     *   density  none | VALUE | FILE
     *   voi      scan | voi (grid that VOIs are evaluated on) | FILE, a label map in the place of the case's;
     *            with +recovered: divided by of_case.roi.recovery
     */
    const char *choices[DVK_AXES];
    const char
        *truth; /* NULL, or a table with the columns name, tia_MBqh, and any of dose_mean_Gy, terms_MBq_halflife_h */
    size_t reference; /* the method that the others are compared with where there is no truth; from 1 */
} dvk_methods_options;

DVK_API dvk_methods_options dvk_methods_default(void);

enum { DVK_METHODS_CHOICES = 32, DVK_METHODS_LABEL = 256, DVK_METHODS_NOTE = 160 };

typedef struct dvk_methods_axis {
    const char *name;
    size_t count;
    char label[DVK_METHODS_CHOICES][DVK_METHODS_LABEL];
} dvk_methods_axis;

typedef enum dvk_quantity_of { DVK_OF_TIA, DVK_OF_DOSE, DVK_OF_BED, DVK_QUANTITIES } dvk_quantity_of;

/* A quantity over the methods that have a value. The shares need every combination: choices that lack values, as a
 * model that one scheme of points cannot carry, are left out of them, the one that lacks most first. */
typedef struct dvk_methods_spread {
    double mean, sd, least, most;                 /* sd over N */
    double choice[DVK_AXES][DVK_METHODS_CHOICES]; /* mean over the methods with this choice */
    double share[DVK_AXES], interaction;          /* NaN where nothing differs */
    bool left_out[DVK_AXES][DVK_METHODS_CHOICES]; /* of the shares */
} dvk_methods_spread;

/* One VOI: its truth (NaN where not known), and where its spread comes from. */
typedef struct dvk_methods_voi {
    char name[DVK_NAME_SIZE];
    double truth[DVK_QUANTITIES];
    dvk_methods_spread spread[DVK_QUANTITIES];
} dvk_methods_voi;

typedef struct dvk_methods {
    dvk_methods_axis axis[DVK_AXES];
    size_t count; /* methods: the product; the last axis runs fastest */
    size_t reference;
    bool has_truth;
    size_t voi_count;
    dvk_methods_voi *voi;
    double *value;                  /* [count][voi_count][DVK_QUANTITIES]: MBq.h, Gy, Gy; NaN where there is none */
    char (*note)[DVK_METHODS_NOTE]; /* [count] why a method has no values; "" */
    double seconds;                 /* spent on the methods; not written to any file */
} dvk_methods;

/*
 * Runs all methods and, with of_case.out, writes methods.tsv, choices.tsv, methods.json, report.html and
 * provenance.json. A method that the data cannot carry (three terms through two points) has no values and a note.
 * DVK_ERR_USAGE for a choice that is none or given twice. The caller frees *out.
 */
DVK_API DVK_MUST_USE dvk_status dvk_methods_run(dvk_context *c, const dvk_methods_options *o, dvk_methods **out);
DVK_API void dvk_methods_free(dvk_methods *m);

/* The choice of method i on one axis, and its value. */
DVK_API size_t dvk_methods_choice(const dvk_methods *m, size_t method, dvk_axis_of axis);
DVK_API double dvk_methods_value(const dvk_methods *m, size_t method, size_t voi, dvk_quantity_of quantity);

/* What it is compared with: the truth, or the reference method's value. */
DVK_API double dvk_methods_compared(const dvk_methods *m, size_t voi, dvk_quantity_of quantity);

/* A few lines, and as methods.json has it; freed by dvk_text_release. */
DVK_API DVK_MUST_USE dvk_status dvk_methods_text(const dvk_methods *m, char **out);
DVK_API DVK_MUST_USE dvk_status dvk_methods_json(const dvk_methods *m, char **out);

#ifdef __cplusplus
}
#endif
#endif
