/*
 * The operating system's file calls, through one door: interrupted calls are repeated, and a test can make the n-th
 * one fail. Reading whole files. Writers are in atomic.h and outdir.h.
 */
#ifndef DVK_DATA_IO_H
#define DVK_DATA_IO_H

#include <stddef.h>
#include <sys/types.h>

#include "dvk/status.h"

/* Bytes somebody else owns. */
typedef struct dvk_span {
    const void *at;
    size_t count;
} dvk_span;

/* Bytes on the heap; `at` lies DVK_BUFFER_LEAD bytes into `memory`. Free with dvk_buffer_free. */
typedef struct dvk_buffer {
    void *memory;
    unsigned char *at;
    size_t count;
} dvk_buffer;

/* Puts voxels that start at byte 352 (NIfTI-1) or 544 (NIfTI-2) of a file on a 64-byte boundary. */
enum { DVK_BUFFER_LEAD = 32 };

/* The bytes are not set. */
dvk_status dvk_buffer_create(size_t count, dvk_buffer *out) DVK_MUST_USE;
void dvk_buffer_free(dvk_buffer *b);

/*
 * Reads the first `most` bytes of a regular file, all of it where it is shorter; *file_bytes (may be NULL) is the
 * file's length. DVK_ERR_MISSING when it cannot be opened or is no regular file, DVK_ERR_IO when reading fails,
 * DVK_ERR_RETRY when it shrank meanwhile.
 */
dvk_status dvk_file_read(const char *path, size_t most, dvk_buffer *out, size_t *file_bytes) DVK_MUST_USE;

/* As the calls of the same name, -1 and errno on failure. close is not repeated: the descriptor is gone either way. */
int dvk_io_open(const char *path, int flags, mode_t mode);
ssize_t dvk_io_read(int fd, void *to, size_t count);
ssize_t dvk_io_write(int fd, const void *from, size_t count);
int dvk_io_fsync(int fd);
int dvk_io_close(int fd);
int dvk_io_rename(const char *from, const char *to);
int dvk_io_mkdir(const char *path, mode_t mode);

/* For tests: the n-th of these calls from now fails with `error` (such as ENOSPC), 0: none does; returns what was left
 * of the last count. */
long dvk_io_fail_at(long n, int error);

/* For tests: the process is killed (SIGKILL) where the n-th of these calls from now would begin. */
void dvk_io_kill_at(long n);

#endif
