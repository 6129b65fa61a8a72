/* dvkit kernel: makes a dose voxel kernel, reads others' kernels, shows a kernel's record. */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "kernel_show.h"
#include "options_import.h"

typedef struct arguments {
    common_options common;
    import_options import;
    dvk_kernel_spec spec;
    const char *output, *error_output, *info;
} arguments;

enum { KEY_NUCLIDE = 1, KEY_VOXEL, KEY_RADIUS, KEY_DENSITY, KEY_COMPONENT, KEY_EMISSION, KEY_INFO, KEY_ERROR };

static const struct argp_option table[] = {
    {0, 0, 0, 0, "Kernel:", 1},
    {"nuclide", KEY_NUCLIDE, "NUCLIDE", 0, "Lu-177, Y-90, I-131, Tb-161, Cu-67, Ho-166, Re-188; Ac-225, Pb-212 (local)",
     1},
    {"voxel", KEY_VOXEL, "X[,Y,Z]", 0, "edges of the voxel, such as 4.42mm or 3.9,3.9,4.42mm", 1},
    {"output", 'o', "FILE", 0, "where to write it; its .json beside it has its record", 1},
    {"kernel-radius", KEY_RADIUS, "MM", 0, "half-width of its box on each axis (default 100mm)", 1},
    {"medium-density", KEY_DENSITY, "RHO", 0, "of the medium (default 1.04g/mL, soft tissue)", 1},
    {"component", KEY_COMPONENT, "total|electron|photon", 0, "of the emissions (default total)", 1},
    {"emission", KEY_EMISSION, "FILE", 0, "TSV of kind, energy_keV, yield, instead of the nuclide's own tables", 1},
    {"error", KEY_ERROR, "FILE", 0, "write the relative statistical error of each value too", 1},
    {"info", KEY_INFO, "FILE", 0, "show the record of a kernel file", 1},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const components[] = {"total", "electron", "photon", NULL};
    arguments *a = state->input;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->import;
        state->child_inputs[1] = &a->common;
        break;
    case KEY_NUCLIDE:
        a->spec.nuclide = arg;
        break;
    case KEY_VOXEL:
        error = option_voxel(state, "voxel", arg, a->spec.voxel_mm);
        break;
    case 'o':
        a->output = arg;
        break;
    case KEY_RADIUS:
        error = option_positive(state, "kernel-radius", arg, DVK_UNIT_MM, false, &a->spec.radius_mm);
        break;
    case KEY_DENSITY:
        error = option_positive(state, "medium-density", arg, DVK_UNIT_G_PER_ML, false, &a->spec.density_g_mL);
        break;
    case KEY_COMPONENT:
        error = option_word(state, "component", arg, components, &word);
        a->spec.component = (dvk_component)word;
        break;
    case KEY_EMISSION:
        a->spec.emission = arg;
        break;
    case KEY_ERROR:
        a->error_output = arg;
        break;
    case KEY_INFO:
        a->info = arg;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return error;
}

static const struct argp_child children[] = {{&import_argp, 0, 0, 0}, {&common_argp, 0, 0, 0}, {0}};
static const struct argp kernel_argp = {.options = table, .parser = parse, .children = children};
static int run(int argc, char **argv);

const command cmd_kernel = {
    .name = "kernel",
    .summary = "makes a dose voxel kernel for any nuclide and voxel, and shows what one holds",
    .example = "dvkit kernel --nuclide Lu-177 --voxel 4.42mm -o lu177_4.42mm.nii.gz",
    .argp = &kernel_argp,
    .run = run,
};

static dvk_status write_all(const arguments *a, const dvk_kernel *k)
{
    dvk_status status = dvk_kernel_write(k, a->output);
    if (status == DVK_OK && a->error_output)
        status = dvk_kernel_write_error(k, a->error_output);
    return status;
}

static int check(const arguments *a)
{
    const bool exists = a->output && !a->common.force && access(a->output, F_OK) == 0;
    const char *wrong = import_options_check(&a->import);
    if (a->info)
        return -1;
    if (wrong)
        return command_usage(&cmd_kernel, "%s", wrong);
    if (!a->import.count && !a->spec.nuclide && !a->spec.emission)
        return command_usage(&cmd_kernel, "no nuclide: give --nuclide, such as --nuclide Lu-177, or --emission FILE");
    if ((!a->import.count || a->import.rescale) && isnan(a->spec.voxel_mm[0]))
        return command_usage(&cmd_kernel, "no voxel: give its edges, such as --voxel 4.42mm");
    if (!a->output && !a->common.dry_run && !a->common.json)
        return command_usage(&cmd_kernel, "nowhere to write: give -o FILE.nii.gz");
    if (exists) {
        fprintf(stderr, "dvkit kernel: %s: is there already: give --force to replace it\n", a->output);
        return dvk_exit_code(DVK_ERR_CREATE);
    }
    return -1;
}

static int run(int argc, char **argv)
{
    arguments a = {.import = import_options_none(),
                   .spec = {.voxel_mm = {NAN, NAN, NAN}, .radius_mm = 100, .density_g_mL = 1.04}};
    dvk_kernel *k = NULL;
    int code = command_parse(&cmd_kernel, argc, argv, &a);
    if (code < 0)
        code = check(&a);
    if (code >= 0)
        return code;
    dvk_status status = a.info           ? dvk_kernel_read(a.info, false, &k)
                        : a.import.count ? import_options_run(&a.import, &a.spec, &k)
                                         : dvk_kernel_make(&a.spec, &k);
    if (status == DVK_OK && a.output && !a.common.dry_run)
        status = write_all(&a, k);
    if (status != DVK_OK)
        code = command_fail(&cmd_kernel, status);
    else if (a.common.json)
        kernel_show_json(k);
    else if (a.info)
        kernel_show(k);
    else if (!a.common.quiet)
        printf("%s: %s\n", a.output ? a.output : "kernel", dvk_kernel_info(k)->verdict);
    dvk_kernel_free(k);
    return code < 0 ? 0 : code;
}
