/* S against distance and cumulative energy against radius, for tables and plots. */
#include <math.h>

#include "physics/kernel.h"

static size_t ring_of(const double *edge_mm, size_t count, double r)
{
    for (size_t i = 0; i < count; i++)
        if (r >= edge_mm[i] && r < edge_mm[i + 1])
            return i;
    return count;
}

void dvk_kernel_profile(const dvk_kernel *k, const double *edge_mm, size_t count, dvk_kernel_ring *rings)
{
    const dvk_kernel_record *r = &k->record;
    const long hx = (long)r->half[0], hy = (long)r->half[1], hz = (long)r->half[2];
    double all = 0, within = 0;
    for (size_t i = 0; i < count; i++)
        rings[i] = (dvk_kernel_ring){.from_mm = edge_mm[i], .to_mm = edge_mm[i + 1], .mean = 0};
    for (long z = -hz; z <= hz; z++)
        for (long y = -hy; y <= hy; y++)
            for (long x = -hx; x <= hx; x++) {
                const double u[3] = {(double)x * r->voxel_mm[0], (double)y * r->voxel_mm[1],
                                     (double)z * r->voxel_mm[2]};
                const double s = dvk_kernel_at(k, x, y, z);
                const size_t i = ring_of(edge_mm, count, sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2]));
                all += s;
                if (i < count) {
                    rings[i].voxels++;
                    rings[i].mean += s;
                }
            }
    for (size_t i = 0; i < count; i++) {
        within += rings[i].mean;
        rings[i].energy_share = all > 0 ? within / all : NAN;
        rings[i].mean = rings[i].voxels ? rings[i].mean / (double)rings[i].voxels : NAN;
        rings[i].error = dvk_kernel_error_at(k, (long)ceil(edge_mm[i] / r->voxel_mm[0] - 1e-9), 0, 0);
    }
}
