/*
 * See blocks.h. One stretch of addresses is reserved and made usable from its start, as far as it is needed. It is cut
 * into parts that lie one behind the other; a free part joins its free neighbours, so that the room of four scans
 * serves a work volume. Under AddressSanitizer there are none, so that it sees every use after a free.
 */
#include "base/blocks.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
static const bool wanted = false;
#else
static const bool wanted = true;
#endif
enum { ROOM = 128, LARGE_PAGE = 2 << 20 };

/* Addresses cost nothing; more than this is left to malloc. */
static const size_t most_reserved = (size_t)64 << 30;

/* Below this limit of a process's addresses all is left to malloc. */
static const rlim_t least_limit = (rlim_t)16 << 30;

/* What a case of 128^3 voxels needs; more goes back to the system at once. */
static const size_t most_kept = (size_t)256 << 20;

typedef struct part {
    size_t at, bytes; /* from `base` */
    bool used;
    bool clear; /* free and never touched, or given back to the system: all zero */
} part;

static part parts[ROOM];
static size_t count;
static unsigned char *base; /* NULL: there is nothing to be had */
static size_t reserved, usable;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t round_up(size_t bytes, size_t step)
{
    return (bytes + step - 1) / step * step;
}

/* Where a process may address but so much, the stacks of its threads want addresses, too: none then, or a quarter. */
static void reserve(void)
{
    struct rlimit limit;
    size_t bytes = most_reserved;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur / 4 < bytes)
        bytes = limit.rlim_cur < least_limit ? 0 : (size_t)limit.rlim_cur / 4;
    bytes = bytes / LARGE_PAGE * LARGE_PAGE;
    if (!wanted || bytes < 2 * (size_t)LARGE_PAGE)
        return;
    unsigned char *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return;
    const size_t before = (LARGE_PAGE - (uintptr_t)p % LARGE_PAGE) % LARGE_PAGE;
    base = p + before;
    reserved = bytes - LARGE_PAGE;
}

/* --- parts --- */

static void insert(size_t i, part p)
{
    memmove(&parts[i + 1], &parts[i], (count - i) * sizeof *parts);
    parts[i] = p;
    count++;
}

/* Takes in the part behind. */
static void join(size_t i)
{
    parts[i].bytes += parts[i + 1].bytes;
    parts[i].clear = parts[i].clear && parts[i + 1].clear;
    count--;
    memmove(&parts[i + 1], &parts[i + 2], (count - i - 1) * sizeof *parts);
}

/* A free part that ends where what is usable ends, of at least `bytes`. Whole large pages save most page faults and
 * address look-ups. */
static bool grow(size_t bytes)
{
    const bool at_end = count > 0 && !parts[count - 1].used;
    const size_t more = round_up(bytes - (at_end ? parts[count - 1].bytes : 0), LARGE_PAGE);
    if ((!at_end && count == ROOM) || more > reserved - usable ||
        mprotect(base + usable, more, PROT_READ | PROT_WRITE) != 0)
        return false;
    madvise(base + usable, more, MADV_HUGEPAGE); /* advice: a kernel without large pages may decline */
    if (at_end)
        parts[count - 1].bytes += more;
    else
        insert(count, (part){usable, more, false, true});
    usable += more;
    return true;
}

/* The smallest free part that fits; `count`: none. */
static size_t find_free(size_t bytes)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (!parts[i].used && parts[i].bytes >= bytes && (best == count || parts[i].bytes < parts[best].bytes))
            best = i;
    return best;
}

static void *take(size_t bytes, bool *fresh)
{
    size_t i = find_free(bytes);
    if (i == count) {
        if (!grow(bytes))
            return NULL;
        i = count - 1;
    }
    if (parts[i].bytes > bytes && count < ROOM) {
        insert(i + 1, (part){parts[i].at + bytes, parts[i].bytes - bytes, false, parts[i].clear});
        parts[i].bytes = bytes;
    }
    *fresh = parts[i].clear;
    parts[i].used = true;
    return base + parts[i].at;
}

static size_t kept(void)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += !parts[i].used && !parts[i].clear ? parts[i].bytes : 0;
    return bytes;
}

static void give(size_t i)
{
    parts[i].used = parts[i].clear = false;
    if (i + 1 < count && !parts[i + 1].used)
        join(i);
    if (i > 0 && !parts[i - 1].used)
        join(--i);
    if (kept() > most_kept)
        parts[i].clear = madvise(base + parts[i].at, parts[i].bytes, MADV_DONTNEED) == 0;
}

/* --- */

void *dvk_block_take(size_t bytes, bool *fresh)
{
    void *p = NULL;
    pthread_once(&once, reserve);
    if (!base || bytes > reserved)
        return NULL;
    pthread_mutex_lock(&lock);
    p = take(round_up(bytes, (size_t)sysconf(_SC_PAGESIZE)), fresh);
    pthread_mutex_unlock(&lock);
    return p;
}

bool dvk_block_give(void *p)
{
    pthread_once(&once, reserve); /* or another thread's `base` could be read while it is set */
    const uintptr_t at = (uintptr_t)p, first = (uintptr_t)base;
    if (!base || at < first || at - first >= reserved)
        return false;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        if (parts[i].at == at - first) {
            give(i);
            break;
        }
    pthread_mutex_unlock(&lock);
    return true;
}
