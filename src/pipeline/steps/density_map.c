/* See density_map.h. */
#include "pipeline/steps/density_map.h"

#include "dvk/quantity.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/overlap.h"

/* "1.05g/mL" for all voxels. */
static dvk_status uniform(const dvk_geometry *g, double density_g_mL, dvk_volume **out)
{
    DVK_TRY(dvk_volume_create(g, 1, out));
    float *values = dvk_volume_data(*out);
    for (size_t v = 0; v < dvk_geometry_voxels(g); v++)
        values[v] = (float)density_g_mL;
    return DVK_OK;
}

/* Sums of density and of covered volume in each voxel of the image. */
typedef struct averages {
    double *sum, *covered;
    const size_t *n; /* voxels of the image */
    double value;    /* of the map's voxel at hand */
} averages;

static void take_part(void *user, const size_t cell[3], double part)
{
    averages *a = user;
    const size_t voxel = cell[0] + a->n[0] * (cell[1] + a->n[1] * cell[2]);
    a->sum[voxel] += part * a->value;
    a->covered[voxel] += part;
}

/* The mean of `map` over each voxel of the image; where the map does not reach, the kernel's medium, which corrects
 * nothing. */
static dvk_status lay_on_image(const dvk_volume *map, const dvk_geometry *g, double medium_g_mL, size_t *outside,
                               dvk_volume **out)
{
    const dvk_geometry *from = dvk_volume_geometry(map);
    const size_t voxels = dvk_geometry_voxels(g);
    const float *values = dvk_volume_values(map);
    averages a = {.n = g->n};
    dvk_overlap overlap;
    size_t v = 0;
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_overlap_make(from, g, &overlap));
    DVK_TRY_DONE(dvk_alloc(voxels, sizeof *a.sum, &a.sum));
    DVK_TRY_DONE(dvk_alloc(voxels, sizeof *a.covered, &a.covered));
    for (size_t z = 0; z < from->n[2]; z++)
        for (size_t y = 0; y < from->n[1]; y++)
            for (size_t x = 0; x < from->n[0]; x++) {
                a.value = (double)values[v++];
                dvk_overlap_run(&overlap, (size_t[]){x, y, z}, 1, take_part, &a);
            }
    DVK_TRY_DONE(dvk_volume_create(g, 1, out));
    for (v = 0; v < voxels; v++) {
        *outside += !(a.covered[v] > 0);
        dvk_volume_data(*out)[v] = (float)(a.covered[v] > 0 ? a.sum[v] / a.covered[v] : medium_g_mL);
    }
done:
    dvk_free(a.sum);
    dvk_free(a.covered);
    return status;
}

static dvk_status from_file(const char *path, dvk_density_unit unit, const dvk_geometry *g, double medium_g_mL,
                            size_t *outside, dvk_volume **out)
{
    dvk_volume *file = NULL;
    dvk_status status = DVK_OK;
    if (unit == DVK_DENSITY_UNSET)
        return dvk_fail(DVK_ERR_INVALID, "%s: what the density file holds is not said: give --density-from hu or g/mL",
                        path);
    DVK_TRY(dvk_volume_read(path, &file));
    if (dvk_volume_frames(file) != 1) {
        status = dvk_fail(DVK_ERR_INVALID, "%s: has %zu frames: a density map has one", path, dvk_volume_frames(file));
        goto done;
    }
    if (unit == DVK_DENSITY_HU) /* before averaging, since the relation is not a line */
        status = dvk_density_from_hu(dvk_volume_data(file), dvk_geometry_voxels(dvk_volume_geometry(file)));
    if (status == DVK_OK)
        status = lay_on_image(file, g, medium_g_mL, outside, out);
    if (status != DVK_OK)
        status = dvk_fail_prefix(status, path);
done:
    dvk_volume_free(file);
    return status;
}

dvk_status dvk_density_map(const char *what, dvk_density_unit unit, const dvk_geometry *g, double medium_g_mL,
                           size_t *outside, dvk_volume **out)
{
    double value = 0;
    *outside = 0;
    *out = NULL;
    if (dvk_quantity_parse(what, DVK_UNIT_G_PER_ML, &value) != DVK_OK)
        return from_file(what, unit, g, medium_g_mL, outside, out);
    if (!(value > 0))
        return dvk_fail(DVK_ERR_USAGE, "--density: '%s' is not above 0", what);
    return uniform(g, value, out);
}
