/* The verbs of `dvkit archive`, each a command of its own. */
#ifndef DVKIT_ARCHIVE_COMMANDS_H
#define DVKIT_ARCHIVE_COMMANDS_H

#include "command.h"

extern const command archive_plan;
extern const command archive_run;
extern const command archive_status;
extern const command archive_collect;

extern const command *const archive_verbs[]; /* ended by NULL */

/* 75 where cases are left, so that who calls again until it is something else comes to the end; else 3 where some
 * failed; else 0. */
int archive_exit_code(size_t left, size_t failed);

#endif
