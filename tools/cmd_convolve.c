/* dvkit convolve: a map of time-integrated activity and a kernel to a dose map. */
#include <stdio.h>
#include <string.h>

#include "command.h"

typedef struct arguments {
    common_options common;
    dvk_convolve_options convolve;
} arguments;

enum { KEY_KERNEL = 1, KEY_NUCLIDE, KEY_RADIUS, KEY_DENSITY, KEY_UNITS, KEY_ENGINE, KEY_VOXEL_DENSITY, KEY_FROM };

static const struct argp_option table[] = {
    {"output", 'o', "FILE", 0, "the dose map to write, .nii or .nii.gz; its .json goes beside it", 0},
    {"kernel", KEY_KERNEL, "FILE", 0, "a kernel for the map's voxel", 0},
    {"nuclide", KEY_NUCLIDE, "NUCLIDE", 0, "make the kernel from the tables (default: as TIA's sidecar says)", 0},
    {"kernel-radius", KEY_RADIUS, "LENGTH", 0, "half-width of the kernel made (default: the whole image)", 0},
    {"medium-density", KEY_DENSITY, "DENSITY", 0, "of the kernel's medium (default 1.04g/mL)", 0},
    {"units", KEY_UNITS, "Bq.s/mL|MBq.h/mL|none", 0,
     "of TIA (default: as its sidecar says); none: a plain sum of bare numbers", 0},
    {"engine", KEY_ENGINE, "auto|fft|direct|local", 0, "default auto; local: energy stays in its voxel", 0},
    {"density", KEY_VOXEL_DENSITY, "none|VALUE|FILE", 0, "each voxel's own density, to correct the dose by", 0},
    {"density-from", KEY_FROM, "hu|g/mL", 0, "what a density file holds", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        break;
    case ARGP_KEY_ARG:
        if (a->convolve.tia)
            return ARGP_ERR_UNKNOWN;
        a->convolve.tia = arg;
        break;
    case 'o':
        a->convolve.out = arg;
        break;
    case KEY_KERNEL:
        a->convolve.kernel = arg;
        break;
    case KEY_NUCLIDE:
        a->convolve.nuclide = arg;
        break;
    case KEY_RADIUS:
        return option_positive(state, "kernel-radius", arg, DVK_UNIT_MM, false, &a->convolve.kernel_radius_mm);
    case KEY_DENSITY:
        return option_positive(state, "medium-density", arg, DVK_UNIT_G_PER_ML, false,
                               &a->convolve.medium_density_g_mL);
    case KEY_UNITS:
        a->convolve.units = arg;
        return option_word(state, "units", arg, (const char *const[]){"Bq.s/mL", "MBq.h/mL", "none", NULL}, &word);
    case KEY_ENGINE:
        error = option_word(state, "engine", arg, (const char *const[]){"auto", "fft", "direct", "local", NULL}, &word);
        a->convolve.engine = (dvk_engine)word;
        return error;
    case KEY_VOXEL_DENSITY:
        a->convolve.density = strcmp(arg, "none") == 0 ? NULL : arg;
        break;
    case KEY_FROM:
        error = option_word(state, "density-from", arg, (const char *const[]){"hu", "g/mL", NULL}, &word);
        a->convolve.density_unit = word ? DVK_DENSITY_G_PER_ML : DVK_DENSITY_HU;
        return error;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&common_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .options = table,
    .parser = parse,
    .args_doc = "TIA -o DOSE [--kernel FILE | --nuclide NAME]",
    .doc = "D(x) = sum over y of S(x - y) TIA(y) V, V the voxel volume, zero outside the grid. With --units none "
           "sum over y of K(x - y) TIA(y), whatever the voxels; any NIfTI with odd sizes is a kernel then.",
    .children = children};

static int run(int argc, char **argv);

const command cmd_convolve = {.name = "convolve",
                              .summary = "convolution only: time-integrated activity to dose",
                              .example = "dvkit convolve tia.nii.gz --nuclide Lu-177 -o dose.nii.gz",
                              .argp = &argp,
                              .run = run};

static void print_record(const arguments *a, const char *record)
{
    if (a->common.json)
        fputs(record, stdout);
    else if (a->common.dry_run && !a->common.quiet)
        printf("would write %s\n%s", a->convolve.out, record);
}

static int run(int argc, char **argv)
{
    arguments a = {.convolve = dvk_convolve_default()};
    dvk_context *context = NULL;
    char *record = NULL;
    const int code = command_parse(&cmd_convolve, argc, argv, &a);
    if (code >= 0)
        return code;
    if (!a.convolve.tia)
        return command_usage(&cmd_convolve, "no map to convolve: see 'dvkit help convolve'");
    if (!a.convolve.out)
        return command_usage(&cmd_convolve, "nowhere to write to: give -o DOSE.nii.gz");
    a.convolve.force = a.common.force;
    dvk_status status = command_context(&a.common, &context);
    if (status == DVK_OK)
        status = dvk_convolve_file(context, &a.convolve, a.common.dry_run, &record);
    dvk_context_close(context);
    if (status != DVK_OK)
        return command_fail(&cmd_convolve, status);
    print_record(&a, record);
    dvk_convolve_text_free(record);
    return 0;
}
