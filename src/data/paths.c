/* See paths.h. */
#include "data/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/atomic.h"
#include "data/io.h"

/* --- folders --- */

/* *gone: another process took the folder, or one above it, away in this moment. */
static dvk_status make_directory(const char *path, bool *made, bool *gone)
{
    struct stat info;
    *made = dvk_io_mkdir(path, 0777) == 0;
    const int error = errno;
    if (*made)
        return DVK_OK;
    const bool there = stat(path, &info) == 0;
    if (there && !S_ISDIR(info.st_mode))
        return dvk_fail(DVK_ERR_CREATE, "%s: is a file: give the name of a directory", path);
    if (there && error == EEXIST)
        return DVK_OK;
    *gone = error == ENOENT || error == EEXIST;
    return dvk_fail(dvk_create_status(error), "%s: cannot be created: %s", path, strerror(error));
}

/* mkdir -p, remembering where it began. */
static dvk_status make_path(dvk_text *folder, size_t *made_from, bool *gone)
{
    dvk_status status = DVK_OK;
    char *path = folder->data;
    for (size_t i = 1; status == DVK_OK && i <= folder->length; i++) {
        const char cut = path[i];
        bool made = false;
        if (cut != '/' && cut != '\0')
            continue;
        path[i] = '\0';
        status = make_directory(path, &made, gone);
        path[i] = cut;
        if (made && !*made_from)
            *made_from = i;
    }
    return status;
}

/* Another process that takes its own empty folders away again may take a parent of ours: then from the start. */
dvk_status dvk_folders_make(dvk_text *folder, size_t *made_from)
{
    enum { TRIES = 16 };
    bool gone = true;
    dvk_status status = DVK_OK;
    for (int i = 0; gone && i < TRIES; i++) {
        gone = false;
        status = make_path(folder, made_from, &gone);
    }
    return status;
}

void dvk_folders_remove(dvk_text *folder, size_t made_from)
{
    char *path = folder->data;
    for (size_t i = folder->length; made_from && i >= made_from; i--) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        path[i] = '\0';
        if (rmdir(path) != 0 && errno != ENOENT) /* somebody else put something there */
            return;
    }
}

/* --- from one folder to another --- */

/* What leads from one real folder to another: "", "data/", "../data/". */
static dvk_status lead(const char *from, const char *to, dvk_text *out)
{
    size_t same = 0; /* of whole folders */
    for (size_t i = 0;; i++) {
        const bool ends = (from[i] == '\0' || from[i] == '/') && (to[i] == '\0' || to[i] == '/');
        if (ends)
            same = i;
        if (from[i] != to[i] || from[i] == '\0')
            break;
    }
    DVK_TRY(dvk_text_add(out, "%s", ""));
    for (const char *p = from + same; *p; p++)
        if (*p == '/' && p[1])
            DVK_TRY(dvk_text_add(out, "../"));
    const char *rest = to + same + (to[same] == '/');
    return *rest ? dvk_text_add(out, "%s/", rest) : DVK_OK;
}

/* The real folder that holds a file, or that is given; `free` it. */
static dvk_status real_folder(const char *path, bool of_file, char **out)
{
    const char *slash = of_file ? strrchr(path, '/') : NULL;
    char *folder = NULL;
    DVK_TRY(dvk_strdup(of_file && !slash ? "." : path, &folder));
    if (slash)
        folder[slash == path ? 1 : slash - path] = '\0';
    *out = realpath(folder, NULL);
    const dvk_status status =
        *out ? DVK_OK : dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", folder, strerror(errno));
    dvk_free(folder);
    return status;
}

dvk_status dvk_path_between(const char *from, bool from_file, const char *to, bool to_file, dvk_text *out)
{
    char *start = NULL, *end = NULL;
    dvk_status status = real_folder(from, from_file, &start);
    if (status == DVK_OK)
        status = real_folder(to, to_file, &end);
    if (status == DVK_OK)
        status = lead(start, end, out);
    free(start); /* realpath's own */
    free(end);
    return status;
}
