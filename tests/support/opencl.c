/* See opencl.h. */
#include "support/opencl.h"

#include <stdlib.h>

#include "backend/plugin.h"
#include "backend/probe.h"
#include "support/support.h"

const char *opencl_device(const dvk_backend_ops **ops)
{
    const dvk_probe *probe = dvk_probe_opencl();
    for (size_t i = 0; i < probe->count; i++)
        if (probe->device[i].usable && dvk_plugin_load(ops) == DVK_OK)
            return probe->device[i].id;
    printf("skipped: %s\n", probe->count ? probe->device[0].note : probe->why);
    exit(77);
}
