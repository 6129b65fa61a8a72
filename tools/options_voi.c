/* See options_voi.h. */
#include "options_voi.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "options_integrate.h"

enum { KEY_VOI = 0x2000, KEY_VOI_AT, KEY_LABELS, KEY_PRESET, KEY_TABLE, KEY_MISSING, KEY_GRID };

static const struct argp_option voi_table[] = {
    {0, 0, 0, 0, "VOIs:", 20},
    {"voi", KEY_VOI, "FILE", 0,
     "label map, or NAME=FILE for one organ's mask; may be given again; a 4-D file has a frame for each scan", 20},
    {"voi-at", KEY_VOI_AT, "FILE", 0,
     "label map of one scan, since organs move; once for each, in order: the curves use these, the dose uses --voi",
     20},
    {"labels", KEY_LABELS, "NAME=N,...", 0, "names of the labels, such as left=3,right=2", 20},
    {"labels-preset", KEY_PRESET, "totalseg|moose|amos|flare22", 0, "names as this program numbers them", 20},
    {"labels-table", KEY_TABLE, "FILE", 0, "names from a *_dseg.tsv, a Slicer or an ITK-SNAP table", 20},
    {"missing", KEY_MISSING, "left|right", 0, "this kidney is not there", 20},
    {"voi-grid", KEY_GRID, "scan|voi", 0, "fractional VOIs on the scan's grid (default), or dose on the VOI's", 20},
    {0}};

/* "kidney_left=FILE" has a name in front; "a=b/file.nii" and "./x=y.nii" do too only if what stands before = is a name.
 */
static const char *name_end(const char *text)
{
    const size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return length > 0 && text[length] == '=' ? text + length : NULL;
}

static error_t add_voi(struct argp_state *state, voi_options *o, char *arg)
{
    if (o->count == DVK_MAX_VOI_SOURCES)
        return option_bad(state, "voi", "more than %d files", DVK_MAX_VOI_SOURCES);
    const char *equals = name_end(arg);
    o->name[o->count] = equals ? strndup(arg, (size_t)(equals - arg)) : NULL;
    o->source[o->count] = (dvk_voi_source){.path = equals ? equals + 1 : arg, .name = o->name[o->count]};
    o->count++;
    return 0;
}

static error_t parse_voi(int key, char *arg, struct argp_state *state)
{
    voi_options *o = state->input;
    int word = 0;
    error_t error = 0;
    switch (key) {
    case KEY_VOI:
        return add_voi(state, o, arg);
    case KEY_VOI_AT:
        if (o->at_scans == DVK_MAX_SCANS)
            return option_bad(state, "voi-at", "more than %d label maps", DVK_MAX_SCANS);
        o->at_scan[o->at_scans++] = arg;
        break;
    case KEY_LABELS:
        o->options.labels = arg;
        break;
    case KEY_PRESET:
        o->options.labels_preset = arg;
        break;
    case KEY_TABLE:
        o->options.labels_table = arg;
        break;
    case KEY_MISSING:
        error = option_word(state, "missing", arg, (const char *const[]){"left", "right", NULL}, &word);
        o->options.missing = word ? "right" : "left";
        break;
    case KEY_GRID:
        error = option_word(state, "voi-grid", arg, (const char *const[]){"scan", "voi", NULL}, &word);
        o->grid = word ? DVK_VOI_GRID_VOI : DVK_VOI_GRID_SCAN;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return error;
}

const struct argp voi_argp = {.options = voi_table, .parser = parse_voi};

void voi_options_free(voi_options *o)
{
    for (size_t i = 0; i < o->count; i++)
        free(o->name[i]);
}

enum {
    KEY_VOI_MODEL = 0x2100,
    KEY_T_EFF,
    KEY_VOI_DENSITY,
    KEY_RECOVERY,
    KEY_ALPHA_BETA,
    KEY_REPAIR,
    KEY_ALPHA,
    KEY_BIOLOGY,
    KEY_EUD_A,
    KEY_U_CALIBRATION,
    KEY_U_RECOVERY,
    KEY_FWHM,
    KEY_BOOTSTRAP,
    KEY_SEED
};

static const struct argp_option roi_table[] = {
    {0, 0, 0, 0, "Analysis of VOIs:", 30},
    {"voi-model", KEY_VOI_MODEL, MODEL_WORDS, 0, "the VOI's own curve (default auto)", 30},
    {"effective-half-life", KEY_T_EFF, "TIME", 0, "of the VOI, where one scan cannot give it", 30},
    {"voi-density", KEY_VOI_DENSITY, "DENSITY", 0, "mass = volume times this (default 1.05g/mL)", 30},
    {"recovery", KEY_RECOVERY, "VALUE|form:B1mL,B2|FILE", 0,
     "partial-volume recovery of VOI activity; FILE: TSV volume_mL rc", 30},
    {"alpha-beta", KEY_ALPHA_BETA, "DOSE", 0, "default 2.6Gy", 30},
    {"repair-half-time", KEY_REPAIR, "TIME", 0, "default 2.8h", 30},
    {"alpha", KEY_ALPHA, "PER_GY", 0, "for EUBED; none (default) leaves it out", 30},
    {"eud-a", KEY_EUD_A, "A", 0, "for gEUD; none (default) leaves it out", 30},
    {"biology", KEY_BIOLOGY, "FILE", 0, "these four per VOI, over the options: TSV with name, alpha_beta_Gy and so on",
     30},
    {"u-calibration", KEY_U_CALIBRATION, "REL", 0, "relative uncertainty (1 sigma) of the calibration", 30},
    {"u-recovery", KEY_U_RECOVERY, "REL", 0, "relative uncertainty (1 sigma) of the recovery coefficient", 30},
    {"fwhm", KEY_FWHM, "LENGTH", 0, "resolution, for the volume's uncertainty", 30},
    {"bootstrap", KEY_BOOTSTRAP, "N", 0,
     "the fits' standard errors from N resamplings of their residuals, not from their covariance", 30},
    {"seed", KEY_SEED, "N", 0, "of the resamplings (default 1)", 30},
    {0}};

static error_t parse_roi(int key, char *arg, struct argp_state *state)
{
    roi_options *input = state->input;
    dvk_roi_options *o = &input->options;
    switch (key) {
    case KEY_VOI_MODEL:
        return option_check(state, "voi-model", dvk_integration_parse_model(&o->curve, arg, &input->shape));
    case KEY_T_EFF:
        return option_positive(state, "effective-half-life", arg, DVK_UNIT_HOURS, false,
                               &o->biology.effective_half_life_h);
    case KEY_VOI_DENSITY:
        return option_positive(state, "voi-density", arg, DVK_UNIT_G_PER_ML, false, &o->density_g_mL);
    case KEY_RECOVERY:
        o->recovery = arg;
        return 0;
    case KEY_ALPHA_BETA:
        return option_positive(state, "alpha-beta", arg, DVK_UNIT_GY, false, &o->biology.alpha_beta_Gy);
    case KEY_REPAIR:
        return option_positive(state, "repair-half-time", arg, DVK_UNIT_HOURS, false, &o->biology.repair_half_time_h);
    case KEY_ALPHA:
        return option_positive(state, "alpha", arg, DVK_UNIT_PER_GY, true, &o->biology.alpha_per_Gy);
    case KEY_EUD_A:
        return strcmp(arg, "none")
                   ? option_check(state, "eud-a", dvk_quantity_parse(arg, DVK_UNIT_NONE, &o->biology.eud_a))
                   : 0;
    case KEY_BIOLOGY:
        o->biology_table = arg;
        return 0;
    case KEY_U_CALIBRATION:
        return option_positive(state, "u-calibration", arg, DVK_UNIT_NONE, false, &o->u_calibration);
    case KEY_U_RECOVERY:
        return option_positive(state, "u-recovery", arg, DVK_UNIT_NONE, false, &o->u_recovery);
    case KEY_FWHM:
        return option_positive(state, "fwhm", arg, DVK_UNIT_MM, false, &o->fwhm_mm);
    case KEY_BOOTSTRAP:
        return option_bootstrap(state, arg, &o->curve);
    case KEY_SEED:
        return option_seed(state, arg, &o->curve.seed);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp roi_argp = {.options = roi_table, .parser = parse_roi};
