/* Options that a number fits but a patient does not: refused, or said, before anything is computed. */
#include <math.h>

#include "base/fail.h"
#include "physics/roi.h"
#include "pipeline/case/case.h"

/* A value that is given lies in this range, whatever the tissue: outside, its unit or its point is wrong. */
typedef struct range {
    const char *option, *unit;
    double value, least, most;
} range;

static dvk_status check_range(const range *r)
{
    if (r->value < r->least || r->value > r->most) /* false for NaN: not given */
        return dvk_fail(DVK_ERR_USAGE, "--%s: %g%s is outside %g to %g%s: check its unit", r->option, r->value, r->unit,
                        r->least, r->most, r->unit);
    return DVK_OK;
}

static dvk_status check_ranges(const dvk_roi_options *o)
{
    const range ranges[] = {{"voi-density", " g/mL", o->density_g_mL, 0.05, 5},
                            {"u-calibration", "", o->u_calibration, 0, 1},
                            {"u-recovery", "", o->u_recovery, 0, 1},
                            {"fwhm", " mm", o->fwhm_mm, 0.1, 100}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        DVK_TRY(check_range(&ranges[i]));
    return dvk_biology_check(&o->biology, "options");
}

/* Both files are read again where they are used: this is so that a bad one is told before the work, not after. */
static dvk_status check_files(const dvk_roi_options *o)
{
    dvk_biology_table *biology = NULL;
    dvk_recovery *recovery = NULL;
    dvk_status status = DVK_OK;
    if (o->biology_table)
        status = dvk_biology_table_read(o->biology_table, &biology);
    if (status == DVK_OK && o->recovery)
        status = dvk_recovery_parse(o->recovery, &recovery);
    dvk_biology_table_free(biology);
    dvk_recovery_free(recovery);
    return status;
}

dvk_status dvk_case_check_options(const dvk_case_options *o)
{
    DVK_TRY(check_ranges(&o->roi));
    return check_files(&o->roi);
}

static void warn_half_life(dvk_case *k, const char *what, double half_life_h)
{
    if (half_life_h > k->nuclide->half_life_h)
        dvk_case_warn(k, "%s: %g h is longer than the %g h of %s, which no biology can do: its own is taken", what,
                      half_life_h, k->nuclide->half_life_h, k->nuclide->name);
}

void dvk_case_warn_half_lives(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    warn_half_life(k, "--effective-half-life", o->roi.biology.effective_half_life_h);
    if (o->integration.model == DVK_MODEL_MADSEN)
        warn_half_life(k, "--model madsen", o->integration.madsen_half_life_h);
    if (o->roi.curve.model == DVK_MODEL_MADSEN)
        warn_half_life(k, "--voi-model madsen", o->roi.curve.madsen_half_life_h);
}

void dvk_case_flag_decay(const dvk_case *k, dvk_roi_summary *r)
{
    const double own = k->nuclide->half_life_h, rounding = 1e-6;
    const bool by_rule = /* a physical tail that was asked for, or that a last point of 0 leaves */
        r->curve.model == DVK_MODEL_PHYSICAL ||
        (r->curve.model == DVK_MODEL_TRAPEZOID && !(r->curve.flags & DVK_VOXEL_CLAMPED));
    if (!by_rule && r->curve.effective_half_life_h >= own * (1 - rounding))
        dvk_roi_flag(r,
                     "its activity falls no faster than %s decays, so that %.4g h is taken: check times, units and "
                     "decay reference",
                     k->nuclide->name, own);
}
