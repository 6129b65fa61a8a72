/* A VOI's voxels on the grid that it was drawn on, which is often the CT's and finer than the scan's. */
#include <math.h>

#include "dvk/density.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "data/geometry.h"
#include "physics/roi.h"

/* Where a point lies between the voxel centres of one axis. */
typedef struct between {
    size_t low, high;
    double weight; /* of high */
} between;

/* False where x is more than half a voxel off the grid. */
static bool place(double x, size_t n, between *out)
{
    const double last = (double)(n - 1);
    if (!(x >= -0.5 && x <= last + 0.5))
        return false;
    const double held = fmin(fmax(x, 0), last);
    out->low = (size_t)held;
    out->high = out->low + 1 < n ? out->low + 1 : out->low;
    out->weight = held - (double)out->low;
    return true;
}

static double interpolate(const float *values, const size_t n[3], const between at[3])
{
    double sum = 0;
    for (int corner = 0; corner < 8; corner++) {
        size_t v[3];
        double weight = 1;
        for (int a = 0; a < 3; a++) {
            const bool high = corner >> a & 1;
            v[a] = high ? at[a].high : at[a].low;
            weight *= high ? at[a].weight : 1 - at[a].weight;
        }
        if (weight > 0)
            sum += weight * (double)values[v[0] + n[0] * (v[1] + n[1] * v[2])];
    }
    return sum;
}

/* The centre of one drawn voxel on the scan's grid. */
static bool place_voxel(const dvk_geometry *drawn, uint32_t voxel, const double to_scan[3][4], const size_t n[3],
                        between at[3])
{
    const size_t j = voxel / drawn->n[0], k = j / drawn->n[1];
    double ijk[3] = {(double)(voxel % drawn->n[0]), (double)(j % drawn->n[1]), (double)k};
    double world[3], there[3];
    dvk_affine_apply(drawn->to_world, ijk, world);
    dvk_affine_apply(to_scan, world, there);
    return place(there[0], n[0], &at[0]) && place(there[1], n[1], &at[1]) && place(there[2], n[2], &at[2]);
}

static dvk_status gather(const dvk_voi *voi, const double to_scan[3][4], const dvk_volume *dose,
                         const dvk_volume *density, dvk_roi_voxels *out)
{
    const size_t *n = dvk_volume_geometry(dose)->n;
    const double voxel_mL = dvk_geometry_voxel_mL(&voi->drawn_grid);
    size_t clipped = 0;
    for (size_t i = 0; i < voi->drawn_count; i++) {
        between at[3];
        if (!place_voxel(&voi->drawn_grid, voi->drawn[i], to_scan, n, at))
            continue;
        const size_t v = out->count++;
        out->dose_Gy[v] = interpolate(dvk_volume_values(dose), n, at);
        out->volume_mL[v] = voxel_mL;
        if (density) {
            const double own = interpolate(dvk_volume_values(density), n, at);
            out->density_g_mL[v] = dvk_density_clip(own);
            clipped += out->density_g_mL[v] != own;
        }
    }
    if (out->count == 0)
        return dvk_fail(DVK_ERR_INVALID, "no centre of its voxels lies on the scan's grid");
    if (density)
        out->clipped_fraction = (double)clipped / (double)out->count;
    return DVK_OK;
}

dvk_status dvk_roi_gather_drawn(const dvk_voi *voi, const dvk_volume *dose, const dvk_volume *density,
                                dvk_roi_voxels *out)
{
    double to_scan[3][4];
    dvk_status status = DVK_OK;
    *out = (dvk_roi_voxels){.clipped_fraction = NAN};
    if (!dvk_geometry_to_voxel(dvk_volume_geometry(dose), to_scan))
        return dvk_fail(DVK_ERR_INVALID, "the dose map's affine has no inverse");
    DVK_TRY_DONE(dvk_alloc(voi->drawn_count, sizeof(double), &out->dose_Gy));
    DVK_TRY_DONE(dvk_alloc(voi->drawn_count, sizeof(double), &out->volume_mL));
    if (density)
        DVK_TRY_DONE(dvk_alloc(voi->drawn_count, sizeof(double), &out->density_g_mL));
    status = gather(voi, (const double(*)[4])to_scan, dose, density, out);
done:
    if (status != DVK_OK)
        dvk_roi_voxels_free(out);
    return status;
}
