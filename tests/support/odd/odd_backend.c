/* A back end that misbehaves as $ODD_BACKEND says, in the place of the OpenCL one. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend/backend.h"

static const dvk_host *host;

static dvk_status fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    host->vfail(DVK_ERR_RETRY, format, args);
    va_end(args);
    return DVK_ERR_RETRY;
}

static dvk_status list_oddly(dvk_device *list, size_t room, size_t *count)
{
    const char *how = getenv("ODD_BACKEND");
    *count = 0;
    fprintf(stderr, "drivers talk\n");
    if (strcmp(how, "crash") == 0) {
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    if (strcmp(how, "exit") == 0)
        _exit(3);
    if (strcmp(how, "fail") == 0 || room == 0)
        return fail("an odd reason");
    list[0] = (dvk_device){.id = "opencl:0.0", .name = "an odd GPU", .is_gpu = true, .usable = true};
    *count = 1;
    return DVK_OK;
}

static dvk_status open_oddly(const char *id, int threads, dvk_backend **out)
{
    (void)id, (void)threads, (void)out;
    return fail("an odd reason");
}

static const dvk_backend_ops ops = {.name = "opencl", .list = list_oddly, .open = open_oddly};

DVK_API const dvk_backend_ops *dvk_opencl_backend(const dvk_host *given);

const dvk_backend_ops *dvk_opencl_backend(const dvk_host *given)
{
    host = given;
    return &ops;
}
