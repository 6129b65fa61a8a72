/* The hidden folders in which results wait for their names; see outdir.h. */
#ifndef DVK_DATA_HIDDEN_H
#define DVK_DATA_HIDDEN_H

#include <stdbool.h>

#include "dvk/status.h"

extern const char dvk_hidden_prefix[]; /* of their names, before the process's number */

/* Removes one with its files; it has no folders. */
void dvk_hidden_remove(const char *path);

/* All in a folder that is held, so that nobody writes there: what killed runs left. */
dvk_status dvk_hidden_remove_all(const char *folder) DVK_MUST_USE;
bool dvk_hidden_there(const char *folder);

#endif
