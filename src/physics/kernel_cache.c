/* The last few kernels that were made, shared by all cases of a run. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "physics/kernel.h"

enum { SLOTS = 8, KEY_SIZE = 512 };

static struct {
    char key[KEY_SIZE];
    dvk_kernel *kernel; /* the cache is one of its owners */
    unsigned long used;
} slots[SLOTS];

static unsigned long clock_now; /* counts uses, so that the one unused for longest goes first */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

dvk_kernel *dvk_kernel_cache_find(const char *key)
{
    dvk_kernel *found = NULL;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < SLOTS && !found; i++)
        if (slots[i].kernel && strcmp(slots[i].key, key) == 0) {
            found = slots[i].kernel;
            atomic_fetch_add(&found->owners, 1);
            slots[i].used = ++clock_now;
        }
    pthread_mutex_unlock(&lock);
    return found;
}

void dvk_kernel_cache_keep(const char *key, dvk_kernel *k)
{
    size_t oldest = 0;
    if (strlen(key) >= KEY_SIZE)
        return;
    pthread_mutex_lock(&lock);
    for (size_t i = 1; i < SLOTS; i++)
        if (slots[i].used < slots[oldest].used)
            oldest = i;
    dvk_kernel *out = slots[oldest].kernel;
    snprintf(slots[oldest].key, KEY_SIZE, "%s", key);
    slots[oldest].kernel = k;
    slots[oldest].used = ++clock_now;
    atomic_fetch_add(&k->owners, 1);
    pthread_mutex_unlock(&lock);
    dvk_kernel_free(out);
}
