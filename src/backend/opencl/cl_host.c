/*
 * Messages, memory and the cache come from the library that loaded this back end: the shared macros work here as there.
 * And what an OpenCL error code is called.
 */
#include <stdio.h>
#include <string.h>

#include "backend/opencl/opencl.h"

static const dvk_host *host;

void dvk_cl_set_host(const dvk_host *given)
{
    host = given;
}

bool dvk_cl_call_fails(void)
{
    return host->call_fails();
}

unsigned dvk_cl_quirks(void)
{
    return host->quirks();
}

size_t dvk_cl_memory_limit(void)
{
    return host->memory_limit();
}

void dvk_cl_memory_used(size_t bytes)
{
    host->memory_used(bytes);
}

dvk_status dvk_fail(dvk_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    host->vfail(status, format, args);
    va_end(args);
    return status;
}

dvk_status dvk_alloc(size_t count, size_t size, void *out)
{
    return host->alloc(count, size, out);
}

bool dvk_cache_load(const char *kind, const dvk_span *key, size_t spans, dvk_buffer *out)
{
    return host->cache_load(kind, key, spans, out);
}

dvk_status dvk_cache_store(const char *kind, const dvk_span *key, size_t spans, const dvk_span *bytes)
{
    return host->cache_store(kind, key, spans, bytes);
}

void dvk_buffer_free(dvk_buffer *b)
{
    host->buffer_free(b);
}

void dvk_free(void *p)
{
    host->free(p);
}

static const char *error_name(cl_int code)
{
    static const struct {
        cl_int code;
        const char *name;
    } names[] = {
        {CL_DEVICE_NOT_FOUND, "no device found"},
        {CL_DEVICE_NOT_AVAILABLE, "device not available"},
        {CL_COMPILER_NOT_AVAILABLE, "compiler not available"},
        {CL_MEM_OBJECT_ALLOCATION_FAILURE, "out of device memory"},
        {CL_OUT_OF_RESOURCES, "out of resources"},
        {CL_OUT_OF_HOST_MEMORY, "out of host memory"},
        {CL_BUILD_PROGRAM_FAILURE, "program does not build"},
        {CL_INVALID_BUFFER_SIZE, "buffer larger than the device allows"},
        {CL_INVALID_WORK_GROUP_SIZE, "work-group size not allowed"},
        {CL_INVALID_KERNEL_ARGS, "kernel arguments not set"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == code)
            return names[i].name;
    return "error";
}

dvk_status dvk_cl_fail(cl_int code, const char *call)
{
    return dvk_fail(DVK_ERR_RETRY, "%.*s: %s (%d)", (int)strcspn(call, "("), call, error_name(code), code);
}
