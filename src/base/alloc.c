/* Aligned, zeroed, overflow-checked allocation with a hook that makes the n-th one fail. */
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/blocks.h"
#include "base/fail.h"

enum { ALIGNMENT = 64 }; /* a cache line */

static atomic_long countdown; /* 0: never fail */

long dvk_alloc_fail_at(long n)
{
    return atomic_exchange(&countdown, n);
}

static int must_fail(void)
{
    return atomic_load(&countdown) > 0 && atomic_fetch_sub(&countdown, 1) == 1;
}

dvk_status dvk_multiply(size_t a, size_t b, size_t *out)
{
    if (__builtin_mul_overflow(a, b, out))
        return dvk_fail(DVK_ERR_MEMORY, "%zu times %zu elements: more than this machine can address", a, b);
    return DVK_OK;
}

/* `bytes` is a multiple of ALIGNMENT. *fresh: it is all zero. */
static void *allocate(size_t bytes, bool *fresh)
{
    void *p = bytes < DVK_BLOCK_LEAST ? NULL : dvk_block_take(bytes, fresh);
    if (p)
        return p;
    *fresh = false;
    return aligned_alloc(ALIGNMENT, bytes);
}

static dvk_status allocate_checked(size_t count, size_t size, bool zeroed, void *out)
{
    void *result = NULL;
    size_t bytes = 0;
    bool fresh = false;
    memcpy(out, &result, sizeof result);
    DVK_TRY(dvk_multiply(count, size, &bytes));
    if (bytes > SIZE_MAX - ALIGNMENT)
        return dvk_fail(DVK_ERR_MEMORY, "%zu bytes: more than this machine can address", bytes);
    const size_t padded = bytes ? (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    if (!must_fail())
        result = allocate(padded, &fresh);
    if (!result)
        return dvk_fail(DVK_ERR_MEMORY, "out of memory: %zu bytes wanted", bytes);
    if (zeroed && !fresh)
        memset(result, 0, padded);
    memcpy(out, &result, sizeof result);
    return DVK_OK;
}

dvk_status dvk_alloc(size_t count, size_t size, void *out)
{
    return allocate_checked(count, size, true, out);
}

dvk_status dvk_alloc_raw(size_t count, size_t size, void *out)
{
    return allocate_checked(count, size, false, out);
}

dvk_status dvk_grow(size_t used, size_t count, size_t size, void *array)
{
    void *old = NULL, *fresh = NULL;
    memcpy(&old, array, sizeof old);
    DVK_TRY(dvk_alloc(count, size, &fresh));
    if (old)
        memcpy(fresh, old, (used < count ? used : count) * size);
    dvk_free(old);
    memcpy(array, &fresh, sizeof fresh);
    return DVK_OK;
}

void dvk_free(void *p)
{
    if (!dvk_block_give(p))
        free(p);
}

dvk_status dvk_strdup(const char *text, char **out)
{
    const size_t size = strlen(text) + 1;
    DVK_TRY(dvk_alloc(size, 1, out));
    memcpy(*out, text, size);
    return DVK_OK;
}
