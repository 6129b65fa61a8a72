/* dvkit kidneys: the summary of a dose map that is there already, for kidneys or any other VOIs. */
#include <stdio.h>

#include "options_case.h"

enum { KEY_DOSE = 1, KEY_TIA, KEY_BED };

typedef struct arguments {
    case_arguments of_case;
    const char *dose;
} arguments;

static const struct argp_option table[] = {{"output", 'o', "DIR", 0, "where to write", 0},
                                           {"dose", KEY_DOSE, "FILE", 0, "dose map in Gy", 0},
                                           {"bed", KEY_BED, 0, 0, "write the voxels' BED too", 0},
                                           {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        case_children(state, &a->of_case, false);
        state->child_inputs[4] = &a->of_case.bids;
        return 0;
    case ARGP_KEY_ARG:
        return scan_options_add(state, &a->of_case.scan, arg);
    case 'o':
        a->of_case.options.out = arg;
        return 0;
    case KEY_DOSE:
        a->dose = arg;
        return 0;
    case KEY_BED:
        a->of_case.options.write_bed = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {&scan_argp, 0, 0, 0}, {&voi_argp, 0, 0, 0},
                                             {&roi_argp, 0, 0, 0},    {&bids_argp, 0, 0, 0}, {0}};
static const struct argp kidneys_argp = {table, parse, "--dose DOSE --voi FILE [SCAN...] -o DIR", 0, children, 0, 0};
static int run(int argc, char **argv);

const command cmd_kidneys = {
    .name = "kidneys",
    .summary = "summary of a dose map for any VOIs; scans bring curves and BED",
    .example = "dvkit kidneys --dose cycle1/dose.nii.gz --voi organs_dseg.nii.gz spect_*h.nii.gz -o kidneys1",
    .argp = &kidneys_argp,
    .run = run,
};

static dvk_status kidneys(arguments *a)
{
    dvk_case_options o = case_options(&a->of_case);
    o.voi.kidneys_wanted = false; /* any VOIs */
    dvk_context *context = NULL;
    dvk_summary *summary = NULL;
    const char *const *named = o.scan_count ? o.scans : &a->dose; /* whose names say the case */
    dvk_status status = bids_place(&a->of_case.bids, named, o.scan_count ? o.scan_count : 1, &o.out, &o.bids_prefix);
    if (status == DVK_OK)
        status = command_context(&a->of_case.common, &context);
    if (status == DVK_OK)
        status = dvk_kidneys_run(context, &o, a->dose, &summary);
    if (status == DVK_OK)
        status = bids_describe(&a->of_case.bids, named[0]);
    if (status == DVK_OK && !a->of_case.common.quiet)
        status = case_print(summary, a->of_case.common.json);
    dvk_summary_free(summary);
    dvk_context_close(context);
    return status;
}

static int run(int argc, char **argv)
{
    arguments a = {.of_case = case_arguments_default(argc, argv)};
    int code = command_parse(&cmd_kidneys, argc, argv, &a);
    if (code < 0 && (!a.dose || a.of_case.voi.count == 0 || !a.of_case.options.out))
        code = command_usage(&cmd_kidneys, "--dose FILE, --voi FILE and -o DIR are needed: see 'dvkit help kidneys'");
    if (code < 0) {
        const dvk_status status = kidneys(&a);
        code = status == DVK_OK ? 0 : command_fail(&cmd_kidneys, status);
    }
    case_arguments_free(&a.of_case);
    return code;
}
