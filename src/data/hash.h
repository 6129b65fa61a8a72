/* SHA-256 as 64 lower-case hex digits. */
#ifndef DVK_DATA_HASH_H
#define DVK_DATA_HASH_H

#include <stddef.h>

#include "dvk/status.h"

void dvk_sha256(const void *bytes, size_t count, char hex[65]);
dvk_status dvk_sha256_file(const char *path, char hex[65]) DVK_MUST_USE;

#endif
