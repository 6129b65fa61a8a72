/* S summed by distance from the source, for the energy within a radius: millions of voxels, so rows and vectors. */
#include <math.h>

#include "base/wider.h"
#include "physics/kernel.h"

enum { RUN = 256 };

/* Where voxels first, first + 1, ... of a row go whose distance from the source's own row is sqrt(across_mm2). */
DVK_WIDER static void find_shells(int first, int count, double voxel_mm, double across_mm2, double per_mm, int last,
                                  int *shell)
{
    for (int i = 0; i < count; i++) {
        const double x = (double)(first + i) * voxel_mm;
        const int here = (int)(per_mm * sqrt(across_mm2 + x * x));
        shell[i] = here < last ? here : last;
    }
}

typedef struct shells {
    double voxel_mm, per_mm;
    int last;
    double *sum;
} shells;

/* Adds `count` voxels of a row, `first` the place of row[0] along it. */
static void add_run(const shells *s, const double *row, long first, long count, double across_mm2, double weight)
{
    int shell[RUN];
    for (long done = 0; done < count; done += RUN) {
        const int n = (int)(count - done < RUN ? count - done : RUN);
        find_shells((int)(first + done), n, s->voxel_mm, across_mm2, s->per_mm, s->last, shell);
        for (int i = 0; i < n; i++)
            s->sum[shell[i]] += weight * row[done + i];
    }
}

/* Row (y, z): of an even kernel the half from x = 0 on, with its mirrors. */
static void add_row(const shells *s, const dvk_kernel *k, long y, long z)
{
    const dvk_kernel_record *r = &k->record;
    const long hx = (long)r->half[0], hy = (long)r->half[1], hz = (long)r->half[2];
    const double dy = (double)y * r->voxel_mm[1], dz = (double)z * r->voxel_mm[2], across = dy * dy + dz * dz;
    if (!r->even) {
        add_run(s, k->taps + ((z + hz) * (2 * hy + 1) + y + hy) * (2 * hx + 1), -hx, 2 * hx + 1, across, 1);
        return;
    }
    const double *row = k->octant + (z * (hy + 1) + y) * (hx + 1);
    const int mirrors = (y ? 2 : 1) * (z ? 2 : 1);
    add_run(s, row, 0, 1, across, mirrors);
    add_run(s, row + 1, 1, hx, across, 2 * mirrors);
}

void dvk_kernel_shells(const dvk_kernel *k, double width_mm, size_t count, double *sum)
{
    const dvk_kernel_record *r = &k->record;
    const shells s = {r->voxel_mm[0], 1 / width_mm, (int)count - 1, sum};
    for (size_t i = 0; i < count; i++)
        sum[i] = 0;
    for (long z = r->even ? 0 : -(long)r->half[2]; z <= (long)r->half[2]; z++)
        for (long y = r->even ? 0 : -(long)r->half[1]; y <= (long)r->half[1]; y++)
            add_row(&s, k, y, z);
}
