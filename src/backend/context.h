/*
 * The context behind include/dvk/context.h: the open back end, and whom to tell. Falls back to the CPU where that is
 * allowed.
 */
#ifndef DVK_BACKEND_CONTEXT_H
#define DVK_BACKEND_CONTEXT_H

#include "backend/backend.h"

/* Tells the caller's progress function; `fraction` 1 ends the stage. */
void dvk_context_progress(const dvk_context *c, const char *stage, double fraction);
void dvk_context_warn(const dvk_context *c, const char *format, ...) DVK_PRINTF(2, 3);

/* DVK_ERR_INTERRUPTED once the caller's cancel flag is set. */
dvk_status dvk_context_check(const dvk_context *c) DVK_MUST_USE;

/* Runs one convolution or one integration on the context's device; a device that fails on the way is replaced by the
 * CPU, with a warning, where the caller allows it, and otherwise is DVK_ERR_RETRY. in and out may be the same. */
dvk_status dvk_context_convolve(dvk_context *c, const dvk_conv_problem *p, bool direct, const float *in,
                                float *out) DVK_MUST_USE;
dvk_status dvk_context_integrate(dvk_context *c, const dvk_integrate_problem *p) DVK_MUST_USE;

#endif
