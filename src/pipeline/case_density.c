/* The density map of a case, and the dose corrected by it. */
#include "dvk/density.h"
#include "dvk/quantity.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/overlap.h"
#include "pipeline/case.h"

/* "1.05g/mL" for all voxels. */
static dvk_status uniform(dvk_case *k, double density_g_mL)
{
    DVK_TRY(dvk_volume_create(&k->geometry, 1, &k->density));
    float *values = dvk_volume_data(k->density);
    for (size_t v = 0; v < dvk_geometry_voxels(&k->geometry); v++)
        values[v] = (float)density_g_mL;
    return DVK_OK;
}

/* Sums of density and of covered volume in each voxel of the scan. */
typedef struct averages {
    double *sum, *covered;
    const size_t *n; /* voxels of the scan */
    double value;    /* of the map's voxel at hand */
} averages;

static void take_part(void *user, const size_t cell[3], double part)
{
    averages *a = user;
    const size_t voxel = cell[0] + a->n[0] * (cell[1] + a->n[1] * cell[2]);
    a->sum[voxel] += part * a->value;
    a->covered[voxel] += part;
}

/* The mean of `map` over each voxel of the scan; where the map does not reach, the kernel's medium, which corrects
 * nothing. */
static dvk_status lay_on_scan(dvk_case *k, const dvk_volume *map, double medium_g_mL)
{
    const dvk_geometry *from = dvk_volume_geometry(map);
    const size_t voxels = dvk_geometry_voxels(&k->geometry);
    const float *values = dvk_volume_values(map);
    averages a = {.n = k->geometry.n};
    dvk_overlap overlap;
    size_t outside = 0, v = 0;
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_overlap_make(from, &k->geometry, &overlap));
    DVK_TRY_DONE(dvk_alloc(voxels, sizeof *a.sum, &a.sum));
    DVK_TRY_DONE(dvk_alloc(voxels, sizeof *a.covered, &a.covered));
    for (size_t z = 0; z < from->n[2]; z++)
        for (size_t y = 0; y < from->n[1]; y++)
            for (size_t x = 0; x < from->n[0]; x++) {
                a.value = (double)values[v++];
                dvk_overlap_run(&overlap, (size_t[]){x, y, z}, 1, take_part, &a);
            }
    DVK_TRY_DONE(dvk_volume_create(&k->geometry, 1, &k->density));
    for (v = 0; v < voxels; v++) {
        outside += !(a.covered[v] > 0);
        dvk_volume_data(k->density)[v] = (float)(a.covered[v] > 0 ? a.sum[v] / a.covered[v] : medium_g_mL);
    }
    if (outside > 0)
        dvk_case_warn(k, "the density map does not reach %zu of %zu voxels: they are not corrected", outside, voxels);
done:
    dvk_free(a.sum);
    dvk_free(a.covered);
    return status;
}

static dvk_status from_file(dvk_case *k, double medium_g_mL)
{
    const dvk_case_options *o = k->options;
    dvk_volume *file = NULL;
    dvk_status status = DVK_OK;
    if (o->density_unit == DVK_DENSITY_UNSET)
        return dvk_fail(DVK_ERR_INVALID, "%s: what the density file holds is not said: give --density-from hu or g/mL",
                        o->density);
    DVK_TRY(dvk_volume_read(o->density, &file));
    if (dvk_volume_frames(file) != 1) {
        status =
            dvk_fail(DVK_ERR_INVALID, "%s: has %zu frames: a density map has one", o->density, dvk_volume_frames(file));
        goto done;
    }
    if (o->density_unit == DVK_DENSITY_HU) /* before averaging, since the relation is not a line */
        status = dvk_density_from_hu(dvk_volume_data(file), dvk_geometry_voxels(dvk_volume_geometry(file)));
    if (status == DVK_OK)
        status = lay_on_scan(k, file, medium_g_mL);
    if (status != DVK_OK)
        status = dvk_fail_prefix(status, o->density);
done:
    dvk_volume_free(file);
    return status;
}

dvk_status dvk_case_density(dvk_case *k, double medium_g_mL)
{
    double value = 0;
    if (!k->options->density)
        return DVK_OK;
    if (dvk_quantity_parse(k->options->density, DVK_UNIT_G_PER_ML, &value) == DVK_OK)
        return value > 0 ? uniform(k, value)
                         : dvk_fail(DVK_ERR_USAGE, "--density: '%s' is not above 0", k->options->density);
    return from_file(k, medium_g_mL);
}
