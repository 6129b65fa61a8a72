/*
 * The run over an archive: hands rows to worker processes, takes their reports, tries again what died or was busy, and
 * stops when all is done, a limit is reached or a signal came. It computes nothing and opens no device itself.
 */
#include "pipeline/archive/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fail.h"

enum { MOST_TRIES = 1 };

/* A busy case, or one whose worker died, is left alone for this long. */
static const double pause_s = 0.5;

/* And one that another run holds: it takes about as long as a case does. */
static const double lease_pause_s = 2;

static bool cancelled(const dvk_run *r)
{
    return r->options->context.cancel && *r->options->context.cancel;
}

/* --- telling --- */

static void tell(const dvk_run *r, const char *what, const dvk_case_report *report)
{
    const dvk_archive_counts *c = r->counts;
    const bool bad = report && (report->outcome == DVK_CASE_FAILED || report->outcome == DVK_CASE_STALE);
    dvk_archive_event e = {.what = what,
                           .cases = c->cases,
                           .done = c->done,
                           .current = c->current,
                           .failed = c->failed,
                           .elapsed_s = dvk_now_s() - r->started_s};
    if (!r->options->event)
        return;
    if (report) {
        e.participant = dvk_manifest_cell(&r->manifest, report->row, DVK_COLUMN_PARTICIPANT);
        e.session = dvk_manifest_cell(&r->manifest, report->row, DVK_COLUMN_SESSION);
        e.stage = bad ? report->stage : NULL;
        e.message = bad ? report->message : NULL;
        e.exit_code = bad ? dvk_exit_code(report->status) : 0;
        e.seconds = report->seconds;
    }
    r->options->event(r->options->user, &e);
}

/* --- rows that wait --- */

/* Puts a row back for later. */
static dvk_status put_back(dvk_run *r, size_t row, unsigned tries, double pause)
{
    if (r->again_count == r->again_room) {
        DVK_TRY(dvk_grow(r->again_count, r->again_room + 64, sizeof *r->again, &r->again));
        r->again_room += 64;
    }
    r->again[r->again_count++] = (dvk_again){row, tries, dvk_now_s() + pause};
    return DVK_OK;
}

/* The next row to do now. False: there is none, or not yet. */
static bool take_row(dvk_run *r, size_t *row, unsigned *tries)
{
    if (r->next < r->count) {
        *row = r->order[r->next++];
        *tries = 0;
        return true;
    }
    for (size_t i = 0; i < r->again_count; i++)
        if (r->again[i].not_before_s <= dvk_now_s()) {
            *row = r->again[i].row;
            *tries = r->again[i].tries;
            r->again[i] = r->again[--r->again_count];
            return true;
        }
    return false;
}

/* --- what comes back --- */

static void stop_with(dvk_run *r, dvk_status status, const char *message)
{
    r->stopping = true;
    if (r->fatal != DVK_OK)
        return;
    r->fatal = status;
    snprintf(r->why, sizeof r->why, "%s", message);
}

static void count_failure(dvk_run *r)
{
    r->counts->failed++;
    if (r->options->max_failures && r->counts->failed >= r->options->max_failures)
        r->stopping = true;
}

static void again_or_stop(dvk_run *r, size_t row, unsigned tries, double pause)
{
    if (put_back(r, row, tries, pause) != DVK_OK)
        stop_with(r, DVK_ERR_MEMORY, dvk_last_message());
}

static void take_report(dvk_run *r, const dvk_worker *w, const dvk_case_report *report)
{
    switch (report->outcome) {
    case DVK_CASE_DONE:
        r->counts->done++;
        tell(r, "done", report);
        break;
    case DVK_CASE_CURRENT:
        r->counts->current++;
        tell(r, "current", report);
        break;
    case DVK_CASE_BUSY:
        again_or_stop(r, report->row, w->tries, pause_s);
        tell(r, "busy", report);
        break;
    case DVK_CASE_STOPPED:
        if (report->status != DVK_ERR_INTERRUPTED)
            stop_with(r, report->status, report->message);
        break;
    case DVK_CASE_FAILED:
    case DVK_CASE_STALE:
        if (report->retryable && w->tries < MOST_TRIES) {
            again_or_stop(r, report->row, w->tries + 1, pause_s);
            break;
        }
        count_failure(r);
        tell(r, report->outcome == DVK_CASE_FAILED ? "failed" : "stale", report);
    }
}

/* A worker that died takes its case along; the second time the case is to blame. */
static void take_death(dvk_run *r, const dvk_worker *w, int state)
{
    dvk_case_report report = {
        .row = w->row, .outcome = DVK_CASE_FAILED, .status = DVK_ERR_INTERNAL, .retryable = true, .stage = "worker"};
    if (!w->busy || cancelled(r))
        return;
    if (w->tries < MOST_TRIES) {
        snprintf(report.message, sizeof report.message, "its worker was ended: it is done again");
        tell(r, "lost", &report);
        again_or_stop(r, w->row, w->tries + 1, pause_s);
        return;
    }
    if (WIFSIGNALED(state))
        snprintf(report.message, sizeof report.message, "the worker was ended twice, last by signal %d (%s)",
                 WTERMSIG(state), strsignal(WTERMSIG(state)));
    else
        snprintf(report.message, sizeof report.message, "the worker ended twice without an answer");
    const dvk_status status = dvk_archive_error(r->options, &r->manifest, &report);
    if (status == DVK_ERR_IO)
        stop_with(r, status, dvk_last_message());
    count_failure(r);
    tell(r, "failed", &report);
}

/* --- handing out --- */

/* Several devices are shared out among the workers. */
static dvk_status start_worker(dvk_run *r, size_t i)
{
    dvk_archive_options *o = &r->worker_options;
    o->context.device = r->device[i % r->devices];
    return dvk_worker_start(o, &r->manifest, r->workers, r->jobs, i);
}

/* The next row that no other run holds. */
static bool take_free_row(dvk_run *r, size_t *row, unsigned *tries)
{
    while (!r->stopping && take_row(r, row, tries)) {
        if (dvk_leases_take(&r->leases, *row))
            return true;
        again_or_stop(r, *row, *tries, lease_pause_s);
    }
    return false;
}

static void lose(dvk_run *r, dvk_worker *w)
{
    const dvk_worker dead = *w;
    if (dead.busy) /* else another may hold that row by now */
        dvk_leases_drop(&r->leases, dead.row);
    take_death(r, &dead, dvk_worker_end(w));
}

static void hand_out(dvk_run *r)
{
    for (size_t i = 0; i < r->jobs; i++) {
        dvk_worker *w = &r->workers[i];
        dvk_case_report begun = {0};
        unsigned tries = 0;
        if (w->busy)
            continue;
        if (!take_free_row(r, &begun.row, &tries))
            return;
        if (!w->pid && start_worker(r, i) != DVK_OK) {
            stop_with(r, DVK_ERR_RETRY, dvk_last_message());
            return;
        }
        tell(r, "start", &begun);
        if (!dvk_worker_send(w, begun.row, tries))
            lose(r, w);
    }
}

static size_t busy_workers(const dvk_run *r)
{
    size_t busy = 0;
    for (size_t i = 0; i < r->jobs; i++)
        busy += r->workers[i].busy;
    return busy;
}

static void listen_to(dvk_run *r, dvk_worker *w)
{
    dvk_case_report report;
    const bool heard = dvk_worker_receive(w, &report);
    /* A signal for a worker alone: it does no more cases. */
    const bool ended = heard && report.status == DVK_ERR_INTERRUPTED && !cancelled(r);
    if (!heard || ended) {
        lose(r, w);
        return;
    }
    w->busy = false;
    dvk_leases_drop(&r->leases, report.row);
    take_report(r, w, &report);
    if (r->options->isolate || (report.retryable && report.outcome == DVK_CASE_FAILED))
        dvk_worker_end(w);
}

/* Waits for reports, but not past the next moment at which something else is to be done. */
static void wait_for_workers(dvk_run *r)
{
    enum { TICK_MS = 200 };
    for (size_t i = 0; i < r->jobs; i++)
        r->polled[i] = (struct pollfd){.fd = r->workers[i].pid ? r->workers[i].line : -1, .events = POLLIN};
    if (poll(r->polled, r->jobs, TICK_MS) <= 0)
        return;
    for (size_t i = 0; i < r->jobs; i++)
        if (r->polled[i].revents && r->workers[i].pid)
            listen_to(r, &r->workers[i]);
}

/* Signals and budgets. Workers get the signal once; Ctrl-C has reached them already, and twice does no harm. */
static void look_around(dvk_run *r)
{
    const double budget = r->options->time_budget_s;
    dvk_leases_beat(&r->leases);
    if (budget > 0 && dvk_now_s() - r->started_s >= budget)
        r->stopping = true;
    if (!cancelled(r) || r->fatal == DVK_ERR_INTERRUPTED)
        return;
    stop_with(r, DVK_ERR_INTERRUPTED, "interrupted");
    for (size_t i = 0; i < r->jobs; i++)
        if (r->workers[i].pid)
            kill(r->workers[i].pid, SIGTERM);
}

static void run_rows(dvk_run *r)
{
    for (;;) {
        look_around(r);
        if (!r->stopping)
            hand_out(r);
        tell(r, "tick", NULL);
        if (busy_workers(r) == 0 && (r->stopping || (r->next == r->count && r->again_count == 0)))
            return;
        wait_for_workers(r);
    }
}

/* --- all of it --- */

static void tear_down(dvk_run *r)
{
    for (size_t i = 0; r->workers && i < r->jobs; i++)
        dvk_worker_end(&r->workers[i]);
    dvk_leases_close(&r->leases);
    dvk_manifest_close(&r->manifest);
    dvk_free(r->order);
    dvk_free(r->again);
    dvk_free(r->workers);
    dvk_free(r->polled);
}

dvk_status dvk_archive_run(const dvk_archive_options *options, dvk_archive_counts *out)
{
    dvk_run r = {.options = options, .counts = out, .started_s = dvk_now_s()};
    *out = (dvk_archive_counts){0};
    dvk_status status = dvk_run_set_up(&r);
    if (status == DVK_OK) {
        run_rows(&r);
        out->left = out->cases - out->done - out->current - out->failed;
        tell(&r, "end", NULL);
        status = r.fatal;
    }
    tear_down(&r);
    return status == DVK_OK || !r.why[0] ? status : dvk_fail(status, "%s", r.why);
}
