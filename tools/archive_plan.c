/* dvkit archive plan: finds and checks the cases of a tree or table and writes the manifest. */
#include <stdio.h>

#include "archive_commands.h"
#include "options_case.h"

typedef struct arguments {
    case_arguments case_arguments; /* what all cases have in common */
    const char *source, *manifest;
} arguments;

static const struct argp_option table[] = {{"output", 'o', "FILE", 0, "the manifest to write", 0}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->case_arguments.common;
        state->child_inputs[1] = &a->case_arguments.scan;
        state->child_inputs[2] = &a->case_arguments.voi;
        return 0;
    case ARGP_KEY_ARG:
        if (a->source)
            return ARGP_ERR_UNKNOWN;
        a->source = arg;
        return 0;
    case 'o':
        a->manifest = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {&scan_argp, 0, 0, 0}, {&voi_argp, 0, 0, 0}, {0}};
static const struct argp plan_argp = {
    table,
    parse,
    "DIR|TABLE -o manifest.tsv",
    "A DIR is searched for sub-*/ses-*: scans are images named *_pet, *_spect, *_nm, scan_* or spect_*, or with a "
    "sidecar in Bq/mL, kBq/mL or MBq/mL; label maps are named *_dseg, masks kidney_left and kidney_right or "
    "*_label-kidneyleft_*_mask, beside them or under derivatives/. A TABLE has the columns of a manifest.\n\n"
    "Each case is checked by its files' headers and sidecars. What is wrong is said, one line a case, and stands in "
    "the "
    "column `problem`; such a case stays in the manifest, and the exit code is 3. Scan and VOI options hold for every "
    "case whose row does not say otherwise; give them to `archive run` too.",
    children,
    0,
    0};
static int run(int argc, char **argv);

const command archive_plan = {
    .name = "archive plan",
    .summary = "finds and checks the cases of a tree or table and writes their manifest",
    .example = "dvkit archive plan trial -o manifest.tsv",
    .argp = &plan_argp,
    .run = run,
};

static void print_problem(void *user, const char *line)
{
    (void)user;
    fprintf(stderr, "dvkit archive plan: %s\n", line);
}

static int plan(const arguments *a)
{
    const dvk_case_options base = case_options(&a->case_arguments);
    const common_options *common = &a->case_arguments.common;
    const dvk_plan_options o = {.source = a->source,
                                .manifest = a->manifest,
                                .force = common->force,
                                .dry_run = common->dry_run,
                                .base = &base,
                                .say = print_problem};
    dvk_plan_counts counts;
    const dvk_status status = dvk_archive_plan(&o, &counts);
    if (status != DVK_OK)
        return command_fail(&archive_plan, status);
    if (common->json)
        printf("{\"cases\": %zu, \"problems\": %zu}\n", counts.cases, counts.problems);
    else if (!common->quiet)
        printf("%zu cases, %zu with a problem\n", counts.cases, counts.problems);
    return counts.problems ? EXIT_BATCH_FAILED : 0;
}

static int run(int argc, char **argv)
{
    arguments a = {.case_arguments = case_arguments_default(argc, argv)};
    int code = command_parse(&archive_plan, argc, argv, &a);
    if (code < 0 && (!a.source || !a.manifest))
        code =
            command_usage(&archive_plan, "a folder or table and -o FILE are needed: see 'dvkit archive plan --help'");
    if (code < 0 && (a.case_arguments.voi.count || a.case_arguments.scan.options.times))
        code = command_usage(&archive_plan, "--voi and --times are each case's own: give them in a table");
    if (code < 0)
        code = plan(&a);
    case_arguments_free(&a.case_arguments);
    return code;
}
