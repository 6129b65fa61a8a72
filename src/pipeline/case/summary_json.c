/* summary.json: the summary as the contract names its keys. Numbers are whole; what is not known is null. */
#include <math.h>
#include <string.h>

#include "dvk/case.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "data/json.h"

static void put(json_t *object, const char *key, double value)
{
    dvk_json_put(object, key, dvk_json_number(value));
}

static void put_text(json_t *object, const char *key, const char *text)
{
    dvk_json_put(object, key, text && text[0] ? dvk_json_string(text) : json_null());
}

static json_t *texts(const char *first, size_t stride, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        dvk_json_add(array, dvk_json_string(first + i * stride));
    return array;
}

static json_t *kernel_json(const dvk_kernel_record *r)
{
    json_t *j = json_object();
    put_text(j, "source", r->source);
    dvk_json_put(j, "voxel_mm", dvk_json_numbers(r->voxel_mm, 3));
    put(j, "density_g_mL", r->density_g_mL);
    put(j, "radius_mm", r->radius_mm);
    put(j, "energy_keV", r->energy_keV);
    put(j, "energy_emitted_keV", r->emitted_keV);
    put(j, "energy_beyond_keV", r->beyond_keV);
    put_text(j, "sha256", r->sha256);
    return j;
}

static json_t *method_json(const dvk_summary *s)
{
    json_t *j = json_object();
    put_text(j, "model", s->model);
    put_text(j, "tail", dvk_tail_name(s->method.tail));
    put_text(j, "start", dvk_start_name(s->method.start));
    put_text(j, "scope", s->method.scope == DVK_SCOPE_VOI ? "voi" : "voxel");
    put_text(j, "weighting", dvk_weighting_name(s->method.weighting));
    put(j, "noise_Bq_mL", s->method.noise_Bq_mL > 0 ? s->method.noise_Bq_mL : NAN);
    put(j, "bootstrap", s->method.bootstrap > 0 ? (double)s->method.bootstrap : NAN);
    put(j, "seed", s->method.bootstrap > 0 ? (double)s->method.seed : NAN);
    put_text(j, "engine", s->engine);
    put_text(j, "density", s->density);
    put_text(j, "backend", s->backend);
    put_text(j, "device", s->device);
    put_text(j, "device_reason", s->device_reason);
    return j;
}

static json_t *balance_json(const dvk_summary *s)
{
    const dvk_balance *b = &s->balance;
    json_t *j = json_object();
    dvk_json_put(j, "activity_MBq", dvk_json_numbers(b->activity_MBq, s->scans));
    put(j, "tia_MBqh", b->tia_MBqh);
    put(j, "energy_emitted_J", b->energy_emitted_J);
    put(j, "energy_deposited_J", b->energy_deposited_J);
    put(j, "energy_left_grid_J", b->energy_left_grid_J);
    put(j, "energy_cut_J", b->energy_cut_J);
    put(j, "energy_beyond_tables_J", b->energy_beyond_tables_J);
    put(j, "negative_tia_fraction", b->negative_tia_fraction);
    return j;
}

static void put_curve(json_t *j, const dvk_roi_summary *r)
{
    json_t *terms = json_array(), *fit = json_object();
    for (size_t i = 0; i < r->curve.terms; i++) {
        json_t *term = json_object();
        put(term, "amplitude_MBq", r->curve.amplitude[i]);
        put(term, "half_life_h", r->curve.half_life_h[i]);
        dvk_json_add(terms, term);
    }
    dvk_json_put(j, "terms", terms);
    put(j, "effective_half_life_h", r->curve.effective_half_life_h);
    put(j, "tia_MBqh", r->tia_MBqh);
    put(j, "tia_curve_MBqh", r->tia_curve_MBqh);
    put(j, "tiac_h", r->tiac_h);
    put(j, "tail_fraction", r->tail_fraction);
    put_text(fit, "model", dvk_model_name(r->curve.model));
    put(fit, "r2", r->curve.r2);
    put(fit, "aicc", r->curve.aicc);
    dvk_json_put(j, "fit", fit);
    put(j, "u_tia_rel", r->u_tia_rel);
}

static void put_dose(json_t *j, const dvk_roi_summary *r)
{
    put(j, "dose_mean_Gy", r->dose_mean_Gy);
    put(j, "dose_sd_Gy", r->dose_sd_Gy);
    put(j, "dose_min_Gy", r->dose_min_Gy);
    put(j, "dose_max_Gy", r->dose_max_Gy);
    put(j, "d98_Gy", r->d98_Gy);
    put(j, "d95_Gy", r->d95_Gy);
    put(j, "d90_Gy", r->d90_Gy);
    put(j, "d50_Gy", r->d50_Gy);
    put(j, "d10_Gy", r->d10_Gy);
    put(j, "d2_Gy", r->d2_Gy);
    put(j, "v5_percent", r->v5_percent);
    put(j, "v10_percent", r->v10_percent);
    put(j, "v15_percent", r->v15_percent);
    put(j, "v20_percent", r->v20_percent);
    put(j, "dose_hottest_1mL_Gy", r->dose_hottest_1mL_Gy);
    put(j, "dose_per_activity_Gy_GBq", r->dose_per_activity_Gy_GBq);
    put(j, "dose_local_Gy", r->dose_local_Gy);
    put(j, "dose_s_value_Gy", r->dose_s_value_Gy);
    put(j, "u_dose_rel", r->u_dose_rel);
    json_t *terms = json_object();
    put(terms, "calibration", r->u_calibration);
    put(terms, "recovery", r->u_recovery);
    put(terms, "volume", r->u_volume);
    put(terms, "volume_itself", r->u_volume_rel);
    put(terms, "fit", r->u_fit);
    dvk_json_put(j, "u_terms_rel", terms);
    put(j, "clipped_density_fraction", r->clipped_density_fraction);
    put_text(j, "u_terms_missing", r->u_missing);
    put(j, "recovery", r->recovery);
    put(j, "dose_recovered_Gy", r->dose_recovered_Gy);
    put(j, "bed_recovered_Gy", r->bed_recovered_Gy);
}

static void put_biology(json_t *j, const dvk_roi_summary *r)
{
    put(j, "alpha_beta_Gy", r->alpha_beta_Gy);
    put(j, "repair_half_time_h", r->repair_half_time_h);
    put(j, "g_factor", r->g_factor);
    put(j, "bed_Gy", r->bed_Gy);
    put(j, "u_bed_rel", r->u_bed_rel);
    put(j, "eqd2_Gy", r->eqd2_Gy);
    put(j, "bed_voxel_mean_Gy", r->bed_voxel_mean_Gy);
    put(j, "eubed_Gy", r->eubed_Gy);
    put(j, "geud_Gy", r->geud_Gy);
}

/* How the voxels got their TIA: counts, and shares of the sum of |TIA|. */
static json_t *status_json(const dvk_roi_summary *r)
{
    json_t *j = json_object(), *models = json_object();
    for (int m = 1; m < DVK_MODEL_COUNT; m++)
        if (r->status_voxels_model[m] > 0) {
            json_t *model = json_object();
            put(model, "voxels", (double)r->status_voxels_model[m]);
            put(model, "tia_fraction", r->model_tia_fraction[m]);
            dvk_json_put(models, dvk_model_name((dvk_model)m), model);
        }
    dvk_json_put(j, "models", models);
    put(j, "voxels_zero", (double)r->status_voxels_zero);
    put(j, "voxels_fallback", (double)r->status_voxels_fallback);
    put(j, "voxels_clamped", (double)r->status_voxels_clamped);
    put(j, "voxels_tail", (double)r->status_voxels_tail);
    put(j, "voxels_negative", (double)r->status_voxels_negative);
    put(j, "fallback_tia_fraction", r->fallback_activity_fraction);
    put(j, "clamped_tia_fraction", r->clamped_tia_fraction);
    put(j, "tail_tia_fraction", r->tail_tia_fraction);
    put(j, "negative_tia_fraction", r->negative_tia_fraction);
    return j;
}

static json_t *roi_json(const dvk_summary *s, const dvk_roi_summary *r)
{
    json_t *j = json_object();
    put_text(j, "name", r->name);
    put(j, "volume_mL", r->volume_mL);
    put(j, "mass_g", r->mass_g);
    put(j, "voxels", (double)r->voxels);
    dvk_json_put(j, "activity_MBq", dvk_json_numbers(r->activity_MBq, s->scans));
    put_curve(j, r);
    put_dose(j, r);
    put_biology(j, r);
    dvk_json_put(j, "status", status_json(r));
    dvk_json_put(j, "flags", texts(r->flags[0], DVK_FLAG_SIZE, r->flag_count));
    return j;
}

dvk_status dvk_summary_json(const dvk_summary *s, char **out)
{
    json_t *j = json_object(), *rois = json_array();
    put_text(j, "schema", "dvkit.summary/1");
    put_text(j, "dvkit_version", DVK_VERSION);
    put_text(j, "intended_use", "research");
    put_text(j, "nuclide", s->nuclide);
    put(j, "half_life_h", s->half_life_h);
    put(j, "injected_activity_MBq", s->injected_MBq);
    dvk_json_put(j, "times_h", dvk_json_numbers(s->times_h, s->scans));
    dvk_json_put(j, "kernel", kernel_json(&s->kernel));
    dvk_json_put(j, "method", method_json(s));
    dvk_json_put(j, "balance", balance_json(s));
    for (size_t i = 0; i < s->roi_count; i++)
        dvk_json_add(rois, roi_json(s, &s->rois[i]));
    dvk_json_put(j, "rois", rois);
    dvk_json_put(j, "warnings", texts(s->warnings[0], DVK_WARNING_SIZE, s->warning_count));
    return dvk_json_give(j, out);
}

void dvk_text_release(char *text)
{
    dvk_free(text);
}

void dvk_summary_free(dvk_summary *s)
{
    if (!s)
        return;
    dvk_free(s->rois);
    dvk_free(s);
}
