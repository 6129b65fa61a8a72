/* dvkit archive collect: the cohort's tables and page, from the results that are there. */
#include <stdio.h>
#include <string.h>

#include "archive_commands.h"

typedef struct arguments {
    common_options common;
    dvk_course_options course;
    const char *out;
    bool bids, with_stale;
} arguments;

enum { KEY_LIMIT = 1, KEY_TOLERANCE, KEY_BIDS, KEY_STALE };

static const struct argp_option table[] = {
    {"limit-bed", KEY_LIMIT, "DOSE", 0, "limit of a kidney's summed BED (default 27Gy; none)", 0},
    {"tolerance", KEY_TOLERANCE, "DOSE", 0, "above the limit (default 2Gy)", 0},
    {"bids", KEY_BIDS, 0, 0, "insist on an archive of BIDS names, whose tables are OUT/group_dose.tsv and so on", 0},
    {"with-stale", KEY_STALE, 0, 0, "take results of other parameters in as well; qc.tsv marks them", 0},
    {0}};

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
    case KEY_BIDS:
        a->bids = true;
        return 0;
    case KEY_STALE:
        a->with_stale = true;
        return 0;
    case KEY_LIMIT:
        return option_positive(state, "limit-bed", arg, DVK_UNIT_GY, true, &a->course.limit_bed_Gy);
    case KEY_TOLERANCE:
        return option_check(state, "tolerance", dvk_quantity_parse(arg, DVK_UNIT_GY, &a->course.tolerance_Gy));
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {0}};
static const struct argp collect_argp = {
    table,
    parse,
    "OUT",
    "Writes OUT/cohort: dose.tsv (a row a case and VOI), course.tsv (a row a patient and kidney, cycles added up), "
    "qc.tsv (a row a case, also those without a result), cohort.tsv (mean, SD and range) and cohort.html. Cases that "
    "failed or are left are counted, and the exit code is then 3 or 75, as that of 'status'. Stale results, of other "
    "parameters than the archive's, are not mixed with the others: they are left out, named in qc.tsv, and count as "
    "left.",
    children,
    0,
    0};
static int run(int argc, char **argv);

const command archive_collect = {
    .name = "archive collect",
    .summary = "the cohort's tables and page",
    .example = "dvkit archive collect results",
    .argp = &collect_argp,
    .run = run,
};

/* What is there and yet not in the tables; what failed is for 'status'. */
static void say_left_out(void *user, const dvk_archive_state *s)
{
    (void)user;
    if (s->message && s->stage && strcmp(s->state, "stale") != 0 &&
        (strcmp(s->stage, "resume") == 0 || strcmp(s->stage, "collect") == 0))
        fprintf(stderr, "dvkit archive collect: %s%s%s: left out: %s\n", s->participant, s->session ? "/" : "",
                s->session ? s->session : "", s->message);
}

static void say_stale(const arguments *a, size_t stale)
{
    if (stale)
        fprintf(
            stderr,
            "dvkit archive collect: %s: %zu results of other parameters, back end or program than the archive's are "
            "%s: 'archive status --failed' lists them, 'archive run --on-stale rerun' does them again\n",
            a->out, stale, a->with_stale ? "MIXED with the others" : "left out");
}

static int run(int argc, char **argv)
{
    arguments a = {.course = dvk_course_options_default()};
    dvk_archive_counts n;
    const int code = command_parse(&archive_collect, argc, argv, &a);
    if (code >= 0)
        return code;
    if (!a.out)
        return command_usage(&archive_collect, "the archive's folder is missing: see 'dvkit archive collect --help'");
    const bool bids = dvk_archive_is_bids(a.out);
    if (a.bids && !bids)
        return command_usage(&archive_collect, "%s: was not made with 'archive run --bids'", a.out);
    const dvk_status status = dvk_archive_collect(a.out, &a.course, a.with_stale, say_left_out, NULL, &n);
    if (status != DVK_OK)
        return command_fail(&archive_collect, status);
    say_stale(&a, n.stale);
    if (!a.common.quiet)
        printf("%s/%scohort.html: %zu of %zu cases, %zu failed, %zu left, %zu stale\n", a.out,
               bids ? "group_" : "cohort/", n.done, n.cases, n.failed, n.left, n.stale);
    return archive_exit_code(n.left + n.stale, n.failed);
}
