/*
 * Running the main job on the shared patient-shaped case from a test.
 */
#ifndef DVK_TESTS_SUPPORT_PATIENT_H
#define DVK_TESTS_SUPPORT_PATIENT_H

#include "support/support.h"

/* Ends the whole program with 77 where the case is not there; before anything forks. */
void patient_needed(void);

/* Options for the series of that kind ("ideal" or "spect"): trapezoid, constant start, last2 tail, kernel in water.
 * What they lend stays until the next call. */
dvk_case_options patient_options(const char *kind);

/* Runs a case on a device into a folder of its own, *out, lent until the next call; fails the test when it fails. */
dvk_summary *patient_run(const dvk_case_options *options, const char *device, const char **out);

/* A VOI's row; fails the test where there is none. */
const dvk_roi_summary *patient_roi(const dvk_summary *s, const char *name);

#endif
