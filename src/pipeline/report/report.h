/*
 * The report to sign: one XHTML-compatible HTML file, without script and without anything from outside itself.
 *
 * The page is made from the summary and the maps alone; nothing is computed here that the summary should hold.
 */
#ifndef DVK_PIPELINE_REPORT_H
#define DVK_PIPELINE_REPORT_H

#include <jansson.h>

#include "dvk/summary.h"
#include "dvk/voi.h"
#include "dvk/volume.h"

#include "base/text.h"

/* What one cycle's page shows; everything is lent. */
typedef struct dvk_report {
    const dvk_summary *summary;
    const dvk_volume *dose;   /* Gy */
    const dvk_volume *tia;    /* Bq.s/mL, on the dose's grid; NULL: not shown */
    const dvk_voi_set *vois;  /* on the dose's grid, found by the names in the summary */
    const dvk_kernel *kernel; /* NULL where none was used */
    const char *title;        /* NULL: a title of its own */
    const json_t *provenance; /* NULL: no such section */
} dvk_report;

/* Appends the page to `out`. The same report gives the same bytes. DVK_ERR_MEMORY. */
dvk_status dvk_report_html(const dvk_report *r, dvk_text *out) DVK_MUST_USE;

#endif
