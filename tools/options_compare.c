/* See options_compare.h. */
#include "options_compare.h"

#include <string.h>

#include "command.h"

enum { KEY_RTOL = 0x3000, KEY_ATOL, KEY_RTOL_OF, KEY_THRESHOLD, KEY_RESAMPLE, KEY_LEVELS };

static const struct argp_option table[] = {
    {0, 0, 0, 0, "Comparison:", 10},
    {"rtol", KEY_RTOL, "X", 0, "A and B agree where |A - B| <= atol + rtol s (default 1e-5; 0 with --atol alone)", 10},
    {"atol", KEY_ATOL, "DOSE", 0, "in the maps' unit, such as 0.01 or 10mGy (default 0)", 10},
    {"rtol-of", KEY_RTOL_OF, "max|voxel", 0, "s: the largest |B| (default), or each voxel's own, as NumPy does", 10},
    {"threshold", KEY_THRESHOLD, "DOSE|X%", 0, "statistics over voxels with |B| at or above this (default 0)", 10},
    {"resample", KEY_RESAMPLE, 0, 0, "bring A onto B's grid where they differ, linearly", 10},
    {"levels", KEY_LEVELS, "DOSE,...", 0, "x of the V_x that are compared (default 1,2,5,10Gy)", 10},
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
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp compare_options_argp = {.options = table, .parser = parse};
