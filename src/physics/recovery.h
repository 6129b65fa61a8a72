/* Making a recovery table from arrays: what dvk_recovery_parse does with a file. */
#ifndef DVK_PHYSICS_RECOVERY_H
#define DVK_PHYSICS_RECOVERY_H

#include <stddef.h>

#include "dvk/recovery.h"

/* Copies rows of rising volumes; `where` names them in messages. The caller frees *out. */
dvk_status dvk_recovery_table(const double *volume_mL, const double *rc, size_t rows, const char *where,
                              dvk_recovery **out) DVK_MUST_USE;

#endif
