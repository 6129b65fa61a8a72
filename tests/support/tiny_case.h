/*
 * A whole case that takes milliseconds: three scans of 12 x 10 x 8 voxels, two kidneys, every file that a run may read.
 */
#ifndef DVK_TESTS_TINY_CASE_H
#define DVK_TESTS_TINY_CASE_H

#include "support/support.h"

/* Writes the inputs into the scratch folder, with `level` times the activity. */
void tiny_case_write(double level);

/* Options that read all of them: label table, biology, recovery, density map, kernel file; mono-exponential voxels.
 * What they lend stays for good. `out` is left to the caller. */
dvk_case_options tiny_case_options(void);

/* Opens a context of one thread. */
dvk_status tiny_context(const char *device, dvk_fallback fallback, dvk_context **out);

/* Runs the case into `out`. */
dvk_status tiny_case_run(const char *out, dvk_summary **summary);

#endif
