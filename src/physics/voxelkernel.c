/* The octant of voxel energies: near cells by dvk_voxel_cell, far voxels by a Gauss rule, symmetry by copying. */
#include "physics/voxelkernel.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

static const double pi = 3.14159265358979323846;

typedef struct fold {
    const dvk_point_kernel *kernel;
    double h[3];
    size_t half[3], near[3]; /* voxels with every index below near[] are made of cells */
    bool xy, yz, xz;         /* equal edges */
    double *octant;
    double (*cells)[8]; /* near[0] near[1] near[2] cells */
} fold;

static size_t at(const size_t size[3], const size_t i[3])
{
    return (i[2] * size[1] + i[1]) * size[0] + i[0];
}

static void swap_if(bool condition, size_t i[3], int a, int b)
{
    if (condition && i[a] < i[b]) {
        const size_t keep = i[a];
        i[a] = i[b];
        i[b] = keep;
    }
}

/* The one of the equal entries that is computed: falling indices along axes of equal edges. */
static void representative(const fold *f, const size_t i[3], size_t out[3])
{
    memcpy(out, i, 3 * sizeof *i);
    swap_if(f->xy, out, 0, 1);
    swap_if(f->xz, out, 0, 2);
    swap_if(f->yz, out, 1, 2);
}

/* Nodes an axis on the faces of a cell: many where the faces see the source under a wide angle. */
static int face_nodes(const fold *f, const size_t cell[3])
{
    double nearest = 0, widest = 0;
    for (int a = 0; a < 3; a++) {
        const double low = f->h[a] * (double)cell[a];
        nearest += low * low;
        widest = f->h[a] > widest ? f->h[a] : widest;
    }
    const double distance = sqrt(nearest) / widest;
    return distance < 1.8 ? 24 : distance < 4 ? 12 : 8;
}

static void compute_cells(fold *f)
{
    const ptrdiff_t count = (ptrdiff_t)(f->near[0] * f->near[1] * f->near[2]);
#pragma omp parallel for schedule(dynamic, 16)
    for (ptrdiff_t c = 0; c < count; c++) {
        const size_t i = (size_t)c;
        const size_t cell[3] = {i % f->near[0], i / f->near[0] % f->near[1], i / f->near[0] / f->near[1]};
        dvk_voxel_cell(f->kernel, f->h, cell, face_nodes(f, cell), f->cells[i]);
    }
}

/* A voxel on a symmetry plane has that axis's cells on both sides. */
static double gather(const fold *f, const size_t n[3])
{
    double sum = 0;
    int planes = 0;
    for (int a = 0; a < 3; a++)
        planes += n[a] == 0;
    for (int bits = 0; bits < 8; bits++) {
        size_t cell[3];
        bool exists = true;
        for (int a = 0; a < 3; a++) {
            const size_t step = (size_t)(bits >> a & 1);
            exists = exists && n[a] >= step;
            cell[a] = n[a] - step;
        }
        if (exists)
            sum += f->cells[at(f->near, cell)][bits];
    }
    return sum * (double)(1 << planes);
}

/* The three-point Gauss rule of the weight tri(x): its moments 1, 1/6 and 1/15 give 0 and +-sqrt(2/5). */
static double far_energy(const fold *f, const size_t n[3])
{
    static const double weight[3] = {5.0 / 24, 7.0 / 12, 5.0 / 24};
    const double offset[3] = {-sqrt(0.4), 0, sqrt(0.4)};
    double square[3][3], sum = 0;
    for (int a = 0; a < 3; a++)
        for (int i = 0; i < 3; i++) {
            const double u = f->h[a] * ((double)n[a] + offset[i]);
            square[a][i] = u * u;
        }
    for (int z = 0; z < 3; z++)
        for (int y = 0; y < 3; y++)
            for (int x = 0; x < 3; x++) {
                const double r2 = square[0][x] + square[1][y] + square[2][z];
                sum += weight[x] * weight[y] * weight[z] * dvk_point_density(f->kernel, sqrt(r2)) / r2;
            }
    return sum * f->h[0] * f->h[1] * f->h[2] / (4 * pi);
}

static bool is_near(const fold *f, const size_t n[3])
{
    return n[0] < f->near[0] && n[1] < f->near[1] && n[2] < f->near[2];
}

static void compute_octant(fold *f)
{
    const size_t size[3] = {f->half[0] + 1, f->half[1] + 1, f->half[2] + 1};
    const ptrdiff_t planes = (ptrdiff_t)size[2];
#pragma omp parallel for schedule(dynamic)
    for (ptrdiff_t z = 0; z < planes; z++)
        for (size_t y = 0; y < size[1]; y++)
            for (size_t x = 0; x < size[0]; x++) {
                const size_t n[3] = {x, y, (size_t)z};
                size_t other[3];
                representative(f, n, other);
                if (memcmp(n, other, sizeof n) == 0 ||
                    !(other[0] < size[0] && other[1] < size[1] && other[2] < size[2]))
                    f->octant[at(size, n)] = is_near(f, n) ? gather(f, n) : far_energy(f, n);
            }
    for (size_t i = 0; i < size[0] * size[1] * size[2]; i++) {
        const size_t n[3] = {i % size[0], i / size[0] % size[1], i / size[0] / size[1]};
        size_t other[3];
        representative(f, n, other);
        if (other[0] < size[0] && other[1] < size[1] && other[2] < size[2])
            f->octant[i] = f->octant[at(size, other)];
    }
}

dvk_status dvk_voxel_fold(const dvk_point_kernel *k, const double h_mm[3], const size_t half[3], double *octant)
{
    static const double near_voxels = 10;
    fold f = {.kernel = k, .octant = octant};
    f.xy = h_mm[0] == h_mm[1];
    f.yz = h_mm[1] == h_mm[2];
    f.xz = h_mm[0] == h_mm[2];
    double widest = 0;
    for (int a = 0; a < 3; a++) {
        f.h[a] = h_mm[a];
        f.half[a] = half[a];
        widest = h_mm[a] > widest ? h_mm[a] : widest;
    }
    double reach = near_voxels * widest;
    if (reach < 12.5)
        reach = 12.5;
    for (int a = 0; a < 3; a++) {
        const double wanted = ceil(reach / h_mm[a]);
        f.near[a] = wanted < (double)(half[a] + 1) ? (size_t)wanted : half[a] + 1;
    }
    size_t count = 0;
    DVK_TRY(dvk_multiply(f.near[0], f.near[1], &count));
    DVK_TRY(dvk_multiply(count, f.near[2], &count));
    DVK_TRY(dvk_alloc(count, sizeof *f.cells, &f.cells));
    compute_cells(&f);
    compute_octant(&f);
    dvk_free(f.cells);
    return DVK_OK;
}
