/* What `dvkit kernel` prints of a kernel. */
#include "kernel_show.h"

#include <stdio.h>
#include <stdlib.h>

void kernel_show_json(const dvk_kernel *k)
{
    char *text = NULL;
    if (dvk_kernel_text(k, &text) == DVK_OK)
        fputs(text, stdout);
    free(text);
}

static void print_profile(const dvk_kernel *k)
{
    static const double edge_mm[] = {0,  1e-3, 2,  4,   6,   8,   10,  15,  20,  25, 30,
                                     40, 50,   75, 100, 150, 200, 300, 400, 500, 700};
    enum { RINGS = sizeof edge_mm / sizeof edge_mm[0] - 1 };
    dvk_kernel_ring ring[RINGS];
    dvk_kernel_profile(k, edge_mm, RINGS, ring);
    printf("\n%-12s %10s %22s %20s\n", "distance mm", "voxels", "mean S in Gy/(Bq.s)", "cumulative energy");
    for (size_t i = 0; i < RINGS; i++)
        if (ring[i].voxels)
            printf("%4g to %-4g %11zu %22.4e %18.2f %%\n", i ? ring[i].from_mm : 0, i ? ring[i].to_mm : 0,
                   ring[i].voxels, ring[i].mean, 100 * ring[i].energy_share);
}

void kernel_show(const dvk_kernel *k)
{
    const dvk_kernel_record *r = dvk_kernel_info(k);
    static const char *const components[] = {"total", "electron", "photon"};
    printf("nuclide    %s, %s\nsource     %s\nmedium     %g g/mL\nvoxel      %g x %g x %g mm\n",
           r->nuclide[0] ? r->nuclide : "not known", components[r->component], r->source, r->density_g_mL,
           r->voxel_mm[0], r->voxel_mm[1], r->voxel_mm[2]);
    printf("size       %zu x %zu x %zu voxels, %g mm to each side\nenergy     %s\nS(0,0,0)   %.6g Gy/(Bq.s)\nsha256    "
           " %s\n",
           2 * r->half[0] + 1, 2 * r->half[1] + 1, 2 * r->half[2] + 1, r->radius_mm, r->verdict,
           dvk_kernel_at(k, 0, 0, 0), r->sha256);
    print_profile(k);
}
