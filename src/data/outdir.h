/*
 * An output directory as one transaction: a command's files are written under a hidden folder inside it and come to
 * their names all together, provenance.json last. A directory without provenance.json is not a result, so that a run
 * killed at any moment leaves none.
 */
#ifndef DVK_DATA_OUTDIR_H
#define DVK_DATA_OUTDIR_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

typedef struct dvk_outdir dvk_outdir;

/*
 * Makes the directory and its parents where they are missing, and holds it against other processes until commit or
 * abort (an advisory lock on the directory; where the file system has none, nothing holds it). DVK_ERR_CREATE when it
 * holds a result already and not `force`, is a file, or cannot be made; DVK_ERR_RETRY when it is held. Remains of
 * killed runs are removed.
 */
dvk_status dvk_outdir_begin(const char *path, bool force, dvk_outdir **out) DVK_MUST_USE;

/* The same, with every file, provenance.json and error.json too, called as a BIDS derivative's are under `prefix`
 * (data/naming.h), where results of other prefixes may lie beside it; NULL: plainly. */
dvk_status dvk_outdir_begin_as(const char *path, const char *prefix, bool force, dvk_outdir **out) DVK_MUST_USE;
bool dvk_outdir_is_bids(const dvk_outdir *o);

/* Removes what a run left that was killed between its last file and its end: its result is whole, and no run comes to
 * replace it. What another process is at stays. */
void dvk_outdir_tidy(const char *path, const char *prefix);

/* Where to write the file that is plainly called `name` (no folder in it). Lent until commit or abort. */
dvk_status dvk_outdir_path(dvk_outdir *o, const char *name, const char **path) DVK_MUST_USE;

/* The real names of what was asked for so far, in that order. Lent until the next call of dvk_outdir_path. */
size_t dvk_outdir_count(const dvk_outdir *o);
const char *dvk_outdir_name(const dvk_outdir *o, size_t i);

/* Where such a file is for now. */
const char *dvk_outdir_staged(const dvk_outdir *o, size_t i);

/*
 * Moves every file asked for with dvk_outdir_path to its name and frees `o`, whatever comes. Files of those names are
 * replaced, and with them every file that an old provenance.json lists under "outputs" (an array of names, or an object
 * with the names as keys), and an error.json of a failed attempt; the old provenance.json goes first, also where there
 * is no new one. On failure (DVK_ERR_IO, DVK_ERR_CREATE) everything is as it was.
 */
dvk_status dvk_outdir_commit(dvk_outdir *o) DVK_MUST_USE;

/* Removes everything that was written, and the directories that were made, and frees `o`; NULL is fine. The thread's
 * message stays. */
void dvk_outdir_abort(dvk_outdir *o);

#endif
