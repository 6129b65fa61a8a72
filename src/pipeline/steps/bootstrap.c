/* See bootstrap.h. Voxels are taken in parts, so that the memory does not grow with the image. */
#include "pipeline/steps/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "backend/context.h"
#include "base/alloc.h"
#include "base/fail.h"
#include "physics/resampling.h"

enum { PART = 1 << 18 }; /* voxels */

typedef struct part {
    size_t count, points;
    float *curve[DVK_FIT_POINTS]; /* without error */
    float *error[DVK_FIT_POINTS]; /* times the root of its weight */
    float *root[DVK_FIT_POINTS];  /* of the weight, up to a factor */
    float *resampled[DVK_FIT_POINTS];
    float *tia;
    uint8_t *status;
    dvk_scatter *scatter;
    float *memory;
} part;

static dvk_status make_part(size_t room, size_t points, part *m)
{
    dvk_status status = DVK_OK;
    *m = (part){.points = points};
    DVK_TRY_DONE(dvk_alloc((4 * points + 1) * room, sizeof(float), &m->memory));
    DVK_TRY_DONE(dvk_alloc(room, 1, &m->status));
    DVK_TRY_DONE(dvk_alloc(room, sizeof *m->scatter, &m->scatter));
    for (size_t i = 0; i < points; i++) {
        m->curve[i] = m->memory + i * room;
        m->error[i] = m->memory + (points + i) * room;
        m->root[i] = m->memory + (2 * points + i) * room;
        m->resampled[i] = m->memory + (3 * points + i) * room;
    }
    m->tia = m->memory + 4 * points * room;
done:
    return status;
}

static void free_part(part *m)
{
    dvk_free(m->memory);
    dvk_free(m->status);
    dvk_free(m->scatter);
}

/* The size of a sample as the fit takes it (dvk_normalise). */
static float cleaned_size(const dvk_fit_parameters *p, float y)
{
    if (!(fabsf(y) <= DVK_FIT_HUGE))
        return 0;
    return p->zero_negative ? fmaxf(y, 0) : fabsf(y);
}

/* Roots of the weights as the fit gives them (dvk_weigh), of samples in any unit. */
static void weigh(const dvk_fit_parameters *p, const float *const *frame, part *m)
{
    for (size_t v = 0; v < m->count; v++) {
        float largest = 0;
        for (size_t i = 0; i < m->points; i++)
            largest = fmaxf(largest, cleaned_size(p, frame[i][v]));
        for (size_t i = 0; i < m->points; i++) {
            const float size = fmaxf(cleaned_size(p, frame[i][v]), largest * DVK_FIT_FLOOR);
            m->root[i][v] = p->weighting == DVK_FIT_RELATIVE  ? 1 / size
                            : p->weighting == DVK_FIT_POISSON ? 1 / sqrtf(size)
                                                              : 1;
        }
    }
}

/* The fit of the samples: curves, and residuals of the size that the points' errors have. */
static dvk_status fit_once(dvk_context *c, const dvk_fit_parameters *p, const float *const *frame, float *sd, part *m)
{
    const dvk_integrate_problem problem = {.voxels = m->count,
                                           .points = m->points,
                                           .frame = frame,
                                           .parameters = p,
                                           .tia = m->tia,
                                           .status = m->status,
                                           .sd = sd,
                                           .curve = m->curve,
                                           .residuals = m->error};
    double inflation[DVK_MODEL_COUNT] = {0};
    for (int model = DVK_MODEL_TRAPEZOID; model < DVK_MODEL_COUNT; model++)
        inflation[model] = dvk_resampling_inflation((dvk_model)model, m->points);
    DVK_TRY(dvk_context_integrate(c, &problem));
    weigh(p, frame, m);
    for (size_t i = 0; i < m->points; i++)
        for (size_t v = 0; v < m->count; v++)
            m->error[i][v] *= m->root[i][v] * (float)inflation[m->status[v] & DVK_VOXEL_MODEL];
    return DVK_OK;
}

static dvk_status fit_again(dvk_context *c, const dvk_fit_parameters *p, const dvk_draw *draw, part *m)
{
    const dvk_integrate_problem problem = {.voxels = m->count,
                                           .points = m->points,
                                           .frame = (const float *const *)m->resampled,
                                           .parameters = p,
                                           .tia = m->tia,
                                           .status = m->status};
    for (size_t i = 0; i < m->points; i++) {
        const float *error = m->error[draw[i].from], scale = (float)draw[i].scale;
        for (size_t v = 0; v < m->count; v++)
            m->resampled[i][v] = m->root[i][v] > 0 ? m->curve[i][v] + scale * error[v] / m->root[i][v] : 0;
    }
    DVK_TRY(dvk_context_integrate(c, &problem));
    for (size_t v = 0; v < m->count; v++)
        dvk_scatter_add(&m->scatter[v], (double)m->tia[v]);
    return DVK_OK;
}

static dvk_status bootstrap_part(dvk_context *c, const dvk_fit_parameters *p, const float *const *frame, size_t count,
                                 uint64_t seed, float *sd, part *m)
{
    dvk_fit_parameters again = *p;
    again.zero_negative = 0; /* the samples were cleaned; a resampled one below zero is as good as one above */
    for (size_t v = 0; v < m->count; v++)
        m->scatter[v] = (dvk_scatter){.count = 0};
    DVK_TRY(fit_once(c, p, frame, sd, m));
    for (size_t b = 0; b < count; b++) {
        dvk_draw draw[DVK_FIT_POINTS];
        dvk_resampling_draw(seed, b, m->points, draw);
        DVK_TRY(fit_again(c, &again, draw, m));
    }
    for (size_t v = 0; v < m->count; v++)
        sd[v] = (float)sqrt(m->scatter[v].squares / (double)(count - 1));
    return DVK_OK;
}

dvk_status dvk_bootstrap_voxels(dvk_context *c, size_t voxels, const float *const *frame,
                                const dvk_fit_parameters *parameters, size_t count, uint64_t seed, float *sd)
{
    const size_t points = (size_t)parameters->points;
    part m = {.points = 0};
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(make_part(voxels < PART ? voxels : PART, points, &m));
    for (size_t first = 0; first < voxels; first += PART) {
        const float *here[DVK_FIT_POINTS];
        m.count = voxels - first < PART ? voxels - first : PART;
        for (size_t i = 0; i < points; i++)
            here[i] = frame[i] + first;
        dvk_context_progress(c, "bootstrap", (double)first / (double)voxels);
        DVK_TRY_DONE(bootstrap_part(c, parameters, here, count, seed, sd + first, &m));
    }
done:
    free_part(&m);
    return status;
}
