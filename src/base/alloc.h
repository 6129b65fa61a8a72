/*
 * Memory: every allocation of the library goes through here, so that a test can make the n-th one fail.
 */
#ifndef DVK_BASE_ALLOC_H
#define DVK_BASE_ALLOC_H

#include <stddef.h>

#include "dvk/status.h"

/* `count` zeroed elements of `size` bytes, 64-byte aligned; *out is NULL on failure. DVK_ERR_MEMORY also on overflow.
 * Zero elements give a valid pointer. */
dvk_status dvk_alloc(size_t count, size_t size, void *out) DVK_MUST_USE;

/* As dvk_alloc, but the elements are not set: for large arrays that are written before they are read. */
dvk_status dvk_alloc_raw(size_t count, size_t size, void *out) DVK_MUST_USE;

/* Grows an array made by dvk_alloc from `used` to `count` elements; new ones are zero. *array is unchanged on failure.
 */
dvk_status dvk_grow(size_t used, size_t count, size_t size, void *array) DVK_MUST_USE;

/* Frees what dvk_alloc or dvk_grow gave; NULL is fine. */
void dvk_free(void *p);

dvk_status dvk_strdup(const char *text, char **out) DVK_MUST_USE;

/* a * b in *out; DVK_ERR_MEMORY on overflow. */
dvk_status dvk_multiply(size_t a, size_t b, size_t *out) DVK_MUST_USE;

/* For tests: the n-th allocation from now fails (1: the next), 0: none does. Counts over all threads; returns what was
 * left of the last count. */
long dvk_alloc_fail_at(long n);

#endif
