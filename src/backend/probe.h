/*
 * Asks the OpenCL back end for its devices in a child process: a driver may crash or hang while it looks for them.
 */
#ifndef DVK_BACKEND_PROBE_H
#define DVK_BACKEND_PROBE_H

#include "backend/backend.h"

enum { DVK_PROBE_ROOM = 32, DVK_PROBE_WHY = 256 };

typedef struct dvk_probe {
    size_t count;
    dvk_device device[DVK_PROBE_ROOM];
    char why[DVK_PROBE_WHY]; /* why there is none, "" where there is one */
} dvk_probe;

/* What OpenCL offers here. Asked once in the life of the process, the first time before this process touches OpenCL.
 * Lent. */
const dvk_probe *dvk_probe_opencl(void);

#endif
