/* A kernel for another voxel, from kernels that others made: S h^3 is interpolated, never S. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/kernel.h"

static double volume_of(const double mm[3])
{
    return mm[0] * mm[1] * mm[2];
}

static void index_to_offset(const size_t half[3], size_t i, long n[3])
{
    const size_t nx = 2 * half[0] + 1, ny = 2 * half[1] + 1;
    n[0] = (long)(i % nx) - (long)half[0];
    n[1] = (long)(i / nx % ny) - (long)half[1];
    n[2] = (long)(i / nx / ny) - (long)half[2];
}

static size_t tap_count(const size_t half[3])
{
    return (2 * half[0] + 1) * (2 * half[1] + 1) * (2 * half[2] + 1);
}

/* Sets the sum of energies, and takes the taps over. */
static dvk_status finish(dvk_kernel_record *r, double *taps, dvk_kernel **out)
{
    double sum = 0;
    for (size_t i = 0; i < tap_count(r->half); i++)
        sum += taps[i];
    r->energy_keV = dvk_kernel_keV(sum, volume_of(r->voxel_mm) / 1000, r->density_g_mL);
    r->beyond_keV = NAN;
    if (r->emitted_keV > 0)
        snprintf(r->verdict, sizeof r->verdict, "rescaled: holds %.5g of %.5g keV emitted", r->energy_keV,
                 r->emitted_keV);
    else
        r->verdict[0] = '\0';
    return dvk_kernel_from_taps(r, taps, out);
}

/* --- between two --- */

/* How far the voxel lies on the way from a's to b's; DVK_ERR_USAGE where it does not lie there. */
static dvk_status find_place(const dvk_kernel_record *a, const dvk_kernel_record *b, const double voxel_mm[3],
                             double *t)
{
    const double va = cbrt(volume_of(a->voxel_mm)), vb = cbrt(volume_of(b->voxel_mm)), v = cbrt(volume_of(voxel_mm));
    *t = (v - va) / (vb - va);
    bool there = va != vb && *t >= 0 && *t <= 1;
    for (int i = 0; i < 3 && there; i++)
        there = fabs((1 - *t) * a->voxel_mm[i] + *t * b->voxel_mm[i] - voxel_mm[i]) <= 1e-3 * voxel_mm[i];
    if (!there)
        return dvk_fail(
            DVK_ERR_USAGE,
            "a voxel of %g x %g x %g mm does not lie between %g x %g x %g and %g x %g x %g mm: import kernels "
            "that enclose it",
            voxel_mm[0], voxel_mm[1], voxel_mm[2], a->voxel_mm[0], a->voxel_mm[1], a->voxel_mm[2], b->voxel_mm[0],
            b->voxel_mm[1], b->voxel_mm[2]);
    if (strcmp(a->nuclide, b->nuclide) != 0 || a->density_g_mL != b->density_g_mL || a->component != b->component)
        return dvk_fail(DVK_ERR_USAGE, "two kernels of different nuclide, density or component cannot be interpolated");
    return DVK_OK;
}

static dvk_status between(const dvk_kernel *a, const dvk_kernel *b, const double voxel_mm[3], dvk_kernel **out)
{
    dvk_kernel_record r = a->record;
    double t = 0, *taps = NULL;
    DVK_TRY(find_place(&a->record, &b->record, voxel_mm, &t));
    memcpy(r.voxel_mm, voxel_mm, sizeof r.voxel_mm);
    for (int i = 0; i < 3; i++)
        r.half[i] = a->record.half[i] < b->record.half[i] ? a->record.half[i] : b->record.half[i];
    DVK_TRY(dvk_alloc(tap_count(r.half), sizeof *taps, &taps));
    const double wa = (1 - t) * volume_of(a->record.voxel_mm) / volume_of(voxel_mm);
    const double wb = t * volume_of(b->record.voxel_mm) / volume_of(voxel_mm);
    for (size_t i = 0; i < tap_count(r.half); i++) {
        long n[3];
        index_to_offset(r.half, i, n);
        taps[i] = wa * dvk_kernel_at(a, n[0], n[1], n[2]) + wb * dvk_kernel_at(b, n[0], n[1], n[2]);
    }
    snprintf(r.source, sizeof r.source, "S h^3 interpolated, %.5g mm: %.40s; %.5g mm: %.40s", a->record.voxel_mm[0],
             a->record.source, b->record.voxel_mm[0], b->record.source);
    return finish(&r, taps, out);
}

/* --- from one --- */

static dvk_status own_kernel(const dvk_kernel_record *like, const double voxel_mm[3], dvk_kernel **out)
{
    dvk_kernel_spec spec = {.nuclide = like->nuclide, .density_g_mL = like->density_g_mL, .component = like->component};
    memcpy(spec.voxel_mm, voxel_mm, sizeof spec.voxel_mm);
    memcpy(spec.half, like->half, sizeof spec.half);
    return dvk_kernel_make(&spec, out);
}

static dvk_status by_ratio(const dvk_kernel *from, const double voxel_mm[3], dvk_kernel **out)
{
    dvk_kernel_record r = from->record;
    dvk_kernel *here = NULL, *there = NULL;
    double *taps = NULL;
    dvk_status status = DVK_OK;
    if (!r.nuclide[0] || isnan(r.density_g_mL))
        return dvk_fail(DVK_ERR_USAGE, "one kernel of unknown nuclide or density cannot be rescaled: import two that "
                                       "enclose the voxel");
    DVK_TRY_DONE(own_kernel(&from->record, from->record.voxel_mm, &here));
    DVK_TRY_DONE(own_kernel(&from->record, voxel_mm, &there));
    DVK_TRY_DONE(dvk_alloc(tap_count(r.half), sizeof *taps, &taps));
    memcpy(r.voxel_mm, voxel_mm, sizeof r.voxel_mm);
    for (size_t i = 0; i < tap_count(r.half); i++) {
        long n[3];
        index_to_offset(r.half, i, n);
        const double own = dvk_kernel_at(here, n[0], n[1], n[2]);
        taps[i] = own > 0 ? dvk_kernel_at(from, n[0], n[1], n[2]) * dvk_kernel_at(there, n[0], n[1], n[2]) / own : 0;
    }
    snprintf(r.source, sizeof r.source, "S h^3 carried from %.5g to %.5g mm by the ratio of dvkit's kernels; %.60s",
             from->record.voxel_mm[0], voxel_mm[0], from->record.source);
    status = finish(&r, taps, out);
done:
    dvk_kernel_free(here);
    dvk_kernel_free(there);
    return status;
}

dvk_status dvk_kernel_rescale(const dvk_kernel *const *from, size_t count, const double voxel_mm[3], dvk_kernel **out)
{
    *out = NULL;
    for (int a = 0; a < 3; a++)
        if (!(voxel_mm[a] > 0))
            return dvk_fail(DVK_ERR_USAGE, "no voxel to rescale to: give its edges, such as 4.42mm");
    if (count == 2)
        return between(from[0], from[1], voxel_mm, out);
    if (count == 1)
        return by_ratio(from[0], voxel_mm, out);
    return dvk_fail(DVK_ERR_USAGE, "%zu kernels cannot be rescaled: give one, or two that enclose the voxel", count);
}
