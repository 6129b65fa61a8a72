/* Opens a back end and runs operations on it. */
#include "backend/context.h"

#include <omp.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/fail.h"

struct dvk_context {
    dvk_context_options options;
    const dvk_backend_ops *ops;
    dvk_backend *backend;
    int threads;
    char reason[160];
};

dvk_status dvk_context_open(const dvk_context_options *options, dvk_context **out)
{
    dvk_context *c = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *c, &c));
    c->options = *options;
    c->threads = options->threads > 0 ? options->threads : omp_get_max_threads();
    c->ops = &dvk_cpu_backend;
    snprintf(c->reason, sizeof c->reason, "the only back end of this build");
    const dvk_status status = c->ops->open("cpu", c->threads, &c->backend);
    if (status != DVK_OK) {
        dvk_free(c);
        return status;
    }
    *out = c;
    return DVK_OK;
}

void dvk_context_close(dvk_context *c)
{
    if (!c)
        return;
    c->ops->close(c->backend);
    dvk_free(c);
}

const char *dvk_context_backend(const dvk_context *c)
{
    return c->ops->name;
}

const char *dvk_context_device(const dvk_context *c)
{
    return c->ops->describe(c->backend)->name;
}

const char *dvk_context_reason(const dvk_context *c)
{
    return c->reason;
}

int dvk_context_threads(const dvk_context *c)
{
    return c->threads;
}

void dvk_context_progress(const dvk_context *c, const char *stage, double fraction)
{
    if (c->options.progress)
        c->options.progress(c->options.user, stage, fraction);
}

void dvk_context_warn(const dvk_context *c, const char *format, ...)
{
    char line[512];
    va_list args;
    if (!c->options.warn)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    c->options.warn(c->options.user, line);
}

dvk_status dvk_context_check(const dvk_context *c)
{
    if (c->options.cancel && *c->options.cancel)
        return dvk_fail(DVK_ERR_INTERRUPTED, "interrupted");
    return DVK_OK;
}

dvk_status dvk_context_convolve(dvk_context *c, const dvk_conv_problem *p, bool direct, const float *in, float *out)
{
    dvk_conv_plan *plan = NULL;
    DVK_TRY(dvk_context_check(c));
    DVK_TRY(c->ops->conv_create(c->backend, p, direct, &plan));
    const dvk_status status = c->ops->conv_run(plan, in, out);
    c->ops->conv_free(plan);
    return status;
}

dvk_status dvk_context_integrate(dvk_context *c, const dvk_integrate_problem *p)
{
    DVK_TRY(dvk_context_check(c));
    return c->ops->integrate(c->backend, p);
}

dvk_status dvk_devices(dvk_device *list, size_t room, size_t *count)
{
    return dvk_cpu_backend.list(list, room, count);
}
