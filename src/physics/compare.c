/* See compare.h. Sums are compensated and in the order of the samples: the same bytes for any number of threads. */
#include "physics/compare.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/sum.h"

static const double percents[DVK_COMPARE_PERCENTILES] = DVK_COMPARE_PERCENTS;

dvk_status dvk_pairs_create(size_t room, bool weighted, dvk_pairs *out)
{
    *out = (dvk_pairs){0};
    dvk_status status = dvk_alloc(room, sizeof *out->a, &out->a);
    if (status == DVK_OK)
        status = dvk_alloc(room, sizeof *out->b, &out->b);
    if (status == DVK_OK && weighted)
        status = dvk_alloc(room, sizeof *out->weight, &out->weight);
    if (status != DVK_OK)
        dvk_pairs_free(out);
    return status;
}

void dvk_pairs_free(dvk_pairs *p)
{
    dvk_free(p->a);
    dvk_free(p->b);
    dvk_free(p->weight);
    *p = (dvk_pairs){0};
}

double dvk_concordance(double mean_a, double mean_b, double var_a, double var_b, double covariance)
{
    const double apart = mean_a - mean_b, all = var_a + var_b + apart * apart;
    return all > 0 ? 2 * covariance / all : NAN;
}

double dvk_pearson(double var_a, double var_b, double covariance)
{
    return var_a > 0 && var_b > 0 ? covariance / (sqrt(var_a) * sqrt(var_b)) : NAN;
}

/* --- order statistics --- */

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, PASSES = 3 };

/* A float's bits as an integer of the same order, and back. */
static uint32_t key_of(float value)
{
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

static float value_of(uint32_t key)
{
    const uint32_t bits = key & 0x80000000u ? key & 0x7fffffffu : ~key;
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Radix sort: a map has millions of voxels, and comparing them takes ten times as long. The sorted keys are in the
 * one of the two arrays that is returned. */
static const uint32_t *sort_keys(uint32_t *keys, uint32_t *other, size_t n)
{
    for (int pass = 0; pass < PASSES; pass++) {
        const int shift = pass * DIGIT_BITS;
        size_t start[DIGITS] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++)
            start[keys[i] >> shift & (DIGITS - 1)]++;
        for (size_t d = 0; d < DIGITS; d++) {
            const size_t here = start[d];
            start[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            other[start[keys[i] >> shift & (DIGITS - 1)]++] = keys[i];
        uint32_t *swap = keys;
        keys = other;
        other = swap;
    }
    return keys;
}

static double at_percent(const uint32_t *sorted, size_t n, double percent)
{
    const double position = percent / 100 * (double)(n - 1);
    const size_t low = (size_t)position, high = low + 1 < n ? low + 1 : low;
    const double share = position - (double)low, a = (double)value_of(sorted[low]), b = (double)value_of(sorted[high]);
    return a + share * (b - a);
}

static dvk_status plain_percentiles(const dvk_pairs *p, dvk_difference *out)
{
    uint32_t *keys = NULL, *other = NULL;
    dvk_status status = dvk_alloc(p->count, sizeof *keys, &keys);
    if (status == DVK_OK)
        status = dvk_alloc(p->count, sizeof *other, &other);
    if (status == DVK_OK) {
        for (size_t i = 0; i < p->count; i++)
            keys[i] = key_of((float)(p->a[i] - p->b[i]));
        const uint32_t *sorted = sort_keys(keys, other, p->count);
        out->median = at_percent(sorted, p->count, 50);
        for (size_t i = 0; i < DVK_COMPARE_PERCENTILES; i++)
            out->percentile[i] = at_percent(sorted, p->count, percents[i]);
    }
    dvk_free(keys);
    dvk_free(other);
    return status;
}

static dvk_status weighted_percentiles(const dvk_pairs *p, dvk_difference *out)
{
    double *difference = NULL;
    dvk_dvh *d = NULL;
    DVK_TRY(dvk_alloc(p->count, sizeof *difference, &difference));
    for (size_t i = 0; i < p->count; i++)
        difference[i] = p->a[i] - p->b[i];
    const dvk_status status = dvk_dvh_create(difference, p->weight, p->count, &d);
    dvk_free(difference);
    if (status != DVK_OK)
        return status;
    out->median = dvk_dvh_dose_at_linear(d, 50);
    for (size_t i = 0; i < DVK_COMPARE_PERCENTILES; i++)
        out->percentile[i] = dvk_dvh_dose_at_linear(d, 100 - percents[i]);
    dvk_dvh_free(d);
    return DVK_OK;
}

/* --- moments --- */

static double weight_at(const dvk_pairs *p, size_t i)
{
    return p->weight ? p->weight[i] : 1;
}

/* Sets the means, and the sizes of the difference; returns the sum of the weights. */
static double first_moments(const dvk_pairs *p, dvk_difference *out)
{
    dvk_sum weight = {0}, a = {0}, b = {0}, absolute = {0}, square = {0};
    for (size_t i = 0; i < p->count; i++) {
        const double w = weight_at(p, i), d = p->a[i] - p->b[i];
        dvk_sum_add(&weight, w);
        dvk_sum_add(&a, w * p->a[i]);
        dvk_sum_add(&b, w * p->b[i]);
        dvk_sum_add(&absolute, w * fabs(d));
        dvk_sum_add(&square, w * d * d);
        out->largest = fmax(out->largest, fabs(d));
    }
    const double all = dvk_sum_value(&weight);
    out->mean_a = dvk_sum_value(&a) / all;
    out->mean_b = dvk_sum_value(&b) / all;
    out->mean = out->mean_a - out->mean_b;
    out->mae = dvk_sum_value(&absolute) / all;
    out->rmse = sqrt(dvk_sum_value(&square) / all);
    return all;
}

static void second_moments(const dvk_pairs *p, double all, dvk_difference *out)
{
    dvk_sum aa = {0}, bb = {0}, ab = {0}, dd = {0};
    for (size_t i = 0; i < p->count; i++) {
        const double w = weight_at(p, i), a = p->a[i] - out->mean_a, b = p->b[i] - out->mean_b;
        dvk_sum_add(&aa, w * a * a);
        dvk_sum_add(&bb, w * b * b);
        dvk_sum_add(&ab, w * a * b);
        dvk_sum_add(&dd, w * (a - b) * (a - b));
    }
    const double var_a = dvk_sum_value(&aa) / all, var_b = dvk_sum_value(&bb) / all, both = dvk_sum_value(&ab) / all;
    out->sd = sqrt(dvk_sum_value(&dd) / all);
    out->pearson = dvk_pearson(var_a, var_b, both);
    out->concordance = dvk_concordance(out->mean_a, out->mean_b, var_a, var_b, both);
}

dvk_status dvk_difference_of(const dvk_pairs *p, dvk_difference *out)
{
    *out = (dvk_difference){.count = p->count};
    if (p->count == 0) {
        for (size_t i = 0; i < DVK_COMPARE_PERCENTILES; i++)
            out->percentile[i] = NAN;
        out->mean_a = out->mean_b = out->mean = out->sd = out->median = NAN;
        out->mae = out->rmse = out->largest = out->pearson = out->concordance = NAN;
        return DVK_OK;
    }
    second_moments(p, first_moments(p, out), out);
    return p->weight ? weighted_percentiles(p, out) : plain_percentiles(p, out);
}

/* --- DVHs --- */

double dvk_dvh_distance(const dvk_dvh *a, const dvk_dvh *b, const dvk_pairs *samples, double *at)
{
    double largest = 0;
    *at = NAN;
    for (size_t i = 0; i < 2 * samples->count; i++) {
        const double dose = i < samples->count ? samples->a[i] : samples->b[i - samples->count];
        const double distance = fabs(dvk_dvh_volume_at(a, dose) - dvk_dvh_volume_at(b, dose));
        if (distance > largest || (distance == largest && dose < *at)) {
            largest = distance;
            *at = dose;
        }
    }
    return largest;
}
