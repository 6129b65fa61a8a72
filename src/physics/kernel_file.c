/* Kernel files: NIfTI float32 with the source voxel in the middle, and the record beside it as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/atomic.h"
#include "data/json.h"
#include "data/sidecar.h"
#include "physics/kernel.h"

static const char units[] = "Gy/(Bq.s)";

static const char *const component_names[] = {"total", "electron", "photon"};

/* --- the record as JSON --- */

static json_t *error_json(const dvk_kernel *k)
{
    const dvk_kernel_record *r = &k->record;
    json_t *out = json_object();
    const long far = (long)(25 / r->voxel_mm[0]);
    dvk_json_put(out, "Centre", dvk_json_number(dvk_kernel_error_at(k, 0, 0, 0)));
    dvk_json_put(out, "FaceX", dvk_json_number(dvk_kernel_error_at(k, 1, 0, 0)));
    dvk_json_put(out, "FaceY", dvk_json_number(dvk_kernel_error_at(k, 0, 1, 0)));
    dvk_json_put(out, "FaceZ", dvk_json_number(dvk_kernel_error_at(k, 0, 0, 1)));
    dvk_json_put(out, "At25mmX", dvk_json_number(dvk_kernel_error_at(k, far, 0, 0)));
    dvk_json_put(out, "LastX", dvk_json_number(dvk_kernel_error_at(k, (long)r->half[0], 0, 0)));
    return out;
}

static json_t *source_json(const dvk_kernel *k)
{
    json_t *list = json_array();
    dvk_json_add(list, dvk_json_string(k->record.source));
    return list;
}

static json_t *record_json(const dvk_kernel *k)
{
    const dvk_kernel_record *r = &k->record;
    const double half[3] = {(double)r->half[0], (double)r->half[1], (double)r->half[2]};
    json_t *out = json_object();
    dvk_json_put(out, "Units", dvk_json_string(units));
    dvk_json_put(out, "Sources", source_json(k));
    dvk_json_put(out, "Nuclide", r->nuclide[0] ? dvk_json_string(r->nuclide) : json_null());
    dvk_json_put(out, "Component", dvk_json_string(component_names[r->component]));
    dvk_json_put(out, "MediumDensity_g_mL", dvk_json_number(r->density_g_mL));
    dvk_json_put(out, "Voxel_mm", dvk_json_numbers(r->voxel_mm, 3));
    dvk_json_put(out, "HalfWidth_voxels", dvk_json_numbers(half, 3));
    dvk_json_put(out, "Radius_mm", dvk_json_number(r->radius_mm));
    dvk_json_put(out, "Energy_keV", dvk_json_number(r->energy_keV));
    dvk_json_put(out, "EnergyEmitted_keV", dvk_json_number(r->emitted_keV));
    dvk_json_put(out, "EnergyBeyondRadius_keV", dvk_json_number(r->beyond_keV));
    dvk_json_put(out, "EnergyBeyondTables_keV", dvk_json_number(r->emitted_keV - r->energy_keV - r->beyond_keV));
    dvk_json_put(out, "Even", json_boolean(r->even));
    dvk_json_put(out, "StatisticalError", error_json(k));
    dvk_json_put(out, "Verdict", dvk_json_string(r->verdict));
    dvk_json_put(out, "SHA256", dvk_json_string(r->sha256));
    return out;
}

dvk_status dvk_kernel_text(const dvk_kernel *k, char **out)
{
    return dvk_json_give(record_json(k), out);
}

/* --- writing --- */

/* All taps as float32. */
static dvk_status make_volume(const dvk_kernel *k, dvk_volume **out)
{
    const dvk_kernel_record *r = &k->record;
    dvk_geometry g = {0};
    for (int a = 0; a < 3; a++) {
        g.n[a] = 2 * r->half[a] + 1;
        g.voxel_mm[a] = g.to_world[a][a] = r->voxel_mm[a];
        g.to_world[a][3] = -(double)r->half[a] * r->voxel_mm[a];
    }
    DVK_TRY(dvk_volume_create(&g, 1, out));
    float *at = dvk_volume_data(*out);
    const long hx = (long)r->half[0], hy = (long)r->half[1], hz = (long)r->half[2];
    for (long z = -hz; z <= hz; z++)
        for (long y = -hy; y <= hy; y++)
            for (long x = -hx; x <= hx; x++)
                *at++ = (float)dvk_kernel_at(k, x, y, z);
    return DVK_OK;
}

static dvk_status write_values(const dvk_kernel *k, const char *path)
{
    dvk_volume *v = NULL;
    DVK_TRY(make_volume(k, &v));
    const dvk_status status = dvk_volume_write(v, path);
    dvk_volume_free(v);
    return status;
}

/* Values, then the text beside them; values without their record are no kernel, so both come or none. */
static dvk_status write_both(const dvk_kernel *k, const char *json, const char *path)
{
    char *beside = NULL;
    DVK_TRY(dvk_beside(path, ".json", &beside));
    dvk_status status = write_values(k, path);
    if (status == DVK_OK) {
        status = dvk_atomic_write_text(beside, json);
        if (status != DVK_OK)
            unlink(path);
    }
    dvk_free(beside);
    return status;
}

dvk_status dvk_kernel_write(const dvk_kernel *k, const char *path)
{
    char *json = NULL;
    DVK_TRY(dvk_kernel_text(k, &json));
    const dvk_status status = write_both(k, json, path);
    dvk_free(json);
    return status;
}

dvk_status dvk_kernel_write_error(const dvk_kernel *k, const char *path)
{
    dvk_kernel errors = {.record = k->record};
    char *json = NULL;
    json_t *object = NULL;
    dvk_status status = DVK_OK;
    if (!k->record.even)
        return dvk_fail(DVK_ERR_USAGE, "%s: the statistical error of this kernel is not known", path);
    DVK_TRY_DONE(dvk_alloc(dvk_kernel_values(k), sizeof *errors.octant, &errors.octant));
    DVK_TRY_DONE(dvk_kernel_error_octant(k, errors.octant));
    object = json_object();
    dvk_json_put(object, "Units", dvk_json_string("1"));
    dvk_json_put(object, "Description", dvk_json_string("relative 1 sigma of each kernel value"));
    dvk_json_put(object, "Sources", source_json(k));
    dvk_json_put(object, "KernelSHA256", dvk_json_string(k->record.sha256));
    DVK_TRY_DONE(dvk_json_text(object, &json));
    status = write_both(&errors, json, path);
done:
    json_decref(object);
    dvk_free(json);
    dvk_free(errors.octant);
    return status;
}

/* --- reading --- */

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void copy_text(const json_t *value, char *out, size_t room)
{
    snprintf(out, room, "%s", json_is_string(value) ? json_string_value(value) : "");
}

/* The sidecar's voxel where it is the header's, which has only float32. */
static void refine_voxel(const json_t *sidecar, double voxel_mm[3])
{
    const json_t *list = json_object_get(sidecar, "Voxel_mm");
    for (size_t a = 0; a < 3; a++) {
        const double said = json_number_value(json_array_get(list, a));
        if (fabs(said - voxel_mm[a]) <= 1e-5 * voxel_mm[a])
            voxel_mm[a] = said;
    }
}

/* Energies and a density that no kernel has would make a wrong balance or a wrong correction by density. */
static dvk_status check_record(const char *path, const dvk_kernel_record *r)
{
    static const double most_density = 25; /* g/mL: osmium has 22.6 */
    static const double most_excess = 2;   /* others' kernels may be some per cent high, as their verdict says */
    if (r->density_g_mL <= 0 || r->density_g_mL > most_density)
        return dvk_fail(DVK_ERR_INVALID, "%s: MediumDensity_g_mL is %g: no medium has that", path, r->density_g_mL);
    if (r->energy_keV < 0 || r->emitted_keV < 0 || r->beyond_keV < 0 || r->energy_keV > most_excess * r->emitted_keV)
        return dvk_fail(DVK_ERR_INVALID,
                        "%s: of %g keV emitted %g keV are in the kernel and %g keV beyond it: its energies are wrong",
                        path, r->emitted_keV, r->energy_keV, r->beyond_keV);
    return DVK_OK;
}

static dvk_status read_record(const char *path, const json_t *sidecar, dvk_kernel_record *r)
{
    const json_t *unit = json_object_get(sidecar, "Units");
    if (!json_is_string(unit))
        return dvk_fail(DVK_ERR_INVALID, "%s: Units is missing: a kernel's values are in %s", path, units);
    if (strcmp(json_string_value(unit), units) != 0)
        return dvk_fail(DVK_ERR_INVALID, "%s: Units is '%s', not %s: import the kernel with its units", path,
                        json_string_value(unit), units);
    copy_text(json_array_get(json_object_get(sidecar, "Sources"), 0), r->source, sizeof r->source);
    copy_text(json_object_get(sidecar, "Nuclide"), r->nuclide, sizeof r->nuclide);
    const json_t *component = json_object_get(sidecar, "Component");
    for (int i = 0; i < 3; i++)
        if (json_is_string(component) && strcmp(json_string_value(component), component_names[i]) == 0)
            r->component = (dvk_component)i;
    r->density_g_mL = number_of(sidecar, "MediumDensity_g_mL");
    r->energy_keV = number_of(sidecar, "Energy_keV");
    r->emitted_keV = number_of(sidecar, "EnergyEmitted_keV");
    r->beyond_keV = number_of(sidecar, "EnergyBeyondRadius_keV");
    copy_text(json_object_get(sidecar, "Verdict"), r->verdict, sizeof r->verdict);
    refine_voxel(sidecar, r->voxel_mm);
    return check_record(path, r);
}

static dvk_status check_values(const char *path, const dvk_volume *v)
{
    const dvk_voxel_counts counts = dvk_volume_counts(v);
    const dvk_geometry *g = dvk_volume_geometry(v);
    if (counts.nan || counts.infinite)
        return dvk_fail(DVK_ERR_INVALID, "%s: %zu values are not finite", path, counts.nan + counts.infinite);
    if (dvk_volume_frames(v) != 1)
        return dvk_fail(DVK_ERR_INVALID, "%s: a kernel has one frame, not %zu", path, dvk_volume_frames(v));
    for (int a = 0; a < 3; a++)
        if (g->n[a] % 2 == 0)
            return dvk_fail(DVK_ERR_INVALID,
                            "%s: %zu x %zu x %zu voxels: a kernel has odd sizes, the source in the middle", path,
                            g->n[0], g->n[1], g->n[2]);
    return DVK_OK;
}

dvk_status dvk_kernel_from_volume(const dvk_kernel_record *record, const dvk_volume *v, const char *path,
                                  dvk_kernel **out)
{
    dvk_kernel_record r = *record;
    const dvk_geometry *g = dvk_volume_geometry(v);
    const size_t count = dvk_geometry_voxels(g);
    double *taps = NULL;
    *out = NULL;
    DVK_TRY(check_values(path, v));
    for (int a = 0; a < 3; a++)
        r.half[a] = (g->n[a] - 1) / 2;
    DVK_TRY(dvk_alloc(count, sizeof *taps, &taps));
    for (size_t i = 0; i < count; i++)
        taps[i] = (double)dvk_volume_values(v)[i];
    return dvk_kernel_from_taps(&r, taps, out);
}

static dvk_status read_sidecar(const char *path, dvk_kernel_record *r, char sha256[65])
{
    char *beside = NULL;
    json_t *json = NULL;
    DVK_TRY(dvk_beside(path, ".json", &beside));
    dvk_status status = dvk_json_read(beside, &json);
    if (status == DVK_ERR_MISSING && access(beside, F_OK) != 0)
        dvk_fail(status, "%s: no record: a kernel comes with its JSON sidecar; import one without", beside);
    if (status == DVK_OK)
        status = read_record(beside, json, r);
    if (status == DVK_OK)
        copy_text(json_object_get(json, "SHA256"), sha256, 65);
    json_decref(json);
    dvk_free(beside);
    return status;
}

dvk_status dvk_kernel_read(const char *path, bool plain, dvk_kernel **out)
{
    dvk_kernel_record r = {.density_g_mL = NAN, .energy_keV = NAN, .emitted_keV = NAN, .beyond_keV = NAN};
    dvk_volume *v = NULL;
    char sha256[65] = "";
    *out = NULL;
    DVK_TRY(dvk_volume_read(path, &v));
    memcpy(r.voxel_mm, dvk_volume_geometry(v)->voxel_mm, sizeof r.voxel_mm);
    if (plain)
        snprintf(r.source, sizeof r.source, "bare weights");
    dvk_status status = plain ? DVK_OK : read_sidecar(path, &r, sha256);
    if (status == DVK_OK)
        status = dvk_kernel_from_volume(&r, v, path, out);
    dvk_volume_free(v);
    if (status == DVK_OK && sha256[0] && strcmp(sha256, (*out)->record.sha256) != 0) {
        dvk_kernel_free(*out);
        *out = NULL;
        status = dvk_fail(DVK_ERR_INVALID,
                          "%s: its values or voxel are not those that its record was made for (SHA256)", path);
    }
    return status;
}
