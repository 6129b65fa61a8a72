/* dvkit dose: the main job. Scans of one cycle and a label map in; maps, summary and report out. */
#include <stdio.h>
#include <string.h>

#include "options_case.h"

enum {
    KEY_ORDER = 1,
    KEY_ENGINE,
    KEY_KERNEL,
    KEY_RADIUS,
    KEY_MEDIUM,
    KEY_DENSITY,
    KEY_DENSITY_FROM,
    KEY_BIDS,
    KEY_SD,
    KEY_BED
};

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "where to write", 0},
    {0, 0, 0, 0, "Dose:", 18},
    {"order", KEY_ORDER, "WHICH", 0, "tia-first (default) or dose-rate-first", 18},
    {"engine", KEY_ENGINE, "WHICH", 0, "auto (default), fft, direct or local (electrons stay where they are emitted)",
     18},
    {"kernel", KEY_KERNEL, "FILE", 0, "a kernel for the image's voxel (default: made from the tables)", 18},
    {"kernel-radius", KEY_RADIUS, "LENGTH", 0, "half-width of the kernel's box (default: the whole image)", 18},
    {"medium-density", KEY_MEDIUM, "DENSITY", 0, "of the kernel's medium (default 1.04g/mL)", 18},
    {"density", KEY_DENSITY, "none|VALUE|FILE", 0, "each voxel's own density, to correct by", 18},
    {"density-from", KEY_DENSITY_FROM, "hu|g/mL", 0, "what the density file holds", 18},
    {"sd", KEY_SD, 0, 0, "write the standard error of the TIA too", 18},
    {"bed", KEY_BED, 0, 0, "write the voxels' BED too", 18},
    {"bids", KEY_BIDS, 0, 0, "name the files as BIDS derivatives", 18},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    case_arguments *a = state->input;
    dvk_case_options *o = &a->options;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        case_children(state, a, true);
        return 0;
    case ARGP_KEY_ARG:
        return scan_options_add(state, &a->scan, arg);
    case 'o':
        o->out = arg;
        return 0;
    case KEY_ORDER:
        error = option_word(state, "order", arg, (const char *const[]){"tia-first", "dose-rate-first", NULL}, &word);
        o->order = (dvk_order)word;
        return error;
    case KEY_ENGINE:
        error = option_word(state, "engine", arg, (const char *const[]){"auto", "fft", "direct", "local", NULL}, &word);
        o->engine = (dvk_engine)word;
        return error;
    case KEY_KERNEL:
        o->kernel_path = arg;
        return 0;
    case KEY_RADIUS:
        return option_positive(state, "kernel-radius", arg, DVK_UNIT_MM, false, &o->kernel_radius_mm);
    case KEY_MEDIUM:
        return option_positive(state, "medium-density", arg, DVK_UNIT_G_PER_ML, false, &o->medium_density_g_mL);
    case KEY_DENSITY:
        o->density = strcmp(arg, "none") == 0 ? NULL : arg;
        return 0;
    case KEY_DENSITY_FROM:
        error = option_word(state, "density-from", arg, (const char *const[]){"hu", "g/mL", NULL}, &word);
        o->density_unit = word ? DVK_DENSITY_G_PER_ML : DVK_DENSITY_HU;
        return error;
    case KEY_SD:
        o->write_sd = true;
        return 0;
    case KEY_BED:
        o->write_bed = true;
        return 0;
    case KEY_BIDS:
        o->bids = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {&scan_argp, 0, 0, 0},      {&voi_argp, 0, 0, 0},
                                             {&roi_argp, 0, 0, 0},    {&integrate_argp, 0, 0, 0}, {0}};
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

static dvk_status dose(const case_arguments *a)
{
    const dvk_case_options o = case_options(a);
    dvk_context *context = NULL;
    dvk_summary *summary = NULL;
    dvk_status status = command_context(&a->common, &context);
    if (status == DVK_OK)
        status = a->common.dry_run ? dvk_case_check(context, &o) : dvk_case_run(context, &o, &summary);
    command_progress(NULL, "", 1);
    if (status == DVK_OK && summary && !a->common.quiet)
        status = case_print(summary, a->common.json);
    dvk_summary_free(summary);
    dvk_context_close(context);
    return status;
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
        if (code == 0 && !a.common.quiet && !a.common.json && !a.common.dry_run)
            printf("%s/report.html\n", a.options.out);
    }
    case_arguments_free(&a);
    return code;
}
