/*
 * The report on a course: what the cycles add up to in each kidney, against the limit. Like report.h's page, one file
 * without script and without anything from outside itself.
 */
#ifndef DVK_PIPELINE_REPORT_COURSE_H
#define DVK_PIPELINE_REPORT_COURSE_H

#include "dvk/course.h"

#include "base/text.h"
#include "pipeline/report/page.h"

/* Appends the page of a computed course to `out`. The same course gives the same bytes. DVK_ERR_MEMORY. */
dvk_status dvk_report_course_html(const dvk_course *c, dvk_text *out) DVK_MUST_USE;

/* Its stacked bars, one a kidney, a part a cycle (ledger.c): BED, or absorbed dose where `dose`. */
void dvk_report_ledger(dvk_page *p, const dvk_course *c, bool dose);

/* The style class that gives the i-th sum its colour, as in the pages of its cycles: v0 left kidney, v1 right kidney.
 */
unsigned dvk_report_course_colour(const dvk_course *c, size_t i);

#endif
