/*
 * Rows along x in and out of a tile, one row a column: real rows of the volume, packed and twisted as fft_convolve.cl
 * says, and rows of a spectrum. Of a tile's DVK_TILE rows `there` exist; the others are zeros, and are not written.
 *
 * Without vectors, DVK_SPAN work-items side by side take neighbouring values of a row. With them, a work-item takes as
 * many rows as a vector has lanes, and as many values of each, and turns that square about its diagonal.
 */
#ifndef DVK_FFT_ROWS_H
#define DVK_FFT_ROWS_H

#include "fft_tile.h"

/* Where the spectrum of row i of the volume lies, planes of `rows` rows in it and `plane` numbers apart. */
static size_t spectrum_row(size_t i, int rows, int row, ulong plane)
{
    const size_t z = i / rows;
    return z * plane + (i - z * rows) * row;
}

#if DVK_LANES == 1

static size_t local_item(void)
{
    return get_local_id(1) * get_local_size(0) + get_local_id(0);
}

static size_t local_items(void)
{
    return get_local_size(0) * get_local_size(1);
}

static void load_real_rows(global const float *from, int there, int size, int length, global const float2 *twist,
                           local float *re, local float *im)
{
    const int item = local_item(), items = local_items();
    for (int r = item / DVK_SPAN; r < DVK_TILE; r += items / DVK_SPAN) {
        global const float *values = from + (size_t)r * size;
        for (int j = item % DVK_SPAN; j < length; j += DVK_SPAN) {
            const float a = r < there && j < size ? values[j] : 0.0f;
            const float b = r < there && j + length < size ? values[j + length] : 0.0f;
            const float2 w = twist[j];
            re[j * DVK_STRIDE + r] = a * w.x - b * w.y;
            im[j * DVK_STRIDE + r] = a * w.y + b * w.x;
        }
    }
}

static void store_real_rows(global float *to, int there, int size, int length, global const float2 *twist, float scale,
                            local const float *re, local const float *im)
{
    const int item = local_item(), items = local_items();
    for (int r = item / DVK_SPAN; r < there; r += items / DVK_SPAN) {
        global float *values = to + (size_t)r * size;
        for (int j = item % DVK_SPAN; j < length && j < size; j += DVK_SPAN) {
            const float a = re[j * DVK_STRIDE + r], b = im[j * DVK_STRIDE + r];
            const float2 w = scale * twist[j];
            values[j] = a * w.x + b * w.y;
            if (j + length < size)
                values[j + length] = b * w.x - a * w.y;
        }
    }
}

/* The spectra of the volume's rows from `first` on. */
static void load_spectrum_rows(global const float *from, size_t first, int rows, int row, ulong plane, ulong imaginary,
                               int there, int length, local float *re, local float *im)
{
    const int item = local_item(), items = local_items();
    for (int r = item / DVK_SPAN; r < DVK_TILE; r += items / DVK_SPAN) {
        global const float *values = from + spectrum_row(first + r, rows, row, plane);
        for (int k = item % DVK_SPAN; k < length; k += DVK_SPAN) {
            re[k * DVK_STRIDE + r] = r < there ? values[k] : 0.0f;
            im[k * DVK_STRIDE + r] = r < there ? values[k + imaginary] : 0.0f;
        }
    }
}

/* The same out, with zeros from `length` to the row's end. */
static void store_spectrum_rows(global float *to, size_t first, int rows, int row, ulong plane, ulong imaginary,
                                int there, int length, local const float *re, local const float *im)
{
    const int item = local_item(), items = local_items();
    for (int r = item / DVK_SPAN; r < there; r += items / DVK_SPAN) {
        global float *values = to + spectrum_row(first + r, rows, row, plane);
        for (int k = item % DVK_SPAN; k < row; k += DVK_SPAN) {
            values[k] = k < length ? re[k * DVK_STRIDE + r] : 0.0f;
            values[k + imaginary] = k < length ? im[k * DVK_STRIDE + r] : 0.0f;
        }
    }
}

#else

/* Rows become columns: half the square is woven with the other half as often as it can be halved. */
DVK_ALWAYS void transpose(dvk_vec *m)
{
#pragma unroll
    for (int s = 1; s < DVK_LANES; s *= 2) {
        dvk_vec woven[DVK_LANES];
#pragma unroll
        for (int i = 0; i < DVK_LANES / 2; i++) {
            woven[2 * i].even = m[i].lo, woven[2 * i].odd = m[i + DVK_LANES / 2].lo;
            woven[2 * i + 1].even = m[i].hi, woven[2 * i + 1].odd = m[i + DVK_LANES / 2].hi;
        }
#pragma unroll
        for (int i = 0; i < DVK_LANES; i++)
            m[i] = woven[i];
    }
}

/* Values j .. j + DVK_LANES - 1 of each of DVK_LANES rows `step` apart, transposed: m[q] has value j + q of every row.
 * Rows have `size` values. */
DVK_ALWAYS void load_square(global const float *from, size_t step, int there, int j, int size, dvk_vec *m)
{
#pragma unroll
    for (int r = 0; r < DVK_LANES; r++) {
        global const float *values = from + r * step;
        float tail[DVK_LANES];
        m[r] = 0.0f;
        if (r >= there || j >= size)
            continue;
        if (j + DVK_LANES <= size) {
            m[r] = dvk_vload(values + j);
        } else {
            for (int q = 0; q < DVK_LANES; q++)
                tail[q] = j + q < size ? values[j + q] : 0.0f;
            m[r] = dvk_vload(tail);
        }
    }
    transpose(m);
}

DVK_ALWAYS void store_square(global float *to, size_t step, int there, int j, int size, dvk_vec *m)
{
    transpose(m);
#pragma unroll
    for (int r = 0; r < DVK_LANES; r++) {
        global float *values = to + r * step;
        float tail[DVK_LANES];
        if (r >= there || j >= size)
            continue;
        if (j + DVK_LANES <= size) {
            dvk_vstore(m[r], values + j);
        } else {
            dvk_vstore(m[r], tail);
            for (int q = 0; j + q < size; q++)
                values[j + q] = tail[q];
        }
    }
}

static void load_real_rows(global const float *from, int there, int size, int length, global const float2 *twist,
                           local float *re, local float *im)
{
    const int first = get_local_id(0) * DVK_LANES;
    from += (size_t)first * size;
    for (int j = 0; j < length; j += DVK_LANES) {
        dvk_vec a[DVK_LANES], b[DVK_LANES];
        load_square(from, size, there - first, j, size, a); /* what lies beyond `length` is not used */
        load_square(from, size, there - first, j + length, size, b);
#pragma unroll
        for (int q = 0; q < DVK_LANES; q++) {
            if (j + q >= length)
                break;
            const float2 w = twist[j + q];
            dvk_vstore(a[q] * w.x - b[q] * w.y, re + (j + q) * DVK_STRIDE + first);
            dvk_vstore(a[q] * w.y + b[q] * w.x, im + (j + q) * DVK_STRIDE + first);
        }
    }
}

static void store_real_rows(global float *to, int there, int size, int length, global const float2 *twist, float scale,
                            local const float *re, local const float *im)
{
    const int first = get_local_id(0) * DVK_LANES;
    to += (size_t)first * size;
    for (int j = 0; j < min(size, length); j += DVK_LANES) {
        dvk_vec a[DVK_LANES], b[DVK_LANES];
#pragma unroll
        for (int q = 0; q < DVK_LANES; q++) {
            const int at = min(j + q, length - 1);
            const float2 w = scale * twist[at];
            const dvk_vec r = dvk_vload(re + at * DVK_STRIDE + first), m = dvk_vload(im + at * DVK_STRIDE + first);
            a[q] = r * w.x + m * w.y;
            b[q] = m * w.x - r * w.y;
        }
        store_square(to, size, there - first, j, min(size, length), a);
        store_square(to, size, there - first, j + length, size, b);
    }
}

/* The parts in turn: what is inlined once is compiled once. */
static void load_spectrum_rows(global const float *from, size_t first, int rows, int row, ulong plane, ulong imaginary,
                               int there, int length, local float *re, local float *im)
{
    const int mine = get_local_id(0) * DVK_LANES;
    size_t at[DVK_LANES];
#pragma unroll
    for (int r = 0; r < DVK_LANES; r++)
        at[r] = spectrum_row(first + mine + r, rows, row, plane);
    for (int part = 0; part < 2; part++, from += imaginary) {
        local float *to = (part ? im : re) + mine;
        for (int k = 0; k < length; k += DVK_LANES) {
            dvk_vec m[DVK_LANES];
#pragma unroll
            for (int r = 0; r < DVK_LANES; r++)
                m[r] = mine + r < there ? dvk_vload(from + at[r] + k) : (dvk_vec)(0.0f);
            transpose(m);
#pragma unroll
            for (int q = 0; q < DVK_LANES; q++)
                if (k + q < length)
                    dvk_vstore(m[q], to + (k + q) * DVK_STRIDE);
        }
    }
}

static void store_spectrum_rows(global float *to, size_t first, int rows, int row, ulong plane, ulong imaginary,
                                int there, int length, local const float *re, local const float *im)
{
    const int mine = get_local_id(0) * DVK_LANES;
    size_t at[DVK_LANES];
#pragma unroll
    for (int r = 0; r < DVK_LANES; r++)
        at[r] = spectrum_row(first + mine + r, rows, row, plane);
    for (int part = 0; part < 2; part++, to += imaginary) {
        local const float *from = (part ? im : re) + mine;
        for (int k = 0; k < row; k += DVK_LANES) {
            dvk_vec m[DVK_LANES];
#pragma unroll
            for (int q = 0; q < DVK_LANES; q++)
                m[q] = k + q < length ? dvk_vload(from + (k + q) * DVK_STRIDE) : (dvk_vec)(0.0f);
            transpose(m);
#pragma unroll
            for (int r = 0; r < DVK_LANES; r++)
                if (mine + r < there)
                    dvk_vstore(m[r], to + at[r] + k);
        }
    }
}

#endif

#endif
