/* See noise.h. */
#include "pipeline/steps/noise.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "base/alloc.h"
#include "base/fail.h"

enum {
    SCANS = 4,
    LOOKED_AT = 65536, /* voxels of the series */
    FITTED = 4096,     /* of the hot ones: the median is then known to 2 % */
    LEAST = 64,        /* fewer than this do not tell it */
    BINS = 4096        /* of decays: a float's exponent and three bits more */
};

static const double median_of_chi2_1 = 0.454936423119572;

typedef struct sample {
    size_t count;
    float *frame[SCANS], *residuals[SCANS], *curve[SCANS];
    float *tia, *sd, *ratio;
    uint8_t *status;
    float *memory;
} sample;

/* Decays from injection to the last scan, by trapezia of the magnitudes; 0 where one is not finite. */
static float decays_of(const dvk_fit_parameters *p, const float *const *frame, size_t voxel)
{
    float sum = 0;
    for (int i = 0; i < SCANS; i++)
        sum += p->linear[i] * fabsf(frame[i][voxel]);
    return isfinite(sum) ? sum : 0;
}

static size_t bin_of(float decays)
{
    uint32_t bits = 0;
    memcpy(&bits, &decays, sizeof bits);
    return bits >> 20;
}

/* The lowest bin of those that hold the hottest third of the decays, and the number of voxels in them. */
static size_t hottest_third(const dvk_fit_parameters *p, const float *const *frame, size_t voxels, size_t step,
                            size_t *count)
{
    double decays[BINS] = {0}, total = 0, above = 0;
    size_t inside[BINS] = {0}, bin = BINS;
    for (size_t v = 0; v < voxels; v += step) {
        const float here = decays_of(p, frame, v);
        decays[bin_of(here)] += (double)here;
        inside[bin_of(here)]++;
        total += (double)here;
    }
    *count = 0;
    while (bin > 1 && above < total / 3) {
        bin--;
        above += decays[bin];
        *count += inside[bin];
    }
    return bin;
}

static dvk_status make_sample(sample *s)
{
    const size_t rows = 3 * SCANS + 3;
    dvk_status status = DVK_OK;
    *s = (sample){.count = 0};
    DVK_TRY_DONE(dvk_alloc(rows * FITTED, sizeof(float), &s->memory));
    DVK_TRY_DONE(dvk_alloc(FITTED, 1, &s->status));
    float *at = s->memory;
    for (int i = 0; i < SCANS; i++, at += 3 * FITTED) {
        s->frame[i] = at;
        s->residuals[i] = at + FITTED;
        s->curve[i] = at + 2 * FITTED;
    }
    s->tia = at;
    s->sd = at + FITTED;
    s->ratio = at + 2 * FITTED;
done:
    return status;
}

static void free_sample(sample *s)
{
    dvk_free(s->memory);
    dvk_free(s->status);
}

/* Copies the hot voxels, or every so many of them. */
static void take_hot(const dvk_fit_parameters *p, const float *const *frame, size_t voxels, size_t step, size_t bin,
                     size_t hot, sample *s)
{
    const size_t every = (hot + FITTED - 1) / FITTED;
    size_t seen = 0;
    for (size_t v = 0; v < voxels; v += step) {
        if (bin_of(decays_of(p, frame, v)) < bin || seen++ % every != 0)
            continue;
        for (int i = 0; i < SCANS; i++)
            s->frame[i][s->count] = frame[i][v];
        s->count++;
    }
}

static dvk_status fit(const dvk_fit_parameters *p, const sample *s)
{
    const dvk_integrate_problem problem = {.voxels = s->count,
                                           .points = SCANS,
                                           .frame = (const float *const *)s->frame,
                                           .parameters = p,
                                           .tia = s->tia,
                                           .status = s->status,
                                           .sd = s->sd,
                                           .curve = s->curve,
                                           .residuals = s->residuals};
    dvk_backend *cpu = NULL;
    DVK_TRY(dvk_cpu_backend.open("cpu", 1, &cpu));
    const dvk_status status = dvk_cpu_backend.integrate(cpu, &problem);
    dvk_cpu_backend.close(cpu);
    return status;
}

static int rising(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median_ratio(sample *s)
{
    for (size_t v = 0; v < s->count; v++) {
        float largest = 0;
        for (int i = 0; i < SCANS; i++)
            largest = fmaxf(largest, fabsf(s->frame[i][v]));
        s->ratio[v] = 0;
        for (int i = 0; i < SCANS; i++)
            s->ratio[v] += s->residuals[i][v] * s->residuals[i][v] /
                           fmaxf(fabsf(s->frame[i][v]), largest * DVK_FIT_FLOOR); /* as dvk_weigh */
    }
    qsort(s->ratio, s->count, sizeof *s->ratio, rising);
    return (double)s->ratio[s->count / 2];
}

dvk_status dvk_noise_measure(size_t voxels, const float *const *frame, const double *t_h, size_t scans,
                             double half_life_h, double *noise)
{
    dvk_integration how = dvk_integration_default();
    dvk_fit_parameters parameters;
    sample s = {.count = 0};
    size_t hot = 0;
    dvk_status status = DVK_OK;
    *noise = 0;
    if (scans != SCANS)
        return DVK_OK;
    const size_t step = (voxels / LOOKED_AT) | 1; /* odd, so that it walks through the rows' columns */
    how.model = DVK_MODEL_UPTAKE_CLEARANCE;
    how.weighting = DVK_WEIGHT_POISSON;
    DVK_TRY(dvk_fit_prepare(&how, t_h, scans, half_life_h, 1, &parameters));
    const size_t bin = hottest_third(&parameters, frame, voxels, step, &hot);
    if (hot < LEAST)
        return DVK_OK;
    DVK_TRY_DONE(make_sample(&s));
    take_hot(&parameters, frame, voxels, step, bin, hot, &s);
    DVK_TRY_DONE(fit(&parameters, &s));
    *noise = fmax(median_ratio(&s) / median_of_chi2_1, FLT_MIN); /* 0 would say that it is not known */
done:
    free_sample(&s);
    return status;
}

dvk_status dvk_noise_of_series(const dvk_series *s, dvk_integration *how)
{
    const size_t scans = dvk_series_scans(s);
    const float *frame[DVK_MAX_SCANS];
    double t_h[DVK_MAX_SCANS];
    if (how->model != DVK_MODEL_AUTO || how->noise_Bq_mL > 0)
        return DVK_OK;
    for (size_t i = 0; i < scans; i++) {
        frame[i] = dvk_series_frame(s, i);
        t_h[i] = dvk_series_time_h(s, i);
    }
    return dvk_noise_measure(dvk_geometry_voxels(dvk_series_geometry(s)), frame, t_h, scans,
                             dvk_series_nuclide(s)->half_life_h, &how->noise_Bq_mL);
}
