/*
 * The options that say when two maps agree, and what is compared: a child parser.
 */
#ifndef DVKIT_OPTIONS_COMPARE_H
#define DVKIT_OPTIONS_COMPARE_H

#include <argp.h>

#include "dvk/dvk.h"

/* --rtol, --atol, --rtol-of, --threshold, --resample, --levels; and those of gamma. */
typedef struct compare_options {
    dvk_compare_options options; /* set to dvk_compare_default() before */
    bool rtol_given;
} compare_options;

extern const struct argp compare_options_argp; /* input: compare_options */

#endif
