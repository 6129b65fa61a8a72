/* Opens a back end and runs operations on it; puts the CPU in the place of a device that fails. */
#include "backend/context.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "backend/registry.h"
#include "base/alloc.h"
#include "base/fail.h"

struct dvk_context {
    dvk_context_options options;
    const dvk_backend_ops *ops;
    dvk_backend *backend;
    int threads;
    char reason[DVK_REASON];
};

/* Opens the device `id`, and only then leaves the one open so far. */
static dvk_status open_device(dvk_context *c, const char *id)
{
    const dvk_backend_ops *ops = NULL;
    dvk_backend *backend = NULL;
    DVK_TRY(dvk_registry_ops(id, &ops));
    DVK_TRY(ops->open(id, c->threads, &backend));
    if (c->backend)
        c->ops->close(c->backend);
    c->ops = ops;
    c->backend = backend;
    return DVK_OK;
}

/* Takes the CPU after a device failed with the thread's last message, or says that the caller may try again. */
static dvk_status fall_back(dvk_context *c, const char *failed)
{
    char why[DVK_REASON - 16];
    snprintf(why, sizeof why, "%s failed: %.200s", failed, dvk_last_message());
    if (c->options.fallback == DVK_FALLBACK_NONE)
        return dvk_fail(DVK_ERR_RETRY, "%s", why);
    DVK_TRY(open_device(c, "cpu"));
    snprintf(c->reason, sizeof c->reason, "fallback: %s", why);
    dvk_context_warn(c, "%s: the CPU takes over", why);
    return DVK_OK;
}

static dvk_status open_chosen(dvk_context *c, const char *device)
{
    dvk_choice choice;
    DVK_TRY(dvk_registry_choose(device, &choice));
    memcpy(c->reason, choice.reason, sizeof c->reason);
    const dvk_status status = open_device(c, choice.id);
    if (status != DVK_ERR_RETRY && status != DVK_ERR_DEVICE)
        return status;
    return fall_back(c, choice.id);
}

dvk_status dvk_context_open(const dvk_context_options *options, dvk_context **out)
{
    dvk_context *c = NULL;
    *out = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *c, &c));
    c->options = *options;
    c->options.device = NULL; /* the caller's text is not kept */
    c->threads = options->threads > 0 ? options->threads : omp_get_max_threads();
    const dvk_status status = open_chosen(c, options->device);
    if (status == DVK_OK)
        *out = c;
    else
        dvk_context_close(c);
    return status;
}

void dvk_context_close(dvk_context *c)
{
    if (!c)
        return;
    if (c->backend)
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

static dvk_status convolve_once(dvk_context *c, const dvk_conv_problem *p, bool direct, const float *in, float *out)
{
    dvk_conv_plan *plan = NULL;
    DVK_TRY(c->ops->conv_create(c->backend, p, direct, &plan));
    const dvk_status status = c->ops->conv_run(plan, in, out);
    c->ops->conv_free(plan);
    return status;
}

/* Whether the device is to blame for a failure, and another may succeed. */
static bool device_failed(const dvk_context *c, dvk_status status)
{
    return c->ops != &dvk_cpu_backend && (status == DVK_ERR_RETRY || status == DVK_ERR_DEVICE);
}

dvk_status dvk_context_convolve(dvk_context *c, const dvk_conv_problem *p, bool direct, const float *in, float *out)
{
    const size_t voxels = p->n[0] * p->n[1] * p->n[2];
    float *copy = NULL;
    DVK_TRY(dvk_context_check(c));
    /* A device may fail with half of the result written; the input must be there for the CPU. */
    if (in == out && c->ops != &dvk_cpu_backend) {
        DVK_TRY(dvk_alloc(voxels, sizeof *copy, &copy));
        memcpy(copy, in, voxels * sizeof *copy);
        in = copy;
    }
    dvk_status status = convolve_once(c, p, direct, in, out);
    if (device_failed(c, status)) {
        status = fall_back(c, dvk_context_device(c));
        if (status == DVK_OK)
            status = convolve_once(c, p, direct, in, out);
    }
    dvk_free(copy);
    return status;
}

dvk_status dvk_context_integrate(dvk_context *c, const dvk_integrate_problem *p)
{
    DVK_TRY(dvk_context_check(c));
    const dvk_status status = c->ops->integrate(c->backend, p);
    if (!device_failed(c, status))
        return status;
    DVK_TRY(fall_back(c, dvk_context_device(c)));
    return c->ops->integrate(c->backend, p);
}
