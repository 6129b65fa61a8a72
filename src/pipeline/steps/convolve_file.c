/* From a file with time-integrated activity to a file with dose, and its sidecar. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "dvk/convolve.h"

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/atomic.h"
#include "data/json.h"
#include "data/sidecar.h"
#include "pipeline/steps/density_map.h"
#include "pipeline/steps/kernel_for.h"

/* One run: what was asked, and what has been found so far. */
typedef struct convolution {
    const dvk_convolve_options *options;
    dvk_context *context;
    bool plain; /* units "none": bare numbers */
    dvk_volume *tia;
    dvk_sidecar sidecar;
    const dvk_nuclide *nuclide; /* NULL where nothing says it */
    dvk_kernel *kernel;         /* NULL for local deposition */
    dvk_volume *dose;
    dvk_engine used;
    char *sidecar_out;
} convolution;

dvk_convolve_options dvk_convolve_default(void)
{
    return (dvk_convolve_options){.medium_density_g_mL = 1.04, .engine = DVK_ENGINE_AUTO};
}

void dvk_convolve_text_free(char *text)
{
    dvk_free(text);
}

/* --- what is asked --- */

static dvk_status check_options(const convolution *k)
{
    const dvk_convolve_options *o = k->options;
    const bool local = o->engine == DVK_ENGINE_LOCAL;
    if (o->kernel && o->nuclide)
        return dvk_fail(DVK_ERR_USAGE, "--kernel and --nuclide exclude each other: give one");
    if (o->kernel && local)
        return dvk_fail(DVK_ERR_USAGE, "--engine local takes no kernel: give --nuclide");
    if (o->kernel && o->kernel_radius_mm > 0)
        return dvk_fail(DVK_ERR_USAGE, "--kernel-radius is for a kernel from the tables: leave it or --kernel out");
    if (k->plain && !o->kernel)
        return dvk_fail(DVK_ERR_USAGE, "--units none wants a kernel of bare numbers: give --kernel");
    if (k->plain && o->density)
        return dvk_fail(DVK_ERR_USAGE, "--density corrects a dose, and --units none makes none: leave one out");
    return DVK_OK;
}

static dvk_status refuse_existing(const char *path, bool force)
{
    if (!force && access(path, F_OK) == 0)
        return dvk_fail(DVK_ERR_CREATE, "%s: is there already: choose another name or give --force", path);
    return DVK_OK;
}

static dvk_status check_outputs(convolution *k)
{
    const dvk_convolve_options *o = k->options;
    const size_t length = strlen(o->out);
    if (!(length > 4 && strcmp(o->out + length - 4, ".nii") == 0) &&
        !(length > 7 && strcmp(o->out + length - 7, ".nii.gz") == 0))
        return dvk_fail(DVK_ERR_USAGE, "%s: the name of a map ends in .nii or .nii.gz", o->out);
    DVK_TRY(dvk_beside(o->out, ".json", &k->sidecar_out));
    DVK_TRY(refuse_existing(o->out, o->force));
    return refuse_existing(k->sidecar_out, o->force);
}

/* --- the map --- */

/* Brings the map to Bq.s/mL. */
static dvk_status apply_units(convolution *k)
{
    const char *units = k->options->units ? k->options->units : k->sidecar.units;
    double factor = 1;
    if (!units[0])
        return dvk_fail(DVK_ERR_INVALID, "%s: nothing says its unit: give --units Bq.s/mL or MBq.h/mL",
                        k->options->tia);
    const dvk_status status = dvk_units_tia(units, &factor);
    if (status != DVK_OK && k->options->units)
        return dvk_fail_prefix(status, "--units");
    if (status != DVK_OK)
        return dvk_fail_prefix(DVK_ERR_INVALID, k->sidecar.path);
    if (factor == 1)
        return DVK_OK;
    float *values = dvk_volume_data(k->tia);
    const size_t count = dvk_geometry_voxels(dvk_volume_geometry(k->tia));
    for (size_t i = 0; i < count; i++)
        values[i] = (float)(factor * (double)values[i]);
    return DVK_OK;
}

static dvk_status find_nuclide(convolution *k)
{
    const dvk_convolve_options *o = k->options;
    const char *name = o->nuclide ? o->nuclide : k->sidecar.nuclide;
    if (name[0])
        return dvk_nuclide_find(name, &k->nuclide);
    if (!o->kernel)
        return dvk_fail(DVK_ERR_USAGE, "%s: nothing says the nuclide: give --nuclide or --kernel", o->tia);
    return DVK_OK;
}

static dvk_status read_map(convolution *k)
{
    const dvk_convolve_options *o = k->options;
    dvk_context_progress(k->context, "read", 0);
    DVK_TRY(dvk_volume_read(o->tia, &k->tia));
    if (dvk_volume_frames(k->tia) != 1)
        return dvk_fail(DVK_ERR_INVALID, "%s: has %zu frames: give a map of one frame", o->tia,
                        dvk_volume_frames(k->tia));
    if (k->plain)
        return DVK_OK;
    DVK_TRY(dvk_sidecar_read(o->tia, &k->sidecar));
    DVK_TRY(apply_units(k));
    return find_nuclide(k);
}

/* --- the kernel --- */

static dvk_status check_kernel_nuclide(const convolution *k)
{
    const char *name = dvk_kernel_info(k->kernel)->nuclide;
    const dvk_nuclide *of_kernel = NULL;
    if (!k->nuclide || !name[0])
        return DVK_OK;
    if (dvk_nuclide_find(name, &of_kernel) != DVK_OK || of_kernel != k->nuclide)
        return dvk_fail(DVK_ERR_INVALID, "%s: is a kernel of %s, but %s is a map of %s: give the right kernel",
                        k->options->kernel, name, k->options->tia, k->nuclide->name);
    return DVK_OK;
}

static dvk_status get_kernel(convolution *k)
{
    const dvk_convolve_options *o = k->options;
    if (o->engine == DVK_ENGINE_LOCAL)
        return DVK_OK;
    dvk_context_progress(k->context, "kernel", 0);
    if (!o->kernel)
        return dvk_kernel_for(dvk_volume_geometry(k->tia), k->nuclide, o->kernel_radius_mm, o->medium_density_g_mL,
                              &k->kernel);
    DVK_TRY(dvk_kernel_read(o->kernel, k->plain, &k->kernel));
    return check_kernel_nuclide(k);
}

/* --- the result --- */

/* Each voxel's own density, where it was asked for. */
static dvk_status correct_density(const convolution *k)
{
    const dvk_convolve_options *o = k->options;
    const dvk_geometry *g = dvk_volume_geometry(k->dose);
    const size_t voxels = dvk_geometry_voxels(g);
    const double medium = o->kernel ? dvk_kernel_info(k->kernel)->density_g_mL : o->medium_density_g_mL;
    dvk_volume *density = NULL;
    size_t outside = 0;
    if (!o->density)
        return DVK_OK;
    if (isnan(medium))
        return dvk_fail(DVK_ERR_INVALID, "%s: does not say its medium's density: leave --density out", o->kernel);
    DVK_TRY(dvk_density_map(o->density, o->density_unit, g, medium, &outside, &density));
    if (outside > 0)
        dvk_context_warn(k->context, "the density map does not reach %zu of %zu voxels: they are not corrected",
                         outside, voxels);
    const dvk_status status = dvk_density_correct(dvk_volume_data(k->dose), dvk_volume_values(density), voxels, medium);
    dvk_volume_free(density);
    return status;
}

static dvk_status compute(convolution *k)
{
    const dvk_convolve_options *o = k->options;
    const double voxel_mL = dvk_geometry_voxel_mL(dvk_volume_geometry(k->tia));
    dvk_status status = DVK_OK;
    dvk_context_progress(k->context, "convolve", 0);
    k->used = o->engine;
    if (o->engine == DVK_ENGINE_LOCAL)
        status = dvk_dose_local(k->tia, k->nuclide, o->medium_density_g_mL, &k->dose);
    else
        status = dvk_convolve(k->context, k->tia, k->kernel, o->engine, k->plain ? 1 : voxel_mL, !k->plain, &k->dose,
                              &k->used);
    if (status == DVK_ERR_INVALID)
        return dvk_fail_prefix(status, o->tia);
    return status == DVK_OK ? correct_density(k) : status;
}

static json_t *kernel_json(const convolution *k)
{
    const dvk_kernel_record *r = k->kernel ? dvk_kernel_info(k->kernel) : NULL;
    if (!r)
        return json_null();
    json_t *j = json_object();
    dvk_json_put(j, "source", dvk_json_string(r->source));
    dvk_json_put(j, "voxel_mm", dvk_json_numbers(r->voxel_mm, 3));
    dvk_json_put(j, "radius_mm", dvk_json_number(r->radius_mm));
    dvk_json_put(j, "density_g_mL", dvk_json_number(r->density_g_mL));
    dvk_json_put(j, "energy_keV", dvk_json_number(r->energy_keV));
    dvk_json_put(j, "energy_emitted_keV", dvk_json_number(r->emitted_keV));
    dvk_json_put(j, "sha256", dvk_json_string(r->sha256));
    return j;
}

static dvk_status describe(const convolution *k, char **out)
{
    const dvk_convolve_options *o = k->options;
    json_t *j = json_object(), *sources = json_array(), *how = json_object();
    dvk_json_add(sources, dvk_json_string(o->tia));
    if (o->kernel)
        dvk_json_add(sources, dvk_json_string(o->kernel));
    dvk_json_put(how, "engine", dvk_json_string(dvk_engine_name(k->used)));
    dvk_json_put(how, "backend", dvk_json_string(dvk_context_backend(k->context)));
    dvk_json_put(how, "device", dvk_json_string(dvk_context_device(k->context)));
    dvk_json_put(how, "density", dvk_json_string(o->density ? o->density : "none"));
    dvk_json_put(how, "kernel", kernel_json(k));
    if (!o->kernel) {
        dvk_json_put(how, "medium_density_g_mL", dvk_json_number(o->medium_density_g_mL));
        dvk_json_put(how, "kernel_radius_mm", dvk_json_number(o->kernel_radius_mm));
    }
    dvk_json_put(j, "Units", dvk_json_string(k->plain ? "none" : "Gy"));
    if (k->nuclide)
        dvk_json_put(j, "TracerRadionuclide", dvk_json_string(k->nuclide->name));
    dvk_json_put(j, "Sources", sources);
    dvk_json_put(j, "Parameters", how);
    return dvk_json_give(j, out);
}

/* The sidecar first: a map that is there has one. */
static dvk_status write_both(const convolution *k, const char *text)
{
    dvk_context_progress(k->context, "write", 0);
    DVK_TRY(dvk_context_check(k->context));
    DVK_TRY(dvk_atomic_write_text(k->sidecar_out, text));
    const dvk_status status = dvk_volume_write(k->dose, k->options->out);
    if (status != DVK_OK)
        unlink(k->sidecar_out);
    return status;
}

static dvk_status run(convolution *k, bool dry_run, char **record)
{
    char *text = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY(check_options(k));
    DVK_TRY(check_outputs(k));
    DVK_TRY(read_map(k));
    DVK_TRY(get_kernel(k));
    if (dry_run)
        k->used = k->options->engine;
    else
        DVK_TRY(compute(k));
    DVK_TRY_DONE(describe(k, &text));
    if (!dry_run)
        DVK_TRY_DONE(write_both(k, text));
    if (record) {
        *record = text;
        text = NULL;
    }
done:
    dvk_free(text);
    return status;
}

dvk_status dvk_convolve_file(dvk_context *c, const dvk_convolve_options *o, bool dry_run, char **record)
{
    convolution k = {.options = o, .context = c, .plain = o->units && strcmp(o->units, "none") == 0};
    const dvk_status status = run(&k, dry_run, record);
    dvk_context_progress(c, "", 1);
    dvk_volume_free(k.tia);
    dvk_volume_free(k.dose);
    dvk_kernel_free(k.kernel);
    dvk_sidecar_clear(&k.sidecar);
    dvk_free(k.sidecar_out);
    return status;
}
