/*
 * Lanes: what lets one source compute a voxel's time fit in C11 and in OpenCL C 1.2. A dvk_real holds DVK_LANES voxels:
 * a vector of 4, 8 or 16 floats as wide as the
 * machine's own, or in OpenCL a plain float for devices that take lanes by themselves. Only + - * /, dvk_fused and
 * comparisons are used, each rounded alike everywhere, and contraction is off, so that two devices that divide
 * correctly give the same bits. Only a CPU without fused instructions rounds dvk_fused twice.
 */
#ifndef DVK_TIMEFIT_LANES_H
#define DVK_TIMEFIT_LANES_H

#ifdef __OPENCL_C_VERSION__

#pragma OPENCL FP_CONTRACT OFF
#ifndef DVK_LANES
#define DVK_LANES 1
#endif
#define DVK_INLINE static inline
#define DVK_OUTLINE static
#define DVK_UNIFORM __constant /* what is the same for all voxels */
#if DVK_LANES == 1
typedef float dvk_real;
typedef int dvk_int;
#define dvk_bits(x) as_int(x)
#define dvk_from_bits(x) as_float(x)
#elif DVK_LANES == 4
typedef float4 dvk_real;
typedef int4 dvk_int;
#define dvk_bits(x) as_int4(x)
#define dvk_from_bits(x) as_float4(x)
#elif DVK_LANES == 8
typedef float8 dvk_real;
typedef int8 dvk_int;
#define dvk_bits(x) as_int8(x)
#define dvk_from_bits(x) as_float8(x)
#else
typedef float16 dvk_real;
typedef int16 dvk_int;
#define dvk_bits(x) as_int16(x)
#define dvk_from_bits(x) as_float16(x)
#endif
#define dvk_fused(a, b, c) fma(a, b, c)
#define dvk_splat(x) ((dvk_real)(x))
#define dvk_splat_int(x) ((dvk_int)(x))
#if DVK_LANES == 1
#define dvk_any(mask) (mask)
#else
#define dvk_any(mask) any(mask)
#endif
#define dvk_select(mask, yes, no) select((no), (yes), (mask))
#define dvk_select_int(mask, yes, no) select((no), (yes), (mask))

#else

#include <stddef.h>
#ifdef __SSE__
#include <immintrin.h>
#endif

#ifndef DVK_LANES
#define DVK_LANES 4
#endif
#define DVK_INLINE static inline __attribute__((always_inline))
#define DVK_OUTLINE static __attribute__((noinline)) /* one copy, or the code would grow tenfold */
#define DVK_UNIFORM const
typedef float dvk_real __attribute__((vector_size(4 * DVK_LANES)));
typedef int dvk_int __attribute__((vector_size(4 * DVK_LANES)));
#define dvk_bits(x) ((dvk_int)(x))
#define dvk_from_bits(x) ((dvk_real)(x))
#define dvk_splat(x) ((x) - (dvk_real){0}) /* not + 0, which has to turn -0 into 0 */
#define dvk_splat_int(x) ((dvk_int){0} + (x))
/* a b + c, rounded once. */
#if defined(__AVX512F__) && DVK_LANES == 16
#define dvk_fused(a, b, c) ((dvk_real)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#elif defined(__FMA__) && DVK_LANES == 8
#define dvk_fused(a, b, c) ((dvk_real)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#else
#define dvk_fused(a, b, c) ((a) * (b) + (c))
#endif
/* x86 has just these as instructions; see below. */
#if defined(__AVX512F__) && DVK_LANES == 16
#define dvk_larger(a, b) ((dvk_real)_mm512_max_ps((__m512)(a), (__m512)(b)))
#define dvk_smaller(a, b) ((dvk_real)_mm512_min_ps((__m512)(a), (__m512)(b)))
#elif defined(__AVX__) && DVK_LANES == 8
#define dvk_larger(a, b) ((dvk_real)_mm256_max_ps((__m256)(a), (__m256)(b)))
#define dvk_smaller(a, b) ((dvk_real)_mm256_min_ps((__m256)(a), (__m256)(b)))
#elif defined(__SSE__) && DVK_LANES == 4
#define dvk_larger(a, b) ((dvk_real)_mm_max_ps((__m128)(a), (__m128)(b)))
#define dvk_smaller(a, b) ((dvk_real)_mm_min_ps((__m128)(a), (__m128)(b)))
#endif
DVK_INLINE int dvk_any(dvk_int mask)
{
    int found = 0;
    for (int lane = 0; lane < DVK_LANES; lane++)
        found |= mask[lane];
    return found;
}

DVK_INLINE dvk_int dvk_select_int(dvk_int mask, dvk_int yes, dvk_int no)
{
    return (mask & yes) | (~mask & no);
}
DVK_INLINE dvk_real dvk_select(dvk_int mask, dvk_real yes, dvk_real no)
{
    return dvk_from_bits(dvk_select_int(mask, dvk_bits(yes), dvk_bits(no)));
}

#endif

/* A comparison is -1 or 0 in each lane of a vector, but 1 or 0 for OpenCL's scalars: masks are only combined with & and
 * |, negated with dvk_not and used through dvk_select and dvk_flag. */
DVK_INLINE dvk_int dvk_not(dvk_int mask)
{
    return mask == dvk_splat_int(0);
}

DVK_INLINE dvk_int dvk_everywhere(void)
{
    return dvk_not(dvk_splat_int(0));
}

DVK_INLINE dvk_int dvk_flag(dvk_int mask, int bit)
{
    return dvk_select_int(mask, dvk_splat_int(bit), dvk_splat_int(0));
}

#ifndef dvk_larger
/* a > b ? a : b and a < b ? a : b, also of NaN. */
DVK_INLINE dvk_real dvk_larger(dvk_real a, dvk_real b)
{
    return dvk_select(a > b, a, b);
}

DVK_INLINE dvk_real dvk_smaller(dvk_real a, dvk_real b)
{
    return dvk_select(a < b, a, b);
}
#endif

DVK_INLINE dvk_real dvk_magnitude(dvk_real x)
{
    return dvk_larger(x, -x);
}

/*
 * x = k ln 2 + r with |r| <= 0.3466, -40 <= x (else -40 is taken) < 80; gives exp(r) - 1 and *scale = 2^k. The series
 * to r^7/5040 leaves r^8/40320, 5e-9. Adding 1.5 * 2^23 rounds to the nearest k; ln 2 has two parts, the first exact
 * times k. exp(-40) = 4e-18 is nothing beside 1, and its square is still a normal number.
 */
DVK_INLINE dvk_real dvk_exp_parts(dvk_real x, dvk_real *scale)
{
    x = dvk_larger(x, dvk_splat(-40.0f));
    const dvk_real shifted = dvk_fused(x, dvk_splat(1.44269504f), dvk_splat(12582912.0f));
    const dvk_real k = shifted - 12582912.0f;
    const dvk_real r = dvk_fused(k, dvk_splat(2.12194440e-4f), dvk_fused(k, dvk_splat(-0.693359375f), x));
    dvk_real p = dvk_fused(r, dvk_splat(1.0f / 5040.0f), dvk_splat(1.0f / 720.0f));
    p = dvk_fused(p, r, dvk_splat(1.0f / 120.0f));
    p = dvk_fused(p, r, dvk_splat(1.0f / 24.0f));
    p = dvk_fused(p, r, dvk_splat(1.0f / 6.0f));
    p = dvk_fused(p, r, dvk_splat(0.5f));
    *scale = dvk_from_bits((dvk_bits(shifted) << 23) + 0x3f800000);
    return dvk_fused(p * r, r, r);
}

DVK_INLINE dvk_real dvk_exp(dvk_real x)
{
    dvk_real scale;
    const dvk_real p = dvk_exp_parts(x, &scale);
    return dvk_fused(scale, p, scale);
}

/* exp(x) - 1 without cancellation near 0. */
DVK_INLINE dvk_real dvk_expm1(dvk_real x)
{
    dvk_real scale;
    const dvk_real p = dvk_exp_parts(x, &scale);
    return dvk_fused(scale, p, scale - 1.0f);
}

/*
 * ln(x) for normal x > 0: x = m 2^k with m in [0.707, 1.414), s = (m - 1) / (m + 1), |s| <= 0.1716,
 * ln m = 2 s (1 + s^2/3 + s^4/5 + s^6/7 + s^8/9); what is left out is 2e-9 of it.
 */
DVK_INLINE dvk_real dvk_log(dvk_real x)
{
    const dvk_int above = dvk_bits(x) - 0x3f3504f3; /* the bits of sqrt(1/2) */
    const dvk_real k = dvk_from_bits((above >> 23) + 0x4b400000) - 12582912.0f;
    const dvk_real m = dvk_from_bits((above & 0x007fffff) + 0x3f3504f3);
    const dvk_real s = (m - 1.0f) / (m + 1.0f);
    const dvk_real q = s * s;
    dvk_real p = q * (1.0f / 9.0f) + 1.0f / 7.0f;
    p = p * q + 0.2f;
    p = p * q + 1.0f / 3.0f;
    return k * 0.693359375f + (k * -2.12194440e-4f + (2.0f * s + 2.0f * s * p * q));
}

#endif
