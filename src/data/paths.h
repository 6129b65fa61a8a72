/*
 * Folders: made with all above them and taken away again, and the way from one to another.
 */
#ifndef DVK_DATA_PATHS_H
#define DVK_DATA_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

#include "base/text.h"

/* Makes a folder and its parents where they are missing; *made_from becomes the length of the first that was made, and
 * stays where all were there. DVK_ERR_CREATE or DVK_ERR_IO. */
dvk_status dvk_folders_make(dvk_text *folder, size_t *made_from) DVK_MUST_USE;

/* Removes what dvk_folders_make made, as far as it is empty. */
void dvk_folders_remove(dvk_text *folder, size_t made_from);

/*
 * What leads from one folder to another, links resolved: "", "data/", "../data/". Each is given itself or by a file in
 * it, which need not be there. DVK_ERR_MISSING for a folder that is not.
 */
dvk_status dvk_path_between(const char *from, bool from_file, const char *to, bool to_file, dvk_text *out) DVK_MUST_USE;

#endif
