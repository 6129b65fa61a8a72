/* Keeping the cache small; for cache.c. */
#ifndef DVK_DATA_CACHE_TRIM_H
#define DVK_DATA_CACHE_TRIM_H

#include <stdbool.h>
#include <sys/stat.h>

/* Whether a file of this name or kind may go, see DVK_CACHE_MADE. */
bool dvk_cache_is_made(const char *name);

/* Notes that a file is in use still, at most once an hour. */
void dvk_cache_touch(const char *path, const struct stat *info);

/* Removes what was unused for longest until the rest is within bounds, and what a killed process left half-written. */
void dvk_cache_trim(void);

#endif
