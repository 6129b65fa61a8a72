/* One axis of our own transforms: its length, its tables on the device, and the tile that fits local memory. */
#ifndef DVK_BACKEND_CL_AXIS_H
#define DVK_BACKEND_CL_AXIS_H

#include "backend/opencl/opencl.h"
#include "kernels_cl/fft_axis.h"

typedef struct dvk_cl_axis {
    size_t length;
    size_t tile, lanes; /* columns in a tile, and of these in a work-item */
    size_t stride;      /* floats between two positions of a tile */
    char options[96];   /* of the compiler, for this tile */
    cl_mem plan;        /* dvk_fft_axis */
    cl_mem twiddle;     /* float2: exp(-2 pi i k / length) */
    cl_mem twist;       /* float2: exp(i pi k / (2 length)), along x */
    cl_mem distance;    /* int: of the frequency at each position from 0 on the circle */
    cl_mem position;    /* int: of the frequencies 0 .. length / 2 */
} dvk_cl_axis;

/* The smallest length of at least `wanted` that has no factors but 2, 3 and 5. */
size_t dvk_cl_axis_length(size_t wanted);

/* Columns in a tile for local memory to hold it; 0 when not even one fits. Along x tiles are filled crosswise. */
size_t dvk_cl_axis_tile(const dvk_backend *b, size_t length, bool along_x);

/* A zeroed axis, with tiles of `tile` columns; free it also after a failure. */
dvk_status dvk_cl_axis_make(dvk_backend *b, size_t length, size_t tile, bool along_x, dvk_cl_axis *out) DVK_MUST_USE;
void dvk_cl_axis_free(dvk_backend *b, dvk_cl_axis *axis);

/* Work-items of a group, down a column. */
size_t dvk_cl_axis_items(const dvk_cl_axis *axis);

/* Bytes of one part, real or imaginary, of a tile. */
size_t dvk_cl_axis_tile_bytes(const dvk_cl_axis *axis);

#endif
