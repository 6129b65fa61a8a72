/*
 * Exact dose-volume histogram: doses sorted from the hottest down, with the volume that gets at least each of them.
 *
 * Sums run over the sorted doses, so that the same voxels in any order give the same bytes.
 */
#include "dvk/dvh.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "physics/sum.h"

typedef struct sample {
    double dose, weight;
    double reached; /* volume that gets at least this dose, up to here in the order */
} sample;

struct dvk_dvh {
    sample *samples; /* hottest first */
    size_t count;
    double volume, mean, sd;
};

/* A volume that falls short of x % by less than this share of the whole is x %: 0.1 + 0.2 reaches 30 % of 1. Far above
 * the rounding of the sums (1e-16) and far below any voxel's share. */
static const double ROUNDING = 1e-12;

static int hotter_first(const void *a, const void *b)
{
    const sample *p = a, *q = b;
    if (p->dose != q->dose)
        return p->dose > q->dose ? -1 : 1;
    return (p->weight < q->weight) - (p->weight > q->weight);
}

/* --- sorting --- */

/* A double's bits, larger for a colder dose; 0 and -0 are one. */
static uint64_t coldness(double dose)
{
    const double plain = dose + 0.0;
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 ? bits : ~bits & ~((uint64_t)1 << 63);
}

enum { DIGIT_BITS = 11, DIGITS = (64 + DIGIT_BITS - 1) / DIGIT_BITS, VALUES = 1 << DIGIT_BITS };

static size_t digit(uint64_t key, size_t d)
{
    return key >> (d * DIGIT_BITS) & (VALUES - 1);
}

/* Sorts by one digit into `to`, keeping the order of what is alike; false, with nothing done, where all are. */
static bool sort_by_digit(const sample *from, size_t count, size_t d, sample *to)
{
    size_t next[VALUES + 1] = {0};
    for (size_t i = 0; i < count; i++)
        next[digit(coldness(from[i].dose), d) + 1]++;
    if (next[digit(coldness(from[0].dose), d) + 1] == count)
        return false;
    for (size_t v = 0; v < VALUES; v++)
        next[v + 1] += next[v];
    for (size_t i = 0; i < count; i++)
        to[next[digit(coldness(from[i].dose), d)]++] = from[i];
    return true;
}

/* From the hottest down, equal doses by weight: by their digits, a few passes over the samples, since most doses are
 * floats whose last digits are 0 and lie within a few powers of two. */
static dvk_status sort_samples(dvk_dvh *d)
{
    enum { FEW = 1000 };
    sample *other = NULL;
    if (d->count < FEW) {
        qsort(d->samples, d->count, sizeof *d->samples, hotter_first);
        return DVK_OK;
    }
    DVK_TRY(dvk_alloc(d->count, sizeof *other, &other));
    for (size_t i = 0; i < DIGITS; i++)
        if (sort_by_digit(d->samples, d->count, i, other)) {
            sample *sorted = other;
            other = d->samples;
            d->samples = sorted;
        }
    dvk_free(other);
    for (size_t i = 0, end; i < d->count; i = end) {
        for (end = i + 1; end < d->count && d->samples[end].dose == d->samples[i].dose;)
            end++;
        if (end > i + 1)
            qsort(d->samples + i, end - i, sizeof *d->samples, hotter_first);
    }
    return DVK_OK;
}

/* --- the histogram --- */

static dvk_status copy_samples(const double *dose, const double *weight, size_t n, dvk_dvh *d)
{
    for (size_t i = 0; i < n; i++) {
        const double w = weight ? weight[i] : 1;
        if (!isfinite(dose[i]))
            return dvk_fail(DVK_ERR_INVALID, "the dose of voxel %zu of the VOI is not finite", i);
        if (!isfinite(w) || w < 0)
            return dvk_fail(DVK_ERR_INVALID, "the weight of voxel %zu of the VOI is negative or not finite", i);
        if (w > 0)
            d->samples[d->count++] = (sample){.dose = dose[i], .weight = w};
    }
    return d->count ? DVK_OK : dvk_fail(DVK_ERR_INVALID, "the VOI holds no volume");
}

static void accumulate(dvk_dvh *d)
{
    dvk_sum volume = {0}, first = {0}, second = {0};
    for (size_t i = 0; i < d->count; i++) {
        sample *s = &d->samples[i];
        dvk_sum_add(&volume, s->weight);
        s->reached = dvk_sum_value(&volume);
        dvk_sum_add(&first, s->weight * s->dose);
    }
    d->volume = dvk_sum_value(&volume);
    d->mean = dvk_sum_value(&first) / d->volume;
    for (size_t i = 0; i < d->count; i++) {
        const double away = d->samples[i].dose - d->mean;
        dvk_sum_add(&second, d->samples[i].weight * away * away);
    }
    d->sd = sqrt(dvk_sum_value(&second) / d->volume);
}

dvk_status dvk_dvh_create(const double *dose, const double *weight, size_t n, dvk_dvh **out)
{
    dvk_status status = DVK_OK;
    dvk_dvh *d = NULL;
    *out = NULL;
    DVK_TRY_DONE(dvk_alloc(1, sizeof *d, &d));
    DVK_TRY_DONE(dvk_alloc(n, sizeof *d->samples, &d->samples));
    DVK_TRY_DONE(copy_samples(dose, weight, n, d));
    DVK_TRY_DONE(sort_samples(d));
    accumulate(d);
    *out = d;
    d = NULL;
done:
    dvk_dvh_free(d);
    return status;
}

void dvk_dvh_free(dvk_dvh *d)
{
    if (d)
        dvk_free(d->samples);
    dvk_free(d);
}

double dvk_dvh_volume(const dvk_dvh *d)
{
    return d->volume;
}

double dvk_dvh_mean(const dvk_dvh *d)
{
    return d->mean;
}

double dvk_dvh_sd(const dvk_dvh *d)
{
    return d->sd;
}

double dvk_dvh_min(const dvk_dvh *d)
{
    return d->samples[d->count - 1].dose;
}

double dvk_dvh_max(const dvk_dvh *d)
{
    return d->samples[0].dose;
}

double dvk_dvh_hottest(const dvk_dvh *d, double volume)
{
    const double wanted = volume - ROUNDING * d->volume;
    if (!(volume >= 0 && wanted <= d->volume))
        return NAN;
    size_t low = 0, high = d->count - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (d->samples[middle].reached >= wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return d->samples[low].dose;
}

double dvk_dvh_dose_at(const dvk_dvh *d, double percent)
{
    /* percent * volume first: 98 % of 50 voxels is then 49 exactly. */
    return percent >= 0 && percent <= 100 ? dvk_dvh_hottest(d, percent * d->volume / 100) : NAN;
}

/* Where sample i lies between the hottest (0) and the coldest (1), by the middle of its volume. */
static double position(const dvk_dvh *d, size_t i)
{
    const sample *s = d->samples;
    const double first = s[0].weight / 2, last = s[d->count - 1].weight / 2;
    return (s[i].reached - s[i].weight / 2 - first) / (d->volume - first - last);
}

double dvk_dvh_dose_at_linear(const dvk_dvh *d, double percent)
{
    if (!(percent >= 0 && percent <= 100))
        return NAN;
    if (d->count == 1)
        return d->mean;
    const double wanted = percent / 100;
    size_t low = 0, high = d->count - 1;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (position(d, middle) <= wanted)
            low = middle;
        else
            high = middle;
    }
    const double a = position(d, low), b = position(d, high);
    const double share = b > a ? (wanted - a) / (b - a) : 0;
    return d->samples[low].dose + share * (d->samples[high].dose - d->samples[low].dose);
}

double dvk_dvh_volume_at(const dvk_dvh *d, double dose)
{
    size_t low = 0, high = d->count; /* samples before `low` get `dose`, from `high` on they do not */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (d->samples[middle].dose >= dose)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? 100 * d->samples[low - 1].reached / d->volume : 0;
}
