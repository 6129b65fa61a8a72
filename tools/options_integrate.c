/* See options_integrate.h. */
#include "options_integrate.h"

#include <math.h>

#include "command.h"

enum { KEY_MODEL = 0x4000, KEY_START, KEY_TAIL, KEY_SCOPE, KEY_WEIGHTING, KEY_NEGATIVE };

error_t option_bootstrap(struct argp_state *state, const char *text, dvk_integration *o)
{
    const error_t error = option_whole(state, "bootstrap", text, &o->bootstrap);
    if (error || o->bootstrap > 1)
        return error;
    return option_bad(state, "bootstrap", "one resampling has no scatter: ask for 2 or more");
}

error_t option_seed(struct argp_state *state, const char *text, uint64_t *out)
{
    double seed = 0;
    const error_t error = option_positive(state, "seed", text, DVK_UNIT_NONE, false, &seed);
    if (error)
        return error;
    if (seed != floor(seed) || seed >= 0x1p53)
        return option_bad(state, "seed", "'%s' is not a whole number", text);
    *out = (uint64_t)seed;
    return 0;
}

static const struct argp_option table[] = {
    {0, 0, 0, 0, "Time integration:", 15},
    {"model", KEY_MODEL, MODEL_WORDS, 0, "each voxel's curve (default auto); FILE: TSV time_h value", 15},
    {"start", KEY_START, "constant|linear|back-extrapolate", 0,
     "of the trapezoid, before the first scan (default constant)", 15},
    {"tail", KEY_TAIL, "last2|physical|fit", 0, "of the trapezoid, after the last scan (default last2)", 15},
    {"scope", KEY_SCOPE, "voxel|voi", 0, "a curve per voxel (default), or the VOI's curve scaled in its voxels", 15},
    {"weighting", KEY_WEIGHTING, "unit|relative|poisson", 0, "of the fit (default unit)", 15},
    {"negative", KEY_NEGATIVE, "keep|zero|error", 0, "what negative voxels are (default keep)", 15},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    integrate_options *input = state->input;
    dvk_integration *o = &input->integration;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case KEY_MODEL:
        return option_check(state, "model", dvk_integration_parse_model(o, arg, &input->shape));
    case KEY_START:
        error = option_word(state, "start", arg, (const char *const[]){"constant", "linear", "back-extrapolate", NULL},
                            &word);
        o->start = (dvk_start)word;
        return error;
    case KEY_TAIL:
        error = option_word(state, "tail", arg, (const char *const[]){"last2", "physical", "fit", NULL}, &word);
        o->tail = (dvk_tail)word;
        return error;
    case KEY_SCOPE:
        error = option_word(state, "scope", arg, (const char *const[]){"voxel", "voi", NULL}, &word);
        o->scope = (dvk_scope)word;
        return error;
    case KEY_WEIGHTING:
        error = option_word(state, "weighting", arg, (const char *const[]){"unit", "relative", "poisson", NULL}, &word);
        o->weighting = (dvk_weighting)word;
        return error;
    case KEY_NEGATIVE:
        error = option_word(state, "negative", arg, (const char *const[]){"keep", "zero", "error", NULL}, &word);
        o->negative = (dvk_negative)word;
        return error;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp integrate_argp = {.options = table, .parser = parse};
