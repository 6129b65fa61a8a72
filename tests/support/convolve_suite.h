/* The contract of a back end's convolution, as a test case for an executable of each back end. */
#ifndef DVK_TESTS_CONVOLVE_SUITE_H
#define DVK_TESTS_CONVOLVE_SUITE_H

#include "backend/backend.h"
#include "support/support.h"

/* Tests of the device `id` of a back end; both are lent for the life of the program. */
TCase *convolve_case(const dvk_backend_ops *tested, const char *id);

#endif
