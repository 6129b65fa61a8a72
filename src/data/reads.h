/*
 * What a piece of work has read: every file with the hash of the very bytes that were read, so that a record of its
 * inputs is true also where a file changes behind the reader. The readers of text files and images note; who wants to
 * know gives the thread a list.
 */
#ifndef DVK_DATA_READS_H
#define DVK_DATA_READS_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

typedef struct dvk_read {
    char *path; /* as it was given to the reader */
    char sha256[65];
} dvk_read;

/* Starts zeroed. */
typedef struct dvk_reads {
    dvk_read *file;
    size_t count, room;
} dvk_reads;

/* From here on this thread's readers note in `r`, which must stay where it is; NULL: in none. */
void dvk_reads_into(dvk_reads *r);
bool dvk_reads_wanted(void);

/* DVK_ERR_RETRY for a file that was read before, with other bytes. Without a list, nothing. */
dvk_status dvk_reads_note(const char *path, const char sha256[65]) DVK_MUST_USE;

/* Lent; NULL for a file that was not read. */
const char *dvk_reads_sha256(const dvk_reads *r, const char *path);
void dvk_reads_clear(dvk_reads *r);

#endif
