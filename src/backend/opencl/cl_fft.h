/* Real transforms of volumes by clFFT, on any grid: the general path, and the cross-check of our own. */
#ifndef DVK_BACKEND_CL_FFT_H
#define DVK_BACKEND_CL_FFT_H

#include "backend/opencl/opencl.h"

/* The smallest size of at least `wanted` that the transform takes; along x it is even. */
size_t dvk_cl_fft_size(size_t wanted);

/* Complex numbers of the half spectrum along x of a real line of `size`. */
size_t dvk_cl_fft_half(size_t size);

/* The plan for a real volume of `size`, made on first use. Lent for the back end's life. It works in place: real rows
 * of 2 (size[0]/2 + 1) floats become rows of size[0]/2 + 1 complex numbers; neither direction scales. */
dvk_status dvk_cl_fft_plan(dvk_backend *b, const size_t size[3], dvk_cl_fft **out);
size_t dvk_cl_fft_scratch(const dvk_cl_fft *fft); /* bytes that a run wants besides the data */
dvk_status dvk_cl_fft_run(dvk_backend *b, dvk_cl_fft *fft, bool forward, cl_mem data, cl_mem scratch);
void dvk_cl_ffts_free(dvk_backend *b);

#endif
