/*
 * The parts of an archive: its manifest, one row as a case, one case in a worker, the run over all. See dvk/archive.h.
 */
#ifndef DVK_PIPELINE_ARCHIVE_H
#define DVK_PIPELINE_ARCHIVE_H

#include <jansson.h>
#include <sys/types.h>

#include "dvk/archive.h"
#include "dvk/bids.h"

#include "base/text.h"
#include "data/table.h"
#include "pipeline/case/stock.h"

/* --- manifest.c: the table --- */

/* The columns of a manifest, in its order. Lists are separated by semicolons. */
typedef enum dvk_column {
    DVK_COLUMN_PARTICIPANT,
    DVK_COLUMN_SESSION,
    DVK_COLUMN_SCANS,
    DVK_COLUMN_VOI,
    DVK_COLUMN_LABELS,
    DVK_COLUMN_LABELS_PRESET,
    DVK_COLUMN_LABELS_TABLE,
    DVK_COLUMN_MISSING,
    DVK_COLUMN_TIMES,
    DVK_COLUMN_UNITS,
    DVK_COLUMN_DECAY_REFERENCE,
    DVK_COLUMN_FRAME_DURATION,
    DVK_COLUMN_INJECTED,
    DVK_COLUMN_NUCLIDE,
    DVK_COLUMN_HALF_LIFE,
    DVK_COLUMN_KERNEL,
    DVK_COLUMN_DENSITY,
    DVK_COLUMN_DENSITY_FROM,
    DVK_COLUMN_RECOVERY,
    DVK_COLUMN_GRID,    /* filled by plan: "128 x 128 x 128, 4.42 x 4.42 x 4.42 mm"; cases of one grid run together */
    DVK_COLUMN_PROBLEM, /* filled by plan; for people, not looked at by a run */
    DVK_COLUMNS
} dvk_column;

const char *dvk_column_name(dvk_column column);

/* Whether the cells of a column name files, which are relative to the table's folder. */
bool dvk_column_has_paths(dvk_column column);

/* Room for "sub-X/ses-Y" and the like; ids are at most half of it. */
enum { DVK_CASE_ID_SIZE = 256 };

typedef struct dvk_manifest {
    dvk_table *table;
    char *folder;               /* of the file: "" for the current one, else with a slash at the end */
    size_t column[DVK_COLUMNS]; /* in the table; SIZE_MAX: not there */
} dvk_manifest;

/* Reads any table with the columns that a case needs, and maps its columns; *unknown becomes the name of the first
 * column that is none of ours, or NULL. Rows are not looked at. */
dvk_status dvk_manifest_open(const char *path, dvk_manifest *out, const char **unknown) DVK_MUST_USE;

/* Reads a manifest for a run: no unknown column, ids that are names of folders, no case twice. */
dvk_status dvk_manifest_read(const char *path, dvk_manifest *out) DVK_MUST_USE;
void dvk_manifest_close(dvk_manifest *m);

/* The cell's text, lent; NULL for none ("n/a", empty, no such column). */
const char *dvk_manifest_cell(const dvk_manifest *m, size_t row, dvk_column column);

/* "sub-X/ses-Y", or "sub-X" without a session: the case's folder below OUT. */
void dvk_manifest_id(const dvk_manifest *m, size_t row, char id[DVK_CASE_ID_SIZE]);

/* Whether an id is `prefix` and letters, digits, '-', '_', '+', '.' or characters beyond ASCII: one folder's name. */
bool dvk_case_id_good(const char *id, const char *prefix);

/* DVK_ERR_INVALID, naming both lines, for two of `count` ids that are the same; line[i] is where ids[i] stands. */
dvk_status dvk_case_ids_unique(const char *const *ids, size_t count, const char *path) DVK_MUST_USE;

/* --- row.c: a row as options --- */

/* What a row adds to the options of all cases; `options` lends from it, from `base` and from nothing else. */
typedef struct dvk_archive_row {
    dvk_case_options options;
    size_t owned_count;
    char *owned[256];
    const char *scans[DVK_MAX_SCANS];
    dvk_voi_source vois[64];
    double times_h[DVK_MAX_SCANS];
} dvk_archive_row;

/* Gives the cell of a column, NULL for none; paths in it are relative to `folder`. */
typedef const char *(*dvk_cell_getter)(const void *row, dvk_column column);

/* DVK_ERR_INVALID names the column. Free with dvk_archive_row_clear, whatever the status. */
dvk_status dvk_archive_row_read(const void *row, dvk_cell_getter cell, const char *folder, const dvk_case_options *base,
                                dvk_archive_row *out) DVK_MUST_USE;
void dvk_archive_row_clear(dvk_archive_row *r);

/* The same of a row of a manifest (place.c). */
dvk_status dvk_archive_row_of(const dvk_manifest *m, size_t row, const dvk_case_options *base,
                              dvk_archive_row *out) DVK_MUST_USE;

/* --- check.c --- */

/* Whether a case can run, without reading voxels; `grid` becomes the text of the column. */
dvk_status dvk_archive_check(const dvk_case_options *o, char grid[128]) DVK_MUST_USE;

/* --- tree.c, plan.c: rows of a manifest to be --- */

typedef struct dvk_plan_row {
    char *cell[DVK_COLUMNS]; /* owned; NULL: none */
    char *problem;           /* found before the row's contents are checked; owned */
    size_t line;             /* in a table, else 0 */
} dvk_plan_row;

typedef struct dvk_plan_rows {
    dvk_plan_row *row;
    size_t count, room;
} dvk_plan_rows;

dvk_status dvk_plan_rows_add(dvk_plan_rows *rows, dvk_plan_row **out) DVK_MUST_USE;

/* The cases of a BIDS-like tree; paths are relative to `folder`. */
dvk_status dvk_plan_tree(const char *folder, dvk_plan_rows *out) DVK_MUST_USE;

/* --- case.c: one case in a worker --- */

typedef enum dvk_case_outcome {
    DVK_CASE_DONE,    /* computed */
    DVK_CASE_CURRENT, /* a whole result with this fingerprint, or one that is skipped, was there */
    DVK_CASE_STALE,   /* a result of another fingerprint was there and stays */
    DVK_CASE_FAILED,  /* with an error record, written now or found still true */
    DVK_CASE_BUSY,    /* another process is at it */
    DVK_CASE_STOPPED  /* nothing to be said of the case: interrupted, disk full, no device */
} dvk_case_outcome;

/* What came of one case; plain data, so that it goes through a pipe in one piece. */
typedef struct dvk_case_report {
    size_t row;
    dvk_case_outcome outcome;
    dvk_status status; /* of a case that is not done */
    bool retryable;    /* the same attempt may succeed later */
    char stage[16];
    char message[1400];
    double seconds;
} dvk_case_report;

/* seen.c: the inputs that were hashed before. */
typedef struct dvk_seen {
    int file;         /* in the cache; -1: none yet, or none at all */
    char *folder;     /* of the archive; NULL: nothing is kept */
    double settled_s; /* files that changed less than so long ago are not kept */
} dvk_seen;

void dvk_seen_open(dvk_seen *s, const char *out);
void dvk_seen_close(dvk_seen *s);

/* What tells whether inputs are still as they are now; NULL where nothing can. The caller calls json_decref. */
json_t *dvk_seen_stamps(const dvk_seen *s, const dvk_case_options *o);

/* Whether the inputs of the case of a row are those of `inputs` ([{role, path, sha256}]), without reading them; false
 * where that is not known. */
bool dvk_seen_has(const dvk_seen *s, size_t row, const dvk_case_options *o, const json_t *inputs);

/* Keeps that the inputs are those of `inputs`, which were hashed after `before` was taken; unless they changed since.
 */
void dvk_seen_note(dvk_seen *s, size_t row, const dvk_case_options *o, const json_t *before, const json_t *inputs);

/* What a worker keeps from case to case; `context` and `of_cases` empty before the first that computes. */
typedef struct dvk_worker_stock {
    dvk_seen seen;
    dvk_context *context;
    dvk_case_stock of_cases;
} dvk_worker_stock;

/* Brings one case up to date. */
void dvk_archive_case(dvk_worker_stock *s, const dvk_archive_options *options, const dvk_manifest *m, size_t row,
                      dvk_case_report *out);

/* Writes the case's error.json in the place of any result. */
dvk_status dvk_archive_error(const dvk_archive_options *options, const dvk_manifest *m,
                             const dvk_case_report *report) DVK_MUST_USE;

/* "A/B"; dvk_free it. */
dvk_status dvk_archive_path(const char *a, const char *b, char **path) DVK_MUST_USE;

/* --- place.c: where a case's files lie --- */

/* Of the case of a row: OUT/ID without a prefix, or in a BIDS dataset as dvk_bids_find has it, without a tracer where
 * the scans do not agree on one. Free with dvk_bids_place_clear, whatever the status. */
dvk_status dvk_archive_place(const char *out, bool bids, const dvk_manifest *m, size_t row,
                             dvk_bids_place *place) DVK_MUST_USE;

/* The same of a row that was read, as far as it could be. Scans that do not agree are an error here, whose record goes
 * to *place, which is filled. */
dvk_status dvk_archive_place_of(const char *out, bool bids, const char *id, const dvk_case_options *o,
                                dvk_bids_place *place) DVK_MUST_USE;

/* Takes away the error record of a case whose scans did not agree on a tracer, which lies under a name without one,
 * once they do. Another case's stays. */
void dvk_archive_drop_untraced(const char *out, const char *id, const dvk_bids_place *place);

/* The file there that is plainly called `name` (data/naming.h), whether it is there or not; dvk_free it. */
dvk_status dvk_archive_file(const dvk_bids_place *place, const char *name, char **path) DVK_MUST_USE;

/* --- worker.c: a process that does cases --- */

typedef struct dvk_worker {
    pid_t pid; /* 0: none */
    int line;  /* rows go out, reports come in */
    bool busy;
    size_t row;
    unsigned tries; /* of the row, before this one */
} dvk_worker;

/* Forks workers[i], which does the rows that it is sent until its line is closed. */
dvk_status dvk_worker_start(const dvk_archive_options *options, const dvk_manifest *m, dvk_worker *workers,
                            size_t count, size_t i) DVK_MUST_USE;
bool dvk_worker_send(dvk_worker *w, size_t row, unsigned tries); /* false: it is dead */
bool dvk_worker_receive(dvk_worker *w, dvk_case_report *out);    /* false: it is dead */
int dvk_worker_end(dvk_worker *w); /* closes its line and waits for it; the wait status, 0 where there is none */

/* --- shard.c --- */

/* Whether a row is of the shard, 1-based; every row is where there are no shards. */
bool dvk_shard_has(size_t shard, size_t shards, size_t row);

/* --- pin.c: what the whole archive has in common --- */

/*
 * Makes OUT where it is missing and pins parameters, algorithm and back end in OUT/archive.json, and the cases in
 * OUT/manifest.tsv. DVK_ERR_CREATE where another request is pinned there, unless `on_stale` is not to refuse.
 */
dvk_status dvk_archive_pin(const dvk_archive_options *options, const char *backend) DVK_MUST_USE;

/* OUT/archive.json; *pin is NULL where there is none. The caller calls json_decref. */
dvk_status dvk_archive_pinned(const char *out, json_t **pin) DVK_MUST_USE;

/* --- asked.c --- */

/* What a record of a case has otherwise than the archive's pin and the case's row ask, for people; *otherwise is NULL
 * where it is as asked. Inputs are not looked at: they are those of the record. */
dvk_status dvk_archive_asked(const json_t *pin, const dvk_manifest *m, size_t row, const dvk_bids_place *place,
                             const json_t *record, const char **otherwise) DVK_MUST_USE;

/* --- status.c --- */

/* Reads the manifest in OUT; DVK_ERR_MISSING where there is none. */
dvk_status dvk_archive_open(const char *out, dvk_manifest *m) DVK_MUST_USE;

/* A JSON record of a case; *record is NULL where there is none, an empty object where it is damaged. */
dvk_status dvk_archive_record(const dvk_bids_place *place, const char *name, json_t **record) DVK_MUST_USE;

/* Where the case of a row stands, its files lying in `place`; without a pin (NULL) no result is stale. What *s lends
 * lies in the manifest and in *error, which the caller gives to json_decref. */
dvk_status dvk_archive_look(const dvk_bids_place *place, const json_t *pin, const dvk_manifest *m, size_t row,
                            json_t **error, dvk_archive_state *s) DVK_MUST_USE;
void dvk_archive_count(const dvk_archive_state *s, dvk_archive_counts *counts);

/* Seconds of a clock that only rises. */
double dvk_now_s(void);

#endif
