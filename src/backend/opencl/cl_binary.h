/* Programs that a driver has compiled, kept on disk from one run to the next. */
#ifndef DVK_BACKEND_CL_BINARY_H
#define DVK_BACKEND_CL_BINARY_H

#include "backend/opencl/opencl.h"

/* The program that was kept for this device, driver, source and options, ready for its kernels; false, and *out NULL,
 * where there is none or the driver does not take it any more. */
bool dvk_cl_binary_load(dvk_backend *b, const dvk_span *source, const char *options, cl_program *out);

/* Keeps a built program. What goes wrong here only costs time in the next run. */
void dvk_cl_binary_keep(dvk_backend *b, const dvk_span *source, const char *options, cl_program program);

#endif
