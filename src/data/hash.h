/* SHA-256 as 64 lower-case hex digits. */
#ifndef DVK_DATA_HASH_H
#define DVK_DATA_HASH_H

#include <stddef.h>

#include "dvk/status.h"

#include "data/io.h"

void dvk_sha256(const void *bytes, size_t count, char hex[65]);
void dvk_sha256_spans(const dvk_span *spans, size_t count, char hex[65]); /* one after the other */
/* Of all that `next` gives, one after the other, until it gives nothing. */
void dvk_sha256_pieces(dvk_span (*next)(void *user), void *user, char hex[65]);
dvk_status dvk_sha256_file(const char *path, char hex[65]) DVK_MUST_USE;

/*
 * A file's stamp: the hash of its device, inode, size and times, another one once the file was written, replaced or
 * touched. DVK_ERR_RETRY where it changed less than `settled_s` seconds ago, since it may change again within a tick of
 * its file system's clock; DVK_ERR_MISSING where it is no regular file, or not there. It is opened, for file systems
 * over a network look at the server only then.
 */
dvk_status dvk_file_stamp(const char *path, double settled_s, char hex[65]) DVK_MUST_USE;

#endif
