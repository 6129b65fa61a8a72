/* See blocks.h. Under AddressSanitizer there are none, so that it sees every use after a free. */
#include "base/blocks.h"

#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
enum { ROOM = 0 };
#else
enum { ROOM = 64 };
#endif
enum { LARGE_PAGE = 2 << 20 };

/* What a case of 128^3 voxels needs; more goes back to the system at once. */
static const size_t most_kept = (size_t)256 << 20;

static struct {
    void *at; /* NULL: a free slot */
    size_t bytes;
    bool used;
} blocks[ROOM + 1];

static size_t kept; /* bytes of the blocks that nobody uses */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void unmap(int i)
{
    munmap(blocks[i].at, blocks[i].bytes);
    kept -= blocks[i].bytes;
    blocks[i].at = NULL;
}

static void unmap_kept(void)
{
    for (int i = 0; i < ROOM; i++)
        if (blocks[i].at && !blocks[i].used)
            unmap(i);
}

/* Whole large pages save most page faults and address look-ups. */
static void *map(size_t bytes)
{
    unsigned char *p = mmap(NULL, bytes + LARGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    const size_t before = (LARGE_PAGE - (uintptr_t)p % LARGE_PAGE) % LARGE_PAGE, after = LARGE_PAGE - before;
    if (before)
        munmap(p, before);
    munmap(p + before + bytes, after);
    madvise(p + before, bytes, MADV_HUGEPAGE); /* advice: a kernel without large pages may decline */
    return p + before;
}

/* The smallest kept block that fits and is not more than twice as large as wanted; -1: none. */
static int find_kept(size_t bytes)
{
    int best = -1;
    for (int i = 0; i < ROOM; i++)
        if (blocks[i].at && !blocks[i].used && blocks[i].bytes >= bytes && blocks[i].bytes / 2 <= bytes &&
            (best < 0 || blocks[i].bytes < blocks[best].bytes))
            best = i;
    return best;
}

static int find_slot(void)
{
    for (int i = 0; i < ROOM; i++)
        if (!blocks[i].at)
            return i;
    return -1;
}

static void *take(size_t bytes, bool *fresh)
{
    int i = find_kept(bytes);
    *fresh = i < 0;
    if (!*fresh) {
        blocks[i].used = true;
        kept -= blocks[i].bytes;
        return blocks[i].at;
    }
    i = find_slot();
    if (i < 0) {
        unmap_kept();
        i = find_slot();
    }
    if (i < 0)
        return NULL;
    void *p = map(bytes);
    if (!p) {
        unmap_kept();
        p = map(bytes);
    }
    blocks[i].at = p;
    blocks[i].bytes = bytes;
    blocks[i].used = true;
    return p;
}

void *dvk_block_take(size_t bytes, bool *fresh)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (bytes > SIZE_MAX / 2)
        return NULL;
    pthread_mutex_lock(&lock);
    void *p = take((bytes + page - 1) / page * page, fresh);
    pthread_mutex_unlock(&lock);
    return p;
}

bool dvk_block_give(void *p)
{
    bool found = false;
    if (!p || (uintptr_t)p % LARGE_PAGE)
        return false;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < ROOM && !found; i++)
        if (blocks[i].at == p) {
            found = true;
            blocks[i].used = false;
            kept += blocks[i].bytes;
            if (kept > most_kept)
                unmap(i);
        }
    pthread_mutex_unlock(&lock);
    return found;
}
