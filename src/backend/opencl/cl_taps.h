/* A convolution's kernel as a device takes it: float, clipped to what the grid can reach, largest value 1. */
#ifndef DVK_BACKEND_CL_TAPS_H
#define DVK_BACKEND_CL_TAPS_H

#include "backend/opencl/opencl.h"

typedef struct dvk_cl_taps {
    size_t half[3];
    bool even;     /* `value` is an octant of half + 1 taps an axis, else all 2 half + 1 */
    float *value;  /* x fastest */
    double factor; /* what the values are to be multiplied by, the problem's scale included */
} dvk_cl_taps;

/* `octant`: as an octant where the kernel is even; else all of it. The caller calls dvk_cl_taps_free. */
dvk_status dvk_cl_taps_make(const dvk_conv_problem *p, bool octant, dvk_cl_taps *out) DVK_MUST_USE;
void dvk_cl_taps_free(dvk_cl_taps *t);

/* Values in one plane, and planes. */
size_t dvk_cl_taps_plane(const dvk_cl_taps *t);
size_t dvk_cl_taps_planes(const dvk_cl_taps *t);

#endif
