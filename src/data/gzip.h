/*
 * gzip in memory: libdeflate to inflate (RFC 1952, every member, checksum and length checked), ISA-L level 1 to deflate
 * (measured 5 times faster than the next at the same size; level 0 makes noisy maps larger than they were).
 */
#ifndef DVK_DATA_GZIP_H
#define DVK_DATA_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

#include "data/io.h"

/* Deflate cannot shrink by more than this (RFC 1951: 258 bytes from two bits), so a file that promises more lies. */
enum { DVK_GZIP_MOST_RATIO = 1032 };

/* Whether the bytes begin as gzip does. */
bool dvk_gzip_is(const void *bytes, size_t count);

/* Inflates the first `room` bytes, fewer where the data end or break: for a look at a header. Nothing is checked. */
dvk_status dvk_gzip_start(const void *bytes, size_t count, void *out, size_t room, size_t *got) DVK_MUST_USE;

/*
 * Inflates everything into `out`. DVK_ERR_INVALID, without a file name, when the data are damaged or cut short, when
 * they hold more than `room` bytes, and when something else follows them.
 */
dvk_status dvk_gzip_inflate(const void *bytes, size_t count, void *out, size_t room, size_t *got) DVK_MUST_USE;

/*
 * Deflates the spans, one after the other, into one member without name or time: same bytes in, same bytes out. Pieces
 * of a fixed size are deflated by as many threads as there are (those of the enclosing team where there is one), each
 * on its own and ended by an empty block (RFC 1951, 3.2.4), so that the threads' number makes no difference.
 */
dvk_status dvk_gzip_deflate(const dvk_span *spans, size_t count, dvk_buffer *out) DVK_MUST_USE;

#endif
