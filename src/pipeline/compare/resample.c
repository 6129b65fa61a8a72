/* One map onto another's grid, linearly. */
#include <math.h>

#include "base/fail.h"
#include "data/geometry.h"
#include "pipeline/compare/compare.h"

/* Where a place lies along one axis: the lower of two voxels, the step to the upper, and its share. A place within
 * half a voxel of the outermost centres is still inside a voxel and takes its value; false further out. */
typedef struct spot {
    size_t low, step;
    double share;
} spot;

static bool find_spot(double place, size_t n, spot *out)
{
    const double last = (double)(n - 1), slack = 1e-6; /* grids that touch but for rounding */
    if (!(place >= -0.5 - slack && place <= last + 0.5 + slack))
        return false;
    const double inside = fmin(fmax(place, 0), last);
    out->low = (size_t)inside;
    out->share = inside - (double)out->low;
    out->step = out->share > 0;
    return true;
}

static double mix(double a, double b, double share)
{
    return a + share * (b - a);
}

static double value_at(const float *v, const size_t n[3], const double ijk[3])
{
    spot s[3];
    for (int a = 0; a < 3; a++)
        if (!find_spot(ijk[a], n[a], &s[a]))
            return NAN;
    double plane[2];
    for (size_t z = 0; z < 2; z++) {
        double row[2];
        for (size_t y = 0; y < 2; y++) {
            const size_t at = ((s[2].low + z * s[2].step) * n[1] + s[1].low + y * s[1].step) * n[0] + s[0].low;
            row[y] = mix((double)v[at], (double)v[at + s[0].step], s[0].share);
        }
        plane[z] = mix(row[0], row[1], s[1].share);
    }
    return mix(plane[0], plane[1], s[2].share);
}

dvk_status dvk_resample_linear(const dvk_volume *from, const dvk_geometry *to, dvk_volume **out, size_t *outside)
{
    const dvk_geometry *g = dvk_volume_geometry(from);
    double to_voxel[3][4];
    if (!dvk_geometry_to_voxel(g, to_voxel))
        return dvk_fail(DVK_ERR_INVALID, "its grid has no inverse");
    DVK_TRY(dvk_volume_create(to, 1, out));
    const float *values = dvk_volume_values(from);
    float *made = dvk_volume_data(*out);
    size_t missed = 0;
#pragma omp parallel for reduction(+ : missed)
    for (size_t row = 0; row < to->n[1] * to->n[2]; row++)
        for (size_t i = 0; i < to->n[0]; i++) {
            const double here[3] = {(double)i, (double)(row % to->n[1]), (double)(row / to->n[1])};
            double world[3], ijk[3];
            dvk_affine_apply(to->to_world, here, world);
            dvk_affine_apply((const double(*)[4])to_voxel, world, ijk);
            const double value = value_at(values, g->n, ijk);
            made[row * to->n[0] + i] = (float)value;
            missed += isnan(value) != 0;
        }
    *outside = missed;
    return DVK_OK;
}
