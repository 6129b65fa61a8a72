/* What a user sees of a run over an archive: a progress line, a line for each failure, and the log of events. */
#ifndef DVKIT_ARCHIVE_EVENTS_H
#define DVKIT_ARCHIVE_EVENTS_H

#include <stdbool.h>
#include <stdio.h>

#include "dvk/archive.h"

typedef struct event_log {
    const char *path; /* of the log; NULL: none */
    bool json, quiet;
    FILE *file;
    bool failed; /* a line did not arrive */
} event_log;

bool event_log_open(event_log *log);
bool event_log_close(event_log *log); /* false: a line did not arrive, which stderr was told */

/* For dvk_archive_options.event, with the log as its user. */
void event_log_take(void *log, const dvk_archive_event *event);

/* Prints `, "KEY": "TEXT"`, escaped; nothing for NULL. */
void event_print_text(FILE *to, const char *key, const char *text);

#endif
