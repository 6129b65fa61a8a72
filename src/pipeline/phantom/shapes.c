/* See shapes.h: geometry, kinetics by closed form, chance. */
#include "pipeline/phantom/shapes.h"

#include <math.h>
#include <string.h>

#include "data/geometry.h"

static const double pi = 3.14159265358979323846;
static const double tables_MBq = 7400; /* injected, for the tables' activities */

/* --- chance --- */

double dvk_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* One to one on numbers below 2^53, the ones that every table and JSON reader holds: each step can be undone. */
static uint64_t mix53(uint64_t z)
{
    const uint64_t mask = (UINT64_C(1) << 53) - 1;
    z = ((z ^ (z >> 27)) * 0xbf58476d1ce4e5b9u) & mask;
    z = ((z ^ (z >> 27)) * 0x94d049bb133111ebu) & mask;
    return z ^ (z >> 27);
}

uint64_t dvk_random_seed(uint64_t seed, uint64_t number)
{
    const uint64_t mask = (UINT64_C(1) << 53) - 1;
    return mix53((mix53(seed & mask) + number) & mask);
}

double dvk_random_normal(uint64_t *state)
{
    const double u = 1 - dvk_random(state), angle = 2 * pi * dvk_random(state);
    return sqrt(-2 * log(u)) * cos(angle);
}

/* --- other patients, nuclides, cycles --- */

void dvk_phantom_scale(dvk_phantom *p, double injected_MBq, const dvk_nuclide *from, const dvk_nuclide *to)
{
    const double faster_per_h = 1 / to->half_life_h - 1 / from->half_life_h;
    for (size_t r = 0; r < p->regions; r++)
        for (size_t t = 0; t < p->region[r].terms; t++) {
            double *half_life_h = &p->region[r].half_life_h[t];
            p->region[r].amplitude_MBq[t] *= injected_MBq / tables_MBq;
            if (faster_per_h != 0)
                *half_life_h = 1 / (1 / *half_life_h + faster_per_h);
        }
}

void dvk_phantom_vary(dvk_phantom *p, uint64_t seed, double longest_h)
{
    uint64_t state = seed;
    double size = 1, uptake = 1, pace = 1;
    for (size_t r = 0; r < p->regions; r++) {
        dvk_region *region = &p->region[r];
        if (r == 0 || !region->voi[0] || strcmp(region->voi, region[-1].voi) != 0) {
            size = 0.9 + 0.2 * dvk_random(&state);
            uptake = 0.9 + 0.2 * dvk_random(&state);
            pace = 0.9 + 0.2 * dvk_random(&state);
        }
        for (int a = 0; a < 3; a++)
            region->semi_mm[a] *= size;
        for (size_t t = 0; t < region->terms; t++) {
            region->amplitude_MBq[t] *= uptake;
            region->half_life_h[t] = fmin(pace * region->half_life_h[t], longest_h);
        }
    }
}

void dvk_phantom_cycle(dvk_phantom *p, size_t cycles)
{
    for (size_t r = 0; r < p->regions; r++)
        for (size_t t = 0; t < p->region[r].terms; t++)
            p->region[r].amplitude_MBq[t] *= pow(p->region[r].cycle_factor, (double)cycles);
}

/* --- painting --- */

/* Whether a place, given from the region's centre, is in its shape. */
static bool inside(const dvk_region *r, const double d[3])
{
    double part[3];
    if (r->shape == DVK_SHAPE_ALL)
        return true;
    if (r->shape == DVK_SHAPE_POINT)
        return false;
    for (int a = 0; a < 3; a++)
        part[a] = d[a] * d[a] / (r->semi_mm[a] * r->semi_mm[a]);
    if (r->shape == DVK_SHAPE_ELLIPSOID)
        return part[0] + part[1] + part[2] <= 1;
    return part[2] <= 1 && (r->shape == DVK_SHAPE_BOX ? part[0] <= 1 && part[1] <= 1 : part[0] + part[1] <= 1);
}

static uint8_t owner_at(const dvk_phantom *p, const double world[3], const double shift_mm[3])
{
    for (size_t r = p->regions; r > 0; r--) {
        const dvk_region *region = &p->region[r - 1];
        double d[3];
        for (int a = 0; a < 3; a++)
            d[a] = world[a] - region->centre_mm[a] - shift_mm[a];
        if (inside(region, d))
            return (uint8_t)r;
    }
    return 0;
}

/* Gives a region without voxels the one nearest its centre, where that is on the grid and no later region has it. */
static void paint_nearest(const dvk_phantom *p, size_t r, const dvk_geometry *g, const double shift_mm[3],
                          uint8_t *owner, size_t *voxels)
{
    double to_voxel[3][4], world[3], at[3];
    size_t v = 0, stride = 1;
    if (!dvk_geometry_to_voxel(g, to_voxel))
        return;
    for (int a = 0; a < 3; a++)
        world[a] = p->region[r].centre_mm[a] + shift_mm[a];
    dvk_affine_apply((const double(*)[4])to_voxel, world, at);
    for (int a = 0; a < 3; a++) {
        const double nearest = floor(at[a] + 0.5);
        if (!(nearest >= 0 && nearest < (double)g->n[a]))
            return;
        v += stride * (size_t)nearest;
        stride *= g->n[a];
    }
    if (owner[v] > r)
        return;
    if (owner[v])
        voxels[owner[v] - 1]--;
    owner[v] = (uint8_t)(r + 1);
    voxels[r]++;
}

void dvk_phantom_paint(const dvk_phantom *p, const dvk_geometry *g, const double shift_mm[3], uint8_t *owner,
                       size_t *voxels)
{
    memset(voxels, 0, p->regions * sizeof *voxels);
    size_t v = 0;
    for (size_t k = 0; k < g->n[2]; k++)
        for (size_t j = 0; j < g->n[1]; j++)
            for (size_t i = 0; i < g->n[0]; i++, v++) {
                double world[3];
                dvk_affine_apply(g->to_world, (const double[3]){(double)i, (double)j, (double)k}, world);
                owner[v] = owner_at(p, world, shift_mm);
                if (owner[v])
                    voxels[owner[v] - 1]++;
            }
    for (size_t r = 0; r < p->regions; r++)
        if (voxels[r] == 0)
            paint_nearest(p, r, g, shift_mm, owner, voxels);
}

/* --- closed forms --- */

double dvk_region_shape_mL(const dvk_region *r)
{
    const double block = r->semi_mm[0] * r->semi_mm[1] * r->semi_mm[2] / 1000;
    switch (r->shape) {
    case DVK_SHAPE_ELLIPSOID:
        return 4 * pi / 3 * block;
    case DVK_SHAPE_CYLINDER:
        return 2 * pi * block;
    case DVK_SHAPE_BOX:
        return 8 * block;
    case DVK_SHAPE_POINT:
    case DVK_SHAPE_ALL:
        break;
    }
    return NAN;
}

double dvk_region_activity_MBq(const dvk_region *r, double volume_mL, double t_h)
{
    double sum = 0;
    for (size_t t = 0; t < r->terms; t++)
        sum += r->amplitude_MBq[t] * exp2(-t_h / r->half_life_h[t]);
    return r->per_mL ? sum * volume_mL : sum;
}

double dvk_region_tia_MBqh(const dvk_region *r, double volume_mL)
{
    double sum = 0;
    for (size_t t = 0; t < r->terms; t++)
        sum += r->amplitude_MBq[t] * r->half_life_h[t] / log(2);
    return r->per_mL ? sum * volume_mL : sum;
}
