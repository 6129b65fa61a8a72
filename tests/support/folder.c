/* See folder.h. */
#include "support/folder.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

int folder_entries(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;
    if (!dir)
        return -1;
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return count;
}

bool file_is(const char *path, const char *text)
{
    char content[256] = "";
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    content[fread(content, 1, sizeof content - 1, f)] = '\0';
    fclose(f);
    return strcmp(content, text) == 0;
}
