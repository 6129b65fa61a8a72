/*
 * What `dvkit phantom` can be told of the patient, the grid and the scanner: a child parser.
 */
#ifndef DVKIT_OPTIONS_PHANTOM_H
#define DVKIT_OPTIONS_PHANTOM_H

#include <argp.h>

extern const struct argp phantom_options_argp; /* input: dvk_phantom_options */

#endif
