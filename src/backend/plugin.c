/* Finds and loads the OpenCL back end, and lends it the library's messages and memory. */
#include "backend/plugin.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/cache.h"

#define PLUGIN_FILE "libdvk-opencl.so"

enum { PATH_SIZE = 4096, REASON_SIZE = 256 };

static atomic_long countdown; /* 0: no call fails */
static atomic_size_t memory_limit, memory_peak;
static atomic_uint quirks;

long dvk_device_fail_at(long n)
{
    return atomic_exchange(&countdown, n);
}

void dvk_device_memory_limit(size_t bytes)
{
    atomic_store(&memory_limit, bytes);
}

size_t dvk_device_memory_peak(void)
{
    return atomic_exchange(&memory_peak, 0);
}

void dvk_device_quirks(unsigned wanted)
{
    atomic_store(&quirks, wanted);
}

static bool call_fails(void)
{
    return atomic_load(&countdown) > 0 && atomic_fetch_sub(&countdown, 1) == 1;
}

static unsigned read_quirks(void)
{
    return atomic_load(&quirks);
}

static size_t read_memory_limit(void)
{
    return atomic_load(&memory_limit);
}

static void note_memory_used(size_t bytes)
{
    size_t peak = atomic_load(&memory_peak);
    while (bytes > peak && !atomic_compare_exchange_weak(&memory_peak, &peak, bytes))
        ;
}

static const dvk_host host = {
    .abi = DVK_BACKEND_ABI,
    .vfail = dvk_vfail,
    .alloc = dvk_alloc,
    .free = dvk_free,
    .cache_load = dvk_cache_load,
    .cache_store = dvk_cache_store,
    .buffer_free = dvk_buffer_free,
    .call_fails = call_fails,
    .quirks = read_quirks,
    .memory_limit = read_memory_limit,
    .memory_used = note_memory_used,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const dvk_backend_ops *loaded;
static char reason[REASON_SIZE];

/* Takes the back end from a file, or notes why not. */
static bool load_file(const char *path)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        snprintf(reason, sizeof reason, "%.*s", REASON_SIZE - 1, dlerror());
        return false;
    }
    void *symbol = dlsym(object, DVK_BACKEND_ENTRY);
    dvk_backend_entry entry = NULL;
    memcpy(&entry, &symbol, sizeof entry); /* ISO C has no cast from an object to a function */
    loaded = entry ? entry(&host) : NULL;
    if (!loaded)
        snprintf(reason, sizeof reason, "%.200s is of another version of dvkit", path);
    return loaded != NULL;
}

/* Where this code lies: the folder of libdvk.so, or of the program that it is linked into. */
static bool own_folder(char *folder)
{
    Dl_info info;
    if (!dladdr(&host, &info) || !info.dli_fname || !realpath(info.dli_fname, folder))
        return false;
    *strrchr(folder, '/') = '\0';
    return true;
}

static void load_plugin(void)
{
    const char *asked = getenv("DVK_BACKEND_DIR");
    char folder[PATH_SIZE], path[3][PATH_SIZE + 64];
    size_t count = 0;
    if (asked) {
        snprintf(path[count++], sizeof path[0], "%s/" PLUGIN_FILE, asked);
    } else {
        if (own_folder(folder)) {
            snprintf(path[count++], sizeof path[0], "%s/" PLUGIN_FILE, folder);
            snprintf(path[count++], sizeof path[0], "%s/dvk/" PLUGIN_FILE, folder);
        }
        snprintf(path[count++], sizeof path[0], DVK_PLUGIN_DIR "/" PLUGIN_FILE);
    }
    for (size_t i = 0; i < count; i++)
        if (access(path[i], F_OK) == 0) {
            load_file(path[i]);
            return;
        }
    snprintf(reason, sizeof reason, "the OpenCL back end is not installed");
}

dvk_status dvk_plugin_load(const dvk_backend_ops **ops)
{
    pthread_once(&once, load_plugin);
    *ops = loaded;
    return loaded ? DVK_OK : dvk_fail(DVK_ERR_DEVICE, "%s", reason);
}
