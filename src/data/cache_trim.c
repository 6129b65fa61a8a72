/*
 * See cache_trim.h. Several processes may trim at once: a file that is gone already is as good, and one that somebody
 * reads stays whole for him.
 */
#include "data/cache_trim.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "data/cache.h"

/* Kernel and spectrum of 128^3 voxels are 10 MB, of 256^3 80 MB. */
static const off_t most_bytes = (off_t)256 << 20;
enum { MOST_FILES = 64, HOUR = 3600, NAME = 256 };

bool dvk_cache_is_made(const char *name)
{
    return strncmp(name, DVK_CACHE_MADE, strlen(DVK_CACHE_MADE)) == 0;
}

void dvk_cache_touch(const char *path, const struct stat *info)
{
    const char *slash = strrchr(path, '/');
    if (slash && dvk_cache_is_made(slash + 1) && info->st_mtime + HOUR < time(NULL))
        utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

typedef struct survey {
    off_t bytes;
    int files;
    char oldest[NAME];
    time_t used; /* the oldest's last use */
} survey;

static void note(survey *s, const char *name, const struct stat *info)
{
    s->bytes += info->st_size;
    s->files++;
    if (s->files > 1 && info->st_mtime >= s->used)
        return;
    s->used = info->st_mtime;
    snprintf(s->oldest, sizeof s->oldest, "%s", name);
}

static survey look_through(DIR *dir)
{
    survey s = {0};
    struct stat info;
    rewinddir(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        const bool is_temporary = name[0] == '.' && dvk_cache_is_made(name + 1);
        if ((!is_temporary && !dvk_cache_is_made(name)) || fstatat(dirfd(dir), name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(info.st_mode))
            continue;
        if (!is_temporary)
            note(&s, name, &info);
        else if (info.st_mtime + HOUR < time(NULL))
            unlinkat(dirfd(dir), name, 0);
    }
    return s;
}

void dvk_cache_trim(void)
{
    char folder[DVK_CACHE_PATH];
    dvk_cache_folder(folder);
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    survey s = look_through(dir);
    while ((s.bytes > most_bytes || s.files > MOST_FILES) && unlinkat(dirfd(dir), s.oldest, 0) == 0)
        s = look_through(dir);
    closedir(dir);
}
