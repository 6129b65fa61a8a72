/* See io.h. */
#include "data/io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"

/* Linux moves at most 2^31 - 4096 bytes a call. */
static const size_t largest_call = (size_t)1 << 30;

static atomic_long countdown; /* 0: never fail */
static atomic_int fault_errno;
enum { kill_instead = -1 }; /* no errno */

long dvk_io_fail_at(long n, int error)
{
    atomic_store(&fault_errno, error);
    return atomic_exchange(&countdown, n);
}

void dvk_io_kill_at(long n)
{
    dvk_io_fail_at(n, kill_instead);
}

static bool must_fail(void)
{
    if (atomic_load(&countdown) <= 0 || atomic_fetch_sub(&countdown, 1) != 1)
        return false;
    if (atomic_load(&fault_errno) == kill_instead)
        raise(SIGKILL);
    errno = atomic_load(&fault_errno);
    return true;
}

int dvk_io_open(const char *path, int flags, mode_t mode)
{
    int fd;
    if (must_fail())
        return -1;
    do
        fd = open(path, flags | O_CLOEXEC, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

ssize_t dvk_io_read(int fd, void *to, size_t count)
{
    ssize_t got;
    if (must_fail())
        return -1;
    do
        got = read(fd, to, count < largest_call ? count : largest_call);
    while (got < 0 && errno == EINTR);
    return got;
}

ssize_t dvk_io_write(int fd, const void *from, size_t count)
{
    ssize_t put;
    if (must_fail())
        return -1;
    do
        put = write(fd, from, count < largest_call ? count : largest_call);
    while (put < 0 && errno == EINTR);
    return put;
}

int dvk_io_fsync(int fd)
{
    int result;
    if (must_fail())
        return -1;
    do
        result = fsync(fd);
    while (result < 0 && errno == EINTR);
    return result;
}

int dvk_io_close(int fd)
{
    const bool fault = must_fail();
    const int result = close(fd);
    if (fault)
        errno = atomic_load(&fault_errno);
    return fault ? -1 : result;
}

int dvk_io_rename(const char *from, const char *to)
{
    return must_fail() ? -1 : rename(from, to);
}

int dvk_io_mkdir(const char *path, mode_t mode)
{
    return must_fail() ? -1 : mkdir(path, mode);
}

dvk_status dvk_buffer_create(size_t count, dvk_buffer *out)
{
    *out = (dvk_buffer){0};
    if (count > SIZE_MAX - DVK_BUFFER_LEAD)
        return dvk_fail(DVK_ERR_MEMORY, "%zu bytes: more than this machine can address", count);
    DVK_TRY(dvk_alloc_raw(DVK_BUFFER_LEAD + count, 1, &out->memory));
    out->at = (unsigned char *)out->memory + DVK_BUFFER_LEAD;
    out->count = count;
    return DVK_OK;
}

void dvk_buffer_free(dvk_buffer *b)
{
    dvk_free(b->memory);
    *b = (dvk_buffer){0};
}

static dvk_status read_all(int fd, const char *path, dvk_buffer *out)
{
    for (size_t done = 0; done < out->count;) {
        const ssize_t got = dvk_io_read(fd, out->at + done, out->count - done);
        if (got < 0)
            return dvk_fail(DVK_ERR_MISSING, "%s: reading failed: %s", path, strerror(errno));
        if (got == 0)
            return dvk_fail(DVK_ERR_RETRY, "%s: became shorter while it was read: is it still being written?", path);
        done += (size_t)got;
    }
    return DVK_OK;
}

dvk_status dvk_file_read(const char *path, size_t most, dvk_buffer *out, size_t *file_bytes)
{
    dvk_status status = DVK_OK;
    struct stat info;
    *out = (dvk_buffer){0};
    /* O_NONBLOCK: a pipe under this name must be refused, not waited for. */
    const int fd = dvk_io_open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        status = dvk_fail(DVK_ERR_MISSING, "%s: is not a regular file", path);
        goto done;
    }
    const size_t size = (size_t)info.st_size;
    if (file_bytes)
        *file_bytes = size;
    DVK_TRY_DONE(dvk_buffer_create(size < most ? size : most, out));
    DVK_TRY_DONE(read_all(fd, path, out));
done:
    if (status != DVK_OK)
        dvk_buffer_free(out);
    close(fd);
    return status;
}
