/* Bland-Altman limits and Lin's concordance with their intervals: dvk/agreement.h. */
#include "dvk/agreement.h"

#include <math.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/compare.h"

static const double PI = 3.14159265358979323846;
static const double Z = 1.959963984540054; /* 97.5 % of the normal distribution */

/* Share of Student's distribution within -t ... t, exact for whole degrees (Abramowitz and Stegun 26.7.3, 26.7.4). */
static double within(double t, size_t degrees)
{
    const double angle = atan(t / sqrt((double)degrees)), s = sin(angle), c = cos(angle);
    double term = degrees % 2 ? c : 1, sum = degrees % 2 && degrees == 1 ? 0 : term;
    for (size_t k = degrees % 2 ? 3 : 2; k + 2 <= degrees; k += 2) {
        term *= c * c * (double)(k - 1) / (double)k;
        sum += term;
    }
    return degrees % 2 ? 2 / PI * (angle + s * sum) : s * sum;
}

double dvk_student_t(double two_sided, size_t degrees)
{
    double low = 0, high = 1;
    while (within(high, degrees) < two_sided && high < 1e9)
        high *= 2;
    for (int i = 0; i < 100; i++) {
        const double middle = (low + high) / 2;
        *(within(middle, degrees) < two_sided ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

static dvk_interval around(double value, double half_width)
{
    return (dvk_interval){value, value - half_width, value + half_width};
}

/* Bias and limits of differences with this mean and deviation. */
static void bland_altman(double mean, double sd, size_t n, dvk_interval *bias, dvk_interval *lower, dvk_interval *upper)
{
    const double count = (double)n, t = n > 1 ? dvk_student_t(0.95, n - 1) : NAN;
    const double of_limit = t * sd * sqrt(1 / count + Z * Z / (2 * (count - 1)));
    *bias = around(mean, t * sd / sqrt(count));
    *lower = around(mean - Z * sd, of_limit);
    *upper = around(mean + Z * sd, of_limit);
}

/* Fisher's transform of the concordance has about this variance. */
static dvk_interval concordance_interval(const dvk_difference *d, double sd_a, double sd_b, size_t n)
{
    const double c = d->concordance, r = d->pearson, c2 = c * c, left = 1 - c2;
    const double u2 = d->mean * d->mean / (sd_a * sd_b);
    const double variance = ((1 - r * r) * c2 / (left * r * r) + 2 * c2 * c * (1 - c) * u2 / (r * left * left) -
                             c2 * c2 * u2 * u2 / (2 * r * r * left * left)) /
                            ((double)n - 2);
    if (n >= 3 && c == 1) /* the same values: the transform ends there */
        return (dvk_interval){1, 1, 1};
    if (n < 3 || !(left > 0) || !(variance >= 0))
        return (dvk_interval){c, NAN, NAN};
    const double half = Z * sqrt(variance);
    return (dvk_interval){c, tanh(atanh(c) - half), tanh(atanh(c) + half)};
}

static double deviation(const double *x, double mean, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sqrt(sum / (double)n);
}

/* Differences in percent of the pair's mean; NaN where one has none. */
static void in_percent(const double *a, const double *b, size_t n, dvk_agreement *out)
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        sum += 200 * (a[i] - b[i]) / (a[i] + b[i]);
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++)
        square += pow(200 * (a[i] - b[i]) / (a[i] + b[i]) - mean, 2);
    bland_altman(mean, n > 1 ? sqrt(square / (double)(n - 1)) : NAN, n, &out->bias_percent, &out->lower_percent,
                 &out->upper_percent);
}

dvk_status dvk_agreement_of(const double *a, const double *b, size_t n, dvk_agreement *out)
{
    dvk_pairs p;
    dvk_difference d;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return dvk_fail(DVK_ERR_INVALID, "pair %zu is not finite", i + 1);
    DVK_TRY(dvk_pairs_create(n, false, &p));
    for (size_t i = 0; i < n; i++) {
        p.a[i] = a[i];
        p.b[i] = b[i];
    }
    p.count = n;
    const dvk_status status = dvk_difference_of(&p, &d);
    dvk_pairs_free(&p);
    DVK_TRY(status);
    *out = (dvk_agreement){.n = n, .mean_a = d.mean_a, .mean_b = d.mean_b, .pearson = d.pearson};
    out->sd = n > 1 ? d.sd * sqrt((double)n / (double)(n - 1)) : NAN;
    bland_altman(d.mean, out->sd, n, &out->bias, &out->lower, &out->upper);
    in_percent(a, b, n, out);
    out->concordance = concordance_interval(&d, deviation(a, d.mean_a, n), deviation(b, d.mean_b, n), n);
    return DVK_OK;
}
