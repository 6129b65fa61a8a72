/* What the library itself asks of volumes beyond dvk/volume.h. */
#ifndef DVK_DATA_VOLUME_H
#define DVK_DATA_VOLUME_H

#include <stdint.h>

#include "dvk/volume.h"

/* As dvk_volume_create, with any values in it: for who writes every voxel. */
dvk_status dvk_volume_create_raw(const dvk_geometry *g, size_t frames, dvk_volume **out) DVK_MUST_USE;

/* The texts of the file's header extensions (label names may stand there), joined by line breaks; "" if none. Lent. */
const char *dvk_volume_extension(const dvk_volume *v);

/* Whether a file has room for header extensions, as its header says; no voxel is read. */
dvk_status dvk_volume_may_extend(const char *path, bool *yes) DVK_MUST_USE;

/* Makes a volume of frames one of that frame alone; `frame` is below the number of frames. */
void dvk_volume_keep_frame(dvk_volume *v, size_t frame);

/* Frees the voxels; what else is known of the volume stays. Its values are NULL then. */
void dvk_volume_drop_voxels(dvk_volume *v);

/* As dvk_volume_write, for one frame of uint8 (status and label maps). */
dvk_status dvk_volume_write_u8(const dvk_geometry *g, const uint8_t *values, const char *path) DVK_MUST_USE;

#endif
