/* See options_case.h. */
#include "options_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

case_arguments case_arguments_default(int argc, char **argv)
{
    case_arguments a = {
        .scan = scan_options_none(), .options = dvk_case_default(), .command = command_text(argc, argv)};
    a.integrate.integration = a.options.integration;
    a.roi.options = a.options.roi;
    a.voi.options = a.options.voi;
    return a;
}

void case_arguments_free(case_arguments *a)
{
    voi_options_free(&a->voi);
    dvk_bids_place_clear(&a->bids.place);
    dvk_shape_free(a->integrate.shape);
    dvk_shape_free(a->roi.shape);
    free(a->command);
}

void case_children(struct argp_state *state, case_arguments *a, bool with_integration)
{
    state->child_inputs[0] = &a->common;
    state->child_inputs[1] = &a->scan;
    state->child_inputs[2] = &a->voi;
    state->child_inputs[3] = &a->roi;
    if (with_integration) {
        state->child_inputs[4] = &a->integrate;
        state->child_inputs[5] = &a->options;
    }
}

dvk_case_options case_options(const case_arguments *a)
{
    dvk_case_options o = a->options;
    o.scans = a->scan.scan;
    o.scan_count = a->scan.scans;
    o.series = scan_options_series(&a->scan);
    o.voi_sources = a->voi.source;
    o.voi_source_count = a->voi.count;
    o.voi_times = a->voi.at_scan;
    o.voi_times_count = a->voi.at_scans;
    o.voi = a->voi.options;
    o.voi_grid = a->voi.grid;
    o.integration = a->integrate.integration;
    o.roi = a->roi.options;
    o.integration.bootstrap = o.roi.curve.bootstrap; /* one pair of options for voxels and VOIs */
    o.integration.seed = o.roi.curve.seed;
    o.force = a->common.force;
    o.command = a->command;
    return o;
}

static void print_row(const dvk_roi_summary *r)
{
    printf("%-16s %8.1f mL  mean %7.3f Gy", r->name, r->volume_mL, r->dose_mean_Gy);
    if (!isnan(r->dose_per_activity_Gy_GBq))
        printf(" (%.3f Gy/GBq)", r->dose_per_activity_Gy_GBq);
    if (!isnan(r->curve.effective_half_life_h))
        printf("  T_eff %5.1f h", r->curve.effective_half_life_h);
    if (!isnan(r->bed_Gy))
        printf("  BED %7.3f Gy", r->bed_Gy);
    putchar('\n');
    for (size_t i = 0; i < r->flag_count; i++)
        printf("%-16s ! %s\n", "", r->flags[i]);
}

dvk_status case_print(const dvk_summary *s, bool json)
{
    char *text = NULL;
    if (!json) {
        for (size_t i = 0; i < s->roi_count; i++)
            print_row(&s->rois[i]);
        return DVK_OK;
    }
    const dvk_status status = dvk_summary_json(s, &text);
    if (status == DVK_OK)
        fputs(text, stdout);
    dvk_text_release(text);
    return status;
}
