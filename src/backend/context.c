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
    const dvk_backend_ops
        *failed_ops; /* the device that the CPU replaced: open to the end, since plans may live on it */
    dvk_backend *failed;
    int threads;
    double lap_started; /* seconds */
    char reason[DVK_REASON];
};

/* Opens the device `id`, and only then leaves the one open so far. At most one is left, since the CPU never is. */
static dvk_status open_device(dvk_context *c, const char *id)
{
    const dvk_backend_ops *ops = NULL;
    dvk_backend *backend = NULL;
    DVK_TRY(dvk_registry_ops(id, &ops));
    DVK_TRY(ops->open(id, c->threads, &backend));
    c->failed_ops = c->ops;
    c->failed = c->backend;
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
    snprintf(c->reason, sizeof c->reason, DVK_FALLBACK_REASON "%s", why);
    dvk_context_warn(c, "%s: the CPU takes over", why);
    return DVK_OK;
}

/* What decides on the way beside the problem belongs to the record. */
static void add_tuning(dvk_context *c)
{
    const char *tuning = c->ops->tuning(c->backend);
    const size_t used = strlen(c->reason);
    if (tuning[0])
        snprintf(c->reason + used, sizeof c->reason - used, "; %s", tuning);
}

static dvk_status open_chosen(dvk_context *c, const char *device)
{
    dvk_choice choice;
    DVK_TRY(dvk_registry_choose(device, &choice));
    memcpy(c->reason, choice.reason, sizeof c->reason);
    const dvk_status status = open_device(c, choice.id);
    if (status == DVK_OK)
        add_tuning(c);
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
    c->lap_started = omp_get_wtime();
    const dvk_status status = open_chosen(c, options->device);
    if (status != DVK_OK) {
        dvk_context_close(c);
        return status;
    }
    dvk_context_lap(c, "device");
    *out = c;
    return DVK_OK;
}

dvk_status dvk_device_tune(const char *device, char text[DVK_TUNING])
{
    static const size_t edges[] = {48, 96, 160, 256};
    const dvk_context_options options = {.device = device, .fallback = DVK_FALLBACK_NONE};
    dvk_context *c = NULL;
    DVK_TRY(dvk_context_open(&options, &c));
    const dvk_status status =
        c->ops->tune ? c->ops->tune(c->backend, edges, sizeof edges / sizeof edges[0])
                     : dvk_fail(DVK_ERR_USAGE, "%s: there is nothing to tune: give an OpenCL device", c->ops->name);
    if (status == DVK_OK)
        snprintf(text, DVK_TUNING, "%s", c->ops->tuning(c->backend));
    dvk_context_close(c);
    return status;
}

void dvk_context_close(dvk_context *c)
{
    if (!c)
        return;
    if (c->failed)
        c->failed_ops->close(c->failed);
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

size_t dvk_context_direct_taps(const dvk_context *c)
{
    return c->ops->direct_taps(c->backend);
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

void dvk_context_lap(dvk_context *c, const char *stage)
{
    if (!c)
        return;
    const double now = omp_get_wtime();
    if (c->options.lap)
        c->options.lap(c->options.user, stage, now - c->lap_started);
    c->lap_started = now;
}

dvk_status dvk_context_check(const dvk_context *c)
{
    if (c->options.cancel && *c->options.cancel)
        return dvk_fail(DVK_ERR_INTERRUPTED, "interrupted");
    return DVK_OK;
}

/* Whether the device is to blame for a failure, and another may succeed. */
static bool device_failed(const dvk_context *c, dvk_status status)
{
    return c->ops != &dvk_cpu_backend && (status == DVK_ERR_RETRY || status == DVK_ERR_DEVICE);
}

/* (Re)makes the plan on the context's present device. */
static dvk_status make_on_device(dvk_context_plan *plan)
{
    dvk_context *c = plan->context;
    if (plan->plan)
        plan->ops->conv_free(plan->plan);
    plan->plan = NULL;
    plan->ops = c->ops;
    return c->ops->conv_create(c->backend, &plan->problem, plan->direct, &plan->plan);
}

static dvk_status make_anywhere(dvk_context_plan *plan)
{
    const dvk_status status = make_on_device(plan);
    if (!device_failed(plan->context, status))
        return status;
    DVK_TRY(fall_back(plan->context, dvk_context_device(plan->context)));
    return make_on_device(plan);
}

dvk_status dvk_context_plan_make(dvk_context *c, const dvk_conv_problem *p, bool direct, dvk_context_plan *out)
{
    *out = (dvk_context_plan){.context = c, .problem = *p, .direct = direct};
    DVK_TRY(dvk_context_check(c));
    return make_anywhere(out);
}

static dvk_status run_anywhere(dvk_context_plan *plan, const float *in, float *out)
{
    if (plan->ops != plan->context->ops) /* another plan met the failure first */
        DVK_TRY(make_anywhere(plan));
    const dvk_status status = plan->ops->conv_run(plan->plan, in, out);
    if (!device_failed(plan->context, status))
        return status;
    DVK_TRY(fall_back(plan->context, dvk_context_device(plan->context)));
    DVK_TRY(make_on_device(plan));
    return plan->ops->conv_run(plan->plan, in, out);
}

dvk_status dvk_context_plan_run(dvk_context_plan *plan, const float *in, float *out)
{
    const dvk_conv_problem *p = &plan->problem;
    const size_t voxels = p->n[0] * p->n[1] * p->n[2];
    float *copy = NULL;
    DVK_TRY(dvk_context_check(plan->context));
    /* A device may fail with half of the result written; the input must be there for the CPU. */
    if (in == out && plan->ops != &dvk_cpu_backend) {
        DVK_TRY(dvk_alloc(voxels, sizeof *copy, &copy));
        memcpy(copy, in, voxels * sizeof *copy);
        in = copy;
    }
    const dvk_status status = run_anywhere(plan, in, out);
    dvk_free(copy);
    return status;
}

void dvk_context_plan_free(dvk_context_plan *plan)
{
    if (plan->plan)
        plan->ops->conv_free(plan->plan);
    plan->plan = NULL;
}

dvk_status dvk_context_convolve(dvk_context *c, const dvk_conv_problem *p, bool direct, const float *in, float *out)
{
    dvk_context_plan plan;
    dvk_status status = dvk_context_plan_make(c, p, direct, &plan);
    if (status == DVK_OK)
        status = dvk_context_plan_run(&plan, in, out);
    dvk_context_plan_free(&plan);
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
