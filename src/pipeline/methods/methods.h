/* Many methods while they are being worked on. */
#ifndef DVK_PIPELINE_METHODS_H
#define DVK_PIPELINE_METHODS_H

#include "dvk/methods.h"

#include "base/text.h"
#include "physics/series.h"
#include "pipeline/case/case.h"

/* The choices of the axes as the steps take them. */
typedef struct dvk_methods_plan {
    size_t scan[DVK_METHODS_CHOICES][DVK_MAX_SCANS], scans[DVK_METHODS_CHOICES]; /* points */
    dvk_integration curve[DVK_METHODS_CHOICES];                                  /* without the tail */
    dvk_shape *shape[DVK_METHODS_CHOICES];                                       /* owned */
    dvk_tail tail[DVK_METHODS_CHOICES];
    double radius_mm[DVK_METHODS_CHOICES]; /* of a kernel from the tables; 0: full */
    bool kernel_file[DVK_METHODS_CHOICES]; /* the label is its path */
    dvk_engine engine[DVK_METHODS_CHOICES];
    char voi_file[DVK_METHODS_CHOICES][DVK_METHODS_LABEL]; /* "": the case's own VOIs */
    dvk_voi_grid voi_grid[DVK_METHODS_CHOICES];
    bool recovered[DVK_METHODS_CHOICES];
} dvk_methods_plan;

/* plan.c: reads the choices; fills the axes of `m` as well. Free with dvk_methods_plan_clear in any case. */
dvk_status dvk_methods_plan_make(const dvk_methods_options *o, size_t scans, dvk_methods *m,
                                 dvk_methods_plan *out) DVK_MUST_USE;
void dvk_methods_plan_clear(dvk_methods_plan *p);

/* share.c: spread and shares of every VOI and quantity, from the values. */
void dvk_methods_share(dvk_methods *m);

/* truth.c: the truth of every VOI that the table names; BED by the terms with the VOI's biology. */
dvk_status dvk_methods_truth(const char *path, const dvk_roi_options *o, dvk_methods *m) DVK_MUST_USE;

/* write.c: the output folder. `k` is the case that was read. */
dvk_status dvk_methods_write(const dvk_methods *m, const dvk_methods_options *o, const dvk_case *k) DVK_MUST_USE;

/* report/methods.c: the page. `scratch` has room for a number a method. */
dvk_status dvk_report_methods_html(const dvk_methods *m, double *scratch, dvk_text *out) DVK_MUST_USE;

#endif
