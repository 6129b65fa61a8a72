/*
 * Where the emitted energy went: emitted = deposited + left the grid + cut by the kernel's box + beyond the tables.
 *
 * Each part is found apart, so that their sum is a check of the whole run. What leaves the grid is not the difference:
 * it is summed from the kernel's energies over the offsets that lead off the grid, source voxel by source voxel.
 */
#include <math.h>
#include <omp.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/wider.h"
#include "physics/kernel.h"
#include "physics/sum.h"
#include "pipeline/case/case.h"

static const double joule_per_keV = 1.602176634e-16;

/* More than this share of the emitted energy unaccounted for means that something is wrong: float32 maps keep 1e-6. */
static const double largest_gap = 1e-4;

/*
 * Running sums of an even kernel's octant with its planes through the centre halved:
 *   sum over dx in [-a, b] of f(|dx|) = F(a) + F(b),  F(m) = f(0)/2 + f(1) + ... + f(m)
 * on each axis, so the kernel over a box [-a, b]^3 is the sum of 8 entries. F is held at one z, which rises.
 */
typedef struct octant_sums {
    const double *octant;
    size_t row, plane; /* values in one of the octant's */
    size_t m[3];       /* entries per axis */
    size_t planes;     /* F is that of z = planes - 1 */
    double *sum;       /* m[0] m[1], x fastest */
    double *above;     /* m[0]: of one plane, the rectangle up to the row before */
    double *reach;     /* n[0] each: F along x of one row, held past its end; and F(x) + F(n[0] - 1 - x) */
    double *over;
} octant_sums;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Numbers that octant_sums_of divides up. */
static size_t memory_of(const octant_sums *s, const size_t n[3])
{
    return s->m[0] * (s->m[1] + 1) + 2 * n[0];
}

static octant_sums octant_sums_of(const dvk_kernel *kernel, const size_t n[3], double *memory)
{
    const size_t *half = dvk_kernel_info(kernel)->half;
    octant_sums s = {.octant = kernel->octant, .row = half[0] + 1, .plane = (half[0] + 1) * (half[1] + 1)};
    for (int a = 0; a < 3; a++)
        s.m[a] = least(half[a], n[a] - 1) + 1;
    if (memory) {
        s.sum = memory;
        s.above = s.sum + s.m[0] * s.m[1];
        s.reach = s.above + s.m[0];
        s.over = s.reach + n[0];
    }
    return s;
}

DVK_WIDER static void add_plane(octant_sums *s)
{
    const size_t z = s->planes++;
    for (size_t x = 0; x < s->m[0]; x++)
        s->above[x] = 0;
    for (size_t y = 0; y < s->m[1]; y++) {
        const double *value = s->octant + z * s->plane + y * s->row;
        double *sum = s->sum + y * s->m[0], along_x = 0;
        for (size_t x = 0; x < s->m[0]; x++) {
            const double halves = (x ? 1 : 0.5) * (y ? 1 : 0.5) * (z ? 1 : 0.5);
            along_x += halves * value[x];
            s->above[x] += along_x;
            sum[x] += s->above[x];
        }
    }
}

/* over[x]: what sources at x and y send to one side of their plane, as far as F reaches. */
DVK_WIDER static void sum_over_row(const octant_sums *s, const size_t n[3], size_t y)
{
    const double *low = s->sum + least(y, s->m[1] - 1) * s->m[0];
    const double *high = s->sum + least(n[1] - 1 - y, s->m[1] - 1) * s->m[0];
    for (size_t x = 0; x < s->m[0]; x++)
        s->reach[x] = low[x] + high[x];
    for (size_t x = s->m[0]; x < n[0]; x++)
        s->reach[x] = s->reach[s->m[0] - 1];
    for (size_t x = 0; x < n[0]; x++)
        s->over[x] = s->reach[x] + s->reach[n[0] - 1 - x];
}

/* Energy from plane i over one side of it, and from the plane as far from the other end over its other side. */
DVK_WIDER static double kept_of_planes(const octant_sums *s, const size_t n[3], const float *tia, size_t i)
{
    const size_t plane = n[0] * n[1];
    const float *near = tia + i * plane, *far = tia + (n[2] - 1 - i) * plane;
    double of_near = 0, of_far = 0;
    for (size_t y = 0; y < n[1]; y++, near += n[0], far += n[0]) {
        sum_over_row(s, n, y);
        for (size_t x = 0; x < n[0]; x++) {
            of_near += (double)near[x] * s->over[x];
            of_far += (double)far[x] * s->over[x];
        }
    }
    return of_near + of_far;
}

/* of_step[i]: from plane i over the i planes before it, and from the plane as far from the other end over those behind.
 * Each thread has its own F, raised to the first of its steps. */
static void kept_by_steps(const dvk_kernel *kernel, const size_t n[3], const float *tia, double *memory,
                          double *of_step)
{
    const octant_sums start = octant_sums_of(kernel, n, NULL);
#pragma omp parallel
    {
        octant_sums s = octant_sums_of(kernel, n, memory + (size_t)omp_get_thread_num() * memory_of(&start, n));
#pragma omp for schedule(static)
        for (size_t i = 0; i < n[2]; i++) {
            while (s.planes < least(i + 1, s.m[2]))
                add_plane(&s);
            of_step[i] = kept_of_planes(&s, n, tia, i);
        }
    }
}

/* Energy (J) that the kernel carries to voxels on the grid, summed over all sources. */
static dvk_status energy_kept(const dvk_case *k, double *out)
{
    const dvk_geometry *g = &k->geometry;
    const double voxel_mL = dvk_geometry_voxel_mL(g);
    const double voxel_kg = voxel_mL * dvk_kernel_info(k->kernel)->density_g_mL * 1e-3;
    const octant_sums s = octant_sums_of(k->kernel, g->n, NULL);
    double *memory = NULL, *of_step = NULL, total = 0; /* added in the steps' order, whatever the threads */
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc((size_t)omp_get_max_threads() * memory_of(&s, g->n), sizeof *memory, &memory));
    DVK_TRY_DONE(dvk_alloc(g->n[2], sizeof *of_step, &of_step));
    kept_by_steps(k->kernel, g->n, dvk_volume_values(k->tia), memory, of_step);
    for (size_t i = 0; i < g->n[2]; i++)
        total += of_step[i];
    *out = total * voxel_mL * voxel_kg;
done:
    dvk_free(memory);
    dvk_free(of_step);
    return status;
}

static double sum_of(const dvk_volume *volume)
{
    return dvk_sum_floats(dvk_volume_values(volume), dvk_geometry_voxels(dvk_volume_geometry(volume)));
}

/* What is negative over the sum of magnitudes; `total` is the sum. */
static double negative_fraction(const dvk_volume *volume, double total)
{
    const float *values = dvk_volume_values(volume);
    const size_t n = dvk_geometry_voxels(dvk_volume_geometry(volume));
    double below = 0;
    if (dvk_volume_counts(volume).negative == 0)
        return 0;
    for (size_t v = 0; v < n; v++)
        if (values[v] < 0)
            below -= (double)values[v];
    return total + 2 * below > 0 ? below / (total + 2 * below) : 0;
}

static bool box_covers_grid(const dvk_kernel_record *r, const size_t n[3])
{
    return r->half[0] + 1 >= n[0] && r->half[1] + 1 >= n[1] && r->half[2] + 1 >= n[2];
}

/* The parts for a kernel whose energies are known. */
static dvk_status balance_of_kernel(dvk_case *k, double decays, dvk_balance *b)
{
    const dvk_kernel_record *r = dvk_kernel_info(k->kernel);
    const double emitted_keV = k->nuclide->electron_keV + k->nuclide->photon_keV;
    const double carried = decays * r->energy_keV * joule_per_keV;
    const double outside_keV = isnan(r->beyond_keV) ? 0 : r->beyond_keV;
    double kept = b->energy_deposited_J;
    if (r->even)
        DVK_TRY(energy_kept(k, &kept));
    b->energy_left_grid_J = carried - kept;
    b->energy_cut_J = decays * outside_keV * joule_per_keV;
    if (box_covers_grid(r, k->geometry.n)) {
        b->energy_left_grid_J += b->energy_cut_J;
        b->energy_cut_J = 0;
    }
    b->energy_beyond_tables_J = decays * (emitted_keV - r->energy_keV - outside_keV) * joule_per_keV;
    return DVK_OK;
}

dvk_status dvk_case_balance(dvk_case *k)
{
    dvk_balance *b = &k->summary->balance;
    const double tia = sum_of(k->tia), decays = tia * dvk_geometry_voxel_mL(&k->geometry);
    b->negative_tia_fraction = negative_fraction(k->tia, tia);
    b->tia_MBqh = decays / 3.6e9;
    b->energy_emitted_J = decays * (k->nuclide->electron_keV + k->nuclide->photon_keV) * joule_per_keV;
    b->energy_deposited_J = k->medium_deposited_J;
    if (k->kernel) {
        DVK_TRY(balance_of_kernel(k, decays, b));
    } else { /* local: photons are left out */
        b->energy_left_grid_J = 0;
        b->energy_cut_J = decays * k->nuclide->photon_keV * joule_per_keV;
        b->energy_beyond_tables_J = 0;
    }
    const double gap = b->energy_emitted_J - b->energy_deposited_J - b->energy_left_grid_J - b->energy_cut_J -
                       b->energy_beyond_tables_J;
    if (fabs(gap) > largest_gap * fabs(b->energy_emitted_J))
        dvk_case_warn(k, "the energy balance is open by %.2g of the emitted energy", gap / b->energy_emitted_J);
    return DVK_OK;
}
