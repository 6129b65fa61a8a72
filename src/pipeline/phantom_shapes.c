/* Tables of the phantoms; truth by closed form. */
#include "pipeline/phantom_shapes.h"

#include <math.h>
#include <string.h>

#include "base/fail.h"

/* Activities per 7400 MBq injected, of a size seen in 177Lu-DOTATATE patients; half-lives effective. */
static const dvk_phantom phantoms[] = {
    {"kidneys",
     {80, 56, 64},
     5,
     {{"body", 0, {0, 0, 0}, {165, 110, 190}, {2400, 900}, {3, 36}},
      {"liver", 1, {70, 20, 55}, {68, 62, 58}, {480, -480}, {70, 2}},
      {"spleen", 4, {-85, -30, 60}, {24, 30, 38}, {150, -150}, {62, 1.5}},
      {"kidney_right", 2, {58, -45, -25}, {28, 25, 55}, {135, -135}, {54, 1.2}},
      {"kidney_left", 3, {-58, -45, -15}, {27, 24, 53}, {120, -120}, {50, 1.2}}}},
    {"sphere", {48, 48, 48}, 1, {{"sphere", 1, {0, 0, 0}, {30.3, 30.3, 30.3}, {100, 0}, {52, 1}}}},
    {"uniform", {40, 40, 40}, 1, {{"uniform", 1, {0, 0, 0}, {0, 0, 0}, {1000, 0}, {60, 1}}}},
    {"impulse", {41, 41, 41}, 1, {{"impulse", 1, {0, 0, 0}, {0.5, 0.5, 0.5}, {10, 0}, {60, 1}}}},
};
enum { PHANTOMS = sizeof phantoms / sizeof phantoms[0] };

const char *dvk_phantom_name(size_t i)
{
    return i < PHANTOMS ? phantoms[i].name : NULL;
}

dvk_status dvk_phantom_find(const char *name, const dvk_phantom **out)
{
    for (size_t i = 0; i < PHANTOMS; i++)
        if (strcmp(phantoms[i].name, name) == 0) {
            *out = &phantoms[i];
            return DVK_OK;
        }
    return dvk_fail(DVK_ERR_USAGE, "'%s' is not a phantom: there are kidneys, sphere, uniform and impulse", name);
}

double dvk_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

dvk_phantom dvk_phantom_varied(const dvk_phantom *p, uint64_t seed, size_t index)
{
    dvk_phantom varied = *p;
    uint64_t state = seed * 1000003u + index;
    for (size_t r = 0; r < p->regions; r++) {
        const double size = 0.9 + 0.2 * dvk_random(&state), uptake = 0.9 + 0.2 * dvk_random(&state);
        const double pace = 0.9 + 0.2 * dvk_random(&state);
        for (int a = 0; a < 3; a++)
            varied.region[r].semi_mm[a] *= size;
        for (int t = 0; t < DVK_PHANTOM_TERMS; t++) {
            varied.region[r].amplitude_MBq[t] *= uptake;
            varied.region[r].half_life_h[t] *= pace;
        }
    }
    return varied;
}

static bool inside(const dvk_region *r, const double x[3], const double voxel_mm[3])
{
    double sum = 0;
    bool in_voxel = true;
    if (r->semi_mm[0] == 0)
        return true;
    for (int a = 0; a < 3; a++) {
        const double d = x[a] - r->centre_mm[a];
        sum += d * d / (r->semi_mm[a] * r->semi_mm[a]);
        in_voxel = in_voxel && d >= -0.5 * voxel_mm[a] && d < 0.5 * voxel_mm[a];
    }
    return r->semi_mm[0] < 0.5 * voxel_mm[0] ? in_voxel : sum <= 1;
}

void dvk_phantom_paint(const dvk_phantom *p, const dvk_geometry *g, uint8_t *owner, size_t *voxels)
{
    memset(voxels, 0, p->regions * sizeof *voxels);
    size_t v = 0;
    for (size_t k = 0; k < g->n[2]; k++)
        for (size_t j = 0; j < g->n[1]; j++)
            for (size_t i = 0; i < g->n[0]; i++, v++) {
                double x[3];
                for (int a = 0; a < 3; a++)
                    x[a] = g->to_world[a][0] * (double)i + g->to_world[a][1] * (double)j +
                           g->to_world[a][2] * (double)k + g->to_world[a][3];
                owner[v] = 0;
                for (size_t r = 0; r < p->regions; r++)
                    if (inside(&p->region[r], x, g->voxel_mm))
                        owner[v] = (uint8_t)(r + 1);
                if (owner[v])
                    voxels[owner[v] - 1]++;
            }
}

double dvk_region_activity_MBq(const dvk_region *r, double t_h)
{
    double sum = 0;
    for (int t = 0; t < DVK_PHANTOM_TERMS; t++)
        sum += r->amplitude_MBq[t] * exp2(-t_h / r->half_life_h[t]);
    return sum;
}

double dvk_region_tia_MBqh(const dvk_region *r)
{
    double sum = 0;
    for (int t = 0; t < DVK_PHANTOM_TERMS; t++)
        sum += r->amplitude_MBq[t] * r->half_life_h[t] / log(2);
    return sum;
}
