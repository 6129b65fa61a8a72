/* dvkit phantom: writes a case, or a whole archive of them, with known truth. */
#include <math.h>
#include <stdio.h>

#include "command.h"

typedef struct arguments {
    common_options common;
    dvk_phantom_options phantom;
    bool named;
    const char *out;
} arguments;

enum { KEY_CASES = 1, KEY_SEED, KEY_SIZE, KEY_VOXEL, KEY_TIMES, KEY_FWHM, KEY_COUNTS, KEY_INJECTED, KEY_DENSITY };

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "where to write", 0},
    {"cases", KEY_CASES, "N", 0, "a whole archive: DIR/sub-001/ses-01 and so on, each varied", 0},
    {"seed", KEY_SEED, "N", 0, "of noise and variation (default 1)", 0},
    {"size", KEY_SIZE, "X,Y,Z", 0, "voxels (default: the phantom's own)", 0},
    {"voxel", KEY_VOXEL, "LENGTH[,Y,Z]", 0, "voxel size (default 4.42mm)", 0},
    {"times", KEY_TIMES, "TIMES", 0, "of the scans (default 4,24,96,168h)", 0},
    {"fwhm", KEY_FWHM, "LENGTH", 0, "blur by this resolution", 0},
    {"counts", KEY_COUNTS, "N", 0, "Poisson noise, this many counts in the first scan", 0},
    {"injected", KEY_INJECTED, "ACTIVITY", 0, "default 7.4GBq", 0},
    {"medium-density", KEY_DENSITY, "DENSITY", 0, "of the medium, for the true dose (default 1.04g/mL)", 0},
    {0}};

static error_t whole_number(struct argp_state *state, const char *name, const char *arg, double *out)
{
    const error_t error = option_positive(state, name, arg, DVK_UNIT_NONE, false, out);
    if (error)
        return error;
    return *out == floor(*out) && *out < 1e9 ? 0 : option_bad(state, name, "'%s' is not a whole number", arg);
}

static error_t triple(struct argp_state *state, const char *name, const char *arg, dvk_unit unit, double out[3])
{
    size_t count = 0;
    const error_t error = option_check(state, name, dvk_quantity_list(arg, unit, out, 3, &count));
    if (error)
        return error;
    if (count == 1)
        out[1] = out[2] = out[0];
    if (count == 2 || !(out[0] > 0 && out[1] > 0 && out[2] > 0))
        return option_bad(state, name, "'%s' is not one or three values above 0", arg);
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    double number = 0, size[3];
    error_t error = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->common;
        break;
    case ARGP_KEY_ARG:
        if (a->named)
            return ARGP_ERR_UNKNOWN;
        a->phantom.name = arg;
        a->named = true;
        break;
    case 'o':
        a->out = arg;
        break;
    case KEY_CASES:
        error = whole_number(state, "cases", arg, &number);
        a->phantom.cases = (size_t)number;
        break;
    case KEY_SEED:
        error = whole_number(state, "seed", arg, &number);
        a->phantom.seed = (uint64_t)number;
        break;
    case KEY_SIZE:
        error = triple(state, "size", arg, DVK_UNIT_NONE, size);
        for (int i = 0; !error && i < 3; i++)
            a->phantom.n[i] = (size_t)size[i];
        break;
    case KEY_VOXEL:
        return triple(state, "voxel", arg, DVK_UNIT_MM, a->phantom.voxel_mm);
    case KEY_TIMES:
        return option_check(
            state, "times",
            dvk_quantity_list(arg, DVK_UNIT_HOURS, a->phantom.times_h, DVK_MAX_SCANS, &a->phantom.times));
    case KEY_FWHM:
        return option_positive(state, "fwhm", arg, DVK_UNIT_MM, false, &a->phantom.fwhm_mm);
    case KEY_COUNTS:
        return option_positive(state, "counts", arg, DVK_UNIT_NONE, false, &a->phantom.counts);
    case KEY_INJECTED:
        return option_positive(state, "injected", arg, DVK_UNIT_MBQ, false, &a->phantom.injected_MBq);
    case KEY_DENSITY:
        return option_positive(state, "medium-density", arg, DVK_UNIT_G_PER_ML, false, &a->phantom.density_g_mL);
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return error;
}

static const struct argp_child children[] = {{&common_argp, 0, 0, 0}, {0}};
static const struct argp phantom_argp = {table, parse, "kidneys|sphere|uniform|impulse -o DIR", 0, children, 0, 0};
static int run(int argc, char **argv);

const command cmd_phantom = {
    .name = "phantom",
    .summary = "writes a case with known truth: kidneys, sphere, uniform or impulse",
    .example = "dvkit phantom kidneys -o phantom --fwhm 11mm --counts 2e7",
    .argp = &phantom_argp,
    .run = run,
};

static int run(int argc, char **argv)
{
    arguments a = {.phantom = dvk_phantom_default()};
    dvk_context *context = NULL;
    const int code = command_parse(&cmd_phantom, argc, argv, &a);
    if (code >= 0)
        return code;
    if (!a.named || !a.out)
        return command_usage(&cmd_phantom, "a phantom's name and -o DIR are needed: see 'dvkit help phantom'");
    dvk_status status = command_context(&a.common, &context);
    if (status == DVK_OK && !a.common.dry_run)
        status = dvk_phantom_write(context, &a.phantom, a.out, a.common.force);
    dvk_context_close(context);
    if (status != DVK_OK)
        return command_fail(&cmd_phantom, status);
    if (!a.common.quiet)
        printf("%s\n", a.out);
    return 0;
}
