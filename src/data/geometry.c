/* Grids in space: sizes, comparison, inverse. See geometry.h and dvk/volume.h. */
#include "data/geometry.h"

#include <math.h>

#include "base/fail.h"

/* Largest cosine between two axes. Rotations written with four digits stay below it, and 0.06 degrees of shear move no
 * voxel of a 128-grid by more than 0.13. */
static const double most_shear = 1e-3;

size_t dvk_geometry_voxels(const dvk_geometry *g)
{
    return g->n[0] * g->n[1] * g->n[2];
}

double dvk_geometry_voxel_mL(const dvk_geometry *g)
{
    return g->voxel_mm[0] * g->voxel_mm[1] * g->voxel_mm[2] / 1000;
}

void dvk_affine_apply(const double a[3][4], const double xyz[3], double out[3])
{
    for (int r = 0; r < 3; r++)
        out[r] = a[r][0] * xyz[0] + a[r][1] * xyz[1] + a[r][2] * xyz[2] + a[r][3];
}

/* By cofactors: cof[c][r] / det is the inverse of the 3 x 3 part. */
bool dvk_affine_invert(const double a[3][4], double out[3][4])
{
    double det = 0;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 3; c++) {
            const int r1 = (r + 1) % 3, r2 = (r + 2) % 3, c1 = (c + 1) % 3, c2 = (c + 2) % 3;
            out[c][r] = a[r1][c1] * a[r2][c2] - a[r1][c2] * a[r2][c1];
        }
    for (int c = 0; c < 3; c++)
        det += a[0][c] * out[c][0];
    if (!isfinite(det) || det == 0)
        return false;
    for (int r = 0; r < 3; r++) {
        out[r][3] = 0;
        for (int c = 0; c < 3; c++) {
            out[r][c] /= det;
            out[r][3] -= out[r][c] * a[c][3];
        }
        if (!isfinite(out[r][0]) || !isfinite(out[r][1]) || !isfinite(out[r][2]) || !isfinite(out[r][3]))
            return false;
    }
    return true;
}

bool dvk_geometry_to_voxel(const dvk_geometry *g, double out[3][4])
{
    return dvk_affine_invert(g->to_world, out);
}

void dvk_geometry_corner(const dvk_geometry *g, int c, double ijk[3])
{
    for (int a = 0; a < 3; a++)
        ijk[a] = (c >> a) & 1 ? (double)(g->n[a] - 1) : 0;
}

double dvk_geometry_corner_distance(const dvk_geometry *a, const double other[3][4])
{
    double inverse[3][4], furthest = 0;
    if (!dvk_geometry_to_voxel(a, inverse))
        return INFINITY;
    for (int c = 0; c < 8; c++) {
        double ijk[3], world[3], back[3];
        dvk_geometry_corner(a, c, ijk);
        dvk_affine_apply(other, ijk, world);
        dvk_affine_apply((const double(*)[4])inverse, world, back);
        const double distance = hypot(hypot(back[0] - ijk[0], back[1] - ijk[1]), back[2] - ijk[2]);
        if (!(distance <= furthest)) /* a NaN counts as far */
            furthest = isnan(distance) ? INFINITY : distance;
    }
    return furthest;
}

bool dvk_geometry_same(const dvk_geometry *a, const dvk_geometry *b, double tolerance)
{
    return a->n[0] == b->n[0] && a->n[1] == b->n[1] && a->n[2] == b->n[2] &&
           dvk_geometry_corner_distance(a, (const double(*)[4])b->to_world) <= tolerance;
}

static double column_dot(const dvk_geometry *g, int a, int b)
{
    double sum = 0;
    for (int r = 0; r < 3; r++)
        sum += g->to_world[r][a] * g->to_world[r][b];
    return sum;
}

dvk_status dvk_geometry_finish(dvk_geometry *g)
{
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++)
            if (!isfinite(g->to_world[r][c]))
                return dvk_fail(DVK_ERR_INVALID, "the affine holds a value that is not finite");
    for (int a = 0; a < 3; a++) {
        g->voxel_mm[a] = sqrt(column_dot(g, a, a));
        if (!(g->voxel_mm[a] > 0) || !isfinite(g->voxel_mm[a]))
            return dvk_fail(DVK_ERR_INVALID, "the affine is singular: axis %c has no length", "ijk"[a]);
    }
    for (int a = 0; a < 3; a++) {
        const int b = (a + 1) % 3;
        const double cosine = column_dot(g, a, b) / (g->voxel_mm[a] * g->voxel_mm[b]);
        if (!(fabs(cosine) <= most_shear))
            return dvk_fail(DVK_ERR_INVALID,
                            "the affine is sheared (axes %c and %c meet at %.2f degrees): resample to a regular grid",
                            "ijk"[a], "ijk"[b], acos(fmin(1, fmax(-1, cosine))) * 180 / acos(-1));
    }
    return DVK_OK;
}
