/* From mask voxels to fractions of scan voxels. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/geometry.h"
#include "physics/voi.h"

/* A fraction below this is rounding, not volume. */
static const double LEAST_FRACTION = 1e-9;

/* The part of the scan's grid that one VOI can touch. */
typedef struct box {
    size_t low[3], n[3]; /* cells low <= cell < low + n */
    double *part;        /* [n[0] n[1] n[2]] */
} box;

static void add_part(void *user, const size_t cell[3], double part)
{
    const box *b = user;
    b->part[cell[0] - b->low[0] + b->n[0] * (cell[1] - b->low[1] + b->n[1] * (cell[2] - b->low[2]))] += part;
}

static void position(uint32_t voxel, const size_t n[3], size_t ijk[3])
{
    ijk[0] = voxel % n[0];
    ijk[1] = voxel / n[0] % n[1];
    ijk[2] = voxel / n[0] / n[1];
}

/* Cells that hold the corners of the voxels' own box, with one to spare for edges that were moved together. */
static void find_box(const dvk_overlap *o, const size_t first[3], const size_t last[3], box *b)
{
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    for (int corner = 0; corner < 8; corner++) {
        double ijk[3], there[3];
        for (int a = 0; a < 3; a++)
            ijk[a] = (corner >> a) & 1 ? (double)last[a] + 0.5 : (double)first[a] - 0.5;
        dvk_affine_apply((const double(*)[4])o->to_scan, ijk, there);
        for (int a = 0; a < 3; a++) {
            low[a] = fmin(low[a], there[a]);
            high[a] = fmax(high[a], there[a]);
        }
    }
    for (int a = 0; a < 3; a++) {
        const double end = (double)o->n[a];
        b->low[a] = (size_t)fmin(fmax(floor(low[a]) - 1, 0), end);
        b->n[a] = (size_t)fmin(fmax(ceil(high[a]) + 2, 0), end) - b->low[a];
    }
}

static dvk_status make_box(const dvk_overlap *o, const dvk_geometry *mask, const uint32_t *voxels, size_t count, box *b)
{
    size_t first[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX}, last[3] = {0, 0, 0}, ijk[3];
    for (size_t v = 0; v < count; v++) {
        position(voxels[v], mask->n, ijk);
        for (int a = 0; a < 3; a++) {
            first[a] = ijk[a] < first[a] ? ijk[a] : first[a];
            last[a] = ijk[a] > last[a] ? ijk[a] : last[a];
        }
    }
    find_box(o, first, last, b);
    return dvk_alloc(b->n[0] * b->n[1] * b->n[2], sizeof *b->part, &b->part);
}

/* How many voxels from the first on lie side by side in one row of the mask. */
static size_t run_length(const uint32_t *voxels, size_t count, size_t first_i, size_t row)
{
    size_t run = 1;
    while (run < count && first_i + run < row && voxels[run] == voxels[0] + run)
        run++;
    return run;
}

/* Shares the voxels out, in runs along i; sums their middles and what lies off the grid. */
static void share(box *b, const dvk_overlap *overlap, const dvk_geometry *mask, const uint32_t *voxels, size_t count,
                  dvk_voi *voi)
{
    double sum[3] = {0, 0, 0}, outside = 0;
    for (size_t v = 0, run = 0; v < count; v += run) {
        size_t ijk[3];
        position(voxels[v], mask->n, ijk);
        run = run_length(voxels + v, count - v, ijk[0], mask->n[0]);
        sum[0] += (double)run * ((double)ijk[0] + 0.5 * (double)(run - 1));
        sum[1] += (double)run * (double)ijk[1];
        sum[2] += (double)run * (double)ijk[2];
        outside += dvk_overlap_run(overlap, ijk, run, add_part, b);
    }
    for (int a = 0; a < 3; a++)
        sum[a] /= (double)count;
    dvk_affine_apply((const double(*)[4])mask->to_world, sum, voi->centroid_mm);
    voi->volume_mL = (double)count * dvk_geometry_voxel_mL(mask);
    voi->outside_fraction = outside / ((double)count * overlap->size);
    if (voi->outside_fraction < LEAST_FRACTION)
        voi->outside_fraction = 0;
}

static bool on_border(const size_t cell[3], const size_t n[3])
{
    for (int a = 0; a < 3; a++)
        if (cell[a] == 0 || cell[a] + 1 == n[a])
            return true;
    return false;
}

/* Takes the parts over, in order of the index; without arrays it only counts them. */
static size_t collect(const box *b, const size_t n[3], dvk_voi_entry *e)
{
    size_t count = 0, at = 0, cell[3];
    for (cell[2] = b->low[2]; cell[2] < b->low[2] + b->n[2]; cell[2]++)
        for (cell[1] = b->low[1]; cell[1] < b->low[1] + b->n[1]; cell[1]++)
            for (cell[0] = b->low[0]; cell[0] < b->low[0] + b->n[0]; cell[0]++) {
                const double part = b->part[at++];
                if (part < LEAST_FRACTION)
                    continue;
                if (e->index) {
                    e->index[count] = (uint32_t)(cell[0] + n[0] * (cell[1] + n[1] * cell[2]));
                    e->fraction[count] = (float)fmin(part, 1);
                    e->voi.touches_edge |= on_border(cell, n);
                }
                count++;
            }
    return count;
}

dvk_status dvk_voi_lay(const dvk_overlap *overlap, const dvk_geometry *mask, const uint32_t *voxels, size_t count,
                       dvk_voi_entry *e)
{
    dvk_status status = DVK_OK;
    box b = {0};
    DVK_TRY_DONE(make_box(overlap, mask, voxels, count, &b));
    share(&b, overlap, mask, voxels, count, &e->voi);
    e->voi.count = collect(&b, overlap->n, e);
    DVK_TRY_DONE(dvk_alloc(e->voi.count, sizeof *e->fraction, &e->fraction));
    DVK_TRY_DONE(dvk_alloc(e->voi.count, sizeof *e->index, &e->index));
    collect(&b, overlap->n, e);
    e->voi.index = e->index;
    e->voi.fraction = e->fraction;
done:
    dvk_free(b.part);
    return status;
}
