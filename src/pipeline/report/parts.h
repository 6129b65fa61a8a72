/*
 * The parts of one cycle's page: what each section draws from, and the sections.
 */
#ifndef DVK_PIPELINE_REPORT_PARTS_H
#define DVK_PIPELINE_REPORT_PARTS_H

#include "pipeline/report/page.h"
#include "pipeline/report/report.h"

typedef struct dvk_parts {
    dvk_page *page;
    const dvk_report *report;
    const dvk_summary *summary;
    size_t count;
    const dvk_roi_summary **roi; /* [count], the left kidney first, then the right one, then the others in order */
    size_t kidneys;              /* how many of them are kidneys */
} dvk_parts;

/* The style class that gives a VOI its colour: v0 left kidney, v1 right kidney, v2 to v7 the others in turn. */
unsigned dvk_parts_colour(const dvk_parts *parts, size_t i);

/* A legend line: colour and name of each VOI; `on_image` for the colours that outlines have. */
void dvk_parts_legend(const dvk_parts *parts, bool on_image);

void dvk_report_images(const dvk_parts *parts);     /* images.c */
void dvk_report_curves(const dvk_parts *parts);     /* curves.c */
void dvk_report_dvh(const dvk_parts *parts);        /* dvh.c */
void dvk_report_table(const dvk_parts *parts);      /* table.c */
void dvk_report_balance(const dvk_parts *parts);    /* method.c */
void dvk_report_method(const dvk_parts *parts);     /* method.c */
void dvk_report_kernel(const dvk_parts *parts);     /* kernel.c */
void dvk_report_provenance(const dvk_parts *parts); /* provenance.c */

#endif
