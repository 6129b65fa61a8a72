/* dvkit dose: the main job. Scans of one cycle and a label map in; maps, summary and report out. */
#include <stdio.h>

#include "options_case.h"

static const struct argp_option table[] = {{"output", 'o', "DIR", 0, "where to write", 0}, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    case_arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        case_children(state, a, true);
        state->child_inputs[6] = &a->bids;
        return 0;
    case ARGP_KEY_ARG:
        return scan_options_add(state, &a->scan, arg);
    case 'o':
        a->options.out = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&common_argp, 0, 0, 0},    {&scan_argp, 0, 0, 0},         {&voi_argp, 0, 0, 0},  {&roi_argp, 0, 0, 0},
    {&integrate_argp, 0, 0, 0}, {&dose_options_argp, 0, 0, 0}, {&bids_argp, 0, 0, 0}, {0}};
static const struct argp dose_argp = {table, parse, "SCAN... --voi FILE -o DIR", 0, children, 0, 0};
static int run(int argc, char **argv);

const command cmd_dose = {
    .name = "dose",
    .summary = "scans of one cycle to absorbed-dose map, kidney summary and report",
    .example = "dvkit dose spect_004h.nii.gz spect_024h.nii.gz spect_096h.nii.gz spect_168h.nii.gz \\\n"
               "      --voi kidneys_dseg.nii.gz -o cycle1",
    .argp = &dose_argp,
    .run = run,
};

static dvk_status dose(case_arguments *a)
{
    dvk_case_options o = case_options(a);
    dvk_context *context = NULL;
    dvk_summary *summary = NULL;
    dvk_status status = bids_place(&a->bids, o.scans, o.scan_count, &o.out, &o.bids_prefix);
    if (status == DVK_OK)
        status = command_context(&a->common, &context);
    if (status == DVK_OK)
        status = a->common.dry_run ? dvk_case_check(context, &o) : dvk_case_run(context, &o, &summary);
    if (status == DVK_OK && !a->common.dry_run)
        status = bids_describe(&a->bids, o.scans[0]);
    command_progress(NULL, "", 1);
    if (status == DVK_OK && summary && !a->common.quiet)
        status = case_print(summary, a->common.json);
    dvk_summary_free(summary);
    dvk_context_close(context);
    return status;
}

static void print_outcome(const case_arguments *a)
{
    if (a->common.dry_run && a->options.out)
        printf("the inputs are in order: would write %s\n", a->options.out);
    else if (a->common.dry_run)
        printf("the inputs are in order\n");
    else if (a->bids.wanted)
        printf("%s/%s_report.html\n", a->bids.place.folder, a->bids.place.prefix);
    else
        printf("%s/report.html\n", a->options.out);
}

static int run(int argc, char **argv)
{
    case_arguments a = case_arguments_default(argc, argv);
    int code = command_parse(&cmd_dose, argc, argv, &a);
    if (code < 0 && a.scan.scans == 0)
        code = command_usage(&cmd_dose, "no scan given: see 'dvkit help dose'");
    else if (code < 0 && a.voi.count == 0)
        code = command_usage(&cmd_dose, "no VOI given: name the kidneys' label map with --voi FILE");
    else if (code < 0 && !a.options.out && !a.common.dry_run)
        code = command_usage(&cmd_dose, "no output folder given: name one with -o DIR");
    if (code < 0) {
        const dvk_status status = dose(&a);
        code = status == DVK_OK ? 0 : command_fail(&cmd_dose, status);
        if (code == 0 && !a.common.quiet && !a.common.json)
            print_outcome(&a);
    }
    case_arguments_free(&a);
    return code;
}
