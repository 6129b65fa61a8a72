/* ISA-L's state for deflating, in memory that gives the same bytes wherever a process has its heap. */
#ifndef DVK_DATA_GZIP_STREAM_H
#define DVK_DATA_GZIP_STREAM_H

#include <isa-l/igzip_lib.h>

#include "dvk/status.h"

/* A stream that is all zero; several threads may have one each. Give it back with dvk_gzip_stream_give. */
dvk_status dvk_gzip_stream_take(struct isal_zstream **out) DVK_MUST_USE;
void dvk_gzip_stream_give(struct isal_zstream *stream);

/* What ISA-L makes of a stream's address: see gzip_stream.c. */
uint32_t dvk_gzip_stream_bucket(const struct isal_zstream *stream);

#endif
