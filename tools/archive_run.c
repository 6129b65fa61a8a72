/* dvkit archive run: computes the cases of a manifest, as many at a time as there are processors. */
#include <string.h>

#include "archive_commands.h"
#include "archive_events.h"
#include "options_case.h"

typedef struct arguments {
    case_arguments case_arguments;
    dvk_archive_options archive;
    event_log log;
} arguments;

enum {
    KEY_SHARD = 0x6000,
    KEY_BIDS,
    KEY_CLAIM,
    KEY_LEASE,
    KEY_JOBS,
    KEY_VERIFY,
    KEY_STALE,
    KEY_ONLY_FAILED,
    KEY_ISOLATE,
    KEY_FAILURES,
    KEY_BUDGET,
    KEY_EVENTS
};

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "where the results are to lie, DIR/sub-X/ses-Y", 0},
    {"bids", KEY_BIDS, 0, 0, "DIR is a BIDS derivative dataset: names after the case, in DIR/sub-X/ses-Y/pet", 0},
    {0, 0, 0, 0, "Sharing the work:", 1},
    {"jobs", KEY_JOBS, "J", 0, "cases at a time, each in a process (default: the number of processors)", 1},
    {"shard", KEY_SHARD, "K/N|auto", 0,
     "every N-th case from the K-th on; auto asks Slurm, PBS, SGE, LSF, Kubernetes or AWS Batch (auto/N where they do "
     "not say N)",
     1},
    {"claim", KEY_CLAIM, 0, 0, "take the next case that no other run has taken", 1},
    {"lease", KEY_LEASE, "TIME", 0, "a claim without sign of life for this long is void (default 60s)", 1},
    {"isolate", KEY_ISOLATE, 0, 0, "a fresh process for each case", 1},
    {0, 0, 0, 0, "Taking up and ending:", 2},
    {"verify", KEY_VERIFY, 0, 0, "hash inputs and files of finished cases, instead of looking at times and sizes", 2},
    {"on-stale", KEY_STALE, "refuse|rerun|skip", 0, "results of other inputs or parameters (default refuse)", 2},
    {"only-failed", KEY_ONLY_FAILED, 0, 0, "only the cases that failed before", 2},
    {"max-failures", KEY_FAILURES, "N", 0, "stop after so many failed cases", 2},
    {"time-budget", KEY_BUDGET, "TIME", 0, "start no case after this time; 75 where some are left", 2},
    {"events", KEY_EVENTS, "FILE", 0, "add a line of JSON for each thing that happens (--json: on standard output)", 2},
    {0}};

static error_t whole_number(struct argp_state *state, const char *name, const char *arg, size_t *out)
{
    double number = 0;
    const error_t error = option_positive(state, name, arg, DVK_UNIT_NONE, false, &number);
    *out = (size_t)number;
    return error || (double)*out == number ? error : option_bad(state, name, "'%s' is not a whole number", arg);
}

static error_t hours_as_seconds(struct argp_state *state, const char *name, const char *arg, double *out)
{
    const error_t error = option_positive(state, name, arg, DVK_UNIT_HOURS, false, out);
    *out *= 3600;
    return error;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    dvk_archive_options *o = &a->archive;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        case_children(state, &a->case_arguments, true);
        return 0;
    case ARGP_KEY_ARG:
        if (o->manifest)
            return ARGP_ERR_UNKNOWN;
        o->manifest = arg;
        return 0;
    case 'o':
        o->out = arg;
        return 0;
    case KEY_BIDS:
        o->bids = true;
        return 0;
    case KEY_JOBS:
        return whole_number(state, "jobs", arg, &o->jobs);
    case KEY_SHARD:
        return option_check(state, "shard", dvk_shard_parse(arg, &o->shard, &o->shards));
    case KEY_CLAIM:
        o->claim = true;
        return 0;
    case KEY_LEASE:
        return hours_as_seconds(state, "lease", arg, &o->lease_s);
    case KEY_ISOLATE:
        o->isolate = true;
        return 0;
    case KEY_VERIFY:
        o->verify = true;
        return 0;
    case KEY_STALE:
        error = option_word(state, "on-stale", arg, (const char *const[]){"refuse", "rerun", "skip", NULL}, &word);
        o->on_stale = (dvk_on_stale)word;
        return error;
    case KEY_ONLY_FAILED:
        o->only_failed = true;
        return 0;
    case KEY_FAILURES:
        return whole_number(state, "max-failures", arg, &o->max_failures);
    case KEY_BUDGET:
        return hours_as_seconds(state, "time-budget", arg, &o->time_budget_s);
    case KEY_EVENTS:
        a->log.path = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0},
                                             {&scan_argp, 0, 0, 0},
                                             {&voi_argp, 0, 0, 0},
                                             {&roi_argp, 0, 0, 0},
                                             {&integrate_argp, 0, 0, 0},
                                             {&dose_options_argp, 0, 0, 0},
                                             {0}};
static const struct argp run_argp = {
    table,
    parse,
    "manifest.tsv -o DIR",
    "The options of 'dvkit dose' hold for every case; a row's own facts go before them. A case is done when its "
    "provenance.json has the fingerprint of what is asked for and its files are whole; any other is computed. A device "
    "that fails makes its case fail (--fallback none), since one archive has one back end.\n\n"
    "Exit codes: 0 all done; 3 the rest is done and some cases failed, or --max-failures; 73 DIR holds an archive of "
    "other parameters; 74 disk full; 75 the "
    "time budget ended before the cases did, whether some failed or none; 130 or 143 ended by a signal.",
    children,
    0,
    0};
static int run(int argc, char **argv);

const command archive_run = {
    .name = "archive run",
    .summary = "computes the cases of a manifest",
    .example = "dvkit archive run manifest.tsv -o results --jobs 8",
    .argp = &run_argp,
    .run = run,
};

static int run_archive(arguments *a)
{
    const dvk_case_options base = case_options(&a->case_arguments);
    const common_options *common = &a->case_arguments.common;
    dvk_archive_options *o = &a->archive;
    dvk_archive_counts counts;
    o->base = &base;
    o->context = common->context;
    o->context.cancel = command_signals();
    o->event = event_log_take;
    o->user = &a->log;
    a->log.json = common->json;
    a->log.quiet = common->quiet;
    if (!event_log_open(&a->log))
        return command_usage(&archive_run, "--events: %s cannot be written", a->log.path);
    const dvk_status status = dvk_archive_run(o, &counts);
    const bool written = event_log_close(&a->log);
    if (status != DVK_OK)
        return command_fail(&archive_run, status);
    if (!written)
        return dvk_exit_code(DVK_ERR_IO);
    const bool too_many = o->max_failures && counts.failed >= o->max_failures;
    return archive_exit_code(too_many ? 0 : counts.left, counts.failed);
}

static int run(int argc, char **argv)
{
    arguments a = {.case_arguments = case_arguments_default(argc, argv), .archive = dvk_archive_default()};
    a.case_arguments.common.context.fallback = a.archive.context.fallback;
    int code = command_parse(&archive_run, argc, argv, &a);
    if (code < 0 && (!a.archive.manifest || !a.archive.out))
        code = command_usage(&archive_run, "a manifest and -o DIR are needed: see 'dvkit archive run --help'");
    if (code < 0 && (a.case_arguments.voi.count || a.case_arguments.scan.options.times))
        code = command_usage(&archive_run, "--voi and --times are each case's own: they stand in the manifest");
    if (code < 0)
        code = run_archive(&a);
    case_arguments_free(&a.case_arguments);
    return code;
}
