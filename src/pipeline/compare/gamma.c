/* Gamma of a comparison: the map, and what it comes to in the whole and in each VOI. */
#include "physics/gamma.h"

#include <math.h>

#include "backend/context.h"
#include "base/fail.h"
#include "physics/sum.h"
#include "pipeline/compare/compare.h"

typedef struct tally {
    size_t voxels, passed;
    dvk_sum sum;
    double largest;
} tally;

static void count_in(tally *t, float gamma)
{
    if (isnan(gamma))
        return;
    t->voxels++;
    t->passed += gamma <= 1;
    dvk_sum_add(&t->sum, (double)gamma);
    t->largest = fmax(t->largest, (double)gamma);
}

static dvk_gamma_result result_of(const tally *t)
{
    if (t->voxels == 0)
        return (dvk_gamma_result){.passed = NAN, .mean = NAN, .largest = NAN};
    return (dvk_gamma_result){.voxels = t->voxels,
                              .passed = (double)t->passed / (double)t->voxels,
                              .mean = dvk_sum_value(&t->sum) / (double)t->voxels,
                              .largest = t->largest};
}

static dvk_status fill_map(dvk_compare_work *w)
{
    const dvk_geometry *g = dvk_volume_geometry(w->b);
    const int threads = w->context ? dvk_context_threads(w->context) : 1;
    dvk_gamma_search *search = NULL;
    DVK_TRY(dvk_volume_create(g, 1, &w->gamma));
    DVK_TRY(dvk_gamma_search_create(g, dvk_volume_values(w->a), &w->result->options.gamma, &search));
    dvk_status status = DVK_OK;
    for (size_t z = 0; status == DVK_OK && z < g->n[2]; z++) {
        dvk_gamma_slice(search, dvk_volume_values(w->b), z, threads, dvk_volume_data(w->gamma));
        if (w->context) {
            dvk_context_progress(w->context, "gamma", (double)(z + 1) / (double)g->n[2]);
            status = dvk_context_check(w->context);
        }
    }
    dvk_gamma_search_free(search);
    return status;
}

dvk_status dvk_compare_gamma(dvk_compare_work *w)
{
    dvk_compare *r = w->result;
    const float *b = dvk_volume_values(w->b);
    const size_t voxels = dvk_geometry_voxels(dvk_volume_geometry(w->b));
    double largest = 0;
    for (size_t v = 0; v < voxels; v++)
        largest = fmax(largest, (double)b[v]);
    DVK_TRY(dvk_gamma_settle(&r->options.gamma, largest));
    DVK_TRY(fill_map(w));
    const float *gamma = dvk_volume_values(w->gamma);
    tally whole = {0};
    for (size_t v = 0; v < voxels; v++)
        count_in(&whole, gamma[v]);
    r->gamma = result_of(&whole);
    for (size_t i = 0; i < r->voi_count; i++) {
        const dvk_voi *voi = dvk_voi_at(w->vois, i);
        tally inside = {0};
        for (size_t k = 0; k < voi->count; k++)
            if (voi->fraction[k] >= 0.5f)
                count_in(&inside, gamma[voi->index[k]]);
        r->voi[i].gamma = result_of(&inside);
    }
    return DVK_OK;
}
