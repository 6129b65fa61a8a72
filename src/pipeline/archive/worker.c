/*
 * A worker: a process of its own, so that a crash costs one case. Rows come in through a socket, a report for each goes
 * back. It ends when its line is closed, and at the death of the run that started it.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fail.h"
#include "pipeline/archive/archive.h"

static bool receive_whole(int line, void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        const ssize_t n = recv(line, (char *)bytes + done, count - done, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static bool send_whole(int line, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        const ssize_t n = send(line, (const char *)bytes + done, count - done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* In the child. */
static void work(const dvk_archive_options *options, const dvk_manifest *m, int line)
{
    dvk_worker_stock stock = {.context = NULL};
    dvk_case_report report;
    size_t row = 0;
    dvk_seen_open(&stock.seen, options->out);
    while (receive_whole(line, &row, sizeof row)) {
        dvk_archive_case(&stock, options, m, row, &report);
        if (!send_whole(line, &report, sizeof report))
            break;
        if (report.status == DVK_ERR_RETRY && report.outcome == DVK_CASE_FAILED)
            break; /* a lost device: a fresh process opens it again */
    }
    dvk_seen_close(&stock.seen);
    dvk_stock_clear(&stock.of_cases);
    dvk_context_close(stock.context);
}

dvk_status dvk_worker_start(const dvk_archive_options *options, const dvk_manifest *m, dvk_worker *workers,
                            size_t count, size_t i)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return dvk_fail(DVK_ERR_RETRY, "cannot start a worker: %s", strerror(errno));
    const pid_t run = getpid(), pid = fork();
    if (pid == 0) {
        close(ends[0]);
        prctl(PR_SET_PDEATHSIG, SIGTERM); /* a run that is killed takes its workers along */
        if (getppid() != run)
            _exit(1);
        for (size_t other = 0; other < count; other++) /* else their lines would outlive the run */
            if (workers[other].pid)
                close(workers[other].line);
        work(options, m, ends[1]);
        _exit(0);
    }
    const int error = errno;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return dvk_fail(DVK_ERR_RETRY, "cannot start a worker: %s", strerror(error));
    }
    workers[i] = (dvk_worker){.pid = pid, .line = ends[0]};
    return DVK_OK;
}

bool dvk_worker_send(dvk_worker *w, size_t row, unsigned tries)
{
    w->row = row;
    w->tries = tries;
    w->busy = true;
    return send_whole(w->line, &row, sizeof row);
}

bool dvk_worker_receive(dvk_worker *w, dvk_case_report *out)
{
    return receive_whole(w->line, out, sizeof *out);
}

int dvk_worker_end(dvk_worker *w)
{
    int state = 0;
    if (!w->pid)
        return 0;
    close(w->line);
    while (waitpid(w->pid, &state, 0) < 0 && errno == EINTR)
        ;
    *w = (dvk_worker){.line = -1};
    return state;
}
