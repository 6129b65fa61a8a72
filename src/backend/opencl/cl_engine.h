/* The ways to convolve on a device behind one small interface, and what they share. */
#ifndef DVK_BACKEND_CL_ENGINE_H
#define DVK_BACKEND_CL_ENGINE_H

#include "backend/opencl/cl_taps.h"
#include "backend/opencl/opencl.h"

/* `taps` may be taken over: the values are moved to the engine, which leaves NULL. */
typedef struct dvk_cl_engine {
    dvk_status (*create)(dvk_backend *b, const size_t n[3], dvk_cl_taps *taps, void **out);
    dvk_status (*run)(void *state, const float *in, float *out);
    void (*free)(void *state); /* NULL is fine */
} dvk_cl_engine;

extern const dvk_cl_engine dvk_cl_direct; /* a plain sum */
extern const dvk_cl_engine dvk_cl_clfft;  /* clFFT, any size that fits the device's memory */
extern const dvk_cl_engine dvk_cl_fused;  /* our own five passes, cut in slabs where the volume does not fit */

/* Whether our own passes can do it: an axis must fit local memory. */
bool dvk_cl_fused_takes(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps);

static inline cl_int4 dvk_cl_int4(size_t x, size_t y, size_t z)
{
    return (cl_int4){{(cl_int)x, (cl_int)y, (cl_int)z, 0}};
}

/* A kernel on a padded grid: where its values go. */
typedef struct dvk_cl_placing {
    const dvk_cl_taps *taps;
    cl_mem pieces;    /* room for the taps on the device */
    size_t padded[3]; /* the circle of each axis */
    size_t row;       /* floats in a row of the result, padded[0] or more */
    size_t reach_z;   /* the largest offset along z that is met */
    bool turned;      /* the circle along x turns the sign at each round */
} dvk_cl_placing;

/* Sends the taps between two slabs `shift` planes apart and puts them on the padded grid `into`. */
dvk_status dvk_cl_place(dvk_backend *b, const dvk_cl_placing *p, long shift, cl_mem into);

#endif
