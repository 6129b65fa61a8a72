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

/* A thread's scratch: a plane transformed along y, and a tile of one transform or of the columns that share a line. */
typedef struct workspace {
    cvec_f *plane; /* [x][apart] */
    cvec_f *tile;
} workspace;

/* Columns of volume that share cache lines are stored together, so that whole lines can go past the caches. */
enum { TOGETHER = 16 / LANES };

static size_t tile_length(const dvk_conv_grid *g)
{
    return largest(TOGETHER * g->blocks * LANES, largest(g->padded[0], g->padded[2]));
}

static size_t plane_size(const dvk_conv_grid *g)
{
    return largest(round_up(g->n[0]), g->padded[0]) * g->apart;
}

static size_t pass_scratch(const dvk_conv_grid *g)
{
    return 2 * LANES * (plane_size(g) + tile_length(g));
}

static workspace lay_out(const dvk_conv_grid *g, void *scratch)
{
    workspace w;
    w.plane = scratch;
    w.tile = w.plane + plane_size(g);
    return w;
}

/* From column b of the work volume to the one that comes next, `apart` from plane to plane or row to row. */
static ptrdiff_t next_column(const dvk_conv_grid *g, size_t b, bool is_last, size_t apart)
{
    if (b + 1 < g->blocks)
        return 1;
    return is_last ? 0 : (ptrdiff_t)(apart - b);
}

/* LANES columns x... of a plane of the volume, packed at a right angle and transformed along y, into rows x... of the
 * plane. */
static void forward_columns(const dvk_conv_grid *g, const workspace *w, const float *from, size_t x, size_t ahead)
{
    const size_t half = g->padded[1] / 2, pitch = g->apart;
    load_columns(from + x, g->n, g->n[0] - x, ahead, half, g->twist_f, w->tile);
    const column_f tile = {w->tile, 1, half, 0};
    forward_f(&g->fft[1], g->fft[1].stages, tile, w->tile, tile);
    for (size_t j = half; j < g->blocks * LANES; j++)
        w->tile[j] = (cvec_f){0};
    for (size_t b = 0; b < g->blocks; b++)
        transpose_pairs(w->tile + b * LANES, 1, w->plane + x * pitch + b, pitch);
}

static void forward_plane(const dvk_conv_grid *g, const float *volume, size_t z, float *work, void *scratch)
{
    const workspace w = lay_out(g, scratch);
    const size_t *n = g->n, pitch = g->apart;
    const bool is_last = z + 1 == n[2];
    for (size_t x = 0; x < n[0]; x += LANES) {
        const size_t next_plane = is_last ? 0 : n[1] * n[0] - x;
        forward_columns(g, &w, volume + z * n[1] * n[0], x, x + LINE < n[0] ? LINE : next_plane);
    }
    cvec_f *const to = (cvec_f *)work + z * g->apart;
    for (size_t b = 0; b < g->blocks; b++) {
        const column_f in = {w.plane + b, pitch, n[0], b + 1 < g->blocks};
        const column_f near = {w.plane + b, pitch, g->padded[0], 0};
        const column_f out = {to + b, g->pitch, g->padded[0], next_column(g, b, is_last, g->apart)};
        forward_f(&g->fft[0], g->fft[0].stages, in, w.tile, g->past_cache ? near : out);
    }
    for (size_t x = 0; g->past_cache && x < g->padded[0]; x++)
        store_past_cache(w.plane + x * pitch, g->blocks, to + x * g->pitch);
    STREAM_END();
}

/* The spectrum of one column along z: real values under a mirrored position, or complex ones. */
typedef struct filter {
    const vec_f *real;
    const size_t *mirror;
    const cvec_f *complex;
} filter;

/* One element times the spectrum, swapped for the way back. */
INLINE cvec_f filtered(const filter *f, size_t position, cvec_f x)
{
    if (f->real) {
        const vec_f h = f->real[f->mirror[position]];
        return (cvec_f){x.im * h, x.re * h};
    }
    const cvec_f h = f->complex[position];
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

static void multiply_row(const dvk_conv_grid *g, const dvk_conv_spectrum *s, size_t x, float *work, void *scratch)
{
    const workspace w = lay_out(g, scratch);
    const dvk_fft *fft = &g->fft[2];
    const size_t stages = fft->stages ? fft->stages - 1 : 0, rows = g->padded[2] / 2 + 1;
    for (size_t b = 0; b < g->blocks; b++) {
        const column_f tile = {w.tile, 1, fft->length, 0};
        const ptrdiff_t ahead = next_column(g, b, x + 1 == g->padded[0], g->pitch);
        const column_f line = {(cvec_f *)work + x * g->pitch + b, g->apart, g->n[2], ahead};
        filter f = {.mirror = g->mirror[2]};
        if (s->real)
            f.real = (const vec_f *)s->real + (g->mirror[0][x] * g->blocks + b) * rows;
        else
            f.complex = (const cvec_f *)s->complex + (x * g->blocks + b) * fft->length;
        forward_f(fft, stages, line, w.tile, tile);
        filter_tile(fft, &f, w.tile);
        backward_f(fft, stages, tile, w.tile, line);
    }
}

/* Rows x... of the plane back along y, into a tile; the data are swapped, see fft_body.h. */
static void backward_columns(const dvk_conv_grid *g, const workspace *w, size_t x, cvec_f *to)
{
    const size_t half = g->padded[1] / 2, pitch = g->apart;
    for (size_t b = 0; b < g->blocks; b++)
        transpose_pairs(w->plane + x * pitch + b, pitch, to + b * LANES, 1);
    const column_f tile = {to, 1, half, 0};
    backward_f(&g->fft[1], g->fft[1].stages, tile, to, tile);
}

static void backward_plane(const dvk_conv_grid *g, const float *work, size_t z, float *volume, void *scratch)
{
    const workspace w = lay_out(g, scratch);
    const size_t *n = g->n, pitch = g->apart, tile = g->blocks * LANES;
    float *const plane = volume + z * n[1] * n[0];
    for (size_t b = 0; b < g->blocks; b++) {
        const ptrdiff_t ahead = next_column(g, b, z + 1 == n[2], g->apart);
        const column_f in = {(cvec_f *)work + z * g->apart + b, g->pitch, g->padded[0], ahead};
        const column_f out = {w.plane + b, pitch, n[0], 0};
        backward_f(&g->fft[0], g->fft[0].stages, in, w.tile, out);
    }
    for (size_t x = 0; x < n[0]; x += TOGETHER * LANES) {
        for (size_t t = 0; t < TOGETHER && x + t * LANES < n[0]; t++)
            backward_columns(g, &w, x + t * LANES, w.tile + t * tile);
        store_columns(w.tile, tile, g->n, n[0] - x, g->padded[1] / 2, g->twist_f, plane + x);
    }
    STREAM_END();
}

/* LANES frequencies of a row times phase along y, and along x and z together. */
static cvec_f rotated(cvec_f value, const double *along_y, double re, double im)
{
    for (size_t l = 0; l < LANES; l++) {
        const double *py = along_y + 2 * l;
        const double phase_re = py[0] * re - py[1] * im, phase_im = py[0] * im + py[1] * re;
        const double a = value.re[l], b = value.im[l];
        value.re[l] = (float)(a * phase_re - b * phase_im);
        value.im[l] = (float)(a * phase_im + b * phase_re);
    }
    return value;
}

static void spectrum_row(const dvk_conv_grid *g, const float *work, size_t x, double factor, double *const phase[3],
                         float *spectrum, void *scratch)
{
    cvec_f *tile = scratch;
    const double *px = phase[0] + 2 * x;
    for (size_t b = 0; b < g->blocks; b++) {
        const column_f in = {(cvec_f *)work + x * g->pitch + b, g->apart, g->n[2], 0};
        const column_f out = {tile, 1, g->padded[2], 0};
        cvec_f *const to = (cvec_f *)spectrum + (x * g->blocks + b) * g->padded[2];
        forward_f(&g->fft[2], g->fft[2].stages, in, tile, out);
        for (size_t z = 0; z < g->padded[2]; z++) {
            const double *pz = phase[2] + 2 * z;
            const double re = factor * (px[0] * pz[0] - px[1] * pz[1]), im = factor * (px[0] * pz[1] + px[1] * pz[0]);
            to[z] = rotated(tile[z], phase[1] + 2 * b * LANES, re, im);
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
