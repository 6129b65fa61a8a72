/* See options_scan.h. */
#include "options_scan.h"

#include <string.h>

#include "command.h"

enum { KEY_TIMES = 0x3000, KEY_UNITS, KEY_REFERENCE, KEY_DURATION, KEY_INJECTED, KEY_NUCLIDE, KEY_NONFINITE };

static const struct argp_option table[] = {
    {0, 0, 0, 0, "Scans (over their sidecars):", 10},
    {"times", KEY_TIMES, "TIMES", 0, "start of each scan after injection, such as 4h,24h,96h,168h", 10},
    {"units", KEY_UNITS, "Bq/mL|kBq/mL|MBq/mL", 0, "what the values are in", 10},
    {"decay-reference", KEY_REFERENCE, "none|scan|injection|TIME", 0,
     "what the values are decay-corrected to: nothing, the scan's start, the injection or a time after it", 10},
    {"frame-duration", KEY_DURATION, "TIME", 0, "of each scan", 10},
    {"injected", KEY_INJECTED, "ACTIVITY", 0, "injected activity, such as 7.4GBq", 10},
    {"nuclide", KEY_NUCLIDE, "NUCLIDE", 0, "such as Lu-177", 10},
    {"nonfinite", KEY_NONFINITE, "error|zero", 0, "what NaN and infinite voxels are (default error)", 10},
    {0}};

scan_options scan_options_none(void)
{
    return (scan_options){.options = dvk_series_options_none()};
}

error_t scan_options_add(struct argp_state *state, scan_options *o, char *path)
{
    if (o->scans == DVK_MAX_SCANS)
        return option_bad(state, "times", "at most %d scans make a series", DVK_MAX_SCANS);
    o->scan[o->scans++] = path;
    return 0;
}

dvk_series_options scan_options_series(const scan_options *o)
{
    dvk_series_options options = o->options;
    options.times_h = o->times_h;
    return options;
}

static error_t parse_reference(struct argp_state *state, const char *arg, dvk_series_options *o)
{
    static const char *const words[] = {"none", "scan", "injection"};
    static const dvk_decay_reference meaning[] = {DVK_DECAY_NONE, DVK_DECAY_SCAN, DVK_DECAY_INJECTION};
    for (int i = 0; i < 3; i++)
        if (strcmp(arg, words[i]) == 0) {
            o->reference = meaning[i];
            return 0;
        }
    o->reference = DVK_DECAY_TIME;
    if (dvk_quantity_parse(arg, DVK_UNIT_HOURS, &o->decay_time_h) != DVK_OK)
        return option_bad(state, "decay-reference", "'%s' is not none, scan, injection or a time such as 24h", arg);
    return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    scan_options *input = state->input;
    dvk_series_options *o = &input->options;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case KEY_TIMES:
        return option_check(state, "times",
                            dvk_quantity_list(arg, DVK_UNIT_HOURS, input->times_h, DVK_MAX_SCANS, &o->times));
    case KEY_UNITS:
        o->units = arg;
        return 0;
    case KEY_REFERENCE:
        return parse_reference(state, arg, o);
    case KEY_DURATION:
        return option_positive(state, "frame-duration", arg, DVK_UNIT_HOURS, false, &o->frame_duration_h);
    case KEY_INJECTED:
        return option_positive(state, "injected", arg, DVK_UNIT_MBQ, false, &o->injected_MBq);
    case KEY_NUCLIDE:
        o->nuclide = arg;
        return 0;
    case KEY_NONFINITE:
        error = option_word(state, "nonfinite", arg, (const char *const[]){"error", "zero", NULL}, &word);
        o->zero_nonfinite = word == 1;
        return error;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp scan_argp = {.options = table, .parser = parse};
