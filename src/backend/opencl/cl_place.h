/* Puts a kernel's taps on a padded grid. */
#ifndef DVK_BACKEND_CL_PLACE_H
#define DVK_BACKEND_CL_PLACE_H

#include "backend/opencl/cl_taps.h"
#include "backend/opencl/opencl.h"

/* A kernel on a padded grid: where its values go. */
typedef struct dvk_cl_placing {
    const dvk_cl_taps *taps;
    cl_mem pieces;    /* room for the taps of the planes placed at a time */
    size_t padded[3]; /* the circle of each axis */
    size_t row;       /* floats in a row of the result, padded[0] or more */
    size_t reach_z;   /* the largest offset along z that is met */
    bool turned;      /* the circle along x turns the sign at each round */
} dvk_cl_placing;

/* How many planes from `z` on can be placed at a time: at most `most`, and none across the end of the reach, so that
 * their taps lie side by side. */
size_t dvk_cl_place_planes(const dvk_cl_placing *p, size_t z, size_t most);

/* Sends the taps between two slabs `shift` planes apart that fall on planes z .. z + planes - 1 of the padded grid, and
 * puts them on the planes of `into` from `to` on. */
dvk_status dvk_cl_place(dvk_backend *b, const dvk_cl_placing *p, long shift, size_t z, size_t planes, cl_mem into,
                        size_t to);

#endif
