/* A run over an archive while it goes on, and its leases. */
#ifndef DVK_PIPELINE_ARCHIVE_RUN_H
#define DVK_PIPELINE_ARCHIVE_RUN_H

#include <poll.h>

#include "pipeline/archive/archive.h"

/* --- lease.c --- */

/*
 * Leases share the cases out among runs that do not know of each other: OUT/.dvkit/ID.lease is made exclusively, its
 * time renewed while the case runs, and void once that is old. They only save work: two runs that do hold one case's
 * lease make the same bytes, one after the other.
 */
typedef struct dvk_leases {
    const dvk_manifest *manifest; /* NULL: there are no leases, every case is free */
    char *folder;                 /* OUT/.dvkit */
    char self[280];               /* "HOST-PID": processes of several machines share the folder */
    double void_after_s, beaten_s;
    size_t *held; /* rows */
    size_t count, room;
} dvk_leases;

dvk_status dvk_leases_open(dvk_leases *l, const dvk_archive_options *o, const dvk_manifest *m) DVK_MUST_USE;
bool dvk_leases_take(dvk_leases *l, size_t row); /* false: another run holds it */
void dvk_leases_drop(dvk_leases *l, size_t row);
void dvk_leases_beat(dvk_leases *l); /* renews what is held, if it is time */
void dvk_leases_close(dvk_leases *l);

/* --- setup.c and run.c --- */

enum { DVK_RUN_DEVICES = 32 };

/* A row that is to be tried later. */
typedef struct dvk_again {
    size_t row;
    unsigned tries;
    double not_before_s;
} dvk_again;

typedef struct dvk_run {
    const dvk_archive_options *options;
    dvk_archive_options worker_options;
    dvk_manifest manifest;
    char device[DVK_RUN_DEVICES][32];
    size_t devices;
    size_t *order; /* rows of this run */
    size_t count, next;
    dvk_again *again;
    size_t again_count, again_room;
    dvk_worker *workers;
    struct pollfd *polled;
    size_t jobs;
    dvk_leases leases;
    dvk_archive_counts *counts;
    double started_s;
    bool stopping; /* hands nothing out any more */
    dvk_status fatal;
    char why[1400];
} dvk_run;

/* Fills in a run of which only `options` and `counts` are set. Whatever the status, the caller frees its parts. */
dvk_status dvk_run_set_up(dvk_run *r) DVK_MUST_USE;

#endif
