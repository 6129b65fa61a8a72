/*
 * The convolution's passes for one vector width; included by a file per instruction set with
 *
 *   LANES    floats in a vector: 4, 8 or 16
 *   LEVEL    the name of the table to define
 *   LEVEL_NAME, LEVEL_USABLE   its name in words, and a test whether this processor can run it
 *   STREAM(to, v), STREAM_END()   store a vector at an aligned address past the caches, and make such stores visible
 *                                 to other threads; left out: a plain store
 *
 * Everything here is static but the table, so that no code of a wide level leaks into a narrow one.
 */
#include <stdint.h>
#include <string.h>

#include "backend/cpu/convolve_passes.h"

#ifndef STREAM
#define STREAM(to, v) (*(vec_f *)(to) = (v))
#define STREAM_END() ((void)0)
#endif
#define INLINE static inline __attribute__((always_inline))

#define FFT_REAL double
#define FFT_LANES (LANES / 2)
#define FFT_NAME(x) x##_d
#define FFT_TWIDDLE twiddle
#include "backend/cpu/fft_body.h"
#undef FFT_REAL
#undef FFT_LANES
#undef FFT_NAME
#undef FFT_TWIDDLE

#define FFT_REAL float
#define FFT_LANES LANES
#define FFT_NAME(x) x##_f
#define FFT_TWIDDLE twiddle_f
#include "backend/cpu/fft_body.h"
#undef FFT_REAL
#undef FFT_LANES
#undef FFT_NAME
#undef FFT_TWIDDLE

#include "backend/cpu/convolve_octant.h"
#include "backend/cpu/convolve_rows.h"

/* A thread's scratch: a plane after its transform along x, a row's elements, and a tile of one transform. */
typedef struct workspace {
    cvec_f *plane; /* [y][blocks] */
    vec_f *row;    /* [P[0] rounded up] */
    cvec_f *tile;  /* [the longest transform, whole blocks] */
} workspace;

static size_t tile_length(const dvk_conv_grid *g)
{
    return largest(g->blocks * LANES, largest(g->padded[1], g->padded[2]));
}

static size_t plane_rows(const dvk_conv_grid *g)
{
    return largest(round_up(g->n[1]), g->padded[1]);
}

static size_t pass_scratch(const dvk_conv_grid *g)
{
    return LANES * (2 * plane_rows(g) * g->blocks + round_up(g->padded[0]) + 2 * tile_length(g));
}

static workspace lay_out(const dvk_conv_grid *g, void *scratch)
{
    workspace w;
    w.plane = scratch;
    w.tile = w.plane + plane_rows(g) * g->blocks;
    w.row = (vec_f *)(w.tile + tile_length(g));
    return w;
}

/* LANES real rows in w.row, packed at a right angle and transformed along x, into rows y... of the plane. */
static void forward_rows(const dvk_conv_grid *g, const workspace *w, size_t width, size_t y)
{
    const size_t half = g->padded[0] / 2;
    const float *twist = g->twist_f;
    for (size_t j = 0; j < half; j++) {
        const vec_f low = j < width ? w->row[j] : (vec_f){0};
        const vec_f high = j + half < width ? w->row[j + half] : (vec_f){0};
        w->tile[j] = times_f((cvec_f){low, high}, twist + 2 * j);
    }
    const column_f tile = {w->tile, 1, half};
    forward_f(&g->fft[0], g->fft[0].stages, tile, w->tile, tile);
    for (size_t j = half; j < g->blocks * LANES; j++)
        w->tile[j] = (cvec_f){0};
    for (size_t b = 0; b < g->blocks; b++) {
        vec_f re[LANES], im[LANES];
        for (size_t l = 0; l < LANES; l++) {
            re[l] = w->tile[b * LANES + l].re;
            im[l] = w->tile[b * LANES + l].im;
        }
        transpose(re);
        transpose(im);
        for (size_t l = 0; l < LANES; l++)
            w->plane[(y + l) * g->blocks + b] = (cvec_f){re[l], im[l]};
    }
}

static void forward_plane(const dvk_conv_grid *g, const float *volume, size_t z, float *work, void *scratch)
{
    const workspace w = lay_out(g, scratch);
    const size_t *n = g->n;
    const float *plane = volume + z * n[1] * n[0];
    for (size_t y = 0; y < n[1]; y += LANES) {
        const size_t rows = n[1] - y < LANES ? n[1] - y : LANES;
        gather_rows(plane + y * n[0], rows, n[0], n[0], w.row);
        forward_rows(g, &w, n[0], y);
    }
    for (size_t b = 0; b < g->blocks; b++) {
        const column_f in = {w.plane + b, g->blocks, n[1]};
        const column_f out = {w.plane + b, g->blocks, g->padded[1]};
        forward_f(&g->fft[1], g->fft[1].stages, in, w.tile, out);
    }
    for (size_t y = 0; y < g->padded[1]; y++)
        store_pairs(w.plane + y * g->blocks, g->blocks, g->past_cache, (cvec_f *)work + y * g->pitch + z * g->blocks);
    STREAM_END();
}

/* Where the spectrum of one column along z lies: real values under a mirrored row number, or complex ones. */
typedef struct filter {
    const float *real;
    const size_t *row;
    size_t width;
    const cvec_f *complex;
    size_t stride;
} filter;

/* One element times the spectrum, swapped for the way back. */
INLINE cvec_f filtered(const filter *f, size_t position, cvec_f x)
{
    if (f->real) {
        const vec_f h = *(const vec_f *)(f->real + f->row[position] * f->width);
        return (cvec_f){x.im * h, x.re * h};
    }
    const cvec_f h = f->complex[position * f->stride];
    return (cvec_f){x.re * h.im + x.im * h.re, x.re * h.re - x.im * h.im};
}

/* The forward transform's last stage, the spectrum and the backward transform's first stage in one go. */
INLINE void filter_radix(unsigned radix, size_t length, const filter *f, cvec_f *tile)
{
    for (size_t base = 0; base < length; base += radix) {
        cvec_f x[DVK_FFT_MAX_RADIX];
        for (size_t q = 0; q < radix; q++)
            x[q] = tile[base + q];
        butterfly_f(x, radix);
        for (size_t s = 0; s < radix; s++)
            x[s] = filtered(f, base + s, x[s]);
        butterfly_f(x, radix);
        for (size_t q = 0; q < radix; q++)
            tile[base + q] = x[q];
    }
}

static void filter_tile(const dvk_fft *fft, const filter *f, cvec_f *tile)
{
    switch (fft->stages ? fft->radix[fft->stages - 1] : 1) {
    case 1:
        tile[0] = filtered(f, 0, tile[0]);
        break;
    case 2:
        filter_radix(2, fft->length, f, tile);
        break;
    case 3:
        filter_radix(3, fft->length, f, tile);
        break;
    case 4:
        filter_radix(4, fft->length, f, tile);
        break;
    default:
        filter_radix(5, fft->length, f, tile);
    }
}

static void multiply_row(const dvk_conv_grid *g, const dvk_conv_spectrum *s, size_t y, float *work, void *scratch)
{
    const workspace w = lay_out(g, scratch);
    const dvk_fft *fft = &g->fft[2];
    const size_t first = fft->stages ? fft->stages - 1 : 0, columns = g->blocks * LANES;
    for (size_t b = 0; b < g->blocks; b++) {
        const column_f tile = {w.tile, 1, fft->length};
        const column_f line = {(cvec_f *)work + y * g->pitch + b, g->blocks, g->n[2]};
        filter f = {.row = g->mirror[2], .width = columns, .stride = g->blocks};
        if (s->real)
            f.real = s->real + g->mirror[1][y] * (g->padded[2] / 2 + 1) * columns + b * LANES;
        else
            f.complex = (const cvec_f *)s->complex + y * g->padded[2] * g->blocks + b;
        forward_f(fft, first, line, w.tile, tile);
        filter_tile(fft, &f, w.tile);
        backward_f(fft, first, tile, w.tile, line);
    }
}

/* Rows y... of the plane back along x into w.row; the data are swapped, see fft_body.h. */
static void backward_rows(const dvk_conv_grid *g, const workspace *w, size_t y)
{
    const size_t half = g->padded[0] / 2;
    for (size_t b = 0; b < g->blocks; b++) {
        vec_f re[LANES], im[LANES];
        for (size_t l = 0; l < LANES; l++) {
            re[l] = w->plane[(y + l) * g->blocks + b].re;
            im[l] = w->plane[(y + l) * g->blocks + b].im;
        }
        transpose(re);
        transpose(im);
        for (size_t l = 0; l < LANES; l++)
            w->tile[b * LANES + l] = (cvec_f){re[l], im[l]};
    }
    const column_f tile = {w->tile, 1, half};
    backward_f(&g->fft[0], g->fft[0].stages, tile, w->tile, tile);
    for (size_t j = 0; j < half; j++) {
        const cvec_f value = times_f(w->tile[j], g->twist_f + 2 * j);
        w->row[j] = value.im;
        w->row[j + half] = value.re;
    }
}

static void backward_plane(const dvk_conv_grid *g, const float *work, size_t z, float *volume, void *scratch)
{
    const workspace w = lay_out(g, scratch);
    const size_t *n = g->n;
    float *plane = volume + z * n[1] * n[0];
    for (size_t y = 0; y < g->padded[1]; y++)
        memcpy(w.plane + y * g->blocks, (const cvec_f *)work + y * g->pitch + z * g->blocks,
               g->blocks * sizeof(cvec_f));
    for (size_t b = 0; b < g->blocks; b++) {
        const column_f in = {w.plane + b, g->blocks, g->padded[1]};
        const column_f out = {w.plane + b, g->blocks, n[1]};
        backward_f(&g->fft[1], g->fft[1].stages, in, w.tile, out);
    }
    for (size_t y = 0; y < n[1]; y += LANES) {
        const size_t rows = n[1] - y < LANES ? n[1] - y : LANES;
        backward_rows(g, &w, y);
        scatter_rows(w.row, rows, n[0], n[0], plane + y * n[0]);
    }
    STREAM_END();
}

/* LANES frequencies of a row times phase along x, and along y and z together. */
static cvec_f rotated(cvec_f value, const double *along_x, double re, double im)
{
    for (size_t l = 0; l < LANES; l++) {
        const double *px = along_x + 2 * l;
        const double phase_re = px[0] * re - px[1] * im, phase_im = px[0] * im + px[1] * re;
        const double a = value.re[l], b = value.im[l];
        value.re[l] = (float)(a * phase_re - b * phase_im);
        value.im[l] = (float)(a * phase_im + b * phase_re);
    }
    return value;
}

static void spectrum_row(const dvk_conv_grid *g, const float *work, size_t y, double factor, double *const phase[3],
                         float *spectrum, void *scratch)
{
    cvec_f *tile = scratch, *row = (cvec_f *)spectrum + y * g->padded[2] * g->blocks;
    const double *py = phase[1] + 2 * y;
    for (size_t b = 0; b < g->blocks; b++) {
        const column_f in = {(cvec_f *)work + y * g->pitch + b, g->blocks, g->n[2]};
        const column_f out = {tile, 1, g->padded[2]};
        forward_f(&g->fft[2], g->fft[2].stages, in, tile, out);
        for (size_t z = 0; z < g->padded[2]; z++) {
            const double *pz = phase[2] + 2 * z;
            const double re = factor * (py[0] * pz[0] - py[1] * pz[1]), im = factor * (py[0] * pz[1] + py[1] * pz[0]);
            row[z * g->blocks + b] = rotated(tile[z], phase[0] + 2 * b * LANES, re, im);
        }
    }
}

extern const dvk_conv_passes LEVEL;
const dvk_conv_passes LEVEL = {
    .name = LEVEL_NAME,
    .lanes = LANES,
    .usable = LEVEL_USABLE,
    .scratch = pass_scratch,
    .forward_plane = forward_plane,
    .multiply_row = multiply_row,
    .backward_plane = backward_plane,
    .spectrum_row = spectrum_row,
    .octant_x = octant_x,
    .octant_y = octant_y,
    .octant_z = octant_z,
    .direct_row = direct_row,
};
