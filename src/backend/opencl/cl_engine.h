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

/* Whether its buffers fit the device's memory; it cannot cut a volume. */
bool dvk_cl_clfft_fits(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps);

/* Whether our own passes can do it: an axis must fit local memory. */
bool dvk_cl_fused_takes(const dvk_backend *b, const size_t n[3], const dvk_cl_taps *taps);

#endif
