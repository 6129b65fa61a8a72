/* See options_bids.h. */
#include "options_bids.h"

enum { KEY_BIDS = 0x7000 };

static const struct argp_option table[] = {
    {"bids", KEY_BIDS, "CASE", OPTION_ARG_OPTIONAL,
     "DIR is a BIDS derivative dataset: names after the case, in DIR/sub-X/ses-Y/pet; CASE is sub-X or sub-X/ses-Y "
     "(default: as the scans' names or folders say)",
     0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    bids_options *b = state->input;
    if (key != KEY_BIDS)
        return ARGP_ERR_UNKNOWN;
    b->wanted = true;
    b->id = arg;
    return 0;
}

const struct argp bids_argp = {.options = table, .parser = parse};

dvk_status bids_place(bids_options *b, const char *const *scans, size_t count, const char **out, const char **prefix)
{
    if (!b->wanted || !*out)
        return DVK_OK;
    b->dataset = *out;
    dvk_status status = dvk_bids_check(b->dataset);
    if (status == DVK_OK)
        status = dvk_bids_find(b->dataset, b->id, scans, count, &b->place);
    *out = b->place.folder;
    *prefix = b->place.prefix;
    return status;
}

dvk_status bids_describe(const bids_options *b, const char *scan)
{
    return b->dataset ? dvk_bids_describe(b->dataset, scan) : DVK_OK;
}
