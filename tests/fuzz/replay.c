/* Runs every file of the folders and files named through a fuzz target, for compilers without libFuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz/fuzz.h"

static void replay_file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file)
        abort();
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    LLVMFuzzerTestOneInput(bytes, size);
}

static int replay(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;
    if (!dir) {
        replay_file(path);
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        char below[4096];
        struct stat info;
        snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (stat(below, &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        replay_file(below);
        count++;
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++)
        count += replay(argv[i]);
    printf("%d inputs\n", count);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
