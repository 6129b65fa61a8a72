/* Listing devices, and opening one: context, queue, and how much of its memory to use. */
#include <stdio.h>
#include <string.h>

#include "backend/opencl/cl_choice.h"
#include "backend/opencl/cl_fft.h"
#include "backend/opencl/cl_transfer.h"

enum { MOST_PLATFORMS = 16, MOST_DEVICES = 16, LEAST_GROUP = 256, LEAST_LOCAL = 32 * 1024, MOST_LOCAL = 48 * 1024 };

enum { NO_PLATFORM = -1001 }; /* CL_PLATFORM_NOT_FOUND_KHR of cl_khr_icd: no driver is installed */

/* --- what a device is --- */

/* Why it cannot compute for us; empty where it can. */
static dvk_status judge(cl_device_id id, char *note, size_t room)
{
    dvk_status status = DVK_OK;
    cl_bool available = CL_FALSE, compiler = CL_FALSE, little = CL_FALSE;
    size_t group = 0;
    cl_ulong local = 0;
    char version[160] = "";
    int major = 0, minor = 0;
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_AVAILABLE, sizeof available, &available, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_COMPILER_AVAILABLE, sizeof compiler, &compiler, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_ENDIAN_LITTLE, sizeof little, &little, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof group, &group, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local, &local, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_VERSION, sizeof version - 1, version, NULL));
    note[0] = '\0';
    if (!available)
        snprintf(note, room, "switched off");
    else if (!compiler)
        snprintf(note, room, "has no OpenCL compiler");
    else if (!little)
        snprintf(note, room, "big-endian");
    else if (group < LEAST_GROUP)
        snprintf(note, room, "only %zu work-items in a group, %d wanted", group, LEAST_GROUP);
    else if (local < LEAST_LOCAL)
        snprintf(note, room, "only %zu bytes of local memory, %d wanted", (size_t)local, LEAST_LOCAL);
    else if (sscanf(version, "OpenCL %d.%d", &major, &minor) != 2 || major < 1 || (major == 1 && minor < 2))
        snprintf(note, room, "older than OpenCL 1.2");
done:
    return status;
}

static dvk_status describe_device(cl_platform_id platform, cl_device_id id, dvk_device *d)
{
    dvk_status status = DVK_OK;
    cl_device_type type = 0;
    cl_ulong memory = 0;
    cl_uint units = 0;
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_NAME, sizeof d->name - 1, d->name, NULL));
    CL_TRY(clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof d->platform - 1, d->platform, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DRIVER_VERSION, sizeof d->version - 1, d->version, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof type, &type, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL));
    CL_TRY(clGetDeviceInfo(id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL));
    d->is_gpu = (type & CL_DEVICE_TYPE_GPU) != 0;
    d->memory_bytes = (size_t)memory;
    d->compute_units = units;
    DVK_TRY_DONE(judge(id, d->note, sizeof d->note));
    d->usable = !d->note[0];
done:
    return status;
}

/* --- all of them --- */

/* Calls `visit` for each device of each platform until it returns true. A platform that fails is passed over. */
static dvk_status visit_devices(bool (*visit)(void *user, const char *name, cl_platform_id platform, cl_device_id id),
                                void *user)
{
    dvk_status status = DVK_OK;
    cl_platform_id platform[MOST_PLATFORMS];
    cl_uint platforms = 0;
    const cl_int code = clGetPlatformIDs(MOST_PLATFORMS, platform, &platforms);
    CL_TRY(code == NO_PLATFORM ? CL_SUCCESS : code);
    for (cl_uint p = 0; p < platforms && p < MOST_PLATFORMS; p++) {
        cl_device_id device[MOST_DEVICES];
        cl_uint devices = 0;
        char name[32];
        if (clGetDeviceIDs(platform[p], CL_DEVICE_TYPE_ALL, MOST_DEVICES, device, &devices) != CL_SUCCESS)
            continue;
        for (cl_uint d = 0; d < devices && d < MOST_DEVICES; d++) {
            snprintf(name, sizeof name, "opencl:%u.%u", p, d);
            if (visit(user, name, platform[p], device[d]))
                return DVK_OK;
        }
    }
done:
    return status;
}

typedef struct listing {
    dvk_device *list;
    size_t room, count;
} listing;

static bool add_to_listing(void *user, const char *name, cl_platform_id platform, cl_device_id id)
{
    listing *l = user;
    if (l->count < l->room) {
        dvk_device *d = &l->list[l->count];
        *d = (dvk_device){.usable = false};
        if (describe_device(platform, id, d) != DVK_OK)
            snprintf(d->note, sizeof d->note, "does not answer");
        snprintf(d->id, sizeof d->id, "%s", name);
    }
    l->count++;
    return false;
}

dvk_status dvk_cl_list(dvk_device *list, size_t room, size_t *count)
{
    listing l = {list, room, 0};
    const dvk_status status = visit_devices(add_to_listing, &l);
    *count = l.count;
    return status;
}

/* --- one of them --- */

typedef struct search {
    const char *name;
    cl_platform_id platform;
    cl_device_id id;
} search;

static bool is_wanted(void *user, const char *name, cl_platform_id platform, cl_device_id id)
{
    search *s = user;
    if (strcmp(name, s->name) != 0)
        return false;
    s->platform = platform;
    s->id = id;
    return true;
}

/* Four fifths of the memory: drivers and displays take some of it. */
static dvk_status set_limits(dvk_backend *b)
{
    dvk_status status = DVK_OK;
    cl_ulong largest = 0, local = 0;
    cl_uint width = 0;
    cl_bool shared = CL_FALSE;
    const size_t limit = dvk_cl_memory_limit();
    CL_TRY(clGetDeviceInfo(b->id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof largest, &largest, NULL));
    CL_TRY(clGetDeviceInfo(b->id, CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL));
    CL_TRY(clGetDeviceInfo(b->id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof shared, &shared, NULL));
    b->shared = shared && !(dvk_cl_quirks() & DVK_QUIRK_DISCRETE);
    const bool scalar = b->device.is_gpu || (dvk_cl_quirks() & DVK_QUIRK_SCALAR) != 0;
    b->lanes = scalar || width < 4 ? 1 : width < 8 ? 4 : width < 16 ? 8 : 16;
    CL_TRY(clGetDeviceInfo(b->id, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local, &local, NULL));
    b->local = local < MOST_LOCAL ? (size_t)local : MOST_LOCAL;
    b->largest = (size_t)largest;
    b->memory = b->device.memory_bytes / 5 * 4;
    if (limit && limit < b->memory)
        b->memory = limit;
done:
    return status;
}

/* PoCL keeps what it compiled itself, for each size of group; to give a program away it would compile all kernels anew,
 * which takes ten times as long as what we need of them. */
static dvk_status identify(dvk_backend *b, cl_platform_id platform)
{
    dvk_status status = DVK_OK;
    const dvk_device *d = &b->device;
    char device_version[160] = "", platform_version[160] = "";
    CL_TRY(clGetDeviceInfo(b->id, CL_DEVICE_VERSION, sizeof device_version - 1, device_version, NULL));
    CL_TRY(clGetPlatformInfo(platform, CL_PLATFORM_VERSION, sizeof platform_version - 1, platform_version, NULL));
    snprintf(b->identity, sizeof b->identity, "%s\n%s\n%s\n%s\n%s", d->platform, platform_version, d->name,
             device_version, d->version);
    b->keeps_binaries =
        strcmp(d->platform, "Portable Computing Language") != 0 || (dvk_cl_quirks() & DVK_QUIRK_BINARIES);
done:
    return status;
}

dvk_status dvk_cl_open(const char *id, int threads, dvk_backend **out)
{
    dvk_status status = DVK_OK;
    dvk_backend *b = NULL;
    search s = {.name = id};
    (void)threads; /* the device has its own */
    *out = NULL;
    DVK_TRY(visit_devices(is_wanted, &s));
    if (!s.id)
        return dvk_fail(DVK_ERR_DEVICE, "%s: no such device", id);
    DVK_TRY(dvk_alloc(1, sizeof *b, &b));
    b->id = s.id;
    DVK_TRY_DONE(describe_device(s.platform, s.id, &b->device));
    snprintf(b->device.id, sizeof b->device.id, "%s", id);
    DVK_TRY_DONE(identify(b, s.platform));
    DVK_TRY_DONE(set_limits(b));
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)s.platform, 0};
    CL_MAKE(b->context, clCreateContext(properties, 1, &b->id, NULL, NULL, &cl_made));
    CL_MAKE(b->queue, clCreateCommandQueue(b->context, b->id, 0, &cl_made));
    dvk_cl_choice_load(b);
done:
    if (status == DVK_OK)
        *out = b;
    else
        dvk_cl_close(b);
    return status;
}

void dvk_cl_close(dvk_backend *b)
{
    if (!b)
        return;
    dvk_cl_transfer_free(b);
    dvk_cl_ffts_free(b);
    dvk_cl_programs_free(b);
    if (b->queue)
        clReleaseCommandQueue(b->queue);
    if (b->context)
        clReleaseContext(b->context);
    dvk_free(b);
}
