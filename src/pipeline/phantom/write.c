/* One case of a phantom: scans as a scanner would give them, label maps, density, and the truth as maps. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/results.h"
#include "data/volume.h"
#include "pipeline/phantom/scanner.h"
#include "pipeline/phantom/writer.h"

static const double frame_seconds = 1800;
static const double air_g_mL = 0.0012;

typedef dvk_phantom_writer writer;

/* --- from regions to the scan's voxels --- */

/* Calls for every fine voxel v which voxel of the scan's grid it is part of. */
static size_t scan_voxel(const writer *w, size_t v)
{
    const size_t f = w->options->fine, *n = w->fine.n;
    const size_t x = v % n[0] / f, y = v / n[0] % n[1] / f, z = v / n[0] / n[1] / f;
    return (z * w->grid.n[1] + y) * w->grid.n[0] + x;
}

/* Means over fine voxels that hold `value[region]`, or `outside`. `sum` is room for the scan's grid. */
static void spread(const writer *w, const uint8_t *owner, const double *value, double outside, double *sum, float *out)
{
    const size_t voxels = dvk_geometry_voxels(&w->grid), fine = dvk_geometry_voxels(&w->fine);
    const double share = (double)voxels / (double)fine;
    memset(sum, 0, voxels * sizeof *sum);
    for (size_t v = 0; v < fine; v++)
        sum[scan_voxel(w, v)] += owner[v] ? value[owner[v] - 1] : outside;
    for (size_t v = 0; v < voxels; v++)
        out[v] = (float)(sum[v] * share);
}

/* A map of the scan's grid with `value[region]`. */
static dvk_status write_spread(const writer *w, const char *stem, const double *value, double outside, json_t *sidecar)
{
    dvk_volume *map = NULL;
    double *sum = NULL;
    dvk_status status = dvk_alloc(dvk_geometry_voxels(&w->grid), sizeof *sum, &sum);
    if (status == DVK_OK)
        status = dvk_volume_create(&w->grid, 1, &map);
    if (status == DVK_OK) {
        spread(w, w->owner, value, outside, sum, dvk_volume_data(map));
        status = dvk_results_map(w->out, stem, map, sidecar);
    } else {
        json_decref(sidecar);
    }
    dvk_volume_free(map);
    dvk_free(sum);
    return status;
}

static json_t *truth_sidecar(const char *units, const char *what)
{
    return json_pack("{s:s, s:s}", "Units", units, "Description", what);
}

/* --- scans --- */

static json_t *scan_sidecar(const writer *w, double t_h)
{
    const double start = t_h * 3600;
    json_t *j = json_object();
    dvk_json_put(j, "Units", dvk_json_string("Bq/mL"));
    dvk_json_put(j, "TracerRadionuclide", dvk_json_string(w->nuclide->name));
    dvk_json_put(j, "InjectedRadioactivity", dvk_json_number(w->options->injected_MBq));
    dvk_json_put(j, "InjectedRadioactivityUnits", dvk_json_string("MBq"));
    dvk_json_put(j, "TimeZero", dvk_json_string("10:00:00"));
    dvk_json_put(j, "InjectionStart", json_integer(0));
    dvk_json_put(j, "ScanStart", dvk_json_number(start));
    dvk_json_put(j, "FrameTimesStart", dvk_json_numbers(&start, 1));
    dvk_json_put(j, "FrameDuration", dvk_json_numbers(&frame_seconds, 1));
    dvk_json_put(j, "ImageDecayCorrected", json_true());
    dvk_json_put(j, "ImageDecayCorrectionTime", dvk_json_number(start));
    return j;
}

/* What one scan is made in. */
typedef struct studio {
    uint8_t *owner; /* of the phantom where the patient lies now */
    double *sum;
    dvk_volume *scan;
} studio;

static dvk_status scan_ideal(const writer *w, size_t t, const studio *s)
{
    double value[DVK_PHANTOM_REGIONS];
    size_t moved[DVK_PHANTOM_REGIONS];
    const double fine_mL = dvk_geometry_voxel_mL(&w->fine);
    const bool still = w->shift_mm[t][0] == 0 && w->shift_mm[t][1] == 0 && w->shift_mm[t][2] == 0;
    const size_t *voxels = still ? w->voxels : moved;
    if (!still)
        dvk_phantom_paint(w->phantom, &w->fine, w->shift_mm[t], s->owner, moved);
    for (size_t r = 0; r < w->phantom->regions; r++) {
        const dvk_region *region = &w->phantom->region[r];
        value[r] = 1e6 * dvk_region_activity_MBq(region, w->volume_mL[r], w->options->times_h[t]);
        if (value[r] < 0)
            return dvk_fail(DVK_ERR_INVALID, "%s: '%s' has a negative activity at %g h: look at its terms",
                            w->options->name, region->name, w->options->times_h[t]);
        if (value[r] > 0 && voxels[r] == 0)
            return dvk_fail(DVK_ERR_USAGE,
                            "'%s' has no voxel where the patient lies at %g h: give more or smaller voxels, --fine, or "
                            "a smaller --misregistration",
                            region->name, w->options->times_h[t]);
        value[r] = voxels[r] ? value[r] / ((double)voxels[r] * fine_mL) : 0;
    }
    spread(w, still ? w->owner : s->owner, value, 0, s->sum, dvk_volume_data(s->scan));
    return DVK_OK;
}

static double activity_MBq(const dvk_volume *v)
{
    double sum = 0;
    for (size_t i = 0; i < dvk_geometry_voxels(dvk_volume_geometry(v)); i++)
        sum += (double)dvk_volume_values(v)[i];
    return sum * dvk_geometry_voxel_mL(dvk_volume_geometry(v)) / 1e6;
}

/* Same sensitivity and duration for all scans: counts go with the activity. */
static void add_noise(writer *w, size_t t, dvk_volume *scan)
{
    const double counts_per_MBq = w->options->counts / w->scan_MBq[0];
    const double counts_per_value = counts_per_MBq * dvk_geometry_voxel_mL(&w->grid) / 1e6;
    w->counts[t] = counts_per_MBq * w->scan_MBq[t];
    dvk_scanner_noise(dvk_volume_data(scan), dvk_geometry_voxels(&w->grid), counts_per_value,
                      dvk_random_seed(w->seed, 1 + t));
}

static dvk_status write_scan(writer *w, size_t t, const studio *s)
{
    const dvk_phantom_options *o = w->options;
    char stem[48];
    DVK_TRY(scan_ideal(w, t, s));
    if (o->full && (o->fwhm_mm > 0 || o->counts > 0 || o->misregistration_mm > 0)) {
        snprintf(stem, sizeof stem, "activity_%03gh_truth", o->times_h[t]);
        DVK_TRY(
            dvk_results_map(w->out, stem, s->scan, truth_sidecar("Bq/mL", "exact activity where the patient lies")));
    }
    if (o->fwhm_mm > 0)
        DVK_TRY(dvk_scanner_blur(dvk_volume_data(s->scan), &w->grid, o->fwhm_mm));
    w->scan_MBq[t] = activity_MBq(s->scan);
    if (o->counts > 0 && w->scan_MBq[0] > 0)
        add_noise(w, t, s->scan);
    snprintf(stem, sizeof stem, "scan_%03gh", o->times_h[t]);
    return dvk_results_map(w->out, stem, s->scan, scan_sidecar(w, o->times_h[t]));
}

static dvk_status write_scans(writer *w)
{
    studio s = {0};
    dvk_status status = DVK_OK;
    const double sd_mm = w->options->misregistration_mm;
    uint64_t chance = dvk_random_seed(w->seed, 0); /* another sequence than the noise's */
    DVK_TRY_DONE(dvk_alloc(dvk_geometry_voxels(&w->fine), 1, &s.owner));
    DVK_TRY_DONE(dvk_alloc(dvk_geometry_voxels(&w->grid), sizeof *s.sum, &s.sum));
    DVK_TRY_DONE(dvk_volume_create(&w->grid, 1, &s.scan));
    for (size_t t = 0; t < w->options->times; t++) {
        for (int a = 0; a < 3; a++)
            w->shift_mm[t][a] = t && sd_mm > 0 ? sd_mm * dvk_random_normal(&chance) : 0;
        DVK_TRY_DONE(write_scan(w, t, &s));
    }
done:
    dvk_volume_free(s.scan);
    dvk_free(s.sum);
    dvk_free(s.owner);
    return status;
}

/* --- label maps, density --- */

static dvk_status write_labels(const writer *w, const char *stem, const uint8_t *of_region)
{
    char name[DVK_NAME_SIZE + 16];
    const char *path = NULL;
    uint8_t *label = NULL;
    const size_t voxels = dvk_geometry_voxels(&w->fine);
    snprintf(name, sizeof name, "%s.nii.gz", stem);
    DVK_TRY(dvk_outdir_path(w->out, name, &path));
    DVK_TRY(dvk_alloc(voxels, 1, &label));
    for (size_t v = 0; v < voxels; v++)
        label[v] = w->owner[v] ? of_region[w->owner[v] - 1] : 0;
    const dvk_status status = dvk_volume_write_u8(&w->fine, label, path);
    dvk_free(label);
    return status;
}

static dvk_status write_regions(const writer *w)
{
    uint8_t voi[DVK_PHANTOM_REGIONS], region[DVK_PHANTOM_REGIONS];
    double density[DVK_PHANTOM_REGIONS];
    char stem[DVK_NAME_SIZE + 8];
    for (size_t r = 0; r < w->phantom->regions; r++) {
        voi[r] = (uint8_t)w->phantom->region[r].label;
        region[r] = (uint8_t)(r + 1);
        density[r] = w->phantom->region[r].density_g_mL;
    }
    snprintf(stem, sizeof stem, "%s_dseg", w->phantom->name);
    DVK_TRY(write_labels(w, stem, voi));
    DVK_TRY(write_labels(w, "regions_truth", region));
    return write_spread(w, "density", density, air_g_mL, truth_sidecar("g/mL", "density of each voxel"));
}

/* --- TIA and dose --- */

/* Bq.s of each voxel of a region. */
static void decays_of(const writer *w, double *decays)
{
    for (size_t r = 0; r < w->phantom->regions; r++)
        decays[r] = 3.6e9 * dvk_region_tia_MBqh(&w->phantom->region[r], w->volume_mL[r]) / (double)w->voxels[r];
}

static dvk_status write_tia(const writer *w)
{
    double value[DVK_PHANTOM_REGIONS];
    decays_of(w, value);
    for (size_t r = 0; r < w->phantom->regions; r++)
        value[r] /= dvk_geometry_voxel_mL(&w->fine);
    return write_spread(w, "tia_truth", value, 0, truth_sidecar("Bq.s/mL", "exact time-integrated activity"));
}

/* Means over regions, and over the scan's voxels into `map`. */
static dvk_status take_dose(writer *w, const double *dose, float *map)
{
    const size_t voxels = dvk_geometry_voxels(&w->grid), fine = dvk_geometry_voxels(&w->fine);
    double *sum = NULL;
    DVK_TRY(dvk_alloc(voxels, sizeof *sum, &sum));
    memset(w->dose_Gy, 0, sizeof w->dose_Gy);
    for (size_t v = 0; v < fine; v++) {
        sum[scan_voxel(w, v)] += dose[v];
        if (w->owner[v])
            w->dose_Gy[w->owner[v] - 1] += dose[v] / (double)w->voxels[w->owner[v] - 1];
    }
    for (size_t v = 0; v < voxels; v++)
        map[v] = (float)(sum[v] * (double)voxels / (double)fine);
    dvk_free(sum);
    return DVK_OK;
}

static dvk_status write_dose(writer *w)
{
    double decays[DVK_PHANTOM_REGIONS], *dose = NULL;
    dvk_volume *map = NULL;
    dvk_status status = DVK_OK;
    decays_of(w, decays);
    DVK_TRY_DONE(dvk_alloc(dvk_geometry_voxels(&w->fine), sizeof *dose, &dose));
    DVK_TRY_DONE(dvk_volume_create(&w->grid, 1, &map));
    for (size_t v = 0; v < dvk_geometry_voxels(&w->fine); v++)
        dose[v] = w->owner[v] ? decays[w->owner[v] - 1] : 0;
    dvk_truth_run(w->truth, dose);
    DVK_TRY_DONE(take_dose(w, dose, dvk_volume_data(map)));
    status = dvk_results_map(w->out, "dose_truth", map,
                             truth_sidecar("Gy", "exact decays convolved with the full kernel in double precision"));
done:
    dvk_volume_free(map);
    dvk_free(dose);
    return status;
}

static dvk_status write_provenance(const writer *w)
{
    const dvk_phantom_options *o = w->options;
    json_t *j = json_pack("{s:s, s:s, s:s, s:s}", "schema", "dvkit.provenance/1", "dvkit_version", DVK_VERSION,
                          "phantom", w->phantom->name, "nuclide", w->nuclide->name);
    dvk_json_put(j, "seed", json_integer((json_int_t)w->seed));
    dvk_json_put(j, "injected_MBq", dvk_json_number(o->injected_MBq));
    dvk_json_put(j, "times_h", dvk_json_numbers(o->times_h, o->times));
    dvk_json_put(j, "fine", json_integer((json_int_t)o->fine));
    dvk_json_put(j, "fwhm_mm", dvk_json_number(o->fwhm_mm));
    dvk_json_put(j, "counts", dvk_json_number(o->counts));
    dvk_json_put(j, "misregistration_mm", dvk_json_number(o->misregistration_mm));
    dvk_json_put(j, "medium_density_g_mL", dvk_json_number(o->density_g_mL));
    return dvk_results_json(w->out, "provenance.json", j);
}

/* --- all of it --- */

static dvk_status paint(writer *w)
{
    const double still[3] = {0, 0, 0}, fine_mL = dvk_geometry_voxel_mL(&w->fine);
    dvk_phantom_paint(w->phantom, &w->fine, still, w->owner, w->voxels);
    for (size_t r = 0; r < w->phantom->regions; r++) {
        w->volume_mL[r] = (double)w->voxels[r] * fine_mL;
        w->dose_Gy[r] = NAN;
        if (w->voxels[r] == 0)
            return dvk_fail(
                DVK_ERR_USAGE,
                "this grid holds no voxel of '%s': it lies outside, or later regions cover it: give more or larger "
                "voxels, or change its table",
                w->phantom->region[r].name);
    }
    return DVK_OK;
}

dvk_status dvk_phantom_write_case(writer *w, const char *dir, bool force)
{
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_alloc(dvk_geometry_voxels(&w->fine), 1, &w->owner));
    DVK_TRY_DONE(paint(w));
    DVK_TRY_DONE(dvk_outdir_begin(dir, force, &w->out));
    DVK_TRY_DONE(write_scans(w));
    DVK_TRY_DONE(write_regions(w));
    if (w->options->full)
        DVK_TRY_DONE(write_tia(w));
    if (w->truth)
        DVK_TRY_DONE(write_dose(w));
    DVK_TRY_DONE(dvk_phantom_write_tables(w));
    DVK_TRY_DONE(write_provenance(w));
    status = dvk_outdir_commit(w->out);
    w->out = NULL;
done:
    dvk_outdir_abort(w->out);
    w->out = NULL;
    dvk_free(w->owner);
    w->owner = NULL;
    return status;
}
