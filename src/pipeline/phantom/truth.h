/*
 * The true dose of a phantom: its decays convolved with the full kernel in double precision, apart from any back end.
 */
#ifndef DVK_PIPELINE_PHANTOM_TRUTH_H
#define DVK_PIPELINE_PHANTOM_TRUTH_H

#include "dvk/kernel.h"

/* A grid's kernel, transformed; serves any number of phantoms on that grid. */
typedef struct dvk_truth dvk_truth;

/* The kernel must be even. The caller frees *out. DVK_ERR_MEMORY: 24 bytes a point, each axis a power of 2 above
 * 2 n - 2. */
dvk_status dvk_truth_create(const dvk_geometry *g, const dvk_kernel *kernel, int threads, dvk_truth **out) DVK_MUST_USE;
void dvk_truth_free(dvk_truth *t);

/* dose(x) = sum_y S(x - y) decays(y) in place: Bq.s a voxel become Gy. */
void dvk_truth_run(dvk_truth *t, double *values);

#endif
