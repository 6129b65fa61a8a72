/*
 * What the tables' statistical errors leave in one value of a kernel.
 *
 * E(n) = sum over shells b of E_b W_nb, so var E(n) = sum_b (sigma_b E_b W_nb)^2, the shells taken as independent. W is
 * found with far fewer points than the kernel itself: an error needs one or two digits.
 */
#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/kernel.h"
#include "physics/voxelkernel.h"

enum { HALF_NODES = 4, NODES = 2 * HALF_NODES, DIRECTIONS = 24, RADII = 4 };

/* Ten times those of our tables: on the stack, so that a value can never be lost to want of memory. */
enum { MOST_SHELLS = 4096 };

static const double pi = 3.14159265358979323846;

/* One table of shells, and what each gives to the voxel in question, keV. */
typedef struct share {
    const dvk_shells *shells;
    double *energy;  /* [shells->count] */
    size_t from, to; /* shells that were touched */
} share;

static size_t shell_at(const dvk_shells *s, double r)
{
    size_t low = 0, high = s->count - 1;
    while (low < high) {
        const size_t middle = (low + high + 1) / 2;
        if (s->edge_mm[middle] <= r)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void touch(share *s, size_t shell, double energy)
{
    s->energy[shell] += energy;
    s->from = shell < s->from ? shell : s->from;
    s->to = shell + 1 > s->to ? shell + 1 : s->to;
}

/* Around a voxel away from the source: Gauss-Legendre on each half of the weight tri, in three dimensions. */
static void share_far(share *s, const double h[3], const size_t n[3])
{
    double x[HALF_NODES], w[HALF_NODES], square[3][NODES], weight[NODES];
    dvk_gauss_legendre(HALF_NODES, x, w);
    for (int i = 0; i < NODES; i++) {
        const int j = i % HALF_NODES;
        weight[i] = w[j] * x[j];
        for (int a = 0; a < 3; a++) {
            const double u = h[a] * ((double)n[a] + (i < HALF_NODES ? x[j] - 1 : 1 - x[j]));
            square[a][i] = u * u;
        }
    }
    for (int i = 0; i < NODES * NODES * NODES; i++) {
        const int a = i % NODES, b = i / NODES % NODES, c = i / NODES / NODES;
        const double r2 = square[0][a] + square[1][b] + square[2][c], r = sqrt(r2);
        if (r >= s->shells->edge_mm[s->shells->count])
            continue;
        const size_t shell = shell_at(s->shells, r);
        const double density =
            s->shells->energy[shell] / (s->shells->edge_mm[shell + 1] - s->shells->edge_mm[shell]) / (4 * pi * r2);
        touch(s, shell, density * weight[a] * weight[b] * weight[c] * h[0] * h[1] * h[2]);
    }
}

/* Mean over all directions of prod tri((r w_i - n_i h_i) / h_i). */
static double mean_weight(double r, const double h[3], const size_t n[3], const double *x, const double *w)
{
    double sum = 0;
    int planes = 0;
    for (int a = 0; a < 3; a++)
        planes += n[a] == 0;
    for (int i = 0; i < DIRECTIONS; i++)
        for (int j = 0; j < DIRECTIONS; j++) {
            const double sine = sqrt(1 - x[i] * x[i]), angle = 0.5 * pi * x[j];
            const double u[3] = {r * sine * cos(angle), r * sine * sin(angle), r * x[i]};
            double product = w[i] * w[j];
            for (int a = 0; a < 3; a++)
                product *= fmax(0, 1 - fabs(u[a] / h[a] - (double)n[a]));
            sum += product;
        }
    return sum / (double)(1 << (3 - planes)); /* one octant of directions; voxels off a plane get no more */
}

/* Next to the source: shell by shell. */
static void share_near(share *s, const double h[3], const size_t n[3])
{
    double x[DIRECTIONS], w[DIRECTIONS], reach = 0;
    dvk_gauss_legendre(DIRECTIONS, x, w);
    for (int a = 0; a < 3; a++)
        reach += h[a] * h[a] * (double)((n[a] + 1) * (n[a] + 1));
    for (size_t b = 0; b < s->shells->count && s->shells->edge_mm[b] < sqrt(reach); b++) {
        const double low = s->shells->edge_mm[b], width = s->shells->edge_mm[b + 1] - low;
        double mean = 0;
        for (int i = 0; i < RADII; i++)
            mean += mean_weight(low + width * (i + 0.5) / RADII, h, n, x, w) / RADII;
        touch(s, b, s->shells->energy[b] * mean);
    }
}

/* Adds the energy and the variance that one table gives to the voxel. */
static void add_table(const dvk_shells *shells, double *scratch, const double h[3], const size_t n[3], double *energy,
                      double *variance)
{
    share s = {.shells = shells, .energy = scratch, .from = shells->count};
    if (n[0] <= 1 && n[1] <= 1 && n[2] <= 1)
        share_near(&s, h, n);
    else
        share_far(&s, h, n);
    for (size_t b = s.from; b < s.to; b++) {
        const double sigma = shells->sigma_rel[b] * s.energy[b];
        *energy += s.energy[b];
        *variance += sigma * sigma;
        s.energy[b] = 0;
    }
}

static double relative_error(const dvk_kernel *k, const size_t n[3], double *scratch)
{
    double h[3], energy = 0, variance = 0;
    for (int a = 0; a < 3; a++)
        h[a] = k->record.voxel_mm[a] * k->record.density_g_mL;
    if (k->record.component != DVK_COMPONENT_PHOTON && k->emitter.electron.count)
        add_table(&k->emitter.electron, scratch, h, n, &energy, &variance);
    if (k->record.component != DVK_COMPONENT_ELECTRON && k->emitter.photon.count)
        add_table(&k->emitter.photon, scratch, h, n, &energy, &variance);
    return energy > 0 ? sqrt(variance) / energy : NAN;
}

static size_t most_shells(const dvk_kernel *k)
{
    return k->emitter.electron.count > k->emitter.photon.count ? k->emitter.electron.count : k->emitter.photon.count;
}

double dvk_kernel_error_at(const dvk_kernel *k, long x, long y, long z)
{
    const long offset[3] = {labs(x), labs(y), labs(z)};
    size_t n[3];
    double scratch[MOST_SHELLS] = {0};
    for (int a = 0; a < 3; a++) {
        if (offset[a] > (long)k->record.half[a])
            return NAN;
        n[a] = (size_t)offset[a];
    }
    return most_shells(k) > 0 && most_shells(k) <= MOST_SHELLS ? relative_error(k, n, scratch) : NAN;
}

dvk_status dvk_kernel_error_octant(const dvk_kernel *k, double *octant)
{
    const size_t nx = k->record.half[0] + 1, ny = k->record.half[1] + 1, count = dvk_kernel_values(k);
    double *scratch = NULL;
    if (!most_shells(k))
        return dvk_fail(DVK_ERR_USAGE, "the statistical error of this kernel is not known");
    DVK_TRY(dvk_alloc(most_shells(k), sizeof *scratch, &scratch));
    for (size_t i = 0; i < count; i++) {
        const size_t n[3] = {i % nx, i / nx % ny, i / nx / ny};
        octant[i] = relative_error(k, n, scratch);
    }
    dvk_free(scratch);
    return DVK_OK;
}
