/*
 * See overlap.h. Aligned grids go axis by axis; rotated ones through overlap_split.c.
 */
#include "physics/overlap.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"
#include "data/geometry.h"

/* Axes count as aligned while the whole grid drifts by less than this many scan voxels across them; float32 affines
 * leave 1e-5. */
static const double MOST_DRIFT = 2e-3;

/* Ratios of voxel sizes this close (relative) to n or 1/n are that, and edges this close (scan voxels) to each other
 * are one: float32 rounding would else leave a sliver of a fraction in every voxel along a face. The first bounds what
 * a volume may change by. */
static const double SAME_RATIO = 3e-7, SAME_EDGE = 1e-3;

/* The scan's axis along each of the mask's, where the axes agree; false where they do not. */
static bool find_axes(const dvk_geometry *mask, dvk_overlap *o)
{
    bool taken[3] = {false, false, false};
    for (int b = 0; b < 3; b++) {
        int main_axis = 0;
        for (int a = 1; a < 3; a++)
            if (fabs(o->to_scan[a][b]) > fabs(o->to_scan[main_axis][b]))
                main_axis = a;
        for (int a = 0; a < 3; a++)
            if (a != main_axis && fabs(o->to_scan[a][b]) * (double)mask->n[b] > MOST_DRIFT)
                return false;
        if (taken[main_axis])
            return false;
        taken[main_axis] = true;
        o->axis[b] = main_axis;
    }
    return true;
}

/* Makes a ratio that is all but n or 1/n exact; false for others. */
static bool tidy_ratio(double *step)
{
    const double size = fabs(*step), ratio = size >= 1 ? size : 1 / size, whole = round(ratio);
    if (fabs(ratio - whole) > SAME_RATIO * whole)
        return false;
    *step = copysign(size >= 1 ? whole : 1 / whole, *step);
    return true;
}

/* Step and start along one axis of the mask. Sizes come from voxel_mm, so that volume is kept; the place is right in
 * the middle of the mask's grid, where drift matters least. */
static void find_edges(const dvk_geometry *mask, const dvk_geometry *scan, int b, dvk_overlap *o)
{
    const int a = o->axis[b];
    const double middle[3] = {0.5 * (double)(mask->n[0] - 1), 0.5 * (double)(mask->n[1] - 1),
                              0.5 * (double)(mask->n[2] - 1)};
    double there[3];
    dvk_affine_apply((const double(*)[4])o->to_scan, middle, there);
    double step = copysign(mask->voxel_mm[b] / scan->voxel_mm[a], o->to_scan[a][b]);
    const bool tidy = tidy_ratio(&step);
    double start = there[a] + 0.5 - step * (middle[b] + 0.5);
    const double unit = fabs(step) < 1 ? fabs(step) : 1, nearest = unit * round(start / unit);
    if (tidy && fabs(start - nearest) < SAME_EDGE)
        start = nearest;
    o->step[b] = step;
    o->start[b] = start;
}

dvk_status dvk_overlap_make(const dvk_geometry *mask, const dvk_geometry *scan, dvk_overlap *out)
{
    double inverse[3][4];
    *out = (dvk_overlap){.size = 1};
    if (!dvk_geometry_to_voxel(scan, inverse))
        return dvk_fail(DVK_ERR_INVALID, "the scan's affine has no inverse");
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 4; b++) {
            out->to_scan[a][b] = b == 3 ? inverse[a][3] : 0;
            for (int c = 0; c < 3; c++)
                out->to_scan[a][b] += inverse[a][c] * mask->to_world[c][b];
        }
    memcpy(out->n, scan->n, sizeof out->n);
    out->aligned = find_axes(mask, out);
    for (int b = 0; b < 3; b++)
        out->size *= mask->voxel_mm[b] / scan->voxel_mm[b];
    if (out->aligned) {
        out->size = 1;
        for (int b = 0; b < 3; b++) {
            find_edges(mask, scan, b, out);
            out->size *= fabs(out->step[b]);
        }
    }
    return DVK_OK;
}

/* An interval along one of the scan's axes, cut to the grid. */
typedef struct span {
    double low, high;
    size_t first, end; /* cells it meets: first <= s < end */
} span;

static span cut_span(double from, double to, size_t n)
{
    span s = {fmax(fmin(from, to), 0), fmin(fmax(from, to), (double)n), 0, 0};
    if (s.low < s.high) {
        s.first = (size_t)s.low;
        s.end = (size_t)ceil(s.high);
    }
    return s;
}

static double length_in(const span *s, size_t cell)
{
    return fmin(s->high, (double)cell + 1) - fmax(s->low, (double)cell);
}

static double share_aligned(const dvk_overlap *o, const size_t ijk[3], size_t run, dvk_overlap_take *take, void *user)
{
    const size_t end[3] = {ijk[0] + run, ijk[1] + 1, ijk[2] + 1};
    span s[3];
    double inside = 1;
    for (int b = 0; b < 3; b++) {
        const int a = o->axis[b];
        const double from = o->start[b] + o->step[b] * (double)ijk[b];
        const double to = o->start[b] + o->step[b] * (double)end[b];
        s[a] = cut_span(from, to, o->n[a]);
        inside *= fmax(s[a].high - s[a].low, 0);
    }
    size_t cell[3];
    for (cell[2] = s[2].first; cell[2] < s[2].end; cell[2]++)
        for (cell[1] = s[1].first; cell[1] < s[1].end; cell[1]++) {
            const double area = length_in(&s[2], cell[2]) * length_in(&s[1], cell[1]);
            for (cell[0] = s[0].first; cell[0] < s[0].end; cell[0]++)
                take(user, cell, area * length_in(&s[0], cell[0]));
        }
    return o->size * (double)run - inside;
}

static double share_rotated(const dvk_overlap *o, const size_t ijk[3], dvk_overlap_take *take, void *user)
{
    const double low[3] = {(double)ijk[0] - 0.5, (double)ijk[1] - 0.5, (double)ijk[2] - 0.5};
    double corner[3], edge[3][3], determinant = 0;
    dvk_affine_apply((const double(*)[4])o->to_scan, low, corner);
    for (int a = 0; a < 3; a++) {
        corner[a] += 0.5;
        for (int b = 0; b < 3; b++)
            edge[b][a] = o->to_scan[a][b];
    }
    for (int a = 0; a < 3; a++) {
        const int b = (a + 1) % 3, c = (a + 2) % 3;
        determinant += edge[0][a] * (edge[1][b] * edge[2][c] - edge[1][c] * edge[2][b]);
    }
    return dvk_split_box(corner, (const double(*)[3])edge, o->n, o->size / fabs(determinant), take, user);
}

/* A run makes one long box where axes agree; cutting long boxes costs more than it saves. */
double dvk_overlap_run(const dvk_overlap *o, const size_t ijk[3], size_t run, dvk_overlap_take *take, void *user)
{
    double outside = 0;
    if (o->aligned)
        return share_aligned(o, ijk, run, take, user);
    for (size_t i = 0; i < run; i++)
        outside += share_rotated(o, (const size_t[]){ijk[0] + i, ijk[1], ijk[2]}, take, user);
    return outside;
}
