/* Our own passes over a padded grid (kernels_cl/fft_convolve.cl), enqueued in order; none waits. */
#ifndef DVK_BACKEND_CL_PASSES_H
#define DVK_BACKEND_CL_PASSES_H

#include "backend/opencl/cl_axis.h"
#include "backend/opencl/opencl.h"

/* The padded grid. A spectrum is planes of length[1] rows of `row` numbers, real parts first, the imaginary parts as
 * many numbers on as its holder says (`imaginary`). */
typedef struct dvk_cl_passes {
    dvk_backend *b;
    size_t length[3]; /* of the circles, x in real points */
    size_t row;
    bool planes;  /* x and y of a plane in one pass: see kernels_cl/fft_convolve.cl */
    float factor; /* what the way back multiplies by */
    dvk_cl_axis axis[3];
} dvk_cl_passes;

/* Sets length and row for a grid and the furthest offsets that count; no device is asked. */
void dvk_cl_passes_size(dvk_cl_passes *p, const size_t n[3], const size_t reach[3]);

/* Makes the axes. Free it also after a failure. */
dvk_status dvk_cl_passes_make(dvk_cl_passes *p) DVK_MUST_USE;
void dvk_cl_passes_free(dvk_cl_passes *p);

size_t dvk_cl_passes_plane(const dvk_cl_passes *p); /* numbers in one part of a spectrum's plane */

/* Planes of the volume that a pass takes, and where. */
typedef struct dvk_cl_planes {
    cl_mem volume;
    size_t at;      /* numbers before the first plane's first value */
    size_t size[3]; /* x, y and how many planes */
    cl_mem data;    /* their spectrum along x and y */
    size_t plane;   /* planes of it before the first */
    size_t imaginary;
} dvk_cl_planes;

dvk_status dvk_cl_forward(const dvk_cl_passes *p, const dvk_cl_planes *v);
dvk_status dvk_cl_backward(const dvk_cl_passes *p, const dvk_cl_planes *v);

/* Along x alone, into planes of `rows` rows. */
dvk_status dvk_cl_forward_rows(const dvk_cl_passes *p, const dvk_cl_planes *v, size_t rows);

/* data, convolved along z in place with the octant of an even kernel's spectrum; `n` planes there, as many wanted. */
dvk_status dvk_cl_z_even(const dvk_cl_passes *p, cl_mem data, cl_mem octant, size_t n, size_t imaginary);

/* `filled` planes of data, convolved along z with a whole spectrum; `wanted` of them put into `to`, or added. The
 * parts of both lie `imaginary` apart. */
typedef struct dvk_cl_sum {
    cl_mem data, to, spectrum;
    size_t filled, wanted, imaginary;
    bool add;
} dvk_cl_sum;
dvk_status dvk_cl_z_general(const dvk_cl_passes *p, const dvk_cl_sum *s);

/* A spectrum along x and y, transformed along z in place: all of its planes hold values. */
dvk_status dvk_cl_z_forward(const dvk_cl_passes *p, cl_mem spectrum);

/* The transform of real, even columns: see even_columns in the kernels. */
typedef struct dvk_cl_columns {
    cl_mem in, kept;
    size_t radius, step, other, kept_step, kept_other;
    size_t others; /* how many lie `other` apart */
} dvk_cl_columns;
dvk_status dvk_cl_even_columns(const dvk_cl_passes *p, const dvk_cl_axis *axis, const dvk_cl_columns *c);

/* Numbers in one part of a whole spectrum, and in the octant of an even one. */
size_t dvk_cl_spectrum_part(const dvk_cl_passes *p);
size_t dvk_cl_octant_part(const dvk_cl_passes *p);

#endif
