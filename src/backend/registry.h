/*
 * Every device there is, and which of them a caller's words mean.
 */
#ifndef DVK_BACKEND_REGISTRY_H
#define DVK_BACKEND_REGISTRY_H

#include "backend/backend.h"

enum { DVK_REASON = 320 };

typedef struct dvk_choice {
    char id[32];             /* "cpu", "opencl:P.D" */
    char reason[DVK_REASON]; /* why this one */
} dvk_choice;

/* What --device takes, or NULL. DVK_ERR_DEVICE, naming the devices there are, where none is meant or it cannot be
 * used. */
dvk_status dvk_registry_choose(const char *device, dvk_choice *out) DVK_MUST_USE;

/* The table of operations of a device's back end. */
dvk_status dvk_registry_ops(const char *id, const dvk_backend_ops **out) DVK_MUST_USE;

#endif
