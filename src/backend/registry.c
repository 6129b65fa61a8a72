/*
 * The list of devices and the choice among them. `auto` takes a GPU where one can be used, else the CPU code: an OpenCL
 * driver for the CPU runs on the same cores and is slower than it.
 */
#include "backend/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/plugin.h"
#include "backend/probe.h"
#include "base/fail.h"

static bool is_opencl(const char *id)
{
    return strncmp(id, "opencl", 6) == 0;
}

/* A row that says why OpenCL has no device here. */
static dvk_device missing_opencl(const char *why)
{
    dvk_device d = {.usable = false};
    snprintf(d.id, sizeof d.id, "opencl");
    snprintf(d.name, sizeof d.name, "none");
    snprintf(d.note, sizeof d.note, "%.*s", (int)sizeof d.note - 1, why);
    return d;
}

dvk_status dvk_devices(dvk_device *list, size_t room, size_t *count)
{
    const dvk_probe *opencl = dvk_probe_opencl();
    size_t cpus = 0;
    DVK_TRY(dvk_cpu_backend.list(list, room, &cpus));
    *count = cpus;
    for (size_t i = 0; i < opencl->count; i++, ++*count)
        if (*count < room)
            list[*count] = opencl->device[i];
    if (opencl->count == 0) {
        if (*count < room)
            list[*count] = missing_opencl(opencl->why);
        ++*count;
    }
    return DVK_OK;
}

static const dvk_device *best_gpu(const dvk_probe *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->device[i].usable && p->device[i].is_gpu)
            return &p->device[i];
    return NULL;
}

static const dvk_device *first_usable(const dvk_probe *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->device[i].usable)
            return &p->device[i];
    return NULL;
}

/* Whether a GPU can be here at all: a driver for one needs a device node of the kernel's, and to load all drivers, of
 * which PoCL alone takes 0.1 s, tells no more where there is none. Who names a back end or drivers by the environment
 * wants them asked. */
static bool gpu_may_be_here(void)
{
#ifdef __linux__
    static const char *const nodes[] = {"/dev/dri", "/dev/nvidiactl", "/dev/nvidia0", "/dev/kfd",
                                        "/dev/dxg", "/dev/mali0",     "/dev/kgsl-3d0"};
    if (getenv("DVK_BACKEND_DIR") || getenv("OCL_ICD_VENDORS"))
        return true;
    for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++)
        if (access(nodes[i], F_OK) == 0)
            return true;
    return false;
#else
    return true;
#endif
}

static void choose_automatically(dvk_choice *out)
{
    if (!gpu_may_be_here()) {
        snprintf(out->id, sizeof out->id, "cpu");
        snprintf(out->reason, sizeof out->reason, "auto: no GPU's device node in /dev");
        return;
    }
    const dvk_probe *p = dvk_probe_opencl();
    const dvk_device *gpu = best_gpu(p);
    if (gpu) {
        snprintf(out->id, sizeof out->id, "%s", gpu->id);
        snprintf(out->reason, sizeof out->reason, "auto: a GPU that can be used");
        return;
    }
    snprintf(out->id, sizeof out->id, "cpu");
    if (p->count == 0)
        snprintf(out->reason, sizeof out->reason, "auto: no OpenCL: %s", p->why);
    else if (!first_usable(p))
        snprintf(out->reason, sizeof out->reason, "auto: no OpenCL device can be used: %.100s: %s", p->device[0].name,
                 p->device[0].note);
    else
        snprintf(out->reason, sizeof out->reason, "auto: no GPU, and OpenCL on the CPU is slower than the CPU code");
}

/* "cpu; opencl:0.0 (NAME), ..." for the message on a device that is not there. */
static dvk_status fail_unknown(const char *asked)
{
    const dvk_probe *p = dvk_probe_opencl();
    char names[640] = "cpu";
    for (size_t i = 0; i < p->count; i++) {
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, ", %s (%.60s%s)", p->device[i].id, p->device[i].name,
                 p->device[i].usable ? "" : ": not usable");
    }
    if (p->count == 0)
        return dvk_fail(DVK_ERR_DEVICE, "device '%s': there is only cpu: %s", asked, p->why);
    return dvk_fail(DVK_ERR_DEVICE, "device '%s': no such device: there are %s", asked, names);
}

static dvk_status choose_device(const char *asked, const dvk_device *d, dvk_choice *out)
{
    if (!d->usable)
        return dvk_fail(DVK_ERR_DEVICE, "device '%s': %s cannot be used: %s", asked, d->id, d->note);
    snprintf(out->id, sizeof out->id, "%s", d->id);
    snprintf(out->reason, sizeof out->reason, "asked for as '%.60s'", asked);
    return DVK_OK;
}

static dvk_status choose_named(const char *asked, dvk_choice *out)
{
    const dvk_probe *p = dvk_probe_opencl();
    const dvk_device *unusable = NULL;
    dvk_device cpu;
    size_t count = 0;
    DVK_TRY(dvk_cpu_backend.list(&cpu, 1, &count));
    if (!is_opencl(asked) && strcasestr(cpu.name, asked))
        return choose_device(asked, &cpu, out);
    for (size_t i = 0; i < p->count; i++) {
        const dvk_device *d = &p->device[i];
        if (is_opencl(asked) ? strcmp(d->id, asked) != 0 : !strcasestr(d->name, asked))
            continue;
        if (d->usable)
            return choose_device(asked, d, out);
        unusable = d;
    }
    return unusable ? choose_device(asked, unusable, out) : fail_unknown(asked);
}

dvk_status dvk_registry_choose(const char *device, dvk_choice *out)
{
    *out = (dvk_choice){.id = "cpu", .reason = "asked for"};
    if (!device || strcmp(device, "auto") == 0) {
        choose_automatically(out);
        return DVK_OK;
    }
    if (strcmp(device, "cpu") == 0)
        return DVK_OK;
    if (!*device)
        return dvk_fail(DVK_ERR_USAGE, "the device's name is empty");
    if (strcmp(device, "opencl") != 0)
        return choose_named(device, out);
    const dvk_probe *p = dvk_probe_opencl();
    const dvk_device *best = best_gpu(p) ? best_gpu(p) : first_usable(p);
    if (!best && p->count > 0)
        best = &p->device[0];
    return best ? choose_device(device, best, out) : fail_unknown(device);
}

dvk_status dvk_registry_ops(const char *id, const dvk_backend_ops **out)
{
    if (is_opencl(id))
        return dvk_plugin_load(out);
    *out = &dvk_cpu_backend;
    return DVK_OK;
}
