/* The child that asks, the pipe that it answers through, and the parent that waits no longer than is reasonable. */
#include "backend/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/plugin.h"
#include "base/fail.h"

enum { PATIENCE_MS = 30000 }; /* a GPU driver's first start after boot takes up to some ten seconds */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static dvk_probe result;

static bool write_all(int fd, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        const ssize_t n = write(fd, (const char *)bytes + done, count - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* In the child. Drivers talk on the standard streams; a library must not. */
static void answer(int fd)
{
    const dvk_backend_ops *ops = NULL;
    const int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    dvk_status status = dvk_plugin_load(&ops);
    if (status == DVK_OK)
        status = ops->list(result.device, DVK_PROBE_ROOM, &result.count);
    if (result.count > DVK_PROBE_ROOM)
        result.count = DVK_PROBE_ROOM;
    if (status != DVK_OK)
        snprintf(result.why, sizeof result.why, "%.*s", DVK_PROBE_WHY - 1, dvk_last_message());
    write_all(fd, &result, sizeof result);
}

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Bytes that came before the pipe closed or patience ended. */
static size_t read_answer(int fd, void *bytes, size_t room, bool *late)
{
    const long deadline = now_ms() + PATIENCE_MS;
    size_t done = 0;
    *late = false;
    while (done < room) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        const long left = deadline - now_ms();
        const int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            *late = true;
            break;
        }
        const ssize_t n = read(fd, (char *)bytes + done, room - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

static void explain(bool late, int state)
{
    result.count = 0;
    if (late)
        snprintf(result.why, sizeof result.why, "the OpenCL drivers did not answer in %d s", PATIENCE_MS / 1000);
    else if (WIFSIGNALED(state))
        snprintf(result.why, sizeof result.why, "an OpenCL driver crashed when asked for its devices: %s",
                 strsignal(WTERMSIG(state)));
    else
        snprintf(result.why, sizeof result.why, "an OpenCL driver ended the program when asked for its devices");
}

static void probe(void)
{
    int ends[2], state = 0;
    bool late = false;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        snprintf(result.why, sizeof result.why, "cannot ask for OpenCL devices: %s", strerror(errno));
        return;
    }
    const pid_t child = fork();
    if (child == 0) {
        answer(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    if (child < 0) {
        snprintf(result.why, sizeof result.why, "cannot ask for OpenCL devices: %s", strerror(errno));
    } else {
        const size_t got = read_answer(ends[0], &result, sizeof result, &late);
        if (late)
            kill(child, SIGKILL);
        while (waitpid(child, &state, 0) < 0 && errno == EINTR)
            ;
        if (got < sizeof result)
            explain(late, state);
        else if (result.count == 0 && !result.why[0])
            snprintf(result.why, sizeof result.why, "no OpenCL device");
    }
    close(ends[0]);
}

const dvk_probe *dvk_probe_opencl(void)
{
    pthread_once(&once, probe);
    return &result;
}
