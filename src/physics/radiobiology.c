/* The linear-quadratic model with exponential repair; formulas and sources in the header and docs/radiobiology.md. */
#include "dvk/radiobiology.h"

#include <math.h>

#include "physics/sum.h"

static const double LN2 = 0.693147180559945309417;

dvk_biology dvk_biology_default(void)
{
    return (dvk_biology){.alpha_beta_Gy = 2.6,
                         .repair_half_time_h = 2.8,
                         .alpha_per_Gy = NAN,
                         .eud_a = NAN,
                         .effective_half_life_h = NAN};
}

double dvk_g_factor(const double *amplitude, const double *half_life_h, size_t terms, double repair_half_time_h)
{
    const double mu = LN2 / repair_half_time_h;
    dvk_sum dose = {0}, pairs = {0};
    for (size_t i = 0; i < terms; i++) {
        const double li = LN2 / half_life_h[i];
        dvk_sum_add(&dose, amplitude[i] / li);
        for (size_t j = 0; j < terms; j++) {
            const double lj = LN2 / half_life_h[j];
            dvk_sum_add(&pairs, amplitude[i] * amplitude[j] / ((li + lj) * (li + mu)));
        }
    }
    const double d = dvk_sum_value(&dose);
    return d > 0 ? 2 * dvk_sum_value(&pairs) / (d * d) : NAN;
}

double dvk_g_factor_constant(double duration_h, double repair_half_time_h)
{
    const double x = LN2 / repair_half_time_h * duration_h;
    if (!(x >= 0))
        return NAN;
    if (x > 0.5)
        return 2 * (x + expm1(-x)) / (x * x);
    /* Below, x - 1 + exp(-x) would cancel: 2 sum (-x)^k / (k + 2)!, 14 terms leave less than 1e-17 at 0.5. */
    double term = 1, g = 1;
    for (int k = 1; k < 14; k++) {
        term *= -x / (k + 2);
        g += term;
    }
    return g;
}

double dvk_bed(double dose_Gy, double g_factor, double alpha_beta_Gy)
{
    return dose_Gy + g_factor * dose_Gy * dose_Gy / alpha_beta_Gy;
}

double dvk_eqd2(double bed_Gy, double alpha_beta_Gy)
{
    return bed_Gy / (1 + 2 / alpha_beta_Gy);
}

double dvk_dose_of_bed(double bed_Gy, double g_factor, double alpha_beta_Gy)
{
    /* The root in the header, multiplied out: no cancellation for small doses, no 0/0 for G = 0. */
    return 2 * bed_Gy / (1 + sqrt(1 + 4 * g_factor / alpha_beta_Gy * bed_Gy));
}

static double weight_at(const double *weight, size_t i)
{
    return weight ? weight[i] : 1;
}

double dvk_eubed(const double *bed_Gy, const double *weight, size_t n, double alpha_per_Gy)
{
    if (n == 0 || !(alpha_per_Gy > 0))
        return NAN;
    double least = bed_Gy[0];
    for (size_t i = 1; i < n; i++)
        least = bed_Gy[i] < least ? bed_Gy[i] : least;
    /* Measured from the least BED nothing over- or underflows; expm1 and log1p keep small alphas exact. */
    dvk_sum volume = {0}, killed = {0};
    for (size_t i = 0; i < n; i++) {
        const double w = weight_at(weight, i);
        dvk_sum_add(&volume, w);
        dvk_sum_add(&killed, w * expm1(-alpha_per_Gy * (bed_Gy[i] - least)));
    }
    return least - log1p(dvk_sum_value(&killed) / dvk_sum_value(&volume)) / alpha_per_Gy;
}

double dvk_geud(const double *dose_Gy, const double *weight, size_t n, double a)
{
    double most = 0, least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (!(dose_Gy[i] >= 0))
            return NAN;
        most = dose_Gy[i] > most ? dose_Gy[i] : most;
        least = weight_at(weight, i) > 0 && dose_Gy[i] < least ? dose_Gy[i] : least;
    }
    if (n == 0 || !isfinite(a))
        return NAN;
    if (most == 0 || (least == 0 && a <= 0))
        return 0;
    dvk_sum volume = {0}, sum = {0};
    for (size_t i = 0; i < n; i++) {
        const double w = weight_at(weight, i);
        const double share = dose_Gy[i] / most; /* so that no power overflows */
        if (w > 0)
            dvk_sum_add(&sum, w * (a == 0 ? log(share) : pow(share, a)));
        dvk_sum_add(&volume, w);
    }
    const double mean = dvk_sum_value(&sum) / dvk_sum_value(&volume);
    return most * (a == 0 ? exp(mean) : pow(mean, 1 / a));
}
