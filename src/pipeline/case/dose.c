/* The maps of a case: time-integrated activity, then absorbed dose. */
#include <math.h>
#include <stdio.h>

#include "backend/context.h"
#include "base/fail.h"
#include "physics/series.h"
#include "physics/sum.h"
#include "pipeline/case/case.h"
#include "pipeline/steps/density_map.h"
#include "pipeline/steps/kernel_for.h"
#include "pipeline/steps/noise.h"

static dvk_status get_kernel(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    if (o->kernel_path)
        return dvk_kernel_read(o->kernel_path, false, &k->kernel);
    if (k->stock)
        return dvk_stock_kernel(k->stock, &k->geometry, k->nuclide, o->kernel_radius_mm, o->medium_density_g_mL,
                                &k->kernel);
    return dvk_kernel_for(&k->geometry, k->nuclide, o->kernel_radius_mm, o->medium_density_g_mL, &k->kernel);
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
    const double sum = dvk_sum_floats(dvk_volume_values(dose), dvk_geometry_voxels(g));
    return sum * density_g_mL * 1e-3 * dvk_geometry_voxel_mL(g);
}

dvk_status dvk_case_density(dvk_case *k, const char *density, double medium_g_mL, dvk_volume **out)
{
    size_t outside = 0;
    DVK_TRY(dvk_density_map(density, k->options->density_unit, &k->geometry, medium_g_mL, &outside, out));
    if (outside > 0)
        dvk_case_warn(k, "the density map does not reach %zu of %zu voxels: they are not corrected", outside,
                      dvk_geometry_voxels(&k->geometry));
    return DVK_OK;
}

/* Each voxel's own density, where it was asked for. */
static dvk_status correct_density(dvk_case *k, double medium_g_mL)
{
    const size_t voxels = dvk_geometry_voxels(&k->geometry);
    if (!k->options->density)
        return DVK_OK;
    DVK_TRY(dvk_case_density(k, k->options->density, medium_g_mL, &k->density));
    return dvk_density_correct(dvk_volume_data(k->dose), dvk_volume_values(k->density), voxels, medium_g_mL);
}

dvk_status dvk_case_convolve(dvk_case *k, const dvk_volume *activity, dvk_volume **dose)
{
    dvk_convolver *convolver = NULL;
    if (!k->kernel)
        return dvk_dose_local(activity, k->nuclide, k->options->medium_density_g_mL, dose);
    if (k->stock && k->kernel == k->stock->kernel) {
        DVK_TRY(dvk_stock_convolver(k->stock, k->context, k->options->engine, &convolver));
        k->engine = dvk_convolver_engine(convolver);
        dvk_context_lap(k->context, "plan");
        return dvk_convolver_map(convolver, activity, dose);
    }
    return dvk_convolve(k->context, activity, k->kernel, k->options->engine, dvk_geometry_voxel_mL(&k->geometry), true,
                        dose, &k->engine);
}

dvk_status dvk_case_kernel(dvk_case *k)
{
    k->engine = k->options->engine;
    if (k->engine == DVK_ENGINE_LOCAL)
        return DVK_OK;
    DVK_TRY(get_kernel(k));
    DVK_TRY(check_kernel_nuclide(k));
    k->summary->kernel = *dvk_kernel_info(k->kernel);
    return DVK_OK;
}

/* Density of the medium that the dose is first computed in. */
static double medium_density(const dvk_case *k)
{
    const double of_kernel = k->kernel ? k->summary->kernel.density_g_mL : NAN;
    return isnan(of_kernel) ? k->options->medium_density_g_mL : of_kernel;
}

dvk_status dvk_case_dose(dvk_case *k)
{
    const dvk_case_options *o = k->options;
    dvk_integration *how = &k->summary->method;
    DVK_TRY(dvk_noise_of_series(k->series, how));
    DVK_TRY(dvk_integrate(k->context, k->series, how, &k->tia, &k->status, o->write_sd ? &k->tia_sd : NULL));
    if (o->integration.scope == DVK_SCOPE_VOI)
        DVK_TRY(dvk_case_scope(k));
    if (o->order != DVK_ORDER_DOSE_RATE_FIRST)
        dvk_series_drop_voxels(k->series); /* their memory serves the convolution */
    dvk_context_lap(k->context, "integrate");
    DVK_TRY(dvk_case_kernel(k));
    dvk_context_lap(k->context, "kernel");
    DVK_TRY(dvk_case_convolve(k, k->tia, &k->dose));
    dvk_context_lap(k->context, "convolve");
    if (o->order == DVK_ORDER_DOSE_RATE_FIRST)
        DVK_TRY(dvk_case_dose_rate_first(k));
    k->dose_made = true;
    k->medium_deposited_J = energy_of(k->dose, medium_density(k));
    return correct_density(k, medium_density(k));
}
