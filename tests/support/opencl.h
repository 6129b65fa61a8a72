/* An OpenCL device for the tests that want one. */
#ifndef DVK_TESTS_OPENCL_H
#define DVK_TESTS_OPENCL_H

#include "backend/backend.h"

/* The first usable OpenCL device: its back end, and its id, which is lent. Ends the program with 77 (skipped), saying
 * why, where there is none. */
const char *opencl_device(const dvk_backend_ops **ops);

#endif
