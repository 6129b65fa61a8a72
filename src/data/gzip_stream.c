/*
 * Where ISA-L's streams lie. On x86-64 its 2.30 hashes bits 16 to 47 of the stream's own address at the start of each
 * stream, in the place of the third to sixth byte of the data (`.write_first_byte` of igzip_icf_body_h1_gr_bt.asm
 * shifts a register that still holds the pointer), and notes position 2 under that hash, one of 8192. What is noted is
 * compared before it is used, so that nothing false comes out; but once in some thousand pieces of a map another
 * equally good match is taken, and the file differs though what it inflates to does not. So all streams lie at
 * addresses of one hash. Where that cannot be had they lie anywhere.
 */
#include "data/gzip_stream.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "base/alloc.h"

enum { STREAMS = 512, UNIT_BITS = 16, BUCKETS = 8192, BUCKET = 0x1d5b };

static struct {
    struct isal_zstream *at; /* NULL: not made yet */
    bool used;
} pool[STREAMS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* CRC-32C of a number of 32 bits, from 0 and not turned over in the end, as the instruction has it. */
static uint32_t crc(uint32_t bits)
{
    for (int i = 0; i < 32; i++)
        bits = bits >> 1 ^ (bits & 1 ? 0x82f63b78 : 0);
    return bits;
}

uint32_t dvk_gzip_stream_bucket(const struct isal_zstream *stream)
{
    return crc((uint32_t)((uint64_t)(uintptr_t)stream >> UNIT_BITS)) % BUCKETS;
}

#if defined(__x86_64__) && defined(MAP_FIXED_NOREPLACE)
/* From an address that neither programs nor sanitizers use on; each search goes on where the last one ended. */
static struct isal_zstream *map_stream(void)
{
    enum { MOST_TRIES = 1 << 23 }; /* one in 8192 will do */
    static const uint64_t first = 0x7e9000000000;
    static uint32_t tried;
    for (; tried < MOST_TRIES; tried++) {
        struct isal_zstream *wanted =
            (struct isal_zstream *)(uintptr_t)(first + ((uint64_t)tried << UNIT_BITS)); /* NOLINT: the address counts */
        if (dvk_gzip_stream_bucket(wanted) != BUCKET)
            continue;
        void *got = mmap(wanted, sizeof *wanted, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (got == wanted) {
            tried++;
            return wanted;
        }
        if (got != MAP_FAILED) /* a kernel that does not know the flag takes the address for a hint */
            munmap(got, sizeof *wanted);
    }
    return NULL;
}
#else
static struct isal_zstream *map_stream(void)
{
    return NULL;
}
#endif

static struct isal_zstream *take(void)
{
    for (int i = 0; i < STREAMS; i++) {
        if (pool[i].used)
            continue;
        if (!pool[i].at)
            pool[i].at = map_stream();
        pool[i].used = pool[i].at;
        return pool[i].at;
    }
    return NULL;
}

dvk_status dvk_gzip_stream_take(struct isal_zstream **out)
{
    pthread_mutex_lock(&lock);
    *out = take();
    pthread_mutex_unlock(&lock);
    if (!*out)
        return dvk_alloc(1, sizeof **out, out);
    memset(*out, 0, sizeof **out);
    return DVK_OK;
}

void dvk_gzip_stream_give(struct isal_zstream *stream)
{
    bool pooled = false;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < STREAMS && stream; i++)
        if (pool[i].at == stream) {
            pool[i].used = false;
            pooled = true;
        }
    pthread_mutex_unlock(&lock);
    if (!pooled)
        dvk_free(stream);
}
