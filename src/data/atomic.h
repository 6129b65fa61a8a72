/*
 * Writing a file so that it appears whole or not at all: a temporary name beside it, every write checked, fsync,
 * rename.
 */
#ifndef DVK_DATA_ATOMIC_H
#define DVK_DATA_ATOMIC_H

#include <stddef.h>

#include "dvk/status.h"

#include "data/io.h"

/*
 * Writes the spans, one after the other. A symbolic link is followed; a device or pipe is written to as it is.
 * DVK_ERR_CREATE when the file cannot be made there, DVK_ERR_IO when the disk is full or fails; nothing is left behind.
 */
dvk_status dvk_atomic_write(const char *path, const dvk_span *spans, size_t count) DVK_MUST_USE;

/* The same for a cache: for nobody but the user to read, and not held up until it is on the disk, so that the loss of
 * power may leave a torn file; whatever has the name is replaced. */
dvk_status dvk_atomic_write_private(const char *path, const dvk_span *spans, size_t count) DVK_MUST_USE;

/* The same for one text. */
dvk_status dvk_atomic_write_text(const char *path, const char *text) DVK_MUST_USE;

/* DVK_ERR_IO for an errno that tells of a full or failing disk, else DVK_ERR_CREATE. */
dvk_status dvk_create_status(int error);

#endif
