/* See kernel_for.h. */
#include "pipeline/steps/kernel_for.h"

#include <math.h>

static const double table_radius_mm = 500;

dvk_status dvk_kernel_for(const dvk_geometry *g, const dvk_nuclide *n, double radius_mm, double density_g_mL,
                          dvk_kernel **out)
{
    dvk_kernel_spec spec = {
        .nuclide = n->name, .radius_mm = radius_mm, .density_g_mL = density_g_mL, .component = DVK_COMPONENT_TOTAL};
    for (int a = 0; a < 3; a++) {
        const size_t reach = (size_t)ceil(table_radius_mm / g->voxel_mm[a]);
        spec.voxel_mm[a] = g->voxel_mm[a];
        if (!(radius_mm > 0))
            spec.half[a] = g->n[a] - 1 < reach ? g->n[a] - 1 : reach;
    }
    /* Half-widths of 0 on all axes would ask for the radius; a single voxel never meets the neighbour added here. */
    if (!(radius_mm > 0) && !spec.half[0] && !spec.half[1] && !spec.half[2])
        spec.half[0] = 1;
    return dvk_kernel_make(&spec, out);
}
