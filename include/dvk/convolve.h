/*
 * From a file with a map of time-integrated activity to a file with a dose map.
 */
#ifndef DVK_CONVOLVE_H
#define DVK_CONVOLVE_H

#include <stdbool.h>

#include "dvk/context.h"
#include "dvk/density.h"
#include "dvk/dose.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_convolve_options {
    const char *tia;            /* NIfTI, one frame */
    const char *units;          /* "Bq.s/mL" or "MBq.h/mL"; "none": bare numbers; NULL: as the map's sidecar says */
    const char *kernel;         /* a kernel file, or NULL: made from the tables for the map's voxel */
    const char *nuclide;        /* for a kernel from the tables; NULL: as the map's sidecar says */
    double kernel_radius_mm;    /* of a kernel from the tables; 0: the whole image */
    double medium_density_g_mL; /* of a kernel from the tables, and of local deposition */
    dvk_engine engine;
    const char *density;           /* NULL, a value ("1.05g/mL") or a NIfTI file: each voxel's own, to correct by */
    dvk_density_unit density_unit; /* of the file; must be given for one */
    const char *out;               /* NIfTI; its sidecar goes beside it */
    bool force;                    /* replace files that are there */
} dvk_convolve_options;

DVK_API dvk_convolve_options dvk_convolve_default(void);

/*
 * Reads the map, convolves it and writes the dose in Gy with its sidecar. Units "none" is the plain sum of kernel times
 * map, without the voxel volume; any odd-sized NIfTI is a kernel then, and voxel sizes do not matter. Both files appear
 * or neither. `dry_run` stops before the convolution. *record is the sidecar's text, freed by dvk_convolve_text_free
 * (NULL: not wanted). DVK_ERR_USAGE names the option that is missing, DVK_ERR_CREATE a file that is there already.
 */
DVK_API DVK_MUST_USE dvk_status dvk_convolve_file(dvk_context *c, const dvk_convolve_options *o, bool dry_run,
                                                  char **record);
DVK_API void dvk_convolve_text_free(char *text);

#ifdef __cplusplus
}
#endif
#endif
