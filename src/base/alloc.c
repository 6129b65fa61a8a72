/* Aligned, zeroed, overflow-checked allocation with a hook that makes the n-th one fail. */
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fail.h"

/* A cache line; and for whole volumes the size of a large page, which saves most page faults and address look-ups. */
enum { ALIGNMENT = 64, LARGE_PAGE = 2 << 20 };

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

/* `bytes` is a multiple of ALIGNMENT. */
static void *allocate(size_t bytes)
{
    if (bytes < 2 * LARGE_PAGE)
        return aligned_alloc(ALIGNMENT, bytes);
    void *p = NULL;
    if (posix_memalign(&p, LARGE_PAGE, bytes) != 0) /* aligned_alloc would want whole pages */
        return NULL;
    madvise(p, bytes, MADV_HUGEPAGE); /* advice: a kernel without large pages may decline */
    return p;
}

dvk_status dvk_alloc(size_t count, size_t size, void *out)
{
    void *result = NULL;
    size_t bytes = 0;
    memcpy(out, &result, sizeof result);
    DVK_TRY(dvk_multiply(count, size, &bytes));
    if (bytes > SIZE_MAX - ALIGNMENT)
        return dvk_fail(DVK_ERR_MEMORY, "%zu bytes: more than this machine can address", bytes);
    const size_t padded = bytes ? (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT : ALIGNMENT;
    if (!must_fail())
        result = allocate(padded);
    if (!result)
        return dvk_fail(DVK_ERR_MEMORY, "out of memory: %zu bytes wanted", bytes);
    memset(result, 0, padded);
    memcpy(out, &result, sizeof result);
    return DVK_OK;
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
    free(p);
}

dvk_status dvk_strdup(const char *text, char **out)
{
    const size_t size = strlen(text) + 1;
    DVK_TRY(dvk_alloc(size, 1, out));
    memcpy(*out, text, size);
    return DVK_OK;
}
