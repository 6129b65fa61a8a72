/*
 * Fourier transforms of the columns of a tile in local memory: DVK_TILE columns side by side, positions 0 .. length - 1
 * down each. Forward by decimation in frequency, which leaves frequencies in digit-reversed order; backward by
 * decimation in time, which takes them in that order: nothing is ever reordered. Neither scales.
 *
 * DVK_TILE (1, 2, 4, 8 or 16) columns are spread over work-items along x, DVK_LANES (1, 4, 8 or 16) in each; the
 * butterflies of a column over work-items along y. Real and imaginary parts lie apart. A position takes DVK_STRIDE
 * floats: more than there are columns where neighbouring work-items walk down a column, so that they meet different
 * banks.
 */
#ifndef DVK_FFT_TILE_H
#define DVK_FFT_TILE_H

#include "fft_axis.h"

#ifndef DVK_TILE
#define DVK_TILE 16
#endif
#ifndef DVK_LANES
#define DVK_LANES 1
#endif
#ifndef DVK_STRIDE
#define DVK_STRIDE DVK_TILE
#endif

/* Inlined for certain: a constant radix unrolls the loops over it. */
#define DVK_ALWAYS static __attribute__((always_inline))

#if DVK_LANES == 1
typedef float dvk_vec;
#define dvk_vload(from) (*(from))
#define dvk_vstore(value, to) (*(to) = (value))
#define DVK_SPAN 32 /* work-items side by side along a row */
#elif DVK_LANES == 4
typedef float4 dvk_vec;
#define dvk_vload(from) vload4(0, from)
#define dvk_vstore(value, to) vstore4(value, 0, to)
#elif DVK_LANES == 8
typedef float8 dvk_vec;
#define dvk_vload(from) vload8(0, from)
#define dvk_vstore(value, to) vstore8(value, 0, to)
#else
typedef float16 dvk_vec;
#define dvk_vload(from) vload16(0, from)
#define dvk_vstore(value, to) vstore16(value, 0, to)
#endif
#if DVK_LANES > 1
#define DVK_SPAN 1
#endif

/* One radix-point transform: x becomes sum_q x_q exp(-2 pi i p q / radix), p = 0 .. radix - 1. */
DVK_ALWAYS void small_transform(dvk_vec *re, dvk_vec *im, const int radix)
{
    if (radix == 2) {
        const dvk_vec r = re[0] - re[1], i = im[0] - im[1];
        re[0] += re[1], im[0] += im[1];
        re[1] = r, im[1] = i;
    } else if (radix == 3) {
        const float sine = 0.86602540378443865f; /* of 2 pi / 3 */
        const dvk_vec sum_r = re[1] + re[2], sum_i = im[1] + im[2];
        const dvk_vec turn_r = sine * (im[1] - im[2]), turn_i = sine * (re[2] - re[1]);
        const dvk_vec mid_r = re[0] - 0.5f * sum_r, mid_i = im[0] - 0.5f * sum_i;
        re[0] += sum_r, im[0] += sum_i;
        re[1] = mid_r + turn_r, im[1] = mid_i + turn_i;
        re[2] = mid_r - turn_r, im[2] = mid_i - turn_i;
    } else if (radix == 4) {
        const dvk_vec ar = re[0] + re[2], ai = im[0] + im[2], br = re[0] - re[2], bi = im[0] - im[2];
        const dvk_vec cr = re[1] + re[3], ci = im[1] + im[3], dr = re[1] - re[3], di = im[1] - im[3];
        re[0] = ar + cr, im[0] = ai + ci;
        re[1] = br + di, im[1] = bi - dr;
        re[2] = ar - cr, im[2] = ai - ci;
        re[3] = br - di, im[3] = bi + dr;
    } else {
        const float c1 = 0.30901699437494742f, c2 = -0.80901699437494742f; /* cos of 2 pi / 5 and 4 pi / 5 */
        const float s1 = 0.95105651629515357f, s2 = 0.58778525229247313f;  /* sin of the same */
        const dvk_vec ar = re[1] + re[4], ai = im[1] + im[4], br = re[2] + re[3], bi = im[2] + im[3];
        const dvk_vec cr = re[1] - re[4], ci = im[1] - im[4], dr = re[2] - re[3], di = im[2] - im[3];
        const dvk_vec er = re[0] + c1 * ar + c2 * br, ei = im[0] + c1 * ai + c2 * bi;
        const dvk_vec fr = re[0] + c2 * ar + c1 * br, fi = im[0] + c2 * ai + c1 * bi;
        const dvk_vec gr = s1 * cr + s2 * dr, gi = s1 * ci + s2 * di, hr = s2 * cr - s1 * dr, hi = s2 * ci - s1 * di;
        re[0] += ar + br, im[0] += ai + bi;
        re[1] = er + gi, im[1] = ei - gr;
        re[2] = fr + hi, im[2] = fi - hr;
        re[3] = fr - hi, im[3] = fi + hr;
        re[4] = er - gi, im[4] = ei + gr;
    }
}

/* All butterflies of one stage, over blocks of `size` positions. Twiddles go before the small transforms (in time) or
 * after them (in frequency). `radix` is a constant wherever this is called, so that loops over it unroll. */
DVK_ALWAYS void one_stage(local float *re, local float *im, global const float2 *twiddle, int length, int size,
                          const int radix, const int in_time)
{
    const int part = size / radix, step = length / size;
    re += get_local_id(0) * DVK_LANES;
    im += get_local_id(0) * DVK_LANES;
    for (int i = get_local_id(1); i < length / radix; i += get_local_size(1)) {
        const int block = i / part, j = i - block * part;
        dvk_vec xr[5], xi[5];
#pragma unroll
        for (int q = 0; q < radix; q++) {
            const int at = (block * size + j + q * part) * DVK_STRIDE;
            xr[q] = dvk_vload(re + at), xi[q] = dvk_vload(im + at);
            if (in_time && q > 0) {
                const float2 w = twiddle[j * q * step];
                const dvk_vec r = xr[q] * w.x - xi[q] * w.y;
                xi[q] = xr[q] * w.y + xi[q] * w.x, xr[q] = r;
            }
        }
        small_transform(xr, xi, radix);
#pragma unroll
        for (int q = 0; q < radix; q++) {
            const int at = (block * size + j + q * part) * DVK_STRIDE;
            if (!in_time && q > 0) {
                const float2 w = twiddle[j * q * step];
                const dvk_vec r = xr[q] * w.x - xi[q] * w.y;
                xi[q] = xr[q] * w.y + xi[q] * w.x, xr[q] = r;
            }
            dvk_vstore(xr[q], re + at), dvk_vstore(xi[q], im + at);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}

DVK_ALWAYS void stage(local float *re, local float *im, global const float2 *twiddle, int length, int size, int radix,
                      const int in_time)
{
    if (radix == 4)
        one_stage(re, im, twiddle, length, size, 4, in_time);
    else if (radix == 2)
        one_stage(re, im, twiddle, length, size, 2, in_time);
    else if (radix == 3)
        one_stage(re, im, twiddle, length, size, 3, in_time);
    else
        one_stage(re, im, twiddle, length, size, 5, in_time);
}

/* The tile must be complete before and is complete after (barriers). */
DVK_ALWAYS void transform_forward(local float *re, local float *im, constant dvk_fft_axis *axis,
                                  global const float2 *twiddle)
{
    int size = axis->length;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int s = 0; s < axis->stages; s++) {
        stage(re, im, twiddle, axis->length, size, axis->radix[s], 0);
        size /= axis->radix[s];
    }
}

/* With the parts exchanged a forward transform is a backward one. */
DVK_ALWAYS void transform_backward(local float *re, local float *im, constant dvk_fft_axis *axis,
                                   global const float2 *twiddle)
{
    int size = 1;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int s = axis->stages - 1; s >= 0; s--) {
        size *= axis->radix[s];
        stage(im, re, twiddle, axis->length, size, axis->radix[s], 1);
    }
}

#endif
