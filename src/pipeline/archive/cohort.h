/* A cohort: every case of an archive with what its summary says, in the order of their ids. */
#ifndef DVK_PIPELINE_ARCHIVE_COHORT_H
#define DVK_PIPELINE_ARCHIVE_COHORT_H

#include "pipeline/archive/archive.h"

typedef struct dvk_cohort_case {
    size_t row;
    char id[DVK_CASE_ID_SIZE];
    dvk_bids_place place;
    dvk_archive_state state; /* lends from the manifest and from `error` */
    json_t *error;           /* NULL: none */
    char problem[512];       /* why its result cannot be read; lent to `state` */
    json_t *summary;         /* NULL where no result of the case counts */
    char *report;            /* its report.html from OUT on; NULL without a summary */
    char fingerprint[65];
    size_t cycle; /* 1-based, among the sessions of its participant */
} dvk_cohort_case;

/* One participant: a run of cases, and their course where it could be added up. */
typedef struct dvk_cohort_patient {
    size_t first, count; /* in dvk_cohort.cases */
    size_t done;
    dvk_course *course; /* NULL: see problem */
    char problem[512];
} dvk_cohort_patient;

typedef struct dvk_cohort {
    const char *out;
    json_t *pin;     /* archive.json; NULL: none */
    bool bids;       /* OUT is a BIDS dataset */
    bool with_stale; /* results of other parameters count as well */
    dvk_manifest manifest;
    dvk_cohort_case *cases;
    size_t count;
    dvk_cohort_patient *patients;
    size_t patient_count;
    dvk_archive_counts counts;
} dvk_cohort;

/* cohort.c: reading. Free with dvk_cohort_close, whatever the status. */
dvk_status dvk_cohort_read(const char *out, const dvk_course_options *course, bool with_stale,
                           dvk_cohort *c) DVK_MUST_USE;
void dvk_cohort_close(dvk_cohort *c);

/* A number of a VOI in a summary; NaN for null. */
double dvk_cohort_number(const json_t *roi, const char *key);

/* The VOI of that name in a case's summary; NULL: none. */
const json_t *dvk_cohort_roi(const dvk_cohort_case *k, const char *name);

/* flags.c: the flags of VOIs by their kinds, in the order in which they come. dvk_free(kind), whatever the status. */
enum { DVK_FLAG_KIND = 200 };
typedef struct dvk_flag_kinds {
    struct {
        char words[DVK_FLAG_KIND]; /* of the flag, each number a "…" */
        size_t kidneys;            /* that have it, in all cycles */
    } * kind;
    size_t count, room;
} dvk_flag_kinds;
dvk_status dvk_flag_kinds_of(const dvk_cohort *c, const char *const *names, size_t count,
                             dvk_flag_kinds *k) DVK_MUST_USE;
size_t dvk_flag_find(const dvk_flag_kinds *k, const char *flag);

/* tables.c and page.c: writing. */
dvk_status dvk_cohort_dose_table(const dvk_cohort *c, dvk_text *t) DVK_MUST_USE;
dvk_status dvk_cohort_course_table(const dvk_cohort *c, dvk_text *t) DVK_MUST_USE;
dvk_status dvk_cohort_qc_table(const dvk_cohort *c, dvk_text *t) DVK_MUST_USE;
dvk_status dvk_cohort_numbers_table(const dvk_cohort *c, dvk_text *t) DVK_MUST_USE;
dvk_status dvk_cohort_page(const dvk_cohort *c, dvk_text *t) DVK_MUST_USE;

#endif
