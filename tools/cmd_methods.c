/* dvkit methods: one case through every combination of choices, and what each choice costs. */
#include <stdio.h>

#include "options_case.h"

/* The lists' keys in the order of dvk_axis_of. */
enum { KEY_AXIS = 1, KEY_FROM = KEY_AXIS + DVK_AXES, KEY_TRUTH, KEY_REFERENCE, KEY_MEDIUM };

typedef struct arguments {
    case_arguments of_case;
    dvk_methods_options methods;
} arguments;

static const struct argp_option table[] = {
    {"output", 'o', "DIR", 0, "where to write methods.tsv, choices.tsv, methods.json and report.html", 0},
    {0, 0, 0, 0, "Choices, each a LIST with commas; every combination is a method:", 10},
    {"integrate", KEY_AXIS + DVK_AXIS_CURVE, "LIST", 0,
     "models as of --model in 'dvkit help dose', with +START, +WEIGHTING, +voi (--scope): mono,mono+relative,mono+voi",
     10},
    {"tail", KEY_AXIS + DVK_AXIS_TAIL, "LIST", 0, "last2 (default), physical, fit", 10},
    {"engine", KEY_AXIS + DVK_AXIS_ENGINE, "LIST", 0, "auto (default), fft, direct, local", 10},
    {"kernel", KEY_AXIS + DVK_AXIS_KERNEL, "LIST", 0, "full (default), a half-width such as 25mm, or a FILE", 10},
    {"density", KEY_AXIS + DVK_AXIS_DENSITY, "LIST", 0, "none (default), VALUE or FILE", 10},
    {"vois", KEY_AXIS + DVK_AXIS_VOI, "LIST", 0,
     "scan (default), voi (as --voi-grid), a FILE in the place of --voi's; +recovered: by --recovery", 10},
    {"points", KEY_AXIS + DVK_AXIS_POINTS, "LIST", 0, "all (default), scans by number such as 1+2+4, each-left-out",
     10},
    {"density-from", KEY_FROM, "hu|g/mL", 0, "what the density files hold", 10},
    {"medium-density", KEY_MEDIUM, "DENSITY", 0, "of the kernels' medium (default 1.04g/mL)", 10},
    {"truth", KEY_TRUTH, "FILE", 0, "compare with this table, as a phantom's truth.tsv", 10},
    {"reference", KEY_REFERENCE, "N", 0, "compare with this method (default 1, the first choice of each list)", 10},
    {0}};

static error_t parse_reference(struct argp_state *state, const char *text, dvk_methods_options *o)
{
    double number = 0;
    const error_t error = option_positive(state, "reference", text, DVK_UNIT_NONE, false, &number);
    if (!error && (number > 1e9 || number != (double)(size_t)number))
        return option_bad(state, "reference", "'%s' is not the number of a method", text);
    o->reference = (size_t)number;
    return error;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    arguments *a = state->input;
    dvk_case_options *o = &a->of_case.options;
    int word = 0;
    error_t error = 0;
    if (key >= KEY_AXIS && key < KEY_AXIS + DVK_AXES) {
        a->methods.choices[key - KEY_AXIS] = arg;
        return 0;
    }
    switch (key) {
    case ARGP_KEY_INIT:
        case_children(state, &a->of_case, false);
        return 0;
    case ARGP_KEY_ARG:
        return scan_options_add(state, &a->of_case.scan, arg);
    case 'o':
        o->out = arg;
        return 0;
    case KEY_FROM:
        error = option_word(state, "density-from", arg, (const char *const[]){"hu", "g/mL", NULL}, &word);
        o->density_unit = word ? DVK_DENSITY_G_PER_ML : DVK_DENSITY_HU;
        return error;
    case KEY_MEDIUM:
        return option_positive(state, "medium-density", arg, DVK_UNIT_G_PER_ML, false, &o->medium_density_g_mL);
    case KEY_TRUTH:
        a->methods.truth = arg;
        return 0;
    case KEY_REFERENCE:
        return parse_reference(state, arg, &a->methods);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&common_argp, 0, 0, 0}, {&scan_argp, 0, 0, 0}, {&voi_argp, 0, 0, 0}, {&roi_argp, 0, 0, 0}, {0}};
static const struct argp methods_argp = {table, parse, "SCAN... --voi FILE [-o DIR]", 0, children, 0, 0};
static int run(int argc, char **argv);

const command cmd_methods = {
    .name = "methods",
    .summary = "one case through many methods, and what each choice costs",
    .example = "dvkit methods scan_*h.nii.gz --voi kidneys_dseg.nii.gz --integrate mono,trapezoid,uptake-clearance \\\n"
               "      --engine fft,local --kernel full,25mm --points all,each-left-out --truth truth.tsv -o methods",
    .argp = &methods_argp,
    .run = run,
};

static dvk_status print(const common_options *common, const dvk_methods *m)
{
    char *text = NULL;
    if (common->quiet)
        return DVK_OK;
    const dvk_status status = common->json ? dvk_methods_json(m, &text) : dvk_methods_text(m, &text);
    if (status == DVK_OK)
        fputs(text, stdout);
    dvk_text_release(text);
    if (common->verbose)
        fprintf(stderr, "%zu methods in %.3f s\n", m->count, m->seconds);
    return status;
}

static dvk_status methods(arguments *a)
{
    const common_options *common = &a->of_case.common;
    dvk_context *context = NULL;
    dvk_methods *result = NULL;
    a->methods.of_case = case_options(&a->of_case);
    dvk_status status = command_context(common, &context);
    if (status == DVK_OK && common->dry_run)
        status = dvk_case_check(context, &a->methods.of_case);
    else if (status == DVK_OK)
        status = dvk_methods_run(context, &a->methods, &result);
    command_progress(NULL, "", 1);
    if (status == DVK_OK && result)
        status = print(common, result);
    dvk_methods_free(result);
    dvk_context_close(context);
    return status;
}

static int run(int argc, char **argv)
{
    arguments a = {.of_case = case_arguments_default(argc, argv), .methods = dvk_methods_default()};
    int code = command_parse(&cmd_methods, argc, argv, &a);
    if (code < 0 && (a.of_case.scan.scans == 0 || a.of_case.voi.count == 0))
        code = command_usage(&cmd_methods, "scans and --voi FILE are needed: see 'dvkit help methods'");
    if (code < 0) {
        const dvk_status status = methods(&a);
        code = status == DVK_OK ? 0 : command_fail(&cmd_methods, status);
    }
    case_arguments_free(&a.of_case);
    return code;
}
