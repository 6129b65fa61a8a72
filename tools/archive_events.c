/* See archive_events.h. */
#include "archive_events.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

bool event_log_open(event_log *log)
{
    log->file = log->path ? fopen(log->path, "a") : NULL;
    return !log->path || log->file;
}

bool event_log_close(event_log *log)
{
    if (log->file && fclose(log->file) != 0)
        log->failed = true;
    log->file = NULL;
    if (log->failed)
        fprintf(stderr, "dvkit archive run: %s: writing failed\n", log->path);
    return !log->failed;
}

void event_print_text(FILE *to, const char *key, const char *text)
{
    if (!text)
        return;
    fprintf(to, ", \"%s\": \"", key);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p == '"' || *p == '\\')
            fprintf(to, "\\%c", *p);
        else if (*p < ' ')
            fprintf(to, "\\u%04x", *p);
        else
            fputc(*p, to);
    fputc('"', to);
}

/* One line, flushed, so that who follows the log sees it at once. */
static bool print_event(FILE *to, const dvk_archive_event *e)
{
    char now[32] = "";
    const time_t clock = time(NULL);
    struct tm utc;
    if (gmtime_r(&clock, &utc))
        strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(to, "{\"time\": \"%s\", \"worker\": %ld, \"event\": \"%s\"", now, (long)getpid(), e->what);
    event_print_text(to, "participant_id", e->participant);
    event_print_text(to, "session_id", e->session);
    event_print_text(to, "stage", e->stage);
    event_print_text(to, "message", e->message);
    if (e->message)
        fprintf(to, ", \"exit_code\": %d", e->exit_code);
    fprintf(to, ", \"seconds\": %.3f, \"cases\": %zu, \"done\": %zu, \"current\": %zu, \"failed\": %zu}\n", e->seconds,
            e->cases, e->done, e->current, e->failed);
    return fflush(to) == 0;
}

/* "37 of 200, 3 failed, 512 an hour, 19 min left,"; the rate is that of cases computed. */
static void show_progress(const dvk_archive_event *e)
{
    char text[128];
    const size_t past = e->done + e->current + e->failed, worked = e->done + e->failed;
    const double rate = e->elapsed_s > 0 ? (double)worked / e->elapsed_s : 0;
    const double left_s = rate > 0 ? (double)(e->cases - past) / rate : 0;
    const int used = snprintf(text, sizeof text, "%zu of %zu, %zu failed,", past, e->cases, e->failed);
    if (left_s > 0) {
        const bool hours = left_s > 6000, minutes = left_s > 100;
        snprintf(text + used, sizeof text - (size_t)used, " %.0f an hour, %.0f %s left,", 3600 * rate,
                 left_s / (hours     ? 3600
                           : minutes ? 60
                                     : 1),
                 hours     ? "h"
                 : minutes ? "min"
                           : "s");
    }
    command_progress(NULL, text, e->cases ? (double)past / (double)e->cases : 1);
}

void event_log_take(void *user, const dvk_archive_event *e)
{
    event_log *log = user;
    const bool end = strcmp(e->what, "end") == 0, tick = strcmp(e->what, "tick") == 0;
    if (log->file && !tick && !print_event(log->file, e))
        log->failed = true;
    if (log->json && !tick && !print_event(stdout, e))
        log->failed = true;
    if (e->message) {
        command_progress(NULL, "", 1);
        fprintf(stderr, "dvkit archive run: %s%s%s: %s\n", e->participant, e->session ? "/" : "",
                e->session ? e->session : "", e->message);
    }
    if (log->quiet || log->json)
        return;
    if (!end) {
        show_progress(e);
        return;
    }
    command_progress(NULL, "", 1);
    printf("%zu cases: %zu computed, %zu were done, %zu failed, %zu left\n", e->cases, e->done, e->current, e->failed,
           e->cases - e->done - e->current - e->failed);
}
