/*
 * The context behind include/dvk/context.h: the open back end, and whom to tell. Falls back to the CPU where that is
 * allowed.
 */
#ifndef DVK_BACKEND_CONTEXT_H
#define DVK_BACKEND_CONTEXT_H

#include "backend/backend.h"

/* What the reason for a device starts with where the CPU took over from one that failed; records keep it. */
#define DVK_FALLBACK_REASON "fallback: "

/* Tells the caller's progress function; `fraction` 1 ends the stage. */
void dvk_context_progress(const dvk_context *c, const char *stage, double fraction);
void dvk_context_warn(const dvk_context *c, const char *format, ...) DVK_PRINTF(2, 3);

/* Tells the caller's lap function what `stage` took: the time since the last lap, or since the context was opened.
 * NULL is fine. */
void dvk_context_lap(dvk_context *c, const char *stage);

/* The most taps for which a plain sum pays on the context's device. */
size_t dvk_context_direct_taps(const dvk_context *c);

/* DVK_ERR_INTERRUPTED once the caller's cancel flag is set. */
dvk_status dvk_context_check(const dvk_context *c) DVK_MUST_USE;

/* A convolution planned on the context's device, for many volumes. The problem's arrays must outlive it, since a device
 * that fails on the way is replaced as below and the plan made again. Free it also after a failure. */
typedef struct dvk_context_plan {
    dvk_context *context;
    const dvk_backend_ops *ops; /* of the device that the plan was made for */
    dvk_conv_plan *plan;
    dvk_conv_problem problem;
    bool direct;
} dvk_context_plan;

dvk_status dvk_context_plan_make(dvk_context *c, const dvk_conv_problem *p, bool direct,
                                 dvk_context_plan *out) DVK_MUST_USE;
dvk_status dvk_context_plan_run(dvk_context_plan *plan, const float *in, float *out) DVK_MUST_USE;
void dvk_context_plan_free(dvk_context_plan *plan);

/* Runs one convolution or one integration on the context's device; a device that fails on the way is replaced by the
 * CPU, with a warning, where the caller allows it, and otherwise is DVK_ERR_RETRY. in and out may be the same. */
dvk_status dvk_context_convolve(dvk_context *c, const dvk_conv_problem *p, bool direct, const float *in,
                                float *out) DVK_MUST_USE;
dvk_status dvk_context_integrate(dvk_context *c, const dvk_integrate_problem *p) DVK_MUST_USE;

#endif
