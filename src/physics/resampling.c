/* See resampling.h. */
#include "physics/resampling.h"

#include <math.h>

#include "physics/timefit.h"

/* SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection whose output bits each depend on all input bits. */
static uint64_t mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

void dvk_resampling_draw(uint64_t seed, size_t replicate, size_t n, dvk_draw *draw)
{
    const uint64_t golden = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < n; i++) {
        const uint64_t bits = mix(mix(seed + golden) + golden * (replicate * DVK_FIT_POINTS + i + 1));
        draw[i].from = (size_t)(((bits >> 32) * n) >> 32);
        draw[i].scale = bits & 1 ? 1 : -1;
    }
}

double dvk_resampling_inflation(dvk_model model, size_t n)
{
    const size_t unknowns = model == DVK_MODEL_TRAPEZOID ? n : dvk_model_unknowns(model);
    const size_t left = unknowns < n ? n - unknowns : n - dvk_model_unknowns(DVK_MODEL_MONO);
    return sqrt((double)n / (double)left);
}
