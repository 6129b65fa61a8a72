/* The octant of voxel energies: near cells by dvk_voxel_cell, far voxels by a Gauss rule, symmetry by copying. */
#include "physics/voxelkernel.h"

#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/octant_symmetry.h"

static const double pi = 3.14159265358979323846;

enum { RULE_MOST = 16 };
_Static_assert(RULE_MOST * 6 * 6 <= DVK_POINT_NODES, "the finest rule along, six nodes across");

/* A rule for the weight tri(x) = max(0, 1 - |x|). */
typedef struct rule {
    int nodes;
    double offset[RULE_MOST], weight[RULE_MOST];
} rule;

typedef struct fold {
    const dvk_point_kernel *kernel;
    double h[3], widest;
    dvk_symmetry symmetry;
    size_t half[3], near[3]; /* voxels with every index below near[] are made of cells */
    rule gauss, six, most;
    double *octant;
    double (*cells)[8]; /* near[0] near[1] near[2] cells */
} fold;

/* Nodes an axis on the faces of a cell: many where the faces see the source under a wide angle. */
static int face_nodes(const fold *f, const size_t cell[3])
{
    double nearest = 0;
    for (int a = 0; a < 3; a++) {
        const double low = f->h[a] * (double)cell[a];
        nearest += low * low;
    }
    const double distance = sqrt(nearest) / f->widest;
    return distance < 1.8 ? 24 : distance < 4 ? 12 : distance < 10 ? 8 : 4;
}

static void compute_cells(fold *f)
{
    const ptrdiff_t count = (ptrdiff_t)(f->near[0] * f->near[1] * f->near[2]);
#pragma omp parallel for schedule(dynamic, 16)
    for (ptrdiff_t c = 0; c < count; c++) {
        const size_t i = (size_t)c;
        const size_t cell[3] = {i % f->near[0], i / f->near[0] % f->near[1], i / f->near[0] / f->near[1]};
        if (dvk_symmetry_source(f->symmetry, f->near, cell) == i)
            dvk_voxel_cell(f->kernel, f->h, cell, face_nodes(f, cell), f->cells[i]);
    }
}

/* A voxel is a corner of eight cells; one on a symmetry plane has that axis's cells on both sides. */
static double near_energy(const fold *f, const size_t n[3])
{
    double sum = 0;
    int planes = 0;
    for (int a = 0; a < 3; a++)
        planes += n[a] == 0;
    for (size_t bits = 0; bits < 8; bits++) {
        size_t step[3] = {bits & 1, bits >> 1 & 1, bits >> 2 & 1}, cell[3];
        bool exists = true;
        for (int a = 0; a < 3; a++) {
            exists = exists && n[a] >= step[a];
            cell[a] = n[a] - step[a];
        }
        if (!exists)
            continue;
        dvk_symmetry_arrange(f->symmetry, f->near, cell, step);
        sum += f->cells[dvk_octant_at(f->near, cell)][step[0] | step[1] << 1 | step[2] << 2];
    }
    return sum * (double)(1 << planes);
}

/* Sums E(r) / 4 pi r^2 around voxel n with one rule along the axis on which r changes most, another across. */
static double far_energy(const fold *f, const size_t n[3], const rule *along, const rule *across)
{
    int axis[3] = {0, 1, 2}; /* axis[0] is the one along which r changes most */
    for (int a = 1; a < 3; a++)
        if (f->h[a] * f->h[a] * (double)n[a] > f->h[axis[0]] * f->h[axis[0]] * (double)n[axis[0]]) {
            axis[a] = axis[0];
            axis[0] = a;
        }
    double square[3][RULE_MOST], r2[DVK_POINT_NODES], fluence[DVK_POINT_NODES], sum = 0;
    for (int a = 0; a < 3; a++)
        for (int i = 0; i < (a ? across : along)->nodes; i++) {
            const double u = f->h[axis[a]] * ((double)n[axis[a]] + (a ? across : along)->offset[i]);
            square[a][i] = u * u;
        }
    size_t count = 0;
    for (int z = 0; z < across->nodes; z++)
        for (int y = 0; y < across->nodes; y++)
            for (int x = 0; x < along->nodes; x++)
                r2[count++] = square[0][x] + square[1][y] + square[2][z];
    dvk_point_fluence(f->kernel, count, r2, fluence);
    count = 0;
    for (int z = 0; z < across->nodes; z++)
        for (int y = 0; y < across->nodes; y++) {
            double row = 0;
            for (int x = 0; x < along->nodes; x++)
                row += along->weight[x] * fluence[count++];
            sum += row * across->weight[y] * across->weight[z];
        }
    return sum * f->h[0] * f->h[1] * f->h[2] / (4 * pi);
}

/* Gauss-Legendre on each half of tri. */
static void make_rule(int nodes_a_half, rule *out)
{
    double x[RULE_MOST / 2], w[RULE_MOST / 2];
    dvk_gauss_legendre(nodes_a_half, x, w);
    out->nodes = 2 * nodes_a_half;
    for (int i = 0; i < nodes_a_half; i++) {
        out->offset[i] = x[i] - 1;
        out->offset[out->nodes - 1 - i] = 1 - x[i];
        out->weight[i] = out->weight[out->nodes - 1 - i] = w[i] * x[i];
    }
}

static void make_rules(fold *f)
{
    /* Gauss: the moments 1 and 1/6 of tri give +-sqrt(1/6). */
    f->gauss = (rule){2, {-sqrt(1.0 / 6), sqrt(1.0 / 6)}, {0.5, 0.5}};
    make_rule(3, &f->six);
    make_rule(RULE_MOST / 2, &f->most);
}

/* Six nodes along and two across are within 2e-8 of the largest S of sixteen along and across, as near as three across
 * are: what is left are the kinks of the tables along r. Finer rules where E ends within a far voxel. */
static double energy(const fold *f, const size_t n[3])
{
    if (n[0] < f->near[0] && n[1] < f->near[1] && n[2] < f->near[2])
        return near_energy(f, n);
    double least = 0, most = 0;
    for (int a = 0; a < 3; a++) {
        const double low = n[a] ? f->h[a] * ((double)n[a] - 1) : 0, high = f->h[a] * ((double)n[a] + 1);
        least += low * low;
        most += high * high;
    }
    const double range = dvk_point_range(f->kernel);
    if (least >= range * range)
        return 0;
    const bool cut = most > range * range;
    return far_energy(f, n, cut ? &f->most : &f->six, cut ? &f->six : &f->gauss);
}

static void compute_octant(fold *f)
{
    const size_t size[3] = {f->half[0] + 1, f->half[1] + 1, f->half[2] + 1};
#pragma omp parallel for collapse(2) schedule(dynamic, 16)
    for (size_t z = 0; z < size[2]; z++)
        for (size_t y = 0; y < size[1]; y++)
            for (size_t x = dvk_symmetry_first(f->symmetry, size, y, z); x < size[0]; x++) {
                const size_t n[3] = {x, y, z};
                f->octant[dvk_octant_at(size, n)] = energy(f, n);
            }
    dvk_symmetry_complete(f->symmetry, size, f->octant);
}

/*
 * How far cells are wanted: 10 voxels for the curvature of 1/r^2, and as long as shells are thinner than 0.6 voxels, so
 * that a few nodes a voxel would pick single shells out of the tables' noise.
 */
static double near_reach(const dvk_point_kernel *k, double widest)
{
    double reach = 10 * widest;
    for (size_t i = 0; i < k->pieces; i++)
        if (k->edge_mm[i + 1] > reach && k->edge_mm[i + 1] - k->edge_mm[i] < 0.6 * widest)
            reach = k->edge_mm[i + 1];
    return reach;
}

dvk_status dvk_voxel_fold(const dvk_point_kernel *k, const double h_mm[3], const size_t half[3], double *octant)
{
    fold f = {.kernel = k, .octant = octant};
    for (int a = 0; a < 3; a++) {
        f.h[a] = h_mm[a];
        f.half[a] = half[a];
        f.widest = h_mm[a] > f.widest ? h_mm[a] : f.widest;
    }
    f.symmetry = dvk_symmetry_of(h_mm);
    const double reach = near_reach(k, f.widest);
    for (int a = 0; a < 3; a++) {
        const double wanted = ceil(reach / h_mm[a]);
        f.near[a] = wanted < (double)(half[a] + 1) ? (size_t)wanted : half[a] + 1;
    }
    make_rules(&f);
    size_t count = 0;
    DVK_TRY(dvk_multiply(f.near[0], f.near[1], &count));
    DVK_TRY(dvk_multiply(count, f.near[2], &count));
    DVK_TRY(dvk_alloc(count, sizeof *f.cells, &f.cells));
    compute_cells(&f);
    compute_octant(&f);
    dvk_free(f.cells);
    return DVK_OK;
}
