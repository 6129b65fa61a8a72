/* Two maps against each other, voxel by voxel, VOI by VOI: dvk/compare.h. */
#include "pipeline/compare/compare.h"

#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/compare.h"

static const double points[DVK_COMPARE_POINTS] = DVK_COMPARE_DX;

dvk_compare_options dvk_compare_default(void)
{
    return (dvk_compare_options){.rtol = 1e-5,
                                 .levels = 4,
                                 .level = {1, 2, 5, 10},
                                 .gamma = {.dose = 0.03, .distance_mm = 3, .cutoff = 0.1, .most = 2}};
}

static dvk_status check_options(const dvk_compare_options *o)
{
    if (!(o->rtol >= 0 && o->atol >= 0 && o->threshold >= 0))
        return dvk_fail(DVK_ERR_USAGE, "tolerances and threshold must not be negative");
    return DVK_OK;
}

/* --- the whole map --- */

/* Whether A is within tolerance of B, and how far away it is where it is furthest. */
static void judge(dvk_compare_work *w)
{
    dvk_compare *r = w->result;
    const dvk_compare_options *o = w->options;
    const dvk_geometry *g = dvk_volume_geometry(w->b);
    const float *a = dvk_volume_values(w->a), *b = dvk_volume_values(w->b);
    const size_t voxels = dvk_geometry_voxels(g);
    size_t worst = 0;
    for (size_t v = 0; v < voxels; v++)
        r->scale = fmax(r->scale, isnan(a[v]) ? 0 : fabs((double)b[v]));
    for (size_t v = 0; v < voxels; v++) {
        if (isnan(a[v]))
            continue;
        const double away = fabs((double)a[v] - (double)b[v]);
        r->voxels++;
        r->beyond += away > o->atol + o->rtol * (o->rtol_of_voxel ? fabs((double)b[v]) : r->scale);
        if (away > r->largest) {
            r->largest = away;
            worst = v;
        }
    }
    r->agree = r->beyond == 0;
    r->largest_at[0] = worst % g->n[0];
    r->largest_at[1] = worst / g->n[0] % g->n[1];
    r->largest_at[2] = worst / (g->n[0] * g->n[1]);
}

static dvk_status whole(dvk_compare_work *w)
{
    dvk_compare *r = w->result;
    const float *a = dvk_volume_values(w->a), *b = dvk_volume_values(w->b);
    const size_t voxels = dvk_geometry_voxels(dvk_volume_geometry(w->b));
    dvk_pairs p;
    r->threshold = w->options->threshold * (w->options->threshold_rel ? r->scale : 1);
    DVK_TRY(dvk_pairs_create(voxels, false, &p));
    for (size_t v = 0; v < voxels; v++)
        if (!isnan(a[v]) && fabs((double)b[v]) >= r->threshold) {
            p.a[p.count] = (double)a[v];
            p.b[p.count++] = (double)b[v];
        }
    const dvk_status status = dvk_difference_of(&p, &r->whole);
    dvk_pairs_free(&p);
    return status;
}

/* --- VOIs --- */

static void gather(const dvk_voi *voi, const float *a, const float *b, double voxel_mL, dvk_pairs *p)
{
    for (size_t i = 0; i < voi->count; i++) {
        const size_t v = voi->index[i];
        if (isnan(a[v]))
            continue;
        p->a[p->count] = (double)a[v];
        p->b[p->count] = (double)b[v];
        p->weight[p->count++] = (double)voi->fraction[i] * voxel_mL;
    }
}

static dvk_status compare_dvhs(const dvk_compare_options *o, const dvk_pairs *p, dvk_compare_voi *out)
{
    dvk_dvh *a = NULL, *b = NULL;
    dvk_status status = dvk_dvh_create(p->a, p->weight, p->count, &a);
    if (status == DVK_OK)
        status = dvk_dvh_create(p->b, p->weight, p->count, &b);
    if (status == DVK_OK) {
        out->volume_mL = dvk_dvh_volume(b);
        for (size_t i = 0; i < DVK_COMPARE_POINTS; i++) {
            out->dx_a[i] = dvk_dvh_dose_at(a, points[i]);
            out->dx_b[i] = dvk_dvh_dose_at(b, points[i]);
        }
        for (size_t i = 0; i < o->levels; i++) {
            out->vx_a[i] = dvk_dvh_volume_at(a, o->level[i]);
            out->vx_b[i] = dvk_dvh_volume_at(b, o->level[i]);
        }
        out->dvh_distance = dvk_dvh_distance(a, b, p, &out->dvh_distance_at);
    }
    dvk_dvh_free(a);
    dvk_dvh_free(b);
    return status;
}

/* A VOI that A reaches in part is compared in that part. */
static void warn_of_part(const dvk_compare_work *w, const dvk_voi *voi, const dvk_pairs *p)
{
    double all = 0, here = 0;
    for (size_t i = 0; i < voi->count; i++)
        all += (double)voi->fraction[i];
    for (size_t i = 0; i < p->count; i++)
        here += p->weight[i] / dvk_geometry_voxel_mL(dvk_volume_geometry(w->b));
    if (p->count < voi->count)
        dvk_compare_warn(w->result, "%s: %.3g %% of it lies outside A and is left out", voi->name,
                         100 * (1 - here / all));
}

static dvk_status compare_voi(const dvk_compare_work *w, const dvk_voi *voi, dvk_compare_voi *out)
{
    dvk_pairs p;
    dvk_status status = DVK_OK;
    snprintf(out->name, sizeof out->name, "%s", voi->name);
    DVK_TRY(dvk_pairs_create(voi->count, true, &p));
    gather(voi, dvk_volume_values(w->a), dvk_volume_values(w->b), dvk_geometry_voxel_mL(dvk_volume_geometry(w->b)), &p);
    warn_of_part(w, voi, &p);
    if (p.count == 0)
        status = dvk_fail(DVK_ERR_INVALID, "no voxel of it lies inside both maps");
    if (status == DVK_OK)
        status = dvk_difference_of(&p, &out->difference);
    if (status == DVK_OK)
        status = compare_dvhs(w->options, &p, out);
    dvk_pairs_free(&p);
    return status == DVK_OK ? DVK_OK : dvk_fail_prefix(status, voi->name);
}

static dvk_status compare_vois(dvk_compare_work *w)
{
    for (size_t i = 0; i < w->result->voi_count; i++)
        DVK_TRY(compare_voi(w, dvk_voi_at(w->vois, i), &w->result->voi[i]));
    return DVK_OK;
}

/* --- from start to end --- */

void dvk_compare_free(dvk_compare *r)
{
    if (r)
        dvk_free(r->voi);
    dvk_free(r);
}

dvk_status dvk_compare_run(dvk_context *c, const dvk_compare_options *o, dvk_compare **out)
{
    dvk_compare_work w = {.options = o, .context = c};
    dvk_status status = DVK_OK;
    *out = NULL;
    DVK_TRY_DONE(check_options(o));
    DVK_TRY_DONE(dvk_alloc(1, sizeof *w.result, &w.result));
    w.result->options = *o;
    DVK_TRY_DONE(dvk_compare_read(&w));
    judge(&w);
    DVK_TRY_DONE(whole(&w));
    DVK_TRY_DONE(compare_vois(&w));
    if (o->gamma.wanted)
        DVK_TRY_DONE(dvk_compare_gamma(&w));
    if (o->out)
        DVK_TRY_DONE(dvk_compare_write(&w));
    *out = w.result;
    w.result = NULL;
done:
    dvk_compare_free(w.result);
    dvk_free(w.path_a);
    dvk_free(w.path_b);
    dvk_volume_free(w.a);
    dvk_volume_free(w.b);
    dvk_volume_free(w.gamma);
    dvk_voi_set_free(w.vois);
    return status;
}
