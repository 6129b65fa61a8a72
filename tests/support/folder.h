/* What lies in a folder, for tests of what a failed command leaves behind. */
#ifndef DVK_TESTS_FOLDER_H
#define DVK_TESTS_FOLDER_H

#include <stdbool.h>

/* Entries of a folder, hidden ones too; -1 where it cannot be opened. */
int folder_entries(const char *path);

/* Whether the file holds exactly `text`. */
bool file_is(const char *path, const char *text);

#endif
