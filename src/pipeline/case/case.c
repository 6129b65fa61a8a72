/* A case from start to end: read, integrate, convolve, account, summarise, write. */
#include "pipeline/case/case.h"

#include <omp.h>
#include <stdio.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/case/request.h"

static void close_case(dvk_case *k)
{
    for (size_t i = 0; k->dvh && i < k->summary->roi_count; i++)
        dvk_dvh_free(k->dvh[i]);
    dvk_free(k->dvh);
    dvk_free(k->activity);
    dvk_series_free(k->series);
    dvk_voi_set_free(k->vois);
    for (size_t i = 0; i < DVK_MAX_SCANS; i++)
        dvk_voi_set_free(k->voi_at[i]);
    dvk_volume_free(k->tia);
    dvk_volume_free(k->status);
    dvk_volume_free(k->tia_sd);
    dvk_volume_free(k->dose);
    dvk_volume_free(k->density);
    dvk_volume_free(k->bed);
    dvk_reads_clear(&k->reads);
    if (!k->stock || k->kernel != k->stock->kernel)
        dvk_kernel_free(k->kernel);
}

/* The summary says how the numbers came about. */
static void record_method(dvk_case *k)
{
    dvk_summary *s = k->summary;
    snprintf(s->model, sizeof s->model, "%s", dvk_model_name(s->method.model));
    snprintf(s->engine, sizeof s->engine, "%s", dvk_engine_name(k->engine));
    snprintf(s->density, sizeof s->density, "%s",
             k->options->density ? dvk_case_path(k->options, k->options->density) : "none");
    snprintf(s->backend, sizeof s->backend, "%s", dvk_context_backend(k->context));
    snprintf(s->device, sizeof s->device, "%s", dvk_context_device(k->context));
    snprintf(s->device_reason, sizeof s->device_reason, "%s", dvk_context_reason(k->context));
}

static dvk_status finish(dvk_case *k, dvk_status status, dvk_summary **summary)
{
    dvk_summary *made = k->summary;
    dvk_reads_into(NULL);
    close_case(k);
    if (status == DVK_OK && summary)
        *summary = made;
    else
        dvk_summary_free(made);
    return status;
}

static dvk_status sum_up(dvk_case *k, dvk_case_output *o, const char **stage)
{
    *stage = "rois";
    DVK_TRY(dvk_case_rois(k));
    DVK_TRY(dvk_case_bed(k));
    dvk_context_lap(k->context, "rois");
    *stage = "write";
    return dvk_case_output_texts(k, o);
}

/* The VOIs' numbers, the tables and the report by the calling thread, whose messages and flags they use; the maps by
 * the others meanwhile, or first where there is none. */
static dvk_status conclude(dvk_case *k, const char **stage)
{
    dvk_case_output *o = NULL;
    dvk_status status = DVK_OK;
    char message[1024] = ""; /* the thread may write maps as well before the region ends */
    *stage = "write";
    DVK_TRY(dvk_case_output_begin(k, &o));
#pragma omp parallel
#pragma omp master
    {
#pragma omp task
        dvk_case_output_maps(o);
        status = sum_up(k, o, stage);
        if (status != DVK_OK)
            snprintf(message, sizeof message, "%s", dvk_last_message());
    }
    return dvk_case_output_end(k, o, status == DVK_OK ? DVK_OK : dvk_fail(status, "%s", message));
}

dvk_status dvk_case_run_stages(dvk_context *c, dvk_case_stock *stock, const dvk_case_options *o, dvk_summary **summary,
                               const char **stage)
{
    dvk_case k = {.options = o, .context = c, .stock = stock};
    dvk_status status = DVK_OK;
    const int threads = omp_get_max_threads();
    omp_set_num_threads(dvk_context_threads(c)); /* of loops that know no context */
    dvk_reads_into(&k.reads);
    *stage = "read";
    DVK_TRY_DONE(dvk_case_read(&k));
    DVK_TRY_DONE(dvk_case_measure(&k));
    *stage = "dose";
    DVK_TRY_DONE(dvk_case_dose(&k));
    record_method(&k);
    DVK_TRY_DONE(dvk_case_balance(&k));
    dvk_context_lap(c, "balance");
    DVK_TRY_DONE(conclude(&k, stage));
done:
    status = finish(&k, status, summary);
    omp_set_num_threads(threads);
    return status;
}

dvk_status dvk_case_run(dvk_context *c, const dvk_case_options *o, dvk_summary **summary)
{
    const char *stage = NULL;
    dvk_case_stock stock = {.kernel = NULL}; /* for the maps of one case */
    const dvk_status status = dvk_case_run_stages(c, &stock, o, summary, &stage);
    dvk_stock_clear(&stock);
    return status;
}

dvk_status dvk_kidneys_run(dvk_context *c, const dvk_case_options *o, const char *dose_path, dvk_summary **summary)
{
    dvk_case k = {.options = o, .context = c, .dose_path = dose_path};
    const char *stage = NULL;
    dvk_status status = DVK_OK;
    dvk_reads_into(&k.reads);
    DVK_TRY_DONE(dvk_volume_read(dose_path, &k.dose));
    DVK_TRY_DONE(dvk_case_check_dose(&k, dose_path));
    DVK_TRY_DONE(dvk_case_read(&k));
    DVK_TRY_DONE(dvk_case_measure(&k));
    record_method(&k);
    DVK_TRY_DONE(conclude(&k, &stage));
done:
    return finish(&k, status, summary);
}

dvk_status dvk_case_check(dvk_context *c, const dvk_case_options *o)
{
    dvk_case k = {.options = o, .context = c};
    return finish(&k, dvk_case_read(&k), NULL);
}
