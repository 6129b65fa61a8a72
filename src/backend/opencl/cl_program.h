/* The sources of the kernels, as they are in this build. */
#ifndef DVK_BACKEND_CL_PROGRAM_H
#define DVK_BACKEND_CL_PROGRAM_H

#include "backend/opencl/opencl.h"

/* Lent; a zero byte follows. DVK_ERR_INTERNAL where there is no such file. */
dvk_status dvk_cl_source_text(const char *file, dvk_span *out) DVK_MUST_USE;

#endif
