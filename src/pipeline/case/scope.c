/* --scope voi in a case: the VOIs' curves in their voxels' TIA; outside, voxels keep their own integration. */
#include "pipeline/steps/scope.h"

#include "base/fail.h"
#include "pipeline/case/case.h"

dvk_status dvk_case_scope(dvk_case *k)
{
    dvk_integration how = k->options->roi.curve;
    how.negative = k->options->integration.negative;
    for (size_t i = 0; i < dvk_voi_count(k->vois); i++) {
        const dvk_voi *voi = dvk_voi_at(k->vois, i);
        bool used = false;
        DVK_TRY(dvk_scope_apply(k->series, voi, &how, dvk_volume_data(k->tia), dvk_volume_data(k->status),
                                k->tia_sd ? dvk_volume_data(k->tia_sd) : NULL, &used));
        if (!used)
            dvk_case_warn(k,
                          "%s: --scope voi needs a curve with terms, and this one has none: its voxels keep their own",
                          voi->name);
    }
    return DVK_OK;
}
