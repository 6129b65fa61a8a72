/*
 * A folder of files that only save time: what is not there is made again. It is private to the user ($DVK_CACHE_DIR,
 * else $XDG_CACHE_HOME/dvkit, else $HOME/.cache/dvkit; DVK_CACHE_DIR set and empty: none), since what is read from it
 * runs on a device or is a part of results.
 */
#ifndef DVK_DATA_CACHE_H
#define DVK_DATA_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

#include "data/io.h"

/*
 * What is of a kind that starts so comes from any case's geometry and may go again: the longest unused goes first, see
 * cache_trim.c. Of another kind is what results follow (a tuned choice), and stays.
 */
#define DVK_CACHE_MADE "made-"

/*
 * What was stored under `kind` (a word of letters) and the bytes of the key; false where there is no such thing, or it
 * cannot be trusted: the folder or the file is another user's or others may write there, the key is another one, or the
 * bytes are not those that were stored. out->at is 64-byte aligned; the caller frees *out with dvk_buffer_free.
 */
bool dvk_cache_load(const char *kind, const dvk_span *key, size_t spans, dvk_buffer *out);

/* Keeps up to 128 MB, whole or not at all, for this user alone. A failure says why, and may be left at that. */
dvk_status dvk_cache_store(const char *kind, const dvk_span *key, size_t spans, const dvk_span *bytes) DVK_MUST_USE;

/* A file of the caller's own form, empty when it is made, open for reading and writing; -1 where there is none and none
 * is to be made, or it cannot be trusted. What is written there is not checked when it is read. The caller closes it.
 */
int dvk_cache_open(const char *kind, const dvk_span *key, size_t spans, bool make);

/* The folder, or "" where there is none. Room for DVK_CACHE_PATH. */
enum { DVK_CACHE_PATH = 4096 };
void dvk_cache_folder(char path[DVK_CACHE_PATH]);

#endif
