/*
 * Everything that `dose` and `kidneys` take: their option groups together, and the case that they describe.
 */
#ifndef DVKIT_OPTIONS_CASE_H
#define DVKIT_OPTIONS_CASE_H

#include "command.h"
#include "options_bids.h"
#include "options_integrate.h"
#include "options_scan.h"
#include "options_voi.h"

typedef struct case_arguments {
    common_options common;
    scan_options scan;
    voi_options voi;
    integrate_options integrate;
    roi_options roi;
    bids_options bids;
    dvk_case_options options; /* what no group holds */
    char *command;            /* the command line as given, owned */
} case_arguments;

case_arguments case_arguments_default(int argc, char **argv);
void case_arguments_free(case_arguments *a);

extern const struct argp dose_options_argp; /* input: dvk_case_options */

/* Gives the children of a parser their inputs: common, scan, voi, roi and (for `dose`) integrate and dose_options. */
void case_children(struct argp_state *state, case_arguments *a, bool with_integration);

/* The options of the library's call, everything lent from `a`. */
dvk_case_options case_options(const case_arguments *a);

/* Prints what a finished case found: one line a VOI, or the whole summary as JSON. */
dvk_status case_print(const dvk_summary *s, bool json);

#endif
