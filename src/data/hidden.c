/* See hidden.h. */
#include "data/hidden.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/text.h"

const char dvk_hidden_prefix[] = ".dvkit-";

static bool is_hidden(const struct dirent *entry)
{
    return strncmp(entry->d_name, dvk_hidden_prefix, strlen(dvk_hidden_prefix)) == 0;
}

/* A link under such a name is somebody's trap: what it leads to stays. */
void dvk_hidden_remove(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(path);
}

dvk_status dvk_hidden_remove_all(const char *folder)
{
    dvk_status status = DVK_OK;
    dvk_text path = {0};
    DIR *dir = opendir(folder);
    if (!dir)
        return dvk_fail(errno == ENOENT ? DVK_ERR_RETRY : DVK_ERR_CREATE, "%s: cannot be read: %s", folder,
                        strerror(errno));
    for (struct dirent *entry; status == DVK_OK && (entry = readdir(dir));)
        if (is_hidden(entry)) {
            path.length = 0;
            status = dvk_text_add(&path, "%s/%s", folder, entry->d_name);
            if (status == DVK_OK)
                dvk_hidden_remove(path.data);
        }
    closedir(dir);
    dvk_text_free(&path);
    return status;
}

bool dvk_hidden_there(const char *folder)
{
    bool found = false;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));)
        found = is_hidden(entry);
    if (dir)
        closedir(dir);
    return found;
}
