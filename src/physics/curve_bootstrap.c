/* The standard error of a VOI's TIA by residual bootstrap; see resampling.h. */
#include <math.h>

#include "base/fail.h"
#include "physics/curve.h"
#include "physics/resampling.h"

/* What the samples would be without error, and their errors, each times the root of its weight. */
typedef struct model_and_errors {
    double curve[DVK_FIT_POINTS], error[DVK_FIT_POINTS], root[DVK_FIT_POINTS];
} model_and_errors;

/* The fitted curve at the samples, in units of the scaled samples; a trapezoid goes through them. */
static dvk_status curve_at_samples(const dvk_samples *s, double scale, const dvk_integration *how, double half_life_h,
                                   const dvk_curve *c, double *at)
{
    dvk_known_curve known = {.integral = NAN};
    if (c->model >= DVK_MODEL_PHYSICAL)
        DVK_TRY(dvk_known_curve_make(how, s->t, s->n, half_life_h, &known));
    for (size_t i = 0; i < s->n; i++)
        at[i] = c->model == DVK_MODEL_TRAPEZOID  ? s->y[i]
                : c->model >= DVK_MODEL_PHYSICAL ? c->tia / scale / known.integral * known.at[i]
                                                 : dvk_curve_at(c, s->t[i]) / scale;
    return DVK_OK;
}

static void take_errors(const dvk_samples *s, const dvk_curve *c, model_and_errors *m)
{
    const bool own = c->model != DVK_MODEL_TRAPEZOID && dvk_model_unknowns(c->model) < s->n;
    const dvk_sum_fit mono = own ? (dvk_sum_fit){.terms = 0} : dvk_fit_sum(s, DVK_MODEL_MONO);
    const double inflation = dvk_resampling_inflation(c->model, s->n);
    for (size_t i = 0; i < s->n; i++) {
        const double curve = own ? m->curve[i] : mono.amplitude[0] * exp(-mono.rate[0] * s->t[i]);
        m->root[i] = sqrt(s->weight[i]);
        m->error[i] = (s->y[i] - curve) * m->root[i] * inflation;
    }
}

dvk_status dvk_curve_bootstrap(const dvk_samples *s, double scale, double half_life_h, const dvk_integration *how,
                               dvk_curve *c)
{
    dvk_integration again = *how;
    model_and_errors m;
    dvk_scatter tia = {.count = 0};
    again.bootstrap = 0;
    again.negative = DVK_NEGATIVE_KEEP;
    DVK_TRY(curve_at_samples(s, scale, &again, half_life_h, c, m.curve));
    take_errors(s, c, &m);
    for (size_t b = 0; b < how->bootstrap; b++) {
        dvk_draw draw[DVK_FIT_POINTS];
        double y[DVK_FIT_POINTS];
        dvk_curve fresh;
        dvk_resampling_draw(how->seed, b, s->n, draw);
        for (size_t i = 0; i < s->n; i++)
            y[i] = m.curve[i] + draw[i].scale * m.error[draw[i].from] / m.root[i];
        DVK_TRY(dvk_curve_fit(s->t, y, s->n, half_life_h, &again, &fresh));
        dvk_scatter_add(&tia, fresh.tia);
    }
    c->u_tia_rel = sqrt(tia.squares / (double)(tia.count - 1)) * scale / fabs(c->tia);
    return DVK_OK;
}
