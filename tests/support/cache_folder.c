/* See cache_folder.h. */
#include "support/cache_folder.h"

#include <dirent.h>
#include <isa-l/crc64.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/io.h"
#include "support/support.h"

static char folder[300], entry_path[700];

const char *cache_fresh(void)
{
    static int count;
    snprintf(folder, sizeof folder, "%s/cache-%d-%d", scratch_folder(), (int)getpid(), count++);
    setenv("DVK_CACHE_DIR", folder, 1);
    return folder;
}

int cache_entries(void)
{
    int count = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            count++;
            snprintf(entry_path, sizeof entry_path, "%s/%s", folder, entry->d_name);
        }
    if (dir)
        closedir(dir);
    return count;
}

const char *cache_entry(void)
{
    ck_assert_int_eq(cache_entries(), 1);
    return entry_path;
}

/* As data/cache.c lays a file out. */
enum { COUNT_AT = 80, SUM_AT = 88, HEAD = 160 };

void cache_replace(const char *path, const void *bytes, size_t count)
{
    unsigned char head[HEAD];
    const uint64_t number = count, sum = crc64_ecma_refl(0, bytes, count);
    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fread(head, 1, HEAD, file), HEAD);
    memcpy(head + COUNT_AT, &number, sizeof number);
    memcpy(head + SUM_AT, &sum, sizeof sum);
    rewind(file);
    ck_assert_uint_eq(fwrite(head, 1, HEAD, file), HEAD);
    ck_assert_uint_eq(fwrite(bytes, 1, count, file), count);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(truncate(path, (off_t)(HEAD + count)), 0);
}

void cache_forge(size_t at)
{
    dvk_buffer file;
    ck_ok(dvk_file_read(cache_entry(), SIZE_MAX, &file, NULL));
    file.at[HEAD + at]++;
    cache_replace(entry_path, file.at + HEAD, file.count - HEAD);
    dvk_buffer_free(&file);
}
