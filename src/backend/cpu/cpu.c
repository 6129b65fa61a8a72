/* The CPU back end: its description and its table. Convolution and integration have files of their own. */
#include "backend/cpu/cpu.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"

static void describe_cpu(dvk_device *d)
{
    char line[256];
    *d = (dvk_device){.usable = true};
    snprintf(d->id, sizeof d->id, "cpu");
    snprintf(d->name, sizeof d->name, "CPU");
    snprintf(d->platform, sizeof d->platform, "dvkit, C11 with OpenMP");
    d->compute_units = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    d->memory_bytes = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    FILE *info = fopen("/proc/cpuinfo", "r");
    if (!info)
        return;
    while (fgets(line, sizeof line, info)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon) {
            snprintf(d->name, sizeof d->name, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            break;
        }
    }
    fclose(info);
}

static dvk_status cpu_list(dvk_device *list, size_t room, size_t *count)
{
    if (room > 0)
        describe_cpu(&list[0]);
    *count = 1;
    return DVK_OK;
}

static dvk_status cpu_open(const char *id, int threads, dvk_backend **out)
{
    (void)id;
    DVK_TRY(dvk_alloc(1, sizeof **out, out));
    describe_cpu(&(*out)->device);
    (*out)->threads = threads;
    return DVK_OK;
}

static void cpu_close(dvk_backend *b)
{
    dvk_free(b);
}

static const dvk_device *cpu_describe(const dvk_backend *b)
{
    return &b->device;
}

static size_t cpu_direct_taps(const dvk_backend *b)
{
    (void)b;
    return DVK_DIRECT_TAPS;
}

static const char *cpu_tuning(const dvk_backend *b)
{
    (void)b;
    return "";
}

const dvk_backend_ops dvk_cpu_backend = {
    .name = "cpu",
    .list = cpu_list,
    .open = cpu_open,
    .close = cpu_close,
    .describe = cpu_describe,
    .direct_taps = cpu_direct_taps,
    .tuning = cpu_tuning,
    .conv_create = dvk_cpu_conv_create,
    .conv_run = dvk_cpu_conv_run,
    .conv_free = dvk_cpu_conv_free,
    .integrate = dvk_cpu_integrate,
};
