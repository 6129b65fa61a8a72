/*
 * A cache of their own for the tests of what is kept from run to run (data/cache.h).
 */
#ifndef DVK_TESTS_CACHE_FOLDER_H
#define DVK_TESTS_CACHE_FOLDER_H

#include <stddef.h>

/* An empty cache that does not exist yet, in DVK_CACHE_DIR; the folder's path is lent. */
const char *cache_fresh(void);

/* Number of entries, files half-written included. */
int cache_entries(void);

/* The path of the only entry. Lent until the next call. */
const char *cache_entry(void);

/* Puts other bytes into a file of a cache and mends its count and checksum: one that only its reader can find fault
 * with. */
void cache_replace(const char *path, const void *bytes, size_t count);

/* Adds 1 to byte `at` of what the only entry holds and mends its checksum, so that it is taken for good: what comes
 * from it can be told from what is made. */
void cache_forge(size_t at);

#endif
