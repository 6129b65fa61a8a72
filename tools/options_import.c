/* Options for kernels that other programs made. */
#include "options_import.h"

#include <math.h>

#include "command.h"

enum { KEY_IMPORT = 0x3000, KEY_FORMAT, KEY_UNITS, KEY_DENSITY, KEY_VOXEL, KEY_RESCALE };

static const struct argp_option table[] = {
    {0, 0, 0, 0, "Kernels from elsewhere:", 2},
    {"import", KEY_IMPORT, "FILE", 0, "read another program's kernel; twice with --rescale, to interpolate", 2},
    {"format", KEY_FORMAT, "lanconelli|octant-csv|raw|nifti", 0, "how it is written", 2},
    {"import-units", KEY_UNITS, "UNITS", 0, "of its values, such as mGy/(MBq.s), where the format has none", 2},
    {"import-density", KEY_DENSITY, "RHO", 0, "of its medium, such as 1.04g/mL, where the format has none", 2},
    {"import-voxel", KEY_VOXEL, "X[,Y,Z]", 0, "edges of its voxel, where the format has none", 2},
    {"rescale", KEY_RESCALE, 0, 0, "make it fit --voxel: S h^3 is interpolated, and the record says so", 2},
    {0}};

import_options import_options_none(void)
{
    return (import_options){.how = {.density_g_mL = NAN}};
}

error_t option_voxel(struct argp_state *state, const char *name, const char *text, double voxel_mm[3])
{
    size_t count = 0;
    const error_t error = option_check(state, name, dvk_quantity_list(text, DVK_UNIT_MM, voxel_mm, 3, &count));
    if (!error && count == 2)
        return option_bad(state, name, "'%s' has two edges: give one or three", text);
    if (!error && count == 1)
        voxel_mm[1] = voxel_mm[2] = voxel_mm[0];
    return error;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const formats[] = {"lanconelli", "octant-csv", "raw", "nifti", NULL};
    import_options *o = state->input;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case KEY_IMPORT:
        if (o->count == 2)
            return option_bad(state, "import", "'%s' is a third kernel: two are the most", arg);
        o->path[o->count++] = arg;
        break;
    case KEY_FORMAT:
        error = option_word(state, "format", arg, formats, &word);
        o->how.format = (dvk_kernel_format)word;
        o->has_format = true;
        break;
    case KEY_UNITS:
        o->how.units = arg;
        break;
    case KEY_DENSITY:
        error = option_positive(state, "import-density", arg, DVK_UNIT_G_PER_ML, false, &o->how.density_g_mL);
        break;
    case KEY_VOXEL:
        error = option_voxel(state, "import-voxel", arg, o->how.voxel_mm);
        break;
    case KEY_RESCALE:
        o->rescale = true;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return error;
}

const struct argp import_argp = {.options = table, .parser = parse};

const char *import_options_check(const import_options *o)
{
    if (!o->count && (o->rescale || o->has_format))
        return "--rescale and --format are for kernels from elsewhere: give --import FILE";
    if (o->count && !o->has_format)
        return "no format: give --format lanconelli, octant-csv, raw or nifti";
    if (o->count == 2 && !o->rescale)
        return "two kernels are for interpolating: give --rescale, or one --import";
    return NULL;
}

dvk_status import_options_run(const import_options *o, const dvk_kernel_spec *wanted, dvk_kernel **out)
{
    dvk_kernel *k[2] = {NULL, NULL};
    dvk_status status = DVK_OK;
    for (size_t i = 0; i < o->count && status == DVK_OK; i++) {
        dvk_kernel_import how = o->how;
        how.path = o->path[i];
        how.nuclide = wanted->nuclide;
        how.component = wanted->component;
        status = dvk_kernel_import_file(&how, &k[i]);
    }
    if (status == DVK_OK && o->rescale)
        status = dvk_kernel_rescale((const dvk_kernel *const *)k, o->count, wanted->voxel_mm, out);
    else if (status == DVK_OK && !isnan(wanted->voxel_mm[0]))
        status = dvk_kernel_check_voxel(k[0], wanted->voxel_mm);
    if (status == DVK_OK && !*out) {
        *out = k[0];
        k[0] = NULL;
    }
    dvk_kernel_free(k[0]);
    dvk_kernel_free(k[1]);
    return status;
}
