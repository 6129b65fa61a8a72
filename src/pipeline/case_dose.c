/* The maps of a case: time-integrated activity, then absorbed dose. */
#include <math.h>
#include <stdio.h>

#include "dvk/density.h"

#include "base/fail.h"
#include "pipeline/case.h"

/* The tables end at 500 mm from the source. */
static const double table_radius_mm = 500;

/* Half-widths that reach every voxel of the grid from every other, as far as the tables go. */
static void whole_image(const dvk_geometry *g, size_t half[3])
{
    for (int a = 0; a < 3; a++) {
        const size_t reach = (size_t)ceil(table_radius_mm / g->voxel_mm[a]);
        half[a] = g->n[a] - 1 < reach ? g->n[a] - 1 : reach;
    }
}

static dvk_status get_kernel(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    if (o->kernel_path)
        return dvk_kernel_read(o->kernel_path, false, &k->kernel);
    dvk_kernel_spec spec = {.nuclide = k->nuclide->name,
                            .radius_mm = o->kernel_radius_mm,
                            .density_g_mL = o->medium_density_g_mL,
                            .component = DVK_COMPONENT_TOTAL};
    for (int a = 0; a < 3; a++)
        spec.voxel_mm[a] = k->geometry.voxel_mm[a];
    if (!(o->kernel_radius_mm > 0))
        whole_image(&k->geometry, spec.half);
    return dvk_kernel_make(&spec, &k->kernel);
}

static dvk_status check_kernel_nuclide(dvk_case *k)
{
    const dvk_kernel_record *r = dvk_kernel_info(k->kernel);
    const dvk_nuclide *of_kernel = NULL;
    if (!r->nuclide[0]) {
        dvk_case_warn(k, "the kernel does not say its nuclide: taken to be %s", k->nuclide->name);
        return DVK_OK;
    }
    if (dvk_nuclide_find(r->nuclide, &of_kernel) != DVK_OK || of_kernel != k->nuclide)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: is a kernel of %s, but the scans are of %s: give the right kernel, or none",
                        k->options->kernel_path ? k->options->kernel_path : "kernel", r->nuclide, k->nuclide->name);
    return DVK_OK;
}

static double energy_of(const dvk_volume *dose, double density_g_mL)
{
    const dvk_geometry *g = dvk_volume_geometry(dose);
    const float *d = dvk_volume_values(dose);
    double sum = 0;
    for (size_t v = 0; v < dvk_geometry_voxels(g); v++)
        sum += (double)d[v];
    return sum * density_g_mL * 1e-3 * dvk_geometry_voxel_mL(g);
}

dvk_status dvk_case_dose(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    DVK_TRY(
        dvk_integrate(k->context, k->series, &o->integration, &k->tia, &k->status, o->write_sd ? &k->tia_sd : NULL));
    k->engine = o->engine;
    double density = o->medium_density_g_mL;
    if (o->engine == DVK_ENGINE_LOCAL) {
        DVK_TRY(dvk_dose_local(k->tia, k->nuclide, density, &k->dose));
    } else {
        DVK_TRY(get_kernel(k));
        DVK_TRY(check_kernel_nuclide(k));
        k->summary->kernel = *dvk_kernel_info(k->kernel);
        density = isnan(k->summary->kernel.density_g_mL) ? density : k->summary->kernel.density_g_mL;
        DVK_TRY(dvk_convolve(k->context, k->tia, k->kernel, o->engine, dvk_geometry_voxel_mL(&k->geometry), true,
                             &k->dose, &k->engine));
    }
    k->dose_made = true;
    k->medium_deposited_J = energy_of(k->dose, density);
    DVK_TRY(dvk_case_density(k, density));
    if (!k->density)
        return DVK_OK;
    return dvk_density_correct(dvk_volume_data(k->dose), dvk_volume_values(k->density),
                               dvk_geometry_voxels(&k->geometry), density);
}
