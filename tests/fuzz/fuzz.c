/* See fuzz.h. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static void remove_folder(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        perror(folder);
}

const char *fuzz_file(const char *name, const uint8_t *data, size_t size)
{
    static char path[128];
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "%s/dvkit-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        if (!mkdtemp(folder))
            abort();
        atexit(remove_folder);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || (size && fwrite(data, 1, size, file) != size) || fclose(file) != 0)
        abort();
    return path;
}

void fuzz_expect(dvk_status status)
{
    const char *line = dvk_last_message();
    if (status == DVK_OK)
        return;
    if (status == DVK_ERR_INTERNAL || !line[0] || strpbrk(line, "\r\n"))
        abort();
}
