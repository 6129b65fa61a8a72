/* Each cycle's dose and BED as the options want them: of the map or divided by recovery, with other biology. */
#include <math.h>

#include "dvk/radiobiology.h"
#include "dvk/uncertainty.h"

#include "base/fail.h"
#include "pipeline/course/course.h"

static dvk_status recover(const dvk_course_cycle *cycle, dvk_course_roi *r)
{
    if (isnan(r->recovery) && dvk_course_is_kidney(r->name))
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: %s has no recovery coefficient: run it with --recovery, or use --doses map", cycle->path,
                        r->name);
    if (isnan(r->dose_recovered_Gy))
        return DVK_OK;
    r->dose_Gy = r->dose_recovered_Gy;
    r->bed_Gy = r->bed_recovered_Gy;
    r->eqd2_Gy = dvk_eqd2(r->bed_Gy, r->alpha_beta_Gy);
    r->u_bed_rel = dvk_u_bed(r->u_dose_rel, r->dose_Gy, r->g_factor, r->alpha_beta_Gy);
    return DVK_OK;
}

/* BED again where the user gave a parameter: G from the VOI's terms for another repair. */
static dvk_status renew_bed(const dvk_course_options *o, const dvk_course_cycle *cycle, dvk_course_roi *r)
{
    if (!isnan(o->alpha_beta_Gy))
        r->alpha_beta_Gy = o->alpha_beta_Gy;
    if (!isnan(o->repair_half_time_h)) {
        if (r->terms == 0)
            return dvk_fail(DVK_ERR_INVALID, "%s: %s has no terms to compute its BED from again", cycle->path, r->name);
        r->repair_half_time_h = o->repair_half_time_h;
        r->g_factor = dvk_g_factor(r->amplitude_MBq, r->half_life_h, r->terms, r->repair_half_time_h);
    }
    r->bed_Gy = dvk_bed(r->dose_Gy, r->g_factor, r->alpha_beta_Gy);
    r->eqd2_Gy = dvk_eqd2(r->bed_Gy, r->alpha_beta_Gy);
    r->u_bed_rel = dvk_u_bed(r->u_dose_rel, r->dose_Gy, r->g_factor, r->alpha_beta_Gy);
    return DVK_OK;
}

dvk_status dvk_course_take_doses(dvk_course *c)
{
    const dvk_course_options *o = &c->options;
    const bool recovered = o->doses == DVK_COURSE_DOSES_RECOVERED;
    const bool renewed = !isnan(o->alpha_beta_Gy) || !isnan(o->repair_half_time_h);
    for (size_t i = 0; i < c->cycle_count; i++)
        for (size_t k = 0; k < c->cycles[i].roi_count; k++) {
            dvk_course_roi *r = &c->cycles[i].rois[k];
            if (recovered)
                DVK_TRY(recover(&c->cycles[i], r));
            if (renewed)
                DVK_TRY(renew_bed(o, &c->cycles[i], r));
        }
    return DVK_OK;
}
