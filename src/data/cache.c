/* See cache.h. A file is a head, which names its key and the checksum of what follows, and the bytes that were stored.
 */
#include "data/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <isa-l/crc64.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "data/atomic.h"
#include "data/cache_trim.h"
#include "data/hash.h"

enum { HEX = 64, MOST_BYTES = 1 << 27, NAME_ROOM = 128 };

/* What follows is told whole by CRC-64, at 10 GB/s: SHA-256 would cost as much as what it guards takes to make, where
 * the processor has no instructions for it. Against malice neither helps; the folder's owner and mode do. */
typedef struct head {
    char magic[16];
    char key[HEX];  /* SHA-256 of the key */
    uint64_t count; /* of the bytes that follow */
    uint64_t sum;   /* their CRC-64 (ECMA-182) */
    char rest[64];  /* zero */
} head;
_Static_assert((DVK_BUFFER_LEAD + sizeof(head)) % 64 == 0, "what is loaded lies on a line of the processor's cache");

static const char magic[16] = "dvkit cache 2\n\n";

static head make_head(const char key[HEX + 1], const void *bytes, size_t count)
{
    head h = {.count = count, .sum = crc64_ecma_refl(0, bytes, count)};
    memcpy(h.magic, magic, sizeof h.magic);
    memcpy(h.key, key, HEX);
    return h;
}

void dvk_cache_folder(char path[DVK_CACHE_PATH])
{
    const char *own = secure_getenv("DVK_CACHE_DIR"), *xdg = secure_getenv("XDG_CACHE_HOME"),
               *home = secure_getenv("HOME");
    int length = 0;
    path[0] = '\0';
    if (own)
        length = snprintf(path, DVK_CACHE_PATH, "%s", own);
    else if (xdg && xdg[0] == '/')
        length = snprintf(path, DVK_CACHE_PATH, "%s/dvkit", xdg);
    else if (home && home[0] == '/')
        length = snprintf(path, DVK_CACHE_PATH, "%s/.cache/dvkit", home);
    if (length < 0 || length >= DVK_CACHE_PATH - NAME_ROOM)
        path[0] = '\0';
}

static bool is_private(const struct stat *info)
{
    return info->st_uid == geteuid() && (info->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* `path` has room for the name as well. */
static bool find_file(char path[DVK_CACHE_PATH], const char *kind, const char key[HEX + 1])
{
    struct stat info;
    dvk_cache_folder(path);
    if (!path[0] || stat(path, &info) != 0 || !S_ISDIR(info.st_mode) || !is_private(&info))
        return false;
    const size_t used = strlen(path);
    snprintf(path + used, DVK_CACHE_PATH - used, "/%.20s-%.40s", kind, key);
    return true;
}

static bool is_whole(const dvk_buffer *file, const char key[HEX + 1])
{
    if (file->count < sizeof(head))
        return false;
    const head h = make_head(key, file->at + sizeof h, file->count - sizeof h);
    return memcmp(file->at, &h, sizeof h) == 0;
}

/* A file of ours alone; nobody else can change the folder between this look and what follows it. */
static bool is_trusted(const char *path, struct stat *info)
{
    return lstat(path, info) == 0 && S_ISREG(info->st_mode) && is_private(info);
}

bool dvk_cache_load(const char *kind, const dvk_span *key, size_t spans, dvk_buffer *out)
{
    char path[DVK_CACHE_PATH], hex[HEX + 1];
    struct stat info;
    *out = (dvk_buffer){0};
    dvk_sha256_spans(key, spans, hex);
    if (!find_file(path, kind, hex) || !is_trusted(path, &info) || info.st_size > (off_t)(MOST_BYTES + sizeof(head)))
        return false;
    if (dvk_file_read(path, MOST_BYTES + sizeof(head), out, NULL) != DVK_OK)
        return false;
    if (!is_whole(out, hex)) {
        dvk_buffer_free(out);
        unlink(path); /* or it would be taken for one that need not be stored */
        return false;
    }
    dvk_cache_touch(path, &info);
    out->at += sizeof(head);
    out->count -= sizeof(head);
    return true;
}

/* The folder and the one that it lies in. */
static dvk_status make_folder(void)
{
    char path[DVK_CACHE_PATH], parent[DVK_CACHE_PATH];
    dvk_cache_folder(path);
    if (!path[0])
        return dvk_fail(DVK_ERR_CREATE, "there is no folder for a cache: set DVK_CACHE_DIR");
    if (dvk_io_mkdir(path, 0700) == 0 || errno == EEXIST)
        return DVK_OK;
    memcpy(parent, path, sizeof parent);
    char *slash = strrchr(parent, '/');
    if (errno == ENOENT && slash && slash != parent) {
        *slash = '\0';
        if ((dvk_io_mkdir(parent, 0700) == 0 || errno == EEXIST) && dvk_io_mkdir(path, 0700) == 0)
            return DVK_OK;
    }
    return dvk_fail(DVK_ERR_CREATE, "%s: cannot be created: %s", path, strerror(errno));
}

dvk_status dvk_cache_store(const char *kind, const dvk_span *key, size_t spans, const dvk_span *bytes)
{
    char path[DVK_CACHE_PATH], hex[HEX + 1];
    struct stat info;
    if (bytes->count > MOST_BYTES)
        return dvk_fail(DVK_ERR_CREATE, "%zu bytes are too many for the cache", bytes->count);
    DVK_TRY(make_folder());
    dvk_sha256_spans(key, spans, hex);
    if (!find_file(path, kind, hex))
        return dvk_fail(DVK_ERR_CREATE, "%s: others may write there: set DVK_CACHE_DIR to a folder of yours alone",
                        path);
    const bool is_made = dvk_cache_is_made(kind);
    if (is_made && is_trusted(path, &info) && info.st_size == (off_t)(sizeof(head) + bytes->count))
        return DVK_OK; /* another process was faster */
    const head h = make_head(hex, bytes->at, bytes->count);
    const dvk_span file[2] = {{&h, sizeof h}, *bytes};
    DVK_TRY(dvk_atomic_write_private(path, file, 2));
    if (is_made)
        dvk_cache_trim();
    return DVK_OK;
}

int dvk_cache_open(const char *kind, const dvk_span *key, size_t spans, bool make)
{
    char path[DVK_CACHE_PATH], hex[HEX + 1];
    struct stat info;
    dvk_sha256_spans(key, spans, hex);
    if ((make && make_folder() != DVK_OK) || !find_file(path, kind, hex))
        return -1;
    const int file = dvk_io_open(path, O_RDWR | O_NOFOLLOW | (make ? O_CREAT : 0), 0600);
    if (file >= 0 && fstat(file, &info) == 0 && S_ISREG(info.st_mode) && is_private(&info))
        return file;
    if (file >= 0)
        dvk_io_close(file);
    return -1;
}
