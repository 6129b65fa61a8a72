/*
 * The box is six tetrahedra (Kuhn's). Cutting one by a plane gives tetrahedra again, so each is cut by the planes
 * between cells, axis by axis, until it lies in one cell: exact for any rotation, and volume is kept to rounding.
 */
#include "physics/overlap_split.h"

#include <math.h>
#include <string.h>

typedef struct point {
    double x[3];
} point;

typedef struct tetrahedron {
    point p[4];
} tetrahedron;

typedef struct splitter {
    const size_t *n;
    double scale;
    dvk_overlap_take *take;
    void *user;
    double outside;
} splitter;

static double determinant(const double a[3], const double b[3], const double c[3])
{
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

static double volume(const tetrahedron *t)
{
    double e[3][3];
    for (int i = 0; i < 3; i++)
        for (int a = 0; a < 3; a++)
            e[i][a] = t->p[i + 1].x[a] - t->p[0].x[a];
    return fabs(determinant(e[0], e[1], e[2])) / 6;
}

/* Hands a tetrahedron that lies in one cell over; its middle says which. */
static void give(splitter *s, const tetrahedron *t)
{
    const double part = volume(t) * s->scale;
    size_t cell[3];
    for (int a = 0; a < 3; a++) {
        const double middle = (t->p[0].x[a] + t->p[1].x[a] + t->p[2].x[a] + t->p[3].x[a]) / 4;
        if (!(middle >= 0 && middle < (double)s->n[a])) {
            s->outside += part;
            return;
        }
        cell[a] = (size_t)middle;
    }
    if (part > 0)
        s->take(s->user, cell, part);
}

/* Where the edge from p to q meets the plane x[axis] = at. */
static point meet(const point *p, const point *q, int axis, double at)
{
    point m;
    const double share = (at - p->x[axis]) / (q->x[axis] - p->x[axis]);
    for (int a = 0; a < 3; a++)
        m.x[a] = p->x[a] + share * (q->x[a] - p->x[a]);
    m.x[axis] = at;
    return m;
}

/* The three tetrahedra of a prism whose triangles a and b lie opposite each other. */
static void cut_prism(const point a[3], const point b[3], tetrahedron out[3])
{
    out[0] = (tetrahedron){{a[0], a[1], a[2], b[2]}};
    out[1] = (tetrahedron){{a[0], a[1], b[1], b[2]}};
    out[2] = (tetrahedron){{a[0], b[0], b[1], b[2]}};
}

static void sort_by(tetrahedron *t, int axis)
{
    for (int i = 1; i < 4; i++)
        for (int j = i; j > 0 && t->p[j].x[axis] < t->p[j - 1].x[axis]; j--) {
            const point swap = t->p[j];
            t->p[j] = t->p[j - 1];
            t->p[j - 1] = swap;
        }
}

/* Cuts a tetrahedron, sorted along the axis, by a plane between its ends; *nb and *na count the pieces below and above.
 */
static void cut(const tetrahedron *t, int axis, double at, tetrahedron below[3], int *nb, tetrahedron above[3], int *na)
{
    const point *p = t->p;
    if (at <= p[1].x[axis]) { /* p0 alone is below */
        const point m[3] = {meet(&p[0], &p[1], axis, at), meet(&p[0], &p[2], axis, at), meet(&p[0], &p[3], axis, at)};
        below[0] = (tetrahedron){{p[0], m[0], m[1], m[2]}};
        cut_prism(m, &p[1], above);
        *nb = 1, *na = 3;
    } else if (at < p[2].x[axis]) { /* two and two */
        const point m02 = meet(&p[0], &p[2], axis, at), m03 = meet(&p[0], &p[3], axis, at);
        const point m12 = meet(&p[1], &p[2], axis, at), m13 = meet(&p[1], &p[3], axis, at);
        cut_prism((const point[]){p[0], m02, m03}, (const point[]){p[1], m12, m13}, below);
        cut_prism((const point[]){p[2], m02, m12}, (const point[]){p[3], m03, m13}, above);
        *nb = 3, *na = 3;
    } else { /* p3 alone is above */
        const point m[3] = {meet(&p[0], &p[3], axis, at), meet(&p[1], &p[3], axis, at), meet(&p[2], &p[3], axis, at)};
        above[0] = (tetrahedron){{p[3], m[0], m[1], m[2]}};
        cut_prism(m, &p[0], below);
        *nb = 3, *na = 1;
    }
}

/* The middle one of the grid's planes strictly between low and high; NaN where there is none. Starting from one end
 * would cut every piece of what lies behind it again: three times more for each plane. */
static double middle_plane(double low, double high, size_t n)
{
    const double first = low < 0 ? 0 : floor(low) + 1;
    const double last = high > (double)n ? (double)n : ceil(high) - 1;
    return first <= last ? floor((first + last) / 2) : NAN;
}

/* Cuts by the planes across `axis` and the axes after it. */
static void split(splitter *s, tetrahedron *t, int axis)
{
    if (axis == 3) {
        give(s, t);
        return;
    }
    sort_by(t, axis);
    const double low = t->p[0].x[axis], high = t->p[3].x[axis];
    const double plane = middle_plane(low, high, s->n[axis]);
    if (high <= 0 || low >= (double)s->n[axis]) {
        s->outside += volume(t) * s->scale;
    } else if (isnan(plane)) {
        split(s, t, axis + 1);
    } else {
        tetrahedron below[3], above[3];
        int nb = 0, na = 0;
        cut(t, axis, plane, below, &nb, above, &na);
        for (int i = 0; i < nb; i++)
            split(s, &below[i], axis);
        for (int i = 0; i < na; i++)
            split(s, &above[i], axis);
    }
}

/* Whether the box lies within one cell of the grid. */
static int in_one_cell(const double corner[3], const double edge[3][3], const size_t n[3], size_t cell[3])
{
    for (int a = 0; a < 3; a++) {
        double low = corner[a], high = corner[a];
        for (int e = 0; e < 3; e++)
            *(edge[e][a] < 0 ? &low : &high) += edge[e][a];
        if (low < 0 || high >= (double)n[a] || floor(low) != floor(high))
            return 0;
        cell[a] = (size_t)low;
    }
    return 1;
}

double dvk_split_box(const double corner[3], const double edge[3][3], const size_t n[3], double scale,
                     dvk_overlap_take *take, void *user)
{
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    splitter s = {n, scale, take, user, 0};
    size_t cell[3];
    if (in_one_cell(corner, edge, n, cell)) {
        take(user, cell, fabs(determinant(edge[0], edge[1], edge[2])) * scale);
        return 0;
    }
    for (int k = 0; k < 6; k++) { /* from the corner along three edges in turn */
        tetrahedron t;
        memcpy(t.p[0].x, corner, sizeof t.p[0].x);
        for (int i = 0; i < 3; i++)
            for (int a = 0; a < 3; a++)
                t.p[i + 1].x[a] = t.p[i].x[a] + edge[order[k][i]][a];
        split(&s, &t, 0);
    }
    return s.outside;
}
