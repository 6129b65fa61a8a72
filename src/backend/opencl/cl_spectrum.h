/* The spectrum of a convolution's kernel on the padded grid of our own passes. */
#ifndef DVK_BACKEND_CL_SPECTRUM_H
#define DVK_BACKEND_CL_SPECTRUM_H

#include "backend/opencl/cl_passes.h"
#include "backend/opencl/cl_taps.h"

/* Of an even kernel: real and even in y and z, so that an octant of real numbers is made, and nothing larger on the
 * way. */
size_t dvk_cl_spectrum_even_bytes(const dvk_cl_passes *p, const dvk_cl_taps *taps); /* at most, while it is made */
dvk_status dvk_cl_spectrum_even(const dvk_cl_passes *p, const dvk_cl_taps *taps, cl_mem *out) DVK_MUST_USE;

/* Buffers for some planes of the kernel on their way into a spectrum. Free it also after a failure. */
typedef struct dvk_cl_room {
    size_t planes; /* of the padded grid, at a time */
    cl_mem taps, placed;
} dvk_cl_room;
size_t dvk_cl_room_bytes(const dvk_cl_passes *p, const dvk_cl_taps *taps);
dvk_status dvk_cl_room_make(const dvk_cl_passes *p, const dvk_cl_taps *taps, dvk_cl_room *out) DVK_MUST_USE;
void dvk_cl_room_free(const dvk_cl_passes *p, dvk_cl_room *room);

/* Of any kernel, or of its planes between two slabs that lie `shift` apart and meet offsets up to `reach` along z:
 * complex, whole, into a buffer of twice dvk_cl_spectrum_part. */
dvk_status dvk_cl_spectrum_whole(const dvk_cl_passes *p, const dvk_cl_taps *taps, const dvk_cl_room *room, size_t reach,
                                 long shift, cl_mem into) DVK_MUST_USE;

#endif
