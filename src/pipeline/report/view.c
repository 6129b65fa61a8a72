/* Screen axes, slices and projections: see view.h. */
#include "pipeline/report/view.h"

#include <math.h>
#include <string.h>

/* Cosine between grid axis a and world axis w. */
static double cosine(const dvk_geometry *g, int a, int w)
{
    return g->to_world[w][a] / g->voxel_mm[a];
}

dvk_view dvk_view_of(const dvk_geometry *g)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int best = 0;
    double most = -1;
    for (int o = 0; o < 6; o++) {
        double sum = 0;
        for (int w = 0; w < 3; w++)
            sum += fabs(cosine(g, orders[o][w], w));
        if (sum > most + 1e-9) {
            most = sum;
            best = o;
        }
    }
    dvk_view v = {.geometry = g};
    for (int w = 0; w < 3; w++) {
        const int a = orders[best][w];
        v.axis[w] = a;
        v.against[w] = cosine(g, a, w) > 0;
        v.n[w] = g->n[a];
        v.mm[w] = g->voxel_mm[a];
        v.tilt_deg = fmax(v.tilt_deg, acos(fmin(fabs(cosine(g, a, w)), 1)) * 57.29577951308232);
    }
    return v;
}

void dvk_view_place(const dvk_view *v, size_t index, size_t place[3])
{
    const size_t *n = v->geometry->n;
    const size_t ijk[3] = {index % n[0], index / n[0] % n[1], index / n[0] / n[1]};
    for (int w = 0; w < 3; w++)
        place[w] = v->against[w] ? v->n[w] - 1 - ijk[v->axis[w]] : ijk[v->axis[w]];
}

size_t dvk_view_index(const dvk_view *v, const size_t place[3])
{
    size_t ijk[3] = {0};
    for (int w = 0; w < 3; w++)
        ijk[v->axis[w]] = v->against[w] ? v->n[w] - 1 - place[w] : place[w];
    return ijk[0] + v->geometry->n[0] * (ijk[1] + v->geometry->n[1] * ijk[2]);
}

double dvk_view_world(const dvk_view *v, const double place[3], int screen_axis)
{
    const double *row = v->geometry->to_world[screen_axis];
    double sum = row[3];
    for (int w = 0; w < 3; w++) {
        const double along = v->against[w] ? (double)(v->n[w] - 1) - place[w] : place[w];
        sum += row[v->axis[w]] * along;
    }
    return sum;
}

void dvk_view_centre(const dvk_view *v, const dvk_voi *voi, double place[3])
{
    double sum[3] = {0}, weight = 0;
    for (size_t i = 0; i < voi->count; i++) {
        size_t at[3];
        dvk_view_place(v, voi->index[i], at);
        for (int w = 0; w < 3; w++)
            sum[w] += (double)voi->fraction[i] * (double)at[w];
        weight += (double)voi->fraction[i];
    }
    for (int w = 0; w < 3; w++)
        place[w] = weight > 0 ? sum[w] / weight : 0.5 * (double)(v->n[w] - 1);
}

/* From a voxel to the next along a screen axis, in the volume. */
static ptrdiff_t step_along(const dvk_view *v, int screen_axis)
{
    const size_t *n = v->geometry->n;
    const int a = v->axis[screen_axis];
    const ptrdiff_t step = (ptrdiff_t)(a == 0 ? 1 : a == 1 ? n[0] : n[0] * n[1]);
    return v->against[screen_axis] ? -step : step;
}

void dvk_view_values(const dvk_view *v, const dvk_plane *plane, const float *values, float *pixels)
{
    const ptrdiff_t through = step_along(v, plane->through), across = step_along(v, plane->across);
    const size_t deep = plane->projection ? v->n[plane->through] : 1;
    for (size_t y = 0; y < plane->size[1]; y++) {
        float *row = pixels + y * plane->size[0];
        size_t place[3];
        place[plane->across] = plane->low[0];
        place[plane->down] = plane->low[1] + y;
        place[plane->through] = plane->projection ? 0 : plane->at;
        const float *first = values + dvk_view_index(v, place);
        for (size_t x = 0; x < plane->size[0]; x++)
            row[x] = first[(ptrdiff_t)x * across];
        for (size_t z = 1; z < deep; z++) /* a row of pixels at a time, whose voxels lie beside each other */
            for (size_t x = 0; x < plane->size[0]; x++) {
                const float value = first[(ptrdiff_t)z * through + (ptrdiff_t)x * across];
                row[x] = value > row[x] ? value : row[x];
            }
    }
}

void dvk_view_voi(const dvk_view *v, const dvk_plane *plane, const dvk_voi *voi, float *pixels)
{
    memset(pixels, 0, plane->size[0] * plane->size[1] * sizeof *pixels);
    for (size_t i = 0; i < voi->count; i++) {
        size_t place[3];
        dvk_view_place(v, voi->index[i], place);
        /* Unsigned: what lies before the rectangle wraps round and is too large as well. */
        const size_t x = place[plane->across] - plane->low[0], y = place[plane->down] - plane->low[1];
        if (x >= plane->size[0] || y >= plane->size[1] || (!plane->projection && place[plane->through] != plane->at))
            continue;
        float *pixel = &pixels[y * plane->size[0] + x];
        *pixel = fmaxf(*pixel, voi->fraction[i]);
    }
}
