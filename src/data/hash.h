/* SHA-256 as 64 lower-case hex digits. */
#ifndef DVK_DATA_HASH_H
#define DVK_DATA_HASH_H

#include <stddef.h>

#include "dvk/status.h"

#include "data/io.h"

void dvk_sha256(const void *bytes, size_t count, char hex[65]);
void dvk_sha256_spans(const dvk_span *spans, size_t count, char hex[65]); /* one after the other */
dvk_status dvk_sha256_file(const char *path, char hex[65]) DVK_MUST_USE;

#endif
