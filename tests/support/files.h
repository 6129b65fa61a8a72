/*
 * Small input files for tests: images with a sidecar, in the scratch folder.
 */
#ifndef DVK_TESTS_FILES_H
#define DVK_TESTS_FILES_H

#include "support/support.h"

/* "SCRATCH/NAME"; up to eight are lent at a time. */
const char *scratch_file(const char *name);

/* Writes a text file into the scratch folder; its path. */
const char *write_text(const char *name, const char *text);

/* Writes an image of `frames` frames; values[i] serves voxel i, or values[0] all of them where `count` is 1. */
const char *write_image(const char *name, const dvk_geometry *g, size_t frames, const float *values, size_t count);

/* Writes the sidecar of x.nii.gz: a JSON object in single quotes. */
void write_sidecar(const char *image, const char *json);

#endif
