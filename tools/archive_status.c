/* dvkit archive status: how far an archive is, and what failed. */
#include <stdio.h>

#include "archive_commands.h"
#include "archive_events.h"

typedef struct arguments {
    common_options common;
    const char *out;
    bool failed_only;
    size_t shown; /* cases printed so far */
} arguments;

enum { KEY_FAILED = 1 };

static const struct argp_option table[] = {
    {"failed", KEY_FAILED, 0, 0, "one line for each case that failed or is stale", 0}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        return 0;
    case ARGP_KEY_ARG:
        if (a->out)
            return ARGP_ERR_UNKNOWN;
        a->out = arg;
        return 0;
    case KEY_FAILED:
        a->failed_only = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {0}};
static const struct argp status_argp = {
    table,
    parse,
    "OUT",
    "Cases are done, failed, left or stale: of other parameters, labels, back end or program than OUT/archive.json and "
    "OUT/manifest.tsv ask for, as an 'archive run --on-stale' leaves them that did not come to its end. The exit code "
    "is "
    "that of a run that ends here: 0 all done, 75 some left or stale, 3 some failed and the others done.",
    children,
    0,
    0};
static int run(int argc, char **argv);

const command archive_status = {
    .name = "archive status",
    .summary = "how far an archive is, and what failed",
    .example = "dvkit archive status results --failed",
    .argp = &status_argp,
    .run = run,
};

static void print_case(void *user, const dvk_archive_state *s)
{
    arguments *a = user;
    if (a->failed_only && !s->message)
        return;
    if (a->common.json) {
        printf("%s\n    {\"state\": \"%s\"", a->shown++ ? "," : "", s->state);
        event_print_text(stdout, "participant_id", s->participant);
        event_print_text(stdout, "session_id", s->session);
        event_print_text(stdout, "stage", s->stage);
        event_print_text(stdout, "message", s->message);
        if (s->message)
            printf(", \"exit_code\": %d, \"retryable\": %s", s->exit_code, s->retryable ? "true" : "false");
        printf("}");
    } else if (a->failed_only) {
        printf("%s%s%s: %s\n", s->participant, s->session ? "/" : "", s->session ? s->session : "", s->message);
    }
}

static int run(int argc, char **argv)
{
    arguments a = {.out = NULL};
    dvk_archive_counts n;
    const int code = command_parse(&archive_status, argc, argv, &a);
    if (code >= 0)
        return code;
    if (!a.out)
        return command_usage(&archive_status, "the archive's folder is missing: see 'dvkit archive status --help'");
    dvk_status status = dvk_archive_status(a.out, NULL, NULL, &n); /* the counts stand first */
    if (status == DVK_OK && a.common.json)
        printf("{\n  \"cases\": %zu, \"done\": %zu, \"failed\": %zu, \"left\": %zu, \"stale\": %zu,\n  \"list\": [",
               n.cases, n.done, n.failed, n.left, n.stale);
    if (status == DVK_OK && (a.common.json || a.failed_only))
        status = dvk_archive_status(a.out, print_case, &a, &n);
    if (status != DVK_OK)
        return command_fail(&archive_status, status);
    if (a.common.json)
        printf("\n  ]\n}\n");
    else if (!a.failed_only && !a.common.quiet)
        printf("%zu cases: %zu done, %zu failed, %zu left, %zu stale\n", n.cases, n.done, n.failed, n.left, n.stale);
    return archive_exit_code(n.left + n.stale, n.failed);
}
