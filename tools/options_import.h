/* The options that say how to read a kernel that another program made: a child parser. */
#ifndef DVKIT_OPTIONS_IMPORT_H
#define DVKIT_OPTIONS_IMPORT_H

#include <argp.h>

#include "dvk/dvk.h"

/* --import, --format, --import-units, --import-density, --import-voxel, --rescale. */
typedef struct import_options {
    const char *path[2];
    size_t count;
    bool has_format, rescale;
    dvk_kernel_import how;
} import_options;

extern const struct argp import_argp; /* input: import_options, set to import_options_none() before */
import_options import_options_none(void);

/* Edges of a voxel, one or three, as an option's value; ends parsing when they are none. */
error_t option_voxel(struct argp_state *state, const char *name, const char *text, double voxel_mm[3]);

/* Reads what --import names, for the nuclide, component and voxel (NaN: any) that are wanted: with --rescale the kernel
 * is made for that voxel, without it another one is refused. The caller frees *out. */
dvk_status import_options_run(const import_options *o, const dvk_kernel_spec *wanted, dvk_kernel **out);

/* What is wrong with the options as a whole, or NULL. */
const char *import_options_check(const import_options *o);

#endif
