/*
 * Whether a device computes rightly here: problems with answers in closed form, in a second or so.
 */
#ifndef DVK_SELFTEST_H
#define DVK_SELFTEST_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/context.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dvk_selftest_result {
    const char *name; /* lent for ever */
    double error;     /* largest |got - want|, of a convolution over the largest |want|, of a fit over its own |want| */
    double tolerance;
    bool passed; /* error <= tolerance; false for NaN */
} dvk_selftest_result;

enum { DVK_SELFTESTS = 6 };

/*
 * Runs every check on the context's device. A wrong result is not a failing status but a check that did not pass; a
 * status is what kept a check from running at all. Open the context with DVK_FALLBACK_NONE, or a device that fails is
 * replaced and the CPU is tested instead.
 */
DVK_API DVK_MUST_USE dvk_status dvk_selftest(dvk_context *c, dvk_selftest_result results[DVK_SELFTESTS]);

#ifdef __cplusplus
}
#endif
#endif
