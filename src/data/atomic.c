/* See atomic.h. */
#include "data/atomic.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/text.h"

static const mode_t everyone = 0666; /* less the umask */

dvk_status dvk_create_status(int error)
{
    return error == ENOSPC || error == EDQUOT || error == EIO ? DVK_ERR_IO : DVK_ERR_CREATE;
}

static dvk_status write_spans(int fd, const char *path, const dvk_span *spans, size_t count)
{
    for (size_t s = 0; s < count; s++)
        for (size_t done = 0; done < spans[s].count;) {
            const ssize_t put = dvk_io_write(fd, (const char *)spans[s].at + done, spans[s].count - done);
            if (put < 0)
                return dvk_fail(DVK_ERR_IO, "%s: writing failed: %s", path, strerror(errno));
            done += (size_t)put;
        }
    return DVK_OK;
}

static dvk_status close_checked(int fd, const char *path)
{
    if (dvk_io_close(fd) != 0)
        return dvk_fail(DVK_ERR_IO, "%s: writing failed: %s", path, strerror(errno));
    return DVK_OK;
}

/* A device or pipe: no rename, no fsync, and what was written cannot be taken back. */
static dvk_status write_device(const char *path, const dvk_span *spans, size_t count)
{
    const int fd = dvk_io_open(path, O_WRONLY, 0);
    if (fd < 0)
        return dvk_fail(DVK_ERR_CREATE, "%s: cannot be written: %s", path, strerror(errno));
    const dvk_status status = write_spans(fd, path, spans, count);
    if (status != DVK_OK) {
        close(fd);
        return status;
    }
    return close_checked(fd, path);
}

/* Opens a fresh hidden file beside `path`; its name is put in `name`. The process and a count make it unique here, and
 * O_EXCL holds it against other machines on a shared disk. */
static dvk_status open_beside(const char *path, mode_t mode, dvk_text *name, int *fd)
{
    static atomic_uint serial;
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    do {
        name->length = 0;
        DVK_TRY(dvk_text_add(name, "%.*s.%s.%ld-%u.tmp", (int)(base - path), path, base, (long)getpid(),
                             atomic_fetch_add(&serial, 1)));
        *fd = dvk_io_open(name->data, O_WRONLY | O_CREAT | O_EXCL, mode);
    } while (*fd < 0 && errno == EEXIST);
    if (*fd < 0)
        return dvk_fail(dvk_create_status(errno), "%s: cannot be created: %s", path, strerror(errno));
    return DVK_OK;
}

static dvk_status write_and_rename(const char *path, mode_t mode, bool to_disk, const dvk_span *spans, size_t count)
{
    dvk_text name = {0};
    int fd = -1;
    dvk_status status = open_beside(path, mode, &name, &fd);
    if (status != DVK_OK) {
        dvk_text_free(&name);
        return status;
    }
    DVK_TRY_DONE(write_spans(fd, path, spans, count));
    if (to_disk && dvk_io_fsync(fd) != 0) {
        status = dvk_fail(DVK_ERR_IO, "%s: writing failed: %s", path, strerror(errno));
        goto done;
    }
    status = close_checked(fd, path);
    fd = -1;
    if (status == DVK_OK && dvk_io_rename(name.data, path) != 0)
        status = dvk_fail(dvk_create_status(errno), "%s: cannot be created: %s", path, strerror(errno));
done:
    if (fd >= 0)
        close(fd);
    if (status != DVK_OK)
        unlink(name.data);
    dvk_text_free(&name);
    return status;
}

dvk_status dvk_atomic_write_private(const char *path, const dvk_span *spans, size_t count)
{
    return write_and_rename(path, 0600, false, spans, count);
}

dvk_status dvk_atomic_write(const char *path, const dvk_span *spans, size_t count)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return write_and_rename(path, everyone, true, spans, count);
    if (S_ISDIR(info.st_mode))
        return dvk_fail(DVK_ERR_CREATE, "%s: is a directory: give the name of a file", path);
    if (!S_ISREG(info.st_mode))
        return write_device(path, spans, count);
    char *target = realpath(path, NULL); /* a link's target is replaced, not the link */
    const dvk_status status = write_and_rename(target ? target : path, everyone, true, spans, count);
    free(target);
    return status;
}

dvk_status dvk_atomic_write_text(const char *path, const char *text)
{
    const dvk_span span = {text, strlen(text)};
    return dvk_atomic_write(path, &span, 1);
}
