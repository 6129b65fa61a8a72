/* See options_phantom.h. */
#include "options_phantom.h"

#include <string.h>

#include "command.h"
#include "options_integrate.h"

enum {
    KEY_CASES = 0x4000,
    KEY_CYCLES,
    KEY_SEED,
    KEY_GRID,
    KEY_SIZE,
    KEY_VOXEL,
    KEY_ORIENTATION,
    KEY_FINE,
    KEY_TIMES,
    KEY_NUCLIDE,
    KEY_INJECTED,
    KEY_FWHM,
    KEY_COUNTS,
    KEY_SHIFTS,
    KEY_DENSITY,
    KEY_TRUTH
};

static const struct argp_option table[] = {
    {"cases", KEY_CASES, "N", 0, "a whole archive: DIR/sub-001/ses-01 and so on, each varied", 0},
    {"cycles", KEY_CYCLES, "N", 0, "cycles of one patient: ses-01, ses-02 and so on (default 1)", 0},
    {"seed", KEY_SEED, "N", 0, "of noise, shifts and variation (default 1)", 0},
    {"truth", KEY_TRUTH, "full|tables", 0, "with maps and dose (default), or without, for load tests", 0},
    {0, 0, 0, 0, "Patient:", 1},
    {"nuclide", KEY_NUCLIDE, "NUCLIDE", 0, "default Lu-177; the biology stays the same", 1},
    {"injected", KEY_INJECTED, "ACTIVITY", 0, "default 7.4GBq; activities go with it", 1},
    {"medium-density", KEY_DENSITY, "DENSITY", 0, "of the medium, for the true dose (default 1.04g/mL)", 1},
    {0, 0, 0, 0, "Grid:", 2},
    {"grid", KEY_GRID, "FILE", 0, "that of a NIfTI file", 2},
    {"size", KEY_SIZE, "X,Y,Z", 0, "voxels (default: the phantom's own)", 2},
    {"voxel", KEY_VOXEL, "LENGTH[,Y,Z]", 0, "voxel size (default 4.42mm)", 2},
    {"orientation", KEY_ORIENTATION, "CODE", 0, "where i, j and k run to, such as RAS or LPS (default LAS)", 2},
    {"fine", KEY_FINE, "N", 0, "draw regions and labels on voxels N times smaller (default 1)", 2},
    {0, 0, 0, 0, "Scanner:", 3},
    {"times", KEY_TIMES, "TIMES", 0, "of the scans (default 4,24,96,168h)", 3},
    {"fwhm", KEY_FWHM, "LENGTH", 0, "blur by this resolution", 3},
    {"counts", KEY_COUNTS, "N", 0, "Poisson noise, this many counts in the first scan", 3},
    {"misregistration", KEY_SHIFTS, "LENGTH", 0, "SD, an axis, of a rigid shift of each scan but the first", 3},
    {0}};

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

/* A count, from 1. */
static error_t parse_grid(int key, char *arg, struct argp_state *state, dvk_phantom_options *o)
{
    double size[3] = {0, 0, 0};
    error_t error = 0;
    switch (key) {
    case KEY_GRID:
        o->grid = arg;
        return 0;
    case KEY_SIZE:
        error = triple(state, "size", arg, DVK_UNIT_NONE, size);
        for (int i = 0; !error && i < 3; i++)
            o->n[i] = (size_t)size[i];
        return error;
    case KEY_VOXEL:
        return triple(state, "voxel", arg, DVK_UNIT_MM, o->voxel_mm);
    case KEY_ORIENTATION:
        if (strlen(arg) != 3)
            return option_bad(state, "orientation", "'%s' is not three letters, as in LAS", arg);
        memcpy(o->orientation, arg, sizeof o->orientation);
        return 0;
    case KEY_FINE:
        return option_whole(state, "fine", arg, &o->fine);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse_patient(int key, char *arg, struct argp_state *state, dvk_phantom_options *o)
{
    switch (key) {
    case KEY_NUCLIDE:
        o->nuclide = arg;
        return 0;
    case KEY_TIMES:
        return option_check(state, "times",
                            dvk_quantity_list(arg, DVK_UNIT_HOURS, o->times_h, DVK_MAX_SCANS, &o->times));
    case KEY_FWHM:
        return option_positive(state, "fwhm", arg, DVK_UNIT_MM, false, &o->fwhm_mm);
    case KEY_COUNTS:
        return option_positive(state, "counts", arg, DVK_UNIT_NONE, false, &o->counts);
    case KEY_SHIFTS:
        return option_positive(state, "misregistration", arg, DVK_UNIT_MM, false, &o->misregistration_mm);
    case KEY_INJECTED:
        return option_positive(state, "injected", arg, DVK_UNIT_MBQ, false, &o->injected_MBq);
    case KEY_DENSITY:
        return option_positive(state, "medium-density", arg, DVK_UNIT_G_PER_ML, false, &o->density_g_mL);
    default:
        return parse_grid(key, arg, state, o);
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    dvk_phantom_options *o = state->input;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case KEY_CASES:
        return option_whole(state, "cases", arg, &o->cases);
    case KEY_CYCLES:
        return option_whole(state, "cycles", arg, &o->cycles);
    case KEY_SEED:
        return option_seed(state, arg, &o->seed);
    case KEY_TRUTH:
        error = option_word(state, "truth", arg, (const char *const[]){"full", "tables", NULL}, &word);
        o->full = word == 0;
        return error;
    default:
        return parse_patient(key, arg, state, o);
    }
}

const struct argp phantom_options_argp = {.options = table, .parser = parse};
