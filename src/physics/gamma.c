/*
 * Gamma by search: the evaluated map, interpolated linearly, is looked at on a lattice around each voxel, nearest
 * places first, until no further place can come closer than the best one.
 *
 * Both maps lie on one grid, so a place has the same weights around every voxel: they are found once, and a row's
 * neighbouring voxels go through the places together, one to a lane.
 */
#include "physics/gamma.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/fail.h"

enum {
    LANES = 16,
    MOST_STEPS = 80, /* from the voxel to the end of the search: 2 million places */
    LOOK = 4         /* places between two looks at whether to go on */
};

/* A place near a voxel: where its cell begins, the way to the cell's other corners, and their weights. */
typedef struct place {
    long cell;
    long step[3];
    float share[3];
    float distance2; /* over the criterion's distance, squared */
} place;

struct dvk_gamma_search {
    dvk_gamma_options options;
    size_t n[3], pad[3], size[3]; /* of the grid; NaN around it; of both together */
    float *values;
    place *places;
    size_t count;
};

dvk_status dvk_gamma_settle(dvk_gamma_options *o, double largest)
{
    if (!(o->dose > 0 && o->distance_mm > 0 && o->most >= 1 && o->cutoff >= 0 && o->step_mm >= 0))
        return dvk_fail(DVK_ERR_USAGE, "gamma: dose and distance must be above 0, its largest value 1 or more");
    if (o->step_mm == 0)
        o->step_mm = o->distance_mm / 10;
    if (o->most * o->distance_mm / o->step_mm > MOST_STEPS)
        return dvk_fail(DVK_ERR_USAGE,
                        "gamma: a step of %g mm is too fine for a search up to %g mm: give %g mm or more", o->step_mm,
                        o->most * o->distance_mm, o->most * o->distance_mm / MOST_STEPS);
    if (o->normalisation == 0)
        o->normalisation = largest;
    return o->normalisation > 0 ? DVK_OK
                                : dvk_fail(DVK_ERR_INVALID, "gamma: the reference is nowhere above 0: nothing to "
                                                            "normalise to");
}

/* --- places --- */

typedef struct lattice_point {
    int i[3], square;
} lattice_point;

static int nearer_first(const void *a, const void *b)
{
    const lattice_point *p = a, *q = b;
    if (p->square != q->square)
        return p->square - q->square;
    for (int c = 2; c > 0; c--)
        if (p->i[c] != q->i[c])
            return p->i[c] - q->i[c];
    return p->i[0] - q->i[0];
}

static dvk_status list_points(const dvk_gamma_options *o, lattice_point **out, size_t *count)
{
    const double radius = o->most * o->distance_mm / o->step_mm + 1e-9;
    const int m = (int)radius;
    const size_t width = 2 * (size_t)m + 1;
    size_t used = 0;
    DVK_TRY(dvk_alloc(width * width * width, sizeof **out, out));
    for (int z = -m; z <= m; z++)
        for (int y = -m; y <= m; y++)
            for (int x = -m; x <= m; x++) {
                const int square = x * x + y * y + z * z;
                if (square <= radius * radius)
                    (*out)[used++] = (lattice_point){{x, y, z}, square};
            }
    qsort(*out, used, sizeof **out, nearer_first);
    *count = used;
    return DVK_OK;
}

static place make_place(const dvk_gamma_search *s, const dvk_geometry *g, const lattice_point *p)
{
    const long stride[3] = {1, (long)s->size[0], (long)(s->size[0] * s->size[1])};
    const double step = s->options.step_mm / s->options.distance_mm;
    place out = {.distance2 = (float)(p->square * step * step)};
    for (int a = 0; a < 3; a++) {
        const double at = p->i[a] * s->options.step_mm / g->voxel_mm[a], rounded = round(at);
        const double exact = fabs(at - rounded) < 1e-9 ? rounded : at, low = floor(exact);
        out.cell += (long)low * stride[a];
        out.share[a] = (float)(exact - low);
        out.step[a] = exact > low ? stride[a] : 0; /* on a voxel's centre its neighbour does not matter */
    }
    return out;
}

static dvk_status make_places(dvk_gamma_search *s, const dvk_geometry *g)
{
    lattice_point *points = NULL;
    dvk_status status = list_points(&s->options, &points, &s->count);
    if (status == DVK_OK)
        status = dvk_alloc(s->count, sizeof *s->places, &s->places);
    for (size_t k = 0; status == DVK_OK && k < s->count; k++)
        s->places[k] = make_place(s, g, &points[k]);
    dvk_free(points);
    return status;
}

/* --- the map with NaN around it --- */

static dvk_status pad_values(dvk_gamma_search *s, const dvk_geometry *g, const float *evaluated)
{
    size_t all = 1;
    for (int a = 0; a < 3; a++) {
        s->n[a] = g->n[a];
        s->pad[a] = (size_t)(s->options.most * s->options.distance_mm / g->voxel_mm[a]) + 2;
        s->size[a] = s->n[a] + 2 * s->pad[a] + (a == 0 ? LANES : 0); /* lanes past the end of a row */
        DVK_TRY(dvk_multiply(all, s->size[a], &all));
    }
    DVK_TRY(dvk_alloc(all + LANES, sizeof *s->values, &s->values));
    for (size_t i = 0; i < all + LANES; i++)
        s->values[i] = NAN;
    for (size_t z = 0; z < s->n[2]; z++)
        for (size_t y = 0; y < s->n[1]; y++) {
            float *row = s->values + ((z + s->pad[2]) * s->size[1] + y + s->pad[1]) * s->size[0] + s->pad[0];
            for (size_t x = 0; x < s->n[0]; x++)
                row[x] = evaluated[(z * s->n[1] + y) * s->n[0] + x];
        }
    return DVK_OK;
}

dvk_status dvk_gamma_search_create(const dvk_geometry *g, const float *evaluated, const dvk_gamma_options *o,
                                   dvk_gamma_search **out)
{
    dvk_gamma_search *s = NULL;
    dvk_status status = DVK_OK;
    *out = NULL;
    DVK_TRY_DONE(dvk_alloc(1, sizeof *s, &s));
    s->options = *o;
    DVK_TRY_DONE(pad_values(s, g, evaluated));
    DVK_TRY_DONE(make_places(s, g));
    *out = s;
    s = NULL;
done:
    dvk_gamma_search_free(s);
    return status;
}

void dvk_gamma_search_free(dvk_gamma_search *s)
{
    if (s) {
        dvk_free(s->values);
        dvk_free(s->places);
    }
    dvk_free(s);
}

/* --- the search --- */

/* Voxels of a row that are searched together. A lane that is not judged has a best below 0: nothing is nearer. */
typedef struct lanes {
    float reference[LANES], per_dose2[LANES], best[LANES];
} lanes;

static inline __attribute__((always_inline)) float furthest(const lanes *v)
{
    float most = -1;
    for (int l = 0; l < LANES; l++)
        most = v->best[l] > most ? v->best[l] : most;
    return most;
}

/* Looks at one place around each lane; NaN is never better. */
static inline __attribute__((always_inline)) void look_at(const place *p, const float *at, lanes *v)
{
    const float *a = at + p->cell, *b = a + p->step[1], *c = a + p->step[2], *d = b + p->step[2];
    const float x = p->share[0], y = p->share[1], z = p->share[2];
    const long step = p->step[0];
#pragma omp simd
    for (int l = 0; l < LANES; l++) {
        const float ab = (a[l] * (1 - x) + a[l + step] * x) * (1 - y) + (b[l] * (1 - x) + b[l + step] * x) * y;
        const float cd = (c[l] * (1 - x) + c[l + step] * x) * (1 - y) + (d[l] * (1 - x) + d[l + step] * x) * y;
        const float away = ab * (1 - z) + cd * z - v->reference[l];
        const float gamma2 = away * away * v->per_dose2[l] + p->distance2;
        v->best[l] = gamma2 < v->best[l] ? gamma2 : v->best[l];
    }
}

/* Compiled once for every width of vectors below: the same operations in the same order, so the same bits. */
static inline __attribute__((always_inline)) void search_places(const dvk_gamma_search *s, const float *at, lanes *v)
{
    for (size_t k = 0; k < s->count; k++) {
        if (k % LOOK == 0 && s->places[k].distance2 >= furthest(v))
            return;
        look_at(&s->places[k], at, v);
    }
}

typedef void searcher(const dvk_gamma_search *s, const float *at, lanes *v);

static void search_plain(const dvk_gamma_search *s, const float *at, lanes *v)
{
    search_places(s, at, v);
}

#if defined __x86_64__
__attribute__((target("avx2"))) static void search_avx2(const dvk_gamma_search *s, const float *at, lanes *v)
{
    search_places(s, at, v);
}

__attribute__((target("avx512f"))) static void search_avx512(const dvk_gamma_search *s, const float *at, lanes *v)
{
    search_places(s, at, v);
}
#endif

static searcher *widest(void)
{
#if defined __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return search_avx512;
    if (__builtin_cpu_supports("avx2"))
        return search_avx2;
#endif
    return search_plain;
}

/* Lanes of the voxels from x on; how many are judged. */
static int fill(const dvk_gamma_search *s, const float *reference, const float *at, size_t x, lanes *v)
{
    const dvk_gamma_options *o = &s->options;
    int judged = 0;
    for (size_t l = 0; l < LANES; l++) {
        const bool inside = x + l < s->n[0];
        const double here = inside ? (double)reference[l] : 0;
        const double dose = o->dose * (o->local ? fabs(here) : o->normalisation);
        const bool wanted = inside && here >= o->cutoff * o->normalisation && !isnan(at[l]) && dose > 0;
        v->reference[l] = (float)here;
        v->per_dose2[l] = wanted ? (float)(1 / (dose * dose)) : 0;
        v->best[l] = wanted ? (float)(o->most * o->most) : -1;
        judged += wanted;
    }
    return judged;
}

static void search_row(const dvk_gamma_search *s, const float *reference, const float *values, float *gamma)
{
    searcher *search = widest();
    for (size_t x = 0; x < s->n[0]; x += LANES) {
        lanes v;
        if (fill(s, reference + x, values + x, x, &v) > 0)
            search(s, values + x, &v);
        for (size_t l = 0; l < LANES && x + l < s->n[0]; l++)
            gamma[x + l] = v.best[l] < 0 ? NAN : sqrtf(v.best[l]);
    }
}

void dvk_gamma_slice(const dvk_gamma_search *s, const float *reference, size_t z, int threads, float *gamma)
{
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t y = 0; y < s->n[1]; y++) {
        const size_t row = (z * s->n[1] + y) * s->n[0];
        const float *values = s->values + ((z + s->pad[2]) * s->size[1] + y + s->pad[1]) * s->size[0] + s->pad[0];
        search_row(s, reference + row, values, gamma + row);
    }
}
