/* Making kernels from point kernels, their record, their values and who owns them. */
#include "physics/kernel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/text.h"
#include "data/hash.h"
#include "physics/kernel_kept.h"
#include "physics/voxelkernel.h"

/* What a kernel may be asked for; beyond these a mistake is likelier than a wish. */
static const double least_voxel_mm = 0.05, most_voxel_mm = 100, least_density = 0.05, most_density = 5;
static const size_t most_half = 4096;

static double voxel_mL(const double mm[3])
{
    return mm[0] * mm[1] * mm[2] / 1000;
}

size_t dvk_kernel_values(const dvk_kernel *k)
{
    size_t count = 1;
    for (int a = 0; a < 3; a++)
        count *= k->record.even ? k->record.half[a] + 1 : 2 * k->record.half[a] + 1;
    return count;
}

void dvk_kernel_free(dvk_kernel *k)
{
    if (!k || atomic_fetch_sub(&k->owners, 1) > 1)
        return;
    dvk_free(k->octant);
    dvk_free(k->taps);
    dvk_emitter_free(&k->emitter);
    dvk_free(k);
}

const dvk_kernel_record *dvk_kernel_info(const dvk_kernel *k)
{
    return &k->record;
}

dvk_status dvk_kernel_check_voxel(const dvk_kernel *k, const double voxel_mm[3])
{
    static const double tolerance = 1e-4; /* wide enough for an edge that was rounded to 0.5 um */
    const double *own = k->record.voxel_mm;
    for (int a = 0; a < 3; a++)
        if (!(fabs(own[a] - voxel_mm[a]) <= tolerance * voxel_mm[a]))
            return dvk_fail(
                DVK_ERR_INVALID,
                "the kernel is for voxels of %.6g x %.6g x %.6g mm, not %.6g x %.6g x %.6g mm: make one for "
                "that voxel, or import it with --rescale",
                own[0], own[1], own[2], voxel_mm[0], voxel_mm[1], voxel_mm[2]);
    return DVK_OK;
}

double dvk_kernel_at(const dvk_kernel *k, long x, long y, long z)
{
    const long offset[3] = {x, y, z};
    size_t index = 0;
    for (int a = 2; a >= 0; a--) {
        const long half = (long)k->record.half[a];
        if (offset[a] < -half || offset[a] > half)
            return 0;
        const long from_start = k->record.even ? labs(offset[a]) : offset[a] + half;
        index = index * (size_t)(k->record.even ? half + 1 : 2 * half + 1) + (size_t)from_start;
    }
    return k->record.even ? k->octant[index] : k->taps[index];
}

/* --- what was asked for --- */

static dvk_status check_numbers(const dvk_kernel_spec *spec)
{
    for (int a = 0; a < 3; a++)
        if (!(spec->voxel_mm[a] >= least_voxel_mm && spec->voxel_mm[a] <= most_voxel_mm))
            return dvk_fail(DVK_ERR_USAGE, "a voxel edge of %g mm: give edges from %g to %g mm", spec->voxel_mm[a],
                            least_voxel_mm, most_voxel_mm);
    if (!(spec->density_g_mL >= least_density && spec->density_g_mL <= most_density))
        return dvk_fail(DVK_ERR_USAGE, "a medium of %g g/mL: give a density from %g to %g g/mL", spec->density_g_mL,
                        least_density, most_density);
    return DVK_OK;
}

/* The half-widths in voxels, from the radius where none are given. */
static dvk_status find_half(const dvk_kernel_spec *spec, size_t half[3])
{
    memcpy(half, spec->half, 3 * sizeof *half);
    if (!half[0] && !half[1] && !half[2])
        for (int a = 0; a < 3; a++) {
            const double voxels = spec->radius_mm / spec->voxel_mm[a];
            if (!(voxels >= 1 - 1e-9))
                return dvk_fail(DVK_ERR_USAGE, "a kernel radius of %g mm is less than one voxel of %g mm",
                                spec->radius_mm, spec->voxel_mm[a]);
            if (voxels > (double)most_half)
                return dvk_fail(DVK_ERR_USAGE, "a kernel radius of %g mm is more than %zu voxels of %g mm",
                                spec->radius_mm, most_half, spec->voxel_mm[a]);
            half[a] = (size_t)(voxels + 1e-9);
        }
    for (int a = 0; a < 3; a++)
        if (half[a] > most_half)
            return dvk_fail(DVK_ERR_USAGE, "a kernel half-width of %zu voxels: %zu are the most", half[a], most_half);
    return DVK_OK;
}

static dvk_status check_component(const dvk_emitter *e, dvk_component component)
{
    if (component == DVK_COMPONENT_PHOTON && !e->photon.count)
        return dvk_fail(DVK_ERR_USAGE, "%s has no photon table: ask for its electrons or the total",
                        e->name[0] ? e->name : "this emission");
    if (component == DVK_COMPONENT_ELECTRON && !e->electron.count && e->local_keV == 0)
        return dvk_fail(DVK_ERR_USAGE, "this emission has no electrons: ask for its photons or the total");
    return DVK_OK;
}

/* What happened to the emitted energy, in words. */
static void judge(dvk_kernel_record *r)
{
    const double percent = 100 / r->emitted_keV, lost = r->emitted_keV - r->energy_keV - r->beyond_keV;
    if (r->verdict[0])
        return;
    if (!(r->emitted_keV > 0) || isnan(r->energy_keV) || isnan(r->beyond_keV)) {
        snprintf(r->verdict, sizeof r->verdict, "its energy cannot be judged: nuclide or density not known");
        return;
    }
    snprintf(r->verdict, sizeof r->verdict,
             "holds %.5g of %.5g keV emitted (%.2f %%); %.2f %% is left outside its box, %.2f %% is not in the tables",
             r->energy_keV, r->emitted_keV, percent * r->energy_keV, percent * r->beyond_keV,
             percent * (lost > 0 ? lost : 0));
}

static void complete(dvk_kernel_record *r)
{
    r->radius_mm = INFINITY;
    for (int a = 0; a < 3; a++)
        r->radius_mm = fmin(r->radius_mm, ((double)r->half[a] + 0.5) * r->voxel_mm[a]);
    judge(r);
}

/* --- making --- */

/* Of all voxels, the mirrors of the octant's among them. */
static double sum_energies(const dvk_kernel *k)
{
    const size_t *half = k->record.half;
    const double *value = k->octant;
    double sum = 0;
    for (size_t z = 0; z <= half[2]; z++)
        for (size_t y = 0; y <= half[1]; y++)
            for (size_t x = 0; x <= half[0]; x++) {
                const int mirrors = (x > 0) + (y > 0) + (z > 0);
                sum += *value++ * (double)(1 << mirrors);
            }
    return sum;
}

/* Energies to S, and the record's numbers. Sum and hash go through the values in their order, one beside the other. */
static void to_dose(dvk_kernel *k, double table_keV)
{
    const double volume = voxel_mL(k->record.voxel_mm), density = k->record.density_g_mL;
    const size_t count = dvk_kernel_values(k);
    double sum = 0;
#pragma omp parallel sections
    {
#pragma omp section
        dvk_kernel_hash(k, volume, k->record.sha256);
#pragma omp section
        sum = sum_energies(k);
    }
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++)
        k->octant[i] = dvk_kernel_s(k->octant[i], volume, density);
    k->record.energy_keV = sum;
    k->record.beyond_keV = table_keV > sum ? table_keV - sum : 0;
    complete(&k->record);
}

static dvk_status fill(dvk_kernel *k)
{
    dvk_kernel_record *r = &k->record;
    const dvk_component component = r->component;
    const double local = component == DVK_COMPONENT_PHOTON ? 0 : k->emitter.local_keV;
    dvk_point_kernel point = {0};
    double water_mm[3];
    DVK_TRY(check_component(&k->emitter, component));
    DVK_TRY(dvk_emitter_point(&k->emitter, component, &point));
    for (int a = 0; a < 3; a++)
        water_mm[a] = r->voxel_mm[a] * r->density_g_mL;
    dvk_status status = dvk_alloc(dvk_kernel_values(k), sizeof *k->octant, &k->octant);
    if (status == DVK_OK && point.pieces)
        status = dvk_voxel_fold(&point, water_mm, r->half, k->octant);
    if (status == DVK_OK) {
        k->octant[0] += local;
        r->emitted_keV = (component != DVK_COMPONENT_PHOTON ? k->emitter.electron_keV : 0) +
                         (component != DVK_COMPONENT_ELECTRON ? k->emitter.photon_keV : 0);
        to_dose(k, local + (point.pieces ? dvk_point_energy(&point) : 0));
    }
    dvk_point_free(&point);
    return status;
}

/* All that the values depend on, as text; an emission list by its content. */
static dvk_status make_key(const dvk_kernel_spec *spec, const size_t half[3], char key[256])
{
    const dvk_nuclide *n = NULL;
    char list[65] = "";
    if (!spec->nuclide && !spec->emission)
        return dvk_fail(DVK_ERR_USAGE, "a kernel needs a nuclide or an emission list");
    if (spec->nuclide)
        DVK_TRY(dvk_nuclide_find(spec->nuclide, &n));
    if (spec->emission)
        DVK_TRY(dvk_sha256_file(spec->emission, list));
    snprintf(key, 256, "%s %s %d %a,%a,%a %zu,%zu,%zu %a", n ? n->name : "", list, (int)spec->component,
             spec->voxel_mm[0], spec->voxel_mm[1], spec->voxel_mm[2], half[0], half[1], half[2], spec->density_g_mL);
    return DVK_OK;
}

/* By its list where there is one; a nuclide beside it is the list's name. */
static dvk_status find_emitter(const dvk_kernel_spec *spec, dvk_emitter *out)
{
    const dvk_nuclide *n = NULL;
    if (!spec->emission)
        return dvk_emitter_of_nuclide(spec->nuclide, out);
    if (spec->nuclide)
        DVK_TRY(dvk_nuclide_find(spec->nuclide, &n));
    DVK_TRY(dvk_emitter_of_list(spec->emission, out));
    snprintf(out->name, sizeof out->name, "%s", n ? n->name : "");
    return DVK_OK;
}

static dvk_status find_or_fill(dvk_kernel *k)
{
    dvk_kernel_record asked;
    memcpy(&asked, &k->record, sizeof asked); /* what fills the gaps between its fields too: its bytes are a key */
    if (dvk_kernel_kept_find(k))
        return DVK_OK;
    DVK_TRY(fill(k));
    dvk_kernel_kept_add(&asked, k);
    return DVK_OK;
}

static dvk_status create(const dvk_kernel_spec *spec, const size_t half[3], dvk_kernel **out)
{
    dvk_kernel *k = NULL;
    DVK_TRY(dvk_alloc(1, sizeof *k, &k));
    atomic_init(&k->owners, 1);
    k->record.component = spec->component;
    k->record.density_g_mL = spec->density_g_mL;
    k->record.even = true;
    memcpy(k->record.voxel_mm, spec->voxel_mm, sizeof k->record.voxel_mm);
    memcpy(k->record.half, half, sizeof k->record.half);
    dvk_status status = find_emitter(spec, &k->emitter);
    if (status == DVK_OK) {
        memcpy(k->record.nuclide, k->emitter.name, sizeof k->record.nuclide);
        memcpy(k->record.source, k->emitter.source, sizeof k->record.source);
        status = find_or_fill(k);
    }
    if (status != DVK_OK) {
        dvk_kernel_free(k);
        return status;
    }
    *out = k;
    return DVK_OK;
}

dvk_status dvk_kernel_make(const dvk_kernel_spec *spec, dvk_kernel **out)
{
    size_t half[3];
    char key[256];
    *out = NULL;
    DVK_TRY(check_numbers(spec));
    DVK_TRY(find_half(spec, half));
    DVK_TRY(make_key(spec, half, key));
    *out = dvk_kernel_cache_find(key);
    if (*out)
        return DVK_OK;
    DVK_TRY(create(spec, half, out));
    dvk_kernel_cache_keep(key, *out);
    return DVK_OK;
}

/* --- kernels that were read --- */

/* Bitwise: mirrored taps that differ by rounding alone make a kernel that is not even. */
static bool is_even(const double *taps, const size_t half[3])
{
    const size_t n[3] = {2 * half[0] + 1, 2 * half[1] + 1, 2 * half[2] + 1};
    for (size_t z = 0; z < n[2]; z++)
        for (size_t y = 0; y < n[1]; y++)
            for (size_t x = 0; x < n[0]; x++) {
                const size_t mx = x < half[0] ? n[0] - 1 - x : x, my = y < half[1] ? n[1] - 1 - y : y;
                const size_t mz = z < half[2] ? n[2] - 1 - z : z;
                if (taps[(z * n[1] + y) * n[0] + x] != taps[(mz * n[1] + my) * n[0] + mx])
                    return false;
            }
    return true;
}

static dvk_status fold_octant(dvk_kernel *k, const double *taps)
{
    const size_t *half = k->record.half;
    const size_t nx = 2 * half[0] + 1, ny = 2 * half[1] + 1, count = dvk_kernel_values(k);
    DVK_TRY(dvk_alloc(count, sizeof *k->octant, &k->octant));
    for (size_t i = 0; i < count; i++) {
        const size_t x = i % (half[0] + 1), y = i / (half[0] + 1) % (half[1] + 1);
        const size_t z = i / (half[0] + 1) / (half[1] + 1);
        k->octant[i] = taps[((half[2] + z) * ny + half[1] + y) * nx + half[0] + x];
    }
    return DVK_OK;
}

dvk_status dvk_kernel_from_taps(const dvk_kernel_record *record, double *taps, dvk_kernel **out)
{
    dvk_kernel *k = NULL;
    *out = NULL;
    dvk_status status = dvk_alloc(1, sizeof *k, &k);
    if (status != DVK_OK) {
        dvk_free(taps);
        return status;
    }
    atomic_init(&k->owners, 1);
    k->record = *record;
    k->record.even = is_even(taps, record->half);
    if (k->record.even) {
        status = fold_octant(k, taps);
        dvk_free(taps);
    } else {
        k->taps = taps;
    }
    if (status != DVK_OK) {
        dvk_kernel_free(k);
        return status;
    }
    complete(&k->record);
    dvk_kernel_hash(k, 0, k->record.sha256);
    *out = k;
    return DVK_OK;
}
