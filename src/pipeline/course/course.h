/* The parts of the course: reading the cycles, holding them against each other, writing. See dvk/course.h. */
#ifndef DVK_PIPELINE_COURSE_H
#define DVK_PIPELINE_COURSE_H

#include "dvk/course.h"

/* A cycle whose files are known, in a folder that may hold those of others; NULL: its folder has one result only. */
typedef struct dvk_course_source {
    const char *folder, *provenance, *summary;
} dvk_course_source;

/* As dvk_course_read. */
dvk_status dvk_course_read_sources(const dvk_course_source *cycles, size_t count, dvk_course **out) DVK_MUST_USE;

/* The VOI of this name in a cycle; NULL: none. */
const dvk_course_roi *dvk_course_find(const dvk_course_cycle *cycle, const char *name);

bool dvk_course_is_kidney(const char *name);

/* Adds a line to the warnings, once; past the last place it is dropped. */
void dvk_course_warn(dvk_course *c, const char *format, ...) DVK_PRINTF(2, 3);

/* check.c: refuses what cannot be added, and warns of what is not alike. */
dvk_status dvk_course_check(dvk_course *c) DVK_MUST_USE;

/* check.c: fills in what an older or foreign summary does not record: alpha/beta (2.6 Gy, with a warning) and
 * the G that its BED and dose imply. */
void dvk_course_assume_biology(dvk_course *c);

/* doses.c: each cycle's dose and BED as c->options want them. Once, after the G factors are known. */
dvk_status dvk_course_take_doses(dvk_course *c) DVK_MUST_USE;

#endif
