/*
 * The options of time integration per voxel: a child parser.
 */
#ifndef DVKIT_OPTIONS_INTEGRATE_H
#define DVKIT_OPTIONS_INTEGRATE_H

#include <argp.h>

#include "dvk/dvk.h"

/* --model, --start, --tail, --scope, --weighting, --negative; `shape` is what --model shape:FILE read, owned. */
typedef struct integrate_options {
    dvk_integration integration;
    dvk_shape *shape;
} integrate_options;

/* What --model takes, as its help and completion show it. */
#define MODEL_WORDS                                                                                                    \
    "auto|trapezoid|mono|uptake-clearance|uptake-clearance2|biexp|triexp|physical|haenscheid|madsen:THALF|shape:FILE"

/* In an argp parser: the values of --bootstrap (2 or more) and --seed. */
error_t option_bootstrap(struct argp_state *state, const char *text, dvk_integration *o);
error_t option_seed(struct argp_state *state, const char *text, uint64_t *out);

extern const struct argp integrate_argp; /* input: integrate_options, its integration set to the default before */

#endif
