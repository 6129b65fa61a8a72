/*
 * A whole trial archive: a manifest of cases, a run over it that any number of workers may share, what came of it.
 *
 * A manifest is a table (TSV), one row a case, paths relative to its folder. The results of a case lie in
 * OUT/PARTICIPANT/SESSION, as `dvkit dose` writes them (with BIDS names in .../pet); a case that failed leaves an
 * error.json there and nothing else.
 */
#ifndef DVK_ARCHIVE_H
#define DVK_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/case.h"
#include "dvk/context.h"
#include "dvk/course.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- plan --- */

typedef struct dvk_plan_options {
    const char *source;                        /* a BIDS-like tree, or a table */
    const char *manifest;                      /* the file to write */
    bool force;                                /* replace it */
    bool dry_run;                              /* write nothing */
    const dvk_case_options *base;              /* facts and labels of all cases, which rows need not give */
    void (*say)(void *user, const char *line); /* told each problem, one line; NULL: silent */
    void *user;
} dvk_plan_options;

typedef struct dvk_plan_counts {
    size_t cases;    /* rows of the manifest */
    size_t problems; /* of them, those that cannot run as they are; the column `problem` says why */
} dvk_plan_counts;

/*
 * Finds the cases of a tree (sub-X[/ses-Y][/...], and the same folders under derivatives/) or of a table, checks
 * each without reading voxels (files, headers, sidecars' facts, names of the kidneys) and writes the manifest, sorted.
 *
 * DVK_ERR_INVALID, with nothing written, for what no manifest can hold: no case at all, a case named twice, an id that
 * is no name of a folder, a table without the columns needed. DVK_ERR_CREATE where the manifest is there already.
 */
DVK_API DVK_MUST_USE dvk_status dvk_archive_plan(const dvk_plan_options *options, dvk_plan_counts *out);

/* --- run --- */

/* What to do with a result of other inputs, parameters or algorithms than those asked for. */
typedef enum dvk_on_stale {
    DVK_STALE_REFUSE, /* leave it and count it as failed; parameters that differ from the archive's end the run */
    DVK_STALE_RERUN,  /* compute it again */
    DVK_STALE_SKIP    /* leave it and count it as done */
} dvk_on_stale;

/* Something that happened to a case; everything is lent for the call. */
typedef struct dvk_archive_event {
    const char *what;                    /* "start", "done", "current", "failed", "stale", "busy", "lost", "end"; "tick"
                                            several times a second, so that progress can be shown */
    const char *participant;             /* NULL for "end" and "tick" */
    const char *session;                 /* NULL: none */
    const char *stage;                   /* of a failure, else NULL */
    const char *message;                 /* of a failure, else NULL */
    int exit_code;                       /* of a failure */
    double seconds;                      /* that the case took */
    size_t cases, done, current, failed; /* of this run so far: all, computed, found done, failed */
    double elapsed_s;
} dvk_archive_event;

typedef struct dvk_archive_options {
    const char *manifest, *out;
    const dvk_case_options *base; /* how each case is computed; its scans, VOI files, out and force are not used */
    dvk_context_options context;  /* `threads` are those of all workers together; fallback as given */
    bool bids;                    /* OUT becomes a BIDS derivative dataset (dvk/bids.h) */
    size_t jobs;                  /* worker processes; 0: as many as there are processors */
    size_t shard, shards;         /* this run takes every shards-th case, from the shard-th (1-based); 0: all */
    bool claim;                   /* share the cases with other runs through leases */
    double lease_s;               /* a lease without heartbeat for this long is void; 0: 60 */
    bool verify;                  /* hash inputs and files of finished cases, instead of looking at times and sizes */
    dvk_on_stale on_stale;
    bool only_failed;                                          /* cases with an error record only, whatever it says */
    bool isolate;                                              /* a process for each case */
    size_t max_failures;                                       /* stop after so many; 0: never */
    double time_budget_s;                                      /* start no case after so long; 0: no limit */
    void (*event)(void *user, const dvk_archive_event *event); /* NULL: silent */
    void *user;
} dvk_archive_options;

typedef struct dvk_archive_counts {
    size_t cases;   /* of this run's share */
    size_t done;    /* computed now */
    size_t current; /* found done */
    size_t failed;  /* with an error record, or refused as stale */
    size_t left;    /* not tried: a budget, a limit or a signal ended the run */
    size_t stale;   /* with a result of other parameters than the archive's; 0 of a run, which counts them as failed */
} dvk_archive_counts;

DVK_API dvk_archive_options dvk_archive_default(void);

/*
 * Runs the cases of a manifest in worker processes, and comes back when each is done, failed or left. A case is done
 * when its provenance.json has the fingerprint of what is asked for (hashes of the inputs, parameters, algorithm, back
 * end) and its files are whole; it is computed otherwise. One bad case, or a worker that dies, never stops the run.
 *
 * The calling process forks, so it must have no threads and no open context. *out is filled whatever the status:
 * DVK_OK also when cases failed; DVK_ERR_INVALID or _MISSING for a manifest that is none; DVK_ERR_CREATE where OUT
 * cannot be written or holds an archive of other parameters; DVK_ERR_IO once the disk is full; DVK_ERR_DEVICE;
 * DVK_ERR_INTERRUPTED.
 */
DVK_API DVK_MUST_USE dvk_status dvk_archive_run(const dvk_archive_options *options, dvk_archive_counts *out);

/*
 * Reads "K/N", "auto" or "auto/N": the latter take K, and N where they know it, from the variables of a Slurm, PBS,
 * SGE, LSF, Kubernetes or AWS Batch array. DVK_ERR_USAGE where there are none, or N is not known.
 */
DVK_API DVK_MUST_USE dvk_status dvk_shard_parse(const char *text, size_t *shard, size_t *shards);

/* --- status and collect --- */

/* Where a case stands; everything is lent for the call. */
typedef struct dvk_archive_state {
    const char *participant;
    const char *session; /* NULL: none */
    const char *state;   /* "done", "failed", "left", "stale" */
    const char *stage;   /* of a failure or a stale result, else NULL */
    const char *message; /* the same */
    int exit_code;       /* the same */
    bool retryable;      /* the same attempt may succeed later */
} dvk_archive_state;

/*
 * Looks at OUT, which has its manifest, and tells of each case in the manifest's order (`each` may be NULL). No input
 * is hashed: a case with a provenance.json counts as done, unless that is of another command; or as stale where it is
 * of other parameters, labels, algorithm or back end than archive.json and the manifest there ask for, as a run with
 * `on_stale` leaves them until it ends. `current` of *out is 0. DVK_ERR_MISSING for what is no archive.
 */
DVK_API DVK_MUST_USE dvk_status dvk_archive_status(const char *out_folder,
                                                   void (*each)(void *user, const dvk_archive_state *state), void *user,
                                                   dvk_archive_counts *out);

/*
 * Brings the results of an archive together in OUT/cohort, replacing what is there, the same bytes for the same
 * results: dose.tsv (a row a case and VOI), course.tsv (a row a patient and kidney, cycles added up as dvk_course does;
 * cycles that are missing are counted, and where adding makes no sense `problem` says why), qc.tsv (a row a case, also
 * those that failed or are left), cohort.tsv (n, mean, SD, least and largest by VOI), cohort.html, provenance.json; in
 * an archive of BIDS names they are OUT/group_dose.tsv and so on. `each` (may be NULL) is told of every case, as by
 * dvk_archive_status; one whose result is of another command, or cannot be read, is left out and counts as failed, at
 * the stage "resume" or "collect". Stale results are left out as well, or taken in `with_stale`; qc.tsv says which.
 */
DVK_API bool dvk_archive_is_bids(const char *out_folder); /* as its first run was told */
DVK_API DVK_MUST_USE dvk_status dvk_archive_collect(const char *out_folder, const dvk_course_options *course,
                                                    bool with_stale,
                                                    void (*each)(void *user, const dvk_archive_state *state),
                                                    void *user, dvk_archive_counts *out);

#ifdef __cplusplus
}
#endif
#endif
