/*
 * What cases of one geometry have in common, kept from one to the next by who runs many: the kernel, and the
 * convolution that is planned for it with its spectrum. A case of another geometry takes its place, so that one of each
 * is held.
 */
#ifndef DVK_PIPELINE_CASE_STOCK_H
#define DVK_PIPELINE_CASE_STOCK_H

#include "dvk/dose.h"
#include "dvk/kernel.h"
#include "dvk/nuclide.h"

typedef struct dvk_case_stock {
    dvk_kernel *kernel; /* NULL: none yet */
    dvk_geometry geometry;
    const dvk_nuclide *nuclide;
    double radius_mm, density_g_mL;
    dvk_convolver *convolver; /* of the kernel; NULL: none yet */
    dvk_engine engine;        /* that was asked for it */
} dvk_case_stock;

/* As dvk_kernel_for, lent until a kernel for another geometry is asked for. */
dvk_status dvk_stock_kernel(dvk_case_stock *s, const dvk_geometry *g, const dvk_nuclide *n, double radius_mm,
                            double density_g_mL, dvk_kernel **out) DVK_MUST_USE;

/* The convolution with that kernel, on one context for all calls; lent likewise. */
dvk_status dvk_stock_convolver(dvk_case_stock *s, dvk_context *c, dvk_engine engine, dvk_convolver **out) DVK_MUST_USE;

/* Before the context is closed. */
void dvk_stock_clear(dvk_case_stock *s);

#endif
