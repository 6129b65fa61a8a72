/* See options_compare.h. */
#include "options_compare.h"

#include <string.h>

#include "command.h"

enum {
    KEY_RTOL = 0x3000,
    KEY_ATOL,
    KEY_RTOL_OF,
    KEY_THRESHOLD,
    KEY_RESAMPLE,
    KEY_LEVELS,
    KEY_GAMMA,
    KEY_GAMMA_MODE,
    KEY_GAMMA_OF,
    KEY_GAMMA_CUTOFF,
    KEY_GAMMA_STEP,
    KEY_GAMMA_MOST
};

static const struct argp_option table[] = {
    {0, 0, 0, 0, "Comparison:", 10},
    {"rtol", KEY_RTOL, "X", 0, "A and B agree where |A - B| <= atol + rtol s (default 1e-5; 0 with --atol alone)", 10},
    {"atol", KEY_ATOL, "DOSE", 0, "in the maps' unit, such as 0.01 or 10mGy (default 0)", 10},
    {"rtol-of", KEY_RTOL_OF, "max|voxel", 0, "s: the largest |B| (default), or each voxel's own, as NumPy does", 10},
    {"threshold", KEY_THRESHOLD, "DOSE|X%", 0, "statistics over voxels with |B| at or above this (default 0)", 10},
    {"resample", KEY_RESAMPLE, 0, 0,
     "bring A onto B's grid where they differ: linearly, and into larger voxels as means", 10},
    {"levels", KEY_LEVELS, "DOSE,...", 0, "x of the V_x that are compared (default 1,2,5,10Gy)", 10},
    {0, 0, 0, 0, "Gamma:", 11},
    {"gamma", KEY_GAMMA, "DOSE%,LENGTH", 0, "compute it, with this criterion, such as 3%,3mm", 11},
    {"gamma-mode", KEY_GAMMA_MODE, "global|local", 0, "DOSE% of the normalisation (default), or of B at each voxel",
     11},
    {"gamma-of", KEY_GAMMA_OF, "max|DOSE", 0, "normalisation: the largest value of B (default), or this one", 11},
    {"gamma-cutoff", KEY_GAMMA_CUTOFF, "X%", 0, "leave out voxels of B below this (default 10% of normalisation)", 11},
    {"gamma-step", KEY_GAMMA_STEP, "LENGTH", 0, "of the lattice that A is looked at on (default LENGTH/10)", 11},
    {"gamma-most", KEY_GAMMA_MOST, "X", 0, "the search ends at this gamma (default 2)", 11},
    {0}};

/* A value in the maps' unit: bare, or a dose with its unit. */
static dvk_status map_value(const char *text, double *out)
{
    if (strlen(text) > 2 && strcmp(text + strlen(text) - 2, "Gy") == 0)
        return dvk_quantity_parse(text, DVK_UNIT_GY, out);
    return dvk_quantity_parse(text, DVK_UNIT_NONE, out);
}

static error_t parse_threshold(struct argp_state *state, const char *text, dvk_compare_options *o)
{
    o->threshold_rel = text[0] && text[strlen(text) - 1] == '%';
    return option_check(state, "threshold", map_value(text, &o->threshold));
}

static dvk_status parse_levels(const char *text, dvk_compare_options *o)
{
    const bool gray = strlen(text) > 2 && strcmp(text + strlen(text) - 2, "Gy") == 0;
    return dvk_quantity_list(text, gray ? DVK_UNIT_GY : DVK_UNIT_NONE, o->level, DVK_COMPARE_LEVELS, &o->levels);
}

/* "3%,3mm" */
static error_t parse_criterion(struct argp_state *state, const char *text, dvk_gamma_options *o)
{
    char dose[32];
    const size_t length = strcspn(text, ",");
    if (!text[length] || length >= sizeof dose)
        return option_bad(state, "gamma", "'%s' is not a dose and a distance, such as 3%%,3mm", text);
    memcpy(dose, text, length);
    dose[length] = '\0';
    o->wanted = true;
    const error_t error = option_positive(state, "gamma", dose, DVK_UNIT_NONE, false, &o->dose);
    return error ? error : option_positive(state, "gamma", text + length + 1, DVK_UNIT_MM, false, &o->distance_mm);
}

static error_t parse_gamma(int key, const char *arg, struct argp_state *state, dvk_gamma_options *o)
{
    int word = 0;
    error_t error = 0;
    switch (key) {
    case KEY_GAMMA:
        return parse_criterion(state, arg, o);
    case KEY_GAMMA_MODE:
        error = option_word(state, "gamma-mode", arg, (const char *const[]){"global", "local", NULL}, &word);
        o->local = word == 1;
        return error;
    case KEY_GAMMA_OF:
        return strcmp(arg, "max") == 0 ? 0 : option_check(state, "gamma-of", map_value(arg, &o->normalisation));
    case KEY_GAMMA_CUTOFF:
        return option_check(state, "gamma-cutoff", dvk_quantity_parse(arg, DVK_UNIT_NONE, &o->cutoff));
    case KEY_GAMMA_STEP:
        return option_positive(state, "gamma-step", arg, DVK_UNIT_MM, false, &o->step_mm);
    case KEY_GAMMA_MOST:
        return option_positive(state, "gamma-most", arg, DVK_UNIT_NONE, false, &o->most);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    compare_options *input = state->input;
    dvk_compare_options *o = &input->options;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case KEY_RTOL:
        input->rtol_given = true;
        return option_check(state, "rtol", dvk_quantity_parse(arg, DVK_UNIT_NONE, &o->rtol));
    case KEY_ATOL:
        if (!input->rtol_given)
            o->rtol = 0;
        return option_check(state, "atol", map_value(arg, &o->atol));
    case KEY_RTOL_OF:
        error = option_word(state, "rtol-of", arg, (const char *const[]){"max", "voxel", NULL}, &word);
        o->rtol_of_voxel = word == 1;
        return error;
    case KEY_THRESHOLD:
        return parse_threshold(state, arg, o);
    case KEY_RESAMPLE:
        o->resample = true;
        return 0;
    case KEY_LEVELS:
        return option_check(state, "levels", parse_levels(arg, o));
    default:
        return parse_gamma(key, arg, state, &o->gamma);
    }
}

const struct argp compare_options_argp = {.options = table, .parser = parse};
