/* dvkit integrate: scans to a map of time-integrated activity, voxel by voxel. */
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "integrate_show.h"
#include "options_bids.h"
#include "options_integrate.h"
#include "options_scan.h"
#include "options_voi.h"

typedef struct arguments {
    common_options common;
    scan_options scan;
    voi_options voi;
    integrate_options integrate;
    bids_options bids;
    const char *out;
    bool sd;
} arguments;

enum { KEY_SD = 1, KEY_BOOTSTRAP, KEY_SEED };

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "where to write tia.nii.gz, status.nii.gz and their sidecars", 0},
    {"sd", KEY_SD, 0, 0, "write the standard error of the TIA too, tia_sd.nii.gz", 0},
    {"bootstrap", KEY_BOOTSTRAP, "N", 0,
     "with the standard error from N resamplings of the fits' residuals, not from the fits' covariance", 0},
    {"seed", KEY_SEED, "N", 0, "of the resamplings (default 1)", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        state->child_inputs[1] = &a->scan;
        state->child_inputs[2] = &a->integrate;
        state->child_inputs[3] = &a->voi;
        state->child_inputs[4] = &a->bids;
        return 0;
    case ARGP_KEY_ARG:
        return scan_options_add(state, &a->scan, arg);
    case 'o':
        a->out = arg;
        return 0;
    case KEY_SD:
        a->sd = true;
        return 0;
    case KEY_BOOTSTRAP:
        a->sd = true;
        return option_bootstrap(state, arg, &a->integrate.integration);
    case KEY_SEED:
        return option_seed(state, arg, &a->integrate.integration.seed);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, NULL, 0},    {&scan_argp, 0, NULL, 0},
                                             {&integrate_argp, 0, NULL, 0}, {&voi_argp, 0, NULL, 0},
                                             {&bids_argp, 0, NULL, 0},      {0}};
static const struct argp integrate_command_argp = {.options = table,
                                                   .parser = parse,
                                                   .args_doc = "SCAN... -o DIR",
                                                   .doc = "VOIs are used with --scope voi only.",
                                                   .children = children};
static int run(int argc, char **argv);

const command cmd_integrate = {
    .name = "integrate",
    .summary = "scans of one cycle to time-integrated activity, voxel by voxel",
    .example = "dvkit integrate spect_004h.nii.gz spect_024h.nii.gz spect_096h.nii.gz spect_168h.nii.gz -o tia",
    .argp = &integrate_command_argp,
    .run = run,
};

static dvk_status integrate(arguments *a, const char *command_line)
{
    dvk_integrate_options o = {
        .scans = a->scan.scan,
        .scan_count = a->scan.scans,
        .series = scan_options_series(&a->scan),
        .integration = a->integrate.integration,
        .voi_sources = a->voi.source,
        .voi_source_count = a->voi.count,
        .voi = a->voi.options,
        .write_sd = a->sd,
        .out = a->out,
        .force = a->common.force,
        .command = command_line,
    };
    dvk_context *context = NULL;
    dvk_voxel_shares shares = {.voxels = 0};
    dvk_status status = bids_place(&a->bids, o.scans, o.scan_count, &o.out, &o.bids_prefix);
    if (status == DVK_OK)
        status = command_context(&a->common, &context);
    if (status == DVK_OK)
        status = dvk_integrate_run(context, &o, a->common.dry_run, &shares);
    if (status == DVK_OK && !a->common.dry_run)
        status = bids_describe(&a->bids, o.scans[0]);
    command_progress(NULL, "", 1);
    if (status == DVK_OK && !a->common.dry_run && a->common.json)
        integrate_show_json(&shares);
    else if (status == DVK_OK && !a->common.dry_run && !a->common.quiet)
        integrate_show(&shares);
    dvk_context_close(context);
    return status;
}

static int run(int argc, char **argv)
{
    arguments a = {.scan = scan_options_none(), .integrate = {.integration = dvk_integration_default()}};
    char *line = command_text(argc, argv);
    int code = command_parse(&cmd_integrate, argc, argv, &a);
    if (code < 0 && a.scan.scans == 0)
        code = command_usage(&cmd_integrate, "no scan given: see 'dvkit help integrate'");
    else if (code < 0 && !a.out && !a.common.dry_run)
        code = command_usage(&cmd_integrate, "no output folder given: name one with -o DIR");
    if (code < 0) {
        const dvk_status status = integrate(&a, line);
        code = status == DVK_OK ? 0 : command_fail(&cmd_integrate, status);
    }
    voi_options_free(&a.voi);
    dvk_bids_place_clear(&a.bids.place);
    dvk_shape_free(a.integrate.shape);
    free(line);
    return code;
}
