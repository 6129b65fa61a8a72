/* One map onto another's grid, linearly; into larger voxels as the mean of places inside them. */
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

/* Where voxels of one grid lie on another, in the other's voxels: place = matrix (i, j, k, 1). */
typedef struct route {
    double matrix[3][4];
    size_t samples[3]; /* along each axis of a voxel: as many as the other grid's voxels fit, rounded */
} route;

static bool find_route(const dvk_geometry *from, const dvk_geometry *to, route *out)
{
    double back[3][4];
    if (!dvk_geometry_to_voxel(from, back))
        return false;
    for (int row = 0; row < 3; row++)
        for (int a = 0; a < 4; a++) {
            out->matrix[row][a] = a < 3 ? 0 : back[row][3];
            for (int c = 0; c < 3; c++)
                out->matrix[row][a] += back[row][c] * to->to_world[c][a];
        }
    for (int a = 0; a < 3; a++) {
        const double step = hypot(hypot(out->matrix[0][a], out->matrix[1][a]), out->matrix[2][a]);
        out->samples[a] = (size_t)fmax(1, floor(step + 0.5));
    }
    return true;
}

/* Mean over places spread evenly in voxel `here`, or at its centre; NaN where one of them lies outside. */
static double mean_at(const float *v, const size_t n[3], const route *r, const double here[3])
{
    const size_t *k = r->samples;
    double sum = 0;
    for (size_t s = 0; s < k[0] * k[1] * k[2]; s++) {
        const size_t of[3] = {s % k[0], s / k[0] % k[1], s / (k[0] * k[1])};
        double place[3], ijk[3];
        for (int a = 0; a < 3; a++)
            place[a] = here[a] + ((double)of[a] + 0.5) / (double)k[a] - 0.5;
        dvk_affine_apply(r->matrix, place, ijk);
        sum += value_at(v, n, ijk);
    }
    return sum / (double)(k[0] * k[1] * k[2]);
}

dvk_status dvk_resample_linear(const dvk_volume *from, const dvk_geometry *to, dvk_volume **out, size_t *outside)
{
    const dvk_geometry *g = dvk_volume_geometry(from);
    route r;
    if (!find_route(g, to, &r))
        return dvk_fail(DVK_ERR_INVALID, "its grid has no inverse");
    DVK_TRY(dvk_volume_create(to, 1, out));
    const float *values = dvk_volume_values(from);
    float *made = dvk_volume_data(*out);
    size_t missed = 0;
#pragma omp parallel for reduction(+ : missed)
    for (size_t row = 0; row < to->n[1] * to->n[2]; row++)
        for (size_t i = 0; i < to->n[0]; i++) {
            const double here[3] = {(double)i, (double)(row % to->n[1]), (double)(row / to->n[1])};
            const double value = mean_at(values, g->n, &r, here);
            made[row * to->n[0] + i] = (float)value;
            missed += isnan(value) != 0;
        }
    *outside = missed;
    return DVK_OK;
}
