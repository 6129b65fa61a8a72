/*
 * Where the emitted energy went: emitted = deposited + left the grid + cut by the kernel's box + beyond the tables.
 *
 * Each part is found apart, so that their sum is a check of the whole run. What leaves the grid is not the difference:
 * it is summed from the kernel's energies over the offsets that lead off the grid, source voxel by source voxel.
 */
#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/kernel.h"
#include "physics/sum.h"
#include "pipeline/case/case.h"

static const double joule_per_keV = 1.602176634e-16;

/* More than this share of the emitted energy unaccounted for means that something is wrong: float32 maps keep 1e-6. */
static const double largest_gap = 1e-4;

/*
 * Running sums of an even kernel's octant with its planes through the centre halved:
 *   sum over dx in [-a, b] of f(|dx|) = F(a) + F(b),  F(m) = f(0)/2 + f(1) + ... + f(m)
 * on each axis, so the kernel over a box [-a, b]^3 is the sum of 8 entries.
 */
typedef struct octant_sums {
    size_t m[3]; /* entries per axis */
    double *sum; /* x fastest */
} octant_sums;

static double *sum_at(const octant_sums *s, size_t x, size_t y, size_t z)
{
    return &s->sum[x + s->m[0] * (y + s->m[1] * z)];
}

/* Sums of the rectangles from the centre in one plane. */
static void sum_plane(const dvk_kernel *kernel, const octant_sums *s, size_t z)
{
    const size_t *half = dvk_kernel_info(kernel)->half;
    for (size_t y = 0; y < s->m[1]; y++) {
        const double *value = kernel->octant + (z * (half[1] + 1) + y) * (half[0] + 1);
        double along_x = 0;
        for (size_t x = 0; x < s->m[0]; x++) {
            const double halves = (x ? 1 : 0.5) * (y ? 1 : 0.5) * (z ? 1 : 0.5);
            along_x += halves * value[x];
            *sum_at(s, x, y, z) = along_x + (y ? *sum_at(s, x, y - 1, z) : 0);
        }
    }
}

static dvk_status octant_sums_make(const dvk_kernel *kernel, const size_t n[3], octant_sums *s)
{
    const dvk_kernel_record *r = dvk_kernel_info(kernel);
    for (int a = 0; a < 3; a++)
        s->m[a] = (r->half[a] < n[a] - 1 ? r->half[a] : n[a] - 1) + 1;
    DVK_TRY(dvk_alloc_raw(s->m[0] * s->m[1] * s->m[2], sizeof *s->sum, &s->sum));
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (size_t z = 0; z < s->m[2]; z++)
            sum_plane(kernel, s, z);
#pragma omp for schedule(static)
        for (size_t y = 0; y < s->m[1]; y++)
            for (size_t z = 1; z < s->m[2]; z++)
                for (size_t x = 0; x < s->m[0]; x++)
                    *sum_at(s, x, y, z) += *sum_at(s, x, y, z - 1);
    }
    return DVK_OK;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Sum of the kernel over the offsets that lead from voxel p to a voxel of the grid. */
static double sum_on_grid(const octant_sums *s, const size_t n[3], const size_t p[3])
{
    double total = 0;
    for (int corner = 0; corner < 8; corner++) {
        size_t at[3];
        for (int a = 0; a < 3; a++)
            at[a] = least((corner >> a & 1) ? p[a] : n[a] - 1 - p[a], s->m[a] - 1);
        total += *sum_at(s, at[0], at[1], at[2]);
    }
    return total;
}

static double kept_of_plane(const octant_sums *s, const size_t n[3], const float *tia, size_t z)
{
    double total = 0;
    size_t v = z * n[0] * n[1];
    for (size_t y = 0; y < n[1]; y++)
        for (size_t x = 0; x < n[0]; x++, v++)
            if (tia[v] != 0)
                total += (double)tia[v] * sum_on_grid(s, n, (size_t[]){x, y, z});
    return total;
}

/* Energy (J) that the kernel carries to voxels on the grid, summed over all sources. */
static dvk_status energy_kept(const dvk_case *k, double *out)
{
    const dvk_geometry *g = &k->geometry;
    const dvk_kernel_record *r = dvk_kernel_info(k->kernel);
    const double voxel_mL = dvk_geometry_voxel_mL(g), voxel_kg = voxel_mL * r->density_g_mL * 1e-3;
    const float *tia = dvk_volume_values(k->tia);
    octant_sums s = {0};
    DVK_TRY(octant_sums_make(k->kernel, g->n, &s));
    double *of_plane = NULL, total = 0; /* added in the planes' order, whatever the threads */
    const dvk_status status = dvk_alloc(g->n[2], sizeof *of_plane, &of_plane);
    if (status == DVK_OK) {
#pragma omp parallel for schedule(dynamic)
        for (size_t z = 0; z < g->n[2]; z++)
            of_plane[z] = kept_of_plane(&s, g->n, tia, z);
        for (size_t z = 0; z < g->n[2]; z++)
            total += of_plane[z];
    }
    dvk_free(of_plane);
    dvk_free(s.sum);
    *out = total * voxel_mL * voxel_kg;
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
