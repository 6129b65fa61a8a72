/* See phantom_truth.h. */
#include "pipeline/phantom_truth.h"

#include <assert.h>

#include "base/alloc.h"
#include "base/fail.h"

/* Voxels first..end-1 of a row have one owner. */
typedef struct run {
    size_t first, end;
    double decays;
} run;

/* The rows of a grid as runs: row r has runs start[r] .. start[r + 1] - 1. */
typedef struct row_runs {
    run *runs;
    size_t *start;
} row_runs;

static dvk_status find_runs(const dvk_geometry *g, const uint8_t *owner, const double *decays, row_runs *out)
{
    const size_t nx = g->n[0], count = g->n[1] * g->n[2];
    DVK_TRY(dvk_alloc(count + 1, sizeof *out->start, &out->start));
    DVK_TRY(dvk_alloc(count * nx, sizeof *out->runs, &out->runs));
    size_t used = 0;
    for (size_t r = 0; r < count; r++) {
        const uint8_t *row = owner + r * nx;
        out->start[r] = used;
        for (size_t x = 0, end; x < nx; x = end) {
            for (end = x + 1; end < nx && row[end] == row[x];)
                end++;
            if (row[x])
                out->runs[used++] = (run){x, end, decays[row[x] - 1]};
        }
    }
    out->start[count] = used;
    return DVK_OK;
}

/* sum[(dz * ny + dy) * width + nx + d] = S summed over offsets up to d along x, d from -nx to nx - 1. */
static dvk_status running_sums(const dvk_geometry *g, const dvk_kernel *kernel, double **out)
{
    const size_t nx = g->n[0], width = 2 * nx;
    DVK_TRY(dvk_alloc(width * g->n[1] * g->n[2], sizeof **out, out));
    double *at = *out;
    for (size_t dz = 0; dz < g->n[2]; dz++)
        for (size_t dy = 0; dy < g->n[1]; dy++, at += width) {
            double sum = 0;
            for (size_t i = 1; i < width; i++)
                at[i] = sum += dvk_kernel_at(kernel, (long)i - (long)nx, (long)dy, (long)dz);
        }
    return DVK_OK;
}

static size_t apart(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* Dose at one voxel. */
static double dose_at(const dvk_geometry *g, const row_runs *rows, const double *sums, size_t x, size_t y, size_t z)
{
    const size_t nx = g->n[0], ny = g->n[1];
    double dose = 0;
    for (size_t sz = 0; sz < g->n[2]; sz++)
        for (size_t sy = 0; sy < ny; sy++) {
            const double *along = sums + (apart(z, sz) * ny + apart(y, sy)) * 2 * nx + nx + x;
            const size_t row = sz * ny + sy;
            for (size_t i = rows->start[row]; i < rows->start[row + 1]; i++) {
                const run *r = &rows->runs[i];
                dose += r->decays * (along[-(long)r->first] - along[-(long)r->end]);
            }
        }
    return dose;
}

dvk_status dvk_phantom_true_dose(const dvk_geometry *g, const uint8_t *owner, const double *decays,
                                 const dvk_kernel *kernel, size_t region, double *mean_Gy)
{
    const size_t nx = g->n[0], ny = g->n[1], nz = g->n[2];
    row_runs rows = {0};
    double *sums = NULL, *slice = NULL, total = 0;
    size_t voxels = 0;
    dvk_status status = DVK_OK;
    assert(dvk_kernel_info(kernel)->even);
    DVK_TRY_DONE(find_runs(g, owner, decays, &rows));
    DVK_TRY_DONE(running_sums(g, kernel, &sums));
    DVK_TRY_DONE(dvk_alloc(nz, sizeof *slice, &slice));
    /* One sum a slice of targets, added in order: the same number for any number of threads. */
#pragma omp parallel for schedule(dynamic) reduction(+ : voxels)
    for (size_t z = 0; z < nz; z++)
        for (size_t y = 0; y < ny; y++)
            for (size_t x = 0; x < nx; x++)
                if (owner[(z * ny + y) * nx + x] == region + 1) {
                    slice[z] += dose_at(g, &rows, sums, x, y, z);
                    voxels++;
                }
    for (size_t z = 0; z < nz; z++)
        total += slice[z];
    *mean_Gy = voxels ? total / (double)voxels : 0;
done:
    dvk_free(rows.runs);
    dvk_free(rows.start);
    dvk_free(sums);
    dvk_free(slice);
    return status;
}
