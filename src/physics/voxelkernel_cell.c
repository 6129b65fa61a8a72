/*
 * One cell between voxel centres: its energy, shared among its eight corners.
 *
 * A cell's corner gets int_cell K(u) w(u) d3u with K = E(r) / 4 pi r^2 and w trilinear. With G(u) = int_r0^r E(s) w(s
 * u / r) ds, the field u G / 4 pi r^3 has the divergence K w, whatever r0, so the integral is a sum over the faces:
 *
 *   sum over faces of int (u . n) / (4 pi r^3) G(u) dA
 *
 * Along a ray the integral is exact, by the moments of E; what is left on the faces is smooth. r0 is the nearest
 * corner's distance, so that no energy outside the cell's shell takes part.
 */
#include <math.h>
#include <string.h>

#include "physics/voxelkernel.h"

static const double pi = 3.14159265358979323846;

void dvk_gauss_legendre(int nodes, double *x, double *w)
{
    for (int i = 0; i < nodes; i++) {
        double z = cos(pi * (i + 0.75) / (nodes + 0.5)), slope = 1;
        for (int iteration = 0; iteration < 8; iteration++) { /* Newton; five are enough up to 100 nodes */
            double p0 = 1, p1 = z;
            for (int j = 2; j <= nodes; j++) {
                const double p2 = ((2 * j - 1) * z * p1 - (j - 1) * p0) / j;
                p0 = p1;
                p1 = p2;
            }
            slope = nodes * (z * p1 - p0) / (z * z - 1);
            z -= p1 / slope;
        }
        x[i] = 0.5 * (1 - z);
        w[i] = 1 / ((1 - z * z) * slope * slope);
    }
}

/* int E(s) prod_a f_a(s) ds for the eight choices of f_a = 1 or c_a + d_a s, from the moments m of E. */
static void ray_moments(const double c[3], const double d[3], const double m[DVK_POINT_MOMENTS], double out[8])
{
    for (int bits = 0; bits < 8; bits++) {
        double p[DVK_POINT_MOMENTS] = {1, 0, 0, 0};
        for (int a = 0; a < 3; a++)
            if (bits >> a & 1) {
                for (int q = 3; q > 0; q--)
                    p[q] = c[a] * p[q] + d[a] * p[q - 1];
                p[0] *= c[a];
            }
        out[bits] = p[0] * m[0] + p[1] * m[1] + p[2] * m[2] + p[3] * m[3];
    }
}

typedef struct cell_of {
    const dvk_point_kernel *kernel;
    const double *h;
    double low[3];                   /* its corner nearest the source, mm */
    double inner[DVK_POINT_MOMENTS]; /* moments of E up to that corner */
} cell_of;

/* Adds weight times the flux of u G / 4 pi r^3 through unit area at u, whose part along the normal is `along`. */
static void add_flux(const cell_of *c, const double u[3], double along, double weight, double sum[8])
{
    double m[DVK_POINT_MOMENTS], start[3], step[3], ray[8];
    const double r = sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2]);
    dvk_point_moments(c->kernel, r, m);
    for (int q = 0; q < DVK_POINT_MOMENTS; q++)
        m[q] -= c->inner[q];
    for (int a = 0; a < 3; a++) {
        start[a] = -c->low[a] / c->h[a];
        step[a] = u[a] / (r * c->h[a]);
    }
    ray_moments(start, step, m, ray);
    const double flux = weight * along / (4 * pi * r * r * r);
    for (int bits = 0; bits < 8; bits++)
        sum[bits] += flux * ray[bits];
}

static void add_face(const cell_of *c, int axis, int side, int nodes, const double *x, const double *w, double sum[8])
{
    const int b = (axis + 1) % 3, d = (axis + 2) % 3;
    double u[3] = {0};
    u[axis] = c->low[axis] + side * c->h[axis];
    if (u[axis] == 0) /* a face through the source: no flux */
        return;
    const double area = (side ? 1 : -1) * c->h[b] * c->h[d];
    for (int i = 0; i < nodes; i++)
        for (int j = 0; j < nodes; j++) {
            u[b] = c->low[b] + x[i] * c->h[b];
            u[d] = c->low[d] + x[j] * c->h[d];
            add_flux(c, u, u[axis], area * w[i] * w[j], sum);
        }
}

void dvk_voxel_cell(const dvk_point_kernel *k, const double h_mm[3], const size_t cell[3], int nodes, double corner[8])
{
    double x[DVK_GAUSS_MOST], w[DVK_GAUSS_MOST], r0 = 0;
    cell_of c = {.kernel = k, .h = h_mm};
    dvk_gauss_legendre(nodes, x, w);
    for (int a = 0; a < 3; a++) {
        c.low[a] = h_mm[a] * (double)cell[a];
        r0 += c.low[a] * c.low[a];
    }
    dvk_point_moments(k, sqrt(r0), c.inner);
    memset(corner, 0, 8 * sizeof *corner);
    for (int axis = 0; axis < 3; axis++)
        for (int side = 0; side < 2; side++)
            add_face(&c, axis, side, nodes, x, w, corner);
    /* From the basis {1, x} of each axis to the corners' weights {1 - x, x}. */
    for (int a = 0; a < 3; a++)
        for (int bits = 0; bits < 8; bits++)
            if (!(bits >> a & 1))
                corner[bits] -= corner[bits | 1 << a];
}
