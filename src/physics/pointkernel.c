/* E(r) from shells: the quadratics between the edges, their moments, and sums of point kernels. */
#include "physics/pointkernel.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/wider.h"

enum { LOOKUP = 4096, STENCIL = 5 };

static dvk_status allocate(size_t pieces, dvk_point_kernel *k)
{
    *k = (dvk_point_kernel){.pieces = pieces};
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(pieces + 1, sizeof *k->edge_mm, &k->edge_mm));
    DVK_TRY_DONE(dvk_alloc(pieces, sizeof *k->coefficient, &k->coefficient));
    DVK_TRY_DONE(dvk_alloc(pieces + 1, sizeof *k->moment, &k->moment));
    DVK_TRY_DONE(dvk_alloc(LOOKUP + 1, sizeof *k->first, &k->first));
done:
    if (status != DVK_OK)
        dvk_point_free(k);
    return status;
}

void dvk_point_free(dvk_point_kernel *k)
{
    dvk_free(k->edge_mm);
    dvk_free(k->coefficient);
    dvk_free(k->moment);
    dvk_free(k->first);
    *k = (dvk_point_kernel){0};
}

/* Adds the integral of E(r) r^m over the first t of a piece. */
static void add_piece_moments(const double p[3], double edge, double t, double out[DVK_POINT_MOMENTS])
{
    const double j0 = t * (p[0] + t * (p[1] / 2 + t * p[2] / 3));
    const double j1 = t * t * (p[0] / 2 + t * (p[1] / 3 + t * p[2] / 4));
    const double j2 = t * t * t * (p[0] / 3 + t * (p[1] / 4 + t * p[2] / 5));
    const double j3 = t * t * t * t * (p[0] / 4 + t * (p[1] / 5 + t * p[2] / 6));
    out[0] += j0;
    out[1] += edge * j0 + j1;
    out[2] += edge * (edge * j0 + 2 * j1) + j2;
    out[3] += edge * (edge * (edge * j0 + 3 * j1) + 3 * j2) + j3;
}

/* Moments at the edges and the lookup, once edges and coefficients stand. */
static void complete(dvk_point_kernel *k)
{
    for (size_t i = 0; i < k->pieces; i++) {
        memcpy(k->moment[i + 1], k->moment[i], sizeof k->moment[i]);
        add_piece_moments(k->coefficient[i], k->edge_mm[i], k->edge_mm[i + 1] - k->edge_mm[i], k->moment[i + 1]);
    }
    const double step = dvk_point_range(k) / LOOKUP;
    k->cells_per_mm = 1 / step;
    unsigned piece = 0;
    for (size_t i = 0; i <= LOOKUP; i++) {
        while (piece + 1 < k->pieces && k->edge_mm[piece + 1] <= step * (double)i)
            piece++;
        k->first[i] = piece;
    }
}

/* Derivative at x[at] of the polynomial through `n` points (x, y). */
static double slope_at(const double *x, const double *y, size_t n, size_t at)
{
    double slope = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == at)
            continue;
        double weight = 1 / (x[i] - x[at]);
        for (size_t j = 0; j < n; j++)
            if (j != i && j != at)
                weight *= (x[at] - x[j]) / (x[i] - x[j]);
        slope += weight * (y[i] - y[at]);
    }
    return slope;
}

/* Mean E over a shell, keV/mm. */
static double mean_density(const dvk_shells *s, size_t i)
{
    return s->energy[i] / (s->edge_mm[i + 1] - s->edge_mm[i]);
}

/*
 * E at edge i: the slope there of the quartic through five points of the cumulative energy, held between 0 and three
 * times the lesser neighbour's mean, which keeps a cubic between the edges rising (Fritsch and Carlson 1980). At the
 * last edge zero, so that a table that ends before its energy does ends without a step.
 */
static double edge_density(const dvk_shells *s, const double *cumulative, size_t i)
{
    if (i == s->count)
        return 0;
    const size_t points = s->count + 1 < STENCIL ? s->count + 1 : STENCIL;
    size_t from = i < points / 2 ? 0 : i - points / 2;
    if (from + points > s->count + 1)
        from = s->count + 1 - points;
    const double slope = slope_at(s->edge_mm + from, cumulative + from, points, i - from);
    const double here = mean_density(s, i), before = i ? mean_density(s, i - 1) : here;
    const double most = 3 * (here < before ? here : before);
    return slope < 0 ? 0 : slope > most ? most : slope;
}

static dvk_status smooth_pieces(const dvk_shells *s, dvk_point_kernel *k)
{
    double *cumulative = NULL;
    DVK_TRY(dvk_alloc(s->count + 1, sizeof *cumulative, &cumulative));
    for (size_t i = 0; i < s->count; i++)
        cumulative[i + 1] = cumulative[i] + s->energy[i];
    double left = edge_density(s, cumulative, 0);
    for (size_t i = 0; i < s->count; i++) {
        const double width = s->edge_mm[i + 1] - s->edge_mm[i], mean = mean_density(s, i);
        const double right = edge_density(s, cumulative, i + 1);
        k->coefficient[i][0] = left;
        k->coefficient[i][1] = (6 * mean - 4 * left - 2 * right) / width;
        k->coefficient[i][2] = (3 * left + 3 * right - 6 * mean) / (width * width);
        left = right;
    }
    dvk_free(cumulative);
    return DVK_OK;
}

dvk_status dvk_point_create(const dvk_shells *s, dvk_shape_in_shell shape, dvk_point_kernel *out)
{
    DVK_TRY(allocate(s->count, out));
    memcpy(out->edge_mm, s->edge_mm, (s->count + 1) * sizeof *s->edge_mm);
    if (shape == DVK_SHELL_SMOOTH) {
        const dvk_status status = smooth_pieces(s, out);
        if (status != DVK_OK) {
            dvk_point_free(out);
            return status;
        }
    } else {
        for (size_t i = 0; i < s->count; i++)
            out->coefficient[i][0] = mean_density(s, i);
    }
    complete(out);
    return DVK_OK;
}

/* The piece that holds r, which lies before the last edge: from the lookup's guess, a step or two. */
static size_t find_piece(const dvk_point_kernel *k, double r)
{
    size_t i = k->first[(size_t)(r * k->cells_per_mm)];
    while (r < k->edge_mm[i]) /* the product was rounded up over the edge */
        i--;
    while (r >= k->edge_mm[i + 1])
        i++;
    return i;
}

double dvk_point_density(const dvk_point_kernel *k, double r_mm)
{
    if (r_mm >= k->edge_mm[k->pieces])
        return 0;
    const size_t i = find_piece(k, r_mm);
    const double *p = k->coefficient[i], t = r_mm - k->edge_mm[i];
    return p[0] + t * (p[1] + t * p[2]);
}

/* Loop by loop, so that roots and quotients are vectors; the values are those of dvk_point_density. */
DVK_WIDER static void fluence(const dvk_point_kernel *k, size_t count, const double *r2, double *out)
{
    double r[DVK_POINT_NODES], p0[DVK_POINT_NODES], p1[DVK_POINT_NODES], p2[DVK_POINT_NODES];
    const double range = dvk_point_range(k);
    for (size_t i = 0; i < count; i++)
        r[i] = sqrt(r2[i]);
    for (size_t i = 0; i < count; i++) {
        if (r[i] >= range) {
            r[i] = p0[i] = p1[i] = p2[i] = 0;
            continue;
        }
        const size_t piece = find_piece(k, r[i]);
        r[i] -= k->edge_mm[piece];
        p0[i] = k->coefficient[piece][0];
        p1[i] = k->coefficient[piece][1];
        p2[i] = k->coefficient[piece][2];
    }
    for (size_t i = 0; i < count; i++)
        out[i] = (p0[i] + r[i] * (p1[i] + r[i] * p2[i])) / r2[i];
}

void dvk_point_fluence(const dvk_point_kernel *k, size_t count, const double *r2, double *out)
{
    assert(count <= DVK_POINT_NODES);
    fluence(k, count, r2, out);
}

void dvk_point_moments(const dvk_point_kernel *k, double r_mm, double out[DVK_POINT_MOMENTS])
{
    const bool inside = r_mm < k->edge_mm[k->pieces];
    const size_t i = inside ? find_piece(k, r_mm) : k->pieces;
    memcpy(out, k->moment[i], sizeof k->moment[i]);
    if (inside)
        add_piece_moments(k->coefficient[i], k->edge_mm[i], r_mm - k->edge_mm[i], out);
}

double dvk_point_energy(const dvk_point_kernel *k)
{
    return k->moment[k->pieces][0];
}

double dvk_point_range(const dvk_point_kernel *k)
{
    return k->edge_mm[k->pieces];
}

/* Adds to `into` (edge to edge + width) the part of `from` that lies there; no edge of `from` is inside. */
static void add_pieces(const dvk_point_kernel *from, double edge, double width, double into[3])
{
    const double middle = edge + width / 2;
    if (middle >= dvk_point_range(from))
        return;
    const size_t i = find_piece(from, middle);
    const double *p = from->coefficient[i], t = edge - from->edge_mm[i];
    into[0] += p[0] + t * (p[1] + t * p[2]);
    into[1] += p[1] + 2 * t * p[2];
    into[2] += p[2];
}

dvk_status dvk_point_add(const dvk_point_kernel *a, const dvk_point_kernel *b, dvk_point_kernel *out)
{
    DVK_TRY(allocate(a->pieces + b->pieces, out));
    size_t ia = 1, ib = 1, count = 0;
    while (ia <= a->pieces || ib <= b->pieces) {
        const double ea = ia <= a->pieces ? a->edge_mm[ia] : INFINITY, eb = ib <= b->pieces ? b->edge_mm[ib] : INFINITY;
        const double next = ea < eb ? ea : eb;
        ia += ea <= next;
        ib += eb <= next;
        if (next - out->edge_mm[count] > 1e-9 * next) /* the same edge, written with other digits */
            out->edge_mm[++count] = next;
    }
    out->pieces = count;
    for (size_t i = 0; i < count; i++) {
        const double width = out->edge_mm[i + 1] - out->edge_mm[i];
        add_pieces(a, out->edge_mm[i], width, out->coefficient[i]);
        add_pieces(b, out->edge_mm[i], width, out->coefficient[i]);
    }
    complete(out);
    return DVK_OK;
}
