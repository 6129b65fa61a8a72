/* The verbs of `dvkit archive`, each a command of its own. */
#ifndef DVKIT_ARCHIVE_COMMANDS_H
#define DVKIT_ARCHIVE_COMMANDS_H

#include "command.h"

extern const command archive_plan;
extern const command archive_run;
extern const command archive_status;
extern const command archive_collect;

extern const command *const archive_verbs[]; /* ended by NULL */

#endif
