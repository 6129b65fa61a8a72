/* Writes phantoms: scans as a scanner would give them, and beside them the truth. */
#include "dvk/phantom.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dvk/kernel.h"

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"
#include "data/results.h"
#include "data/table.h"
#include "data/volume.h"
#include "pipeline/phantom_scanner.h"
#include "pipeline/phantom_shapes.h"
#include "pipeline/phantom_truth.h"

static const char nuclide_name[] = "Lu-177";
static const double frame_seconds = 1800;

dvk_phantom_options dvk_phantom_default(void)
{
    return (dvk_phantom_options){
        .name = "kidneys",
        .voxel_mm = {4.42, 4.42, 4.42},
        .times = 4,
        .times_h = {4, 24, 96, 168},
        .injected_MBq = 7400,
        .density_g_mL = 1.04,
        .seed = 1,
    };
}

enum { MAX_REGIONS = sizeof((dvk_phantom *)0)->region / sizeof(dvk_region) };

/* A phantom being written. */
typedef struct writer {
    const dvk_phantom_options *options;
    const dvk_phantom *phantom;
    dvk_geometry grid;
    uint8_t *owner;             /* which region a voxel belongs to */
    size_t voxels[MAX_REGIONS]; /* of each region */
    uint64_t seed;
    dvk_outdir *out;
} writer;

/* i runs to the patient's left, j to anterior, k to superior, the world's origin in the middle. */
static dvk_geometry make_grid(const dvk_phantom_options *o, const dvk_phantom *p)
{
    dvk_geometry g = {0};
    for (int a = 0; a < 3; a++) {
        const double direction = a == 0 ? -1 : 1;
        g.n[a] = o->n[a] ? o->n[a] : p->n[a];
        g.voxel_mm[a] = o->voxel_mm[a];
        g.to_world[a][a] = direction * g.voxel_mm[a];
        g.to_world[a][3] = -direction * g.voxel_mm[a] * (double)(g.n[a] / 2);
    }
    return g;
}

/* Concentration that gives each region `total[r]`, spread evenly over its voxels. */
static void spread(const writer *w, const double *total, float *values)
{
    const double voxel_mL = dvk_geometry_voxel_mL(&w->grid);
    for (size_t v = 0; v < dvk_geometry_voxels(&w->grid); v++) {
        const size_t r = w->owner[v];
        values[v] = r ? (float)(total[r - 1] / ((double)w->voxels[r - 1] * voxel_mL)) : 0;
    }
}

static json_t *scan_sidecar(const writer *w, double t_h)
{
    const double start = t_h * 3600;
    json_t *j = json_object();
    dvk_json_put(j, "Units", dvk_json_string("Bq/mL"));
    dvk_json_put(j, "TracerRadionuclide", dvk_json_string(nuclide_name));
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

static dvk_status write_scans(const writer *w)
{
    dvk_volume *scan = NULL;
    double total[MAX_REGIONS], counts_per_value = 0;
    dvk_status status = dvk_volume_create(&w->grid, 1, &scan);
    for (size_t t = 0; status == DVK_OK && t < w->options->times; t++) {
        const double t_h = w->options->times_h[t];
        char stem[32];
        snprintf(stem, sizeof stem, "scan_%03gh", t_h);
        double sum = 0;
        for (size_t r = 0; r < w->phantom->regions; r++)
            sum += total[r] = 1e6 * dvk_region_activity_MBq(&w->phantom->region[r], t_h);
        spread(w, total, dvk_volume_data(scan));
        if (w->options->fwhm_mm > 0)
            DVK_TRY_DONE(dvk_scanner_blur(dvk_volume_data(scan), &w->grid, w->options->fwhm_mm));
        if (t == 0) /* the same sensitivity and duration for all scans */
            counts_per_value = w->options->counts / (sum / dvk_geometry_voxel_mL(&w->grid));
        if (w->options->counts > 0)
            dvk_scanner_noise(dvk_volume_data(scan), dvk_geometry_voxels(&w->grid), counts_per_value, w->seed + t);
        status = dvk_results_map(w->out, stem, scan, scan_sidecar(w, t_h));
    }
done:
    dvk_volume_free(scan);
    return status;
}

static dvk_status write_label_map(const writer *w)
{
    char name[64];
    const char *path = NULL;
    uint8_t *label = NULL;
    const size_t voxels = dvk_geometry_voxels(&w->grid);
    snprintf(name, sizeof name, "%s_dseg.nii.gz", w->phantom->name);
    DVK_TRY(dvk_outdir_path(w->out, name, &path));
    DVK_TRY(dvk_alloc(voxels, 1, &label));
    for (size_t v = 0; v < voxels; v++)
        label[v] = w->owner[v] ? (uint8_t)w->phantom->region[w->owner[v] - 1].label : 0;
    const dvk_status status = dvk_volume_write_u8(&w->grid, label, path);
    dvk_free(label);
    return status;
}

/* Takes over a text and what making it came to. */
static dvk_status write_text(const writer *w, const char *name, dvk_text *t, dvk_status status)
{
    if (status == DVK_OK)
        status = dvk_results_text(w->out, name, t->data);
    dvk_text_free(t);
    return status;
}

static dvk_status label_names(const writer *w, dvk_text *t)
{
    DVK_TRY(dvk_text_add(t, "index\tname\n"));
    for (size_t r = 0; r < w->phantom->regions; r++)
        if (w->phantom->region[r].label)
            DVK_TRY(dvk_text_add(t, "%d\t%s\n", w->phantom->region[r].label, w->phantom->region[r].name));
    return DVK_OK;
}

static dvk_status write_labels(const writer *w)
{
    char name[64];
    dvk_text names = {0};
    DVK_TRY(write_label_map(w));
    snprintf(name, sizeof name, "%s_dseg.tsv", w->phantom->name);
    return write_text(w, name, &names, label_names(w, &names));
}

static dvk_status full_kernel(const writer *w, dvk_kernel **out)
{
    dvk_kernel_spec spec = {.nuclide = nuclide_name, .density_g_mL = w->options->density_g_mL};
    for (int a = 0; a < 3; a++) {
        spec.voxel_mm[a] = w->grid.voxel_mm[a];
        spec.half[a] = w->grid.n[a] - 1;
    }
    return dvk_kernel_make(&spec, out);
}

/* Whether the true dose of a region is worth its double sum: what a user compares with. */
static bool dose_wanted(const dvk_region *r)
{
    return strncmp(r->name, "kidney", 6) == 0 || strcmp(r->name, "sphere") == 0;
}

static dvk_status truth_row(const writer *w, const dvk_kernel *kernel, const double *decays, size_t r, dvk_text *t)
{
    const dvk_region *region = &w->phantom->region[r];
    double dose = NAN;
    if (dose_wanted(region))
        DVK_TRY(dvk_phantom_true_dose(&w->grid, w->owner, decays, kernel, r, &dose));
    DVK_TRY(dvk_tsv_number(t, region->label));
    DVK_TRY(dvk_tsv_text(t, region->name));
    DVK_TRY(dvk_tsv_number(t, (double)w->voxels[r] * dvk_geometry_voxel_mL(&w->grid)));
    DVK_TRY(dvk_tsv_number(t, dvk_region_tia_MBqh(region)));
    DVK_TRY(dvk_tsv_number(t, dose));
    dvk_text terms = {0};
    dvk_status status = DVK_OK;
    for (int i = 0; status == DVK_OK && i < DVK_PHANTOM_TERMS; i++)
        if (region->amplitude_MBq[i] != 0)
            status = dvk_text_add(&terms, "%s%g@%g", i ? ";" : "", region->amplitude_MBq[i], region->half_life_h[i]);
    if (status == DVK_OK)
        status = dvk_tsv_text(t, terms.data);
    dvk_text_free(&terms);
    DVK_TRY(status);
    return dvk_tsv_end_row(t);
}

static dvk_status truth_table(const writer *w, const dvk_kernel *kernel, const double *total, dvk_text *t)
{
    static const char *const names[] = {"index",    "name",         "volume_mL",
                                        "tia_MBqh", "dose_mean_Gy", "terms_MBq_halflife_h"};
    double decays[MAX_REGIONS]; /* of one voxel */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        DVK_TRY(dvk_tsv_text(t, names[i]));
    DVK_TRY(dvk_tsv_end_row(t));
    for (size_t r = 0; r < w->phantom->regions; r++)
        decays[r] = total[r] / (double)w->voxels[r];
    for (size_t r = 0; r < w->phantom->regions; r++)
        DVK_TRY(truth_row(w, kernel, decays, r, t));
    return DVK_OK;
}

static dvk_status write_truth(const writer *w)
{
    dvk_kernel *kernel = NULL;
    dvk_volume *tia = NULL;
    dvk_text table = {0};
    double total[MAX_REGIONS]; /* Bq.s */
    dvk_status status = DVK_OK;
    for (size_t r = 0; r < w->phantom->regions; r++)
        total[r] = 3.6e9 * dvk_region_tia_MBqh(&w->phantom->region[r]);
    DVK_TRY_DONE(full_kernel(w, &kernel));
    DVK_TRY_DONE(write_text(w, "truth.tsv", &table, truth_table(w, kernel, total, &table)));
    DVK_TRY_DONE(dvk_volume_create(&w->grid, 1, &tia));
    spread(w, total, dvk_volume_data(tia));
    status = dvk_results_map(w->out, "tia_truth", tia, json_pack("{s:s}", "Units", "Bq.s/mL"));
done:
    dvk_volume_free(tia);
    dvk_kernel_free(kernel);
    return status;
}

static dvk_status write_provenance(const writer *w)
{
    const dvk_phantom_options *o = w->options;
    json_t *j = json_pack("{s:s, s:s, s:s}", "schema", "dvkit.provenance/1", "dvkit_version", DVK_VERSION, "phantom",
                          w->phantom->name);
    dvk_json_put(j, "seed", json_integer((json_int_t)w->seed));
    dvk_json_put(j, "fwhm_mm", dvk_json_number(o->fwhm_mm));
    dvk_json_put(j, "counts", dvk_json_number(o->counts));
    dvk_json_put(j, "medium_density_g_mL", dvk_json_number(o->density_g_mL));
    return dvk_results_json(w->out, "provenance.json", j);
}

static dvk_status write_case(dvk_context *c, const dvk_phantom_options *o, const dvk_phantom *p, const char *dir,
                             bool force, uint64_t seed)
{
    writer w = {.options = o, .phantom = p, .grid = make_grid(o, p), .seed = seed};
    dvk_status status = DVK_OK;
    DVK_TRY(dvk_context_check(c));
    DVK_TRY(dvk_alloc(dvk_geometry_voxels(&w.grid), 1, &w.owner));
    dvk_phantom_paint(p, &w.grid, w.owner, w.voxels);
    for (size_t r = 0; r < p->regions; r++)
        if (w.voxels[r] == 0) {
            status = dvk_fail(DVK_ERR_USAGE, "this grid holds no voxel of '%s': give more or larger voxels",
                              p->region[r].name);
            goto done;
        }
    DVK_TRY_DONE(dvk_outdir_begin(dir, force, &w.out));
    DVK_TRY_DONE(write_scans(&w));
    DVK_TRY_DONE(write_labels(&w));
    DVK_TRY_DONE(write_truth(&w));
    DVK_TRY_DONE(write_provenance(&w));
    status = dvk_outdir_commit(w.out);
    w.out = NULL;
done:
    dvk_outdir_abort(w.out);
    dvk_free(w.owner);
    return status;
}

dvk_status dvk_phantom_write(dvk_context *c, const dvk_phantom_options *o, const char *dir, bool force)
{
    const dvk_phantom *p = NULL;
    DVK_TRY(dvk_phantom_find(o->name, &p));
    if (o->cases == 0)
        return write_case(c, o, p, dir, force, o->seed);
    for (size_t i = 0; i < o->cases; i++) {
        const dvk_phantom varied = dvk_phantom_varied(p, o->seed, i);
        dvk_text path = {0};
        dvk_status status = dvk_text_add(&path, "%s/sub-%03zu/ses-01", dir, i + 1);
        if (status == DVK_OK)
            status = write_case(c, o, &varied, path.data, force, o->seed + 1000 * (i + 1));
        dvk_text_free(&path);
        DVK_TRY(status);
        dvk_context_progress(c, "writing cases", (double)(i + 1) / (double)o->cases);
    }
    return DVK_OK;
}
