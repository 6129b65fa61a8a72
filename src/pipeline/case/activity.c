/* What each VOI holds in each scan. After this and the integration over time nobody needs the scans' voxels. */
#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/case/case.h"

/* Centre of the VOI's activity in one scan, world coordinates; false where it has none. */
static bool activity_centre(const dvk_geometry *g, const dvk_voi *voi, const float *values, double centre[3])
{
    double sum = 0, moment[3] = {0};
    for (size_t i = 0; i < voi->count; i++) {
        const size_t v = voi->index[i];
        const double weight = (double)values[v] * (double)voi->fraction[i];
        sum += weight;
        moment[0] += weight * (double)(v % g->n[0]);
        moment[1] += weight * (double)(v / g->n[0] % g->n[1]);
        moment[2] += weight * (double)(v / (g->n[0] * g->n[1]));
    }
    if (!(sum > 0))
        return false;
    for (int a = 0; a < 3; a++)
        centre[a] =
            (g->to_world[a][0] * moment[0] + g->to_world[a][1] * moment[1] + g->to_world[a][2] * moment[2]) / sum;
    return true;
}

/* Largest distance between the centres of any two scans. */
static double drift(const dvk_case *k, const dvk_voi *voi)
{
    double centre[DVK_MAX_SCANS][3], largest = 0;
    size_t count = 0;
    for (size_t i = 0; i < dvk_series_scans(k->series); i++)
        count += activity_centre(&k->geometry, voi, dvk_series_frame(k->series, i), centre[count]);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            largest = fmax(largest, hypot(hypot(centre[i][0] - centre[j][0], centre[i][1] - centre[j][1]),
                                          centre[i][2] - centre[j][2]));
    return largest;
}

/* The VOI as it lay at one scan: its own of that time where there is one. */
static dvk_status voi_at_scan(const dvk_case *k, const dvk_voi *voi, size_t scan, const dvk_voi **out)
{
    *out = k->voi_at[scan] ? dvk_voi_named(k->voi_at[scan], voi->name) : voi;
    if (!*out)
        return dvk_fail(DVK_ERR_INVALID, "the label map of scan %zu does not have it", scan + 1);
    return DVK_OK;
}

static dvk_status activity_of(const dvk_case *k, const dvk_voi *voi, dvk_case_activity *seen)
{
    const double voxel_mL = dvk_geometry_voxel_mL(&k->geometry);
    for (size_t i = 0; i < dvk_series_scans(k->series); i++) {
        const dvk_voi *here = NULL;
        DVK_TRY(voi_at_scan(k, voi, i, &here));
        seen->Bq[i] = dvk_voi_sum(here, dvk_series_frame(k->series, i), voxel_mL);
    }
    seen->drift_mm = drift(k, voi);
    return DVK_OK;
}

dvk_status dvk_case_measure(dvk_case *k)
{
    dvk_free(k->activity);
    k->activity = NULL;
    if (!k->series)
        return DVK_OK;
    DVK_TRY(dvk_alloc(k->summary->roi_count, sizeof *k->activity, &k->activity));
    for (size_t i = 0; i < k->summary->roi_count; i++) {
        const dvk_voi *voi = dvk_voi_at(k->vois, i);
        const dvk_status status = activity_of(k, voi, &k->activity[i]);
        if (status != DVK_OK)
            return dvk_fail_prefix(status, voi->name);
    }
    return DVK_OK;
}
