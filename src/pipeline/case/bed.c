/* The voxel BED map: inside each VOI with that VOI's own G and alpha/beta, zero elsewhere. */
#include <math.h>

#include "dvk/radiobiology.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/case/case.h"

/* A voxel on the border of two VOIs belongs to the one with the larger share of it; `share` keeps that. */
static void fill(const dvk_voi *voi, const dvk_roi_summary *r, const float *dose, float *bed, float *share)
{
    for (size_t i = 0; i < voi->count; i++) {
        const size_t v = voi->index[i];
        if (voi->fraction[i] <= share[v])
            continue;
        share[v] = voi->fraction[i];
        bed[v] = (float)dvk_bed((double)dose[v], r->g_factor, r->alpha_beta_Gy);
    }
}

dvk_status dvk_case_bed(dvk_case *k)
{
    const dvk_summary *s = k->summary;
    float *share = NULL;
    if (!k->options->write_bed)
        return DVK_OK;
    DVK_TRY(dvk_volume_create(&k->geometry, 1, &k->bed));
    DVK_TRY(dvk_alloc(dvk_geometry_voxels(&k->geometry), sizeof *share, &share));
    for (size_t i = 0; i < s->roi_count; i++)
        if (isnan(s->rois[i].g_factor))
            dvk_case_warn(k, "%s has no kinetics: the BED map is zero there", s->rois[i].name);
        else
            fill(dvk_voi_at(k->vois, i), &s->rois[i], dvk_volume_values(k->dose), dvk_volume_data(k->bed), share);
    dvk_free(share);
    return DVK_OK;
}
