/* The options of the dose step: order, engine, kernel, density, and what is written. */
#include <string.h>

#include "options_case.h"

enum {
    KEY_ORDER = 0x5000,
    KEY_ENGINE,
    KEY_KERNEL,
    KEY_RADIUS,
    KEY_MEDIUM,
    KEY_DENSITY,
    KEY_DENSITY_FROM,
    KEY_SD,
    KEY_BED
};

static const struct argp_option table[] = {
    {0, 0, 0, 0, "Dose:", 18},
    {"order", KEY_ORDER, "tia-first|dose-rate-first", 0, "integrate, then convolve (default), or the other way round",
     18},
    {"engine", KEY_ENGINE, "auto|fft|direct|local", 0, "default auto; local: electrons stay where they are emitted",
     18},
    {"kernel", KEY_KERNEL, "FILE", 0, "a kernel for the image's voxel (default: made from the tables)", 18},
    {"kernel-radius", KEY_RADIUS, "LENGTH", 0, "half-width of the kernel's box (default: the whole image)", 18},
    {"medium-density", KEY_MEDIUM, "DENSITY", 0, "of the kernel's medium (default 1.04g/mL)", 18},
    {"density", KEY_DENSITY, "none|VALUE|FILE", 0, "each voxel's own density, to correct by", 18},
    {"density-from", KEY_DENSITY_FROM, "hu|g/mL", 0, "what the density file holds", 18},
    {"sd", KEY_SD, 0, 0, "write the standard error of the TIA too", 18},
    {"bed", KEY_BED, 0, 0, "write the voxels' BED too", 18},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    dvk_case_options *o = state->input;
    int word = 0;
    error_t error = 0;
    switch (key) {
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
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp dose_options_argp = {.options = table, .parser = parse};
