/*
 * The convolution's passes over memory, as tables of functions: the same source (convolve_body.h) is compiled for each
 * vector width, and convolve.c chooses the widest that the processor has.
 */
#ifndef DVK_BACKEND_CPU_CONVOLVE_PASSES_H
#define DVK_BACKEND_CPU_CONVOLVE_PASSES_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/cpu/fft.h"

/*
 * One convolution's sizes and tables. The padded lengths are P[a] >= n[a] + half[a]: what a cyclic convolution of that
 * length wraps around then falls outside the n[a] elements wanted.
 *
 * Along y, the real column a of length P becomes M = P/2 complex numbers z_j = (a_j + i a_{j+M}) exp(i pi j / P), whose
 * transform is the column's polynomial at the frequencies 2 pi (k - 1/4) / M: a convolution in which what wraps around
 * changes sign. Along x and z the transforms are plain. An even kernel is real at all these frequencies. It is y
 * because its columns lie side by side in memory as lanes do: nothing has to be transposed at the volume's side.
 */
typedef struct dvk_conv_grid {
    size_t n[3];       /* of the volume, x fastest */
    size_t padded[3];  /* P; P[1] is even */
    dvk_fft fft[3];    /* of lengths P[0], P[1]/2, P[2] */
    double *twist;     /* exp(i pi j / P[1]), j < P[1]/2: re, im */
    float *twist_f;    /* the same, rounded */
    size_t *mirror[3]; /* min(k, P - k) of the frequency k at each position of fft[a].order, a = 0, 2 */
    size_t lanes;      /* of a vector of float */
    size_t blocks;     /* vectors that hold the M frequencies along y */
    size_t apart;    /* pairs of vectors from plane z to plane z + 1 of a row of the work volume; odd, so that a column
                        spreads over all sets of a cache */
    size_t pitch;    /* pairs of vectors from row x to row x + 1 of the work volume */
    bool past_cache; /* the work volume is larger than a cache */
} dvk_conv_grid;

/*
 * The spectrum of the kernel times scale / (P[0] M P[2]), y in blocks of lanes in the order of fft[1]:
 *   real     [P[0]/2 + 1][blocks][P[2]/2 + 1][lanes], x and z by frequency
 *   complex  [P[0]][blocks][P[2]][re, im][lanes], x and z in the order of the transforms
 * One of the two is NULL.
 */
typedef struct dvk_conv_spectrum {
    float *real;
    float *complex;
} dvk_conv_spectrum;

typedef struct dvk_conv_passes {
    const char *name; /* of the instruction set */
    size_t lanes;
    bool (*usable)(void);

    /* Number of floats of scratch that one thread needs. */
    size_t (*scratch)(const dvk_conv_grid *g);

    /* Plane z of the volume, forward along y and x, into work[P[0]][n[2]][blocks] (pairs of vectors). */
    void (*forward_plane)(const dvk_conv_grid *g, const float *volume, size_t z, float *work, void *scratch);
    /* Row x of work: forward along z, times the spectrum, backward along z. */
    void (*multiply_row)(const dvk_conv_grid *g, const dvk_conv_spectrum *s, size_t x, float *work, void *scratch);
    /* Plane z of the result, backward along x and y; only the n voxels are kept. */
    void (*backward_plane)(const dvk_conv_grid *g, const float *work, size_t z, float *volume, void *scratch);

    /* Row x of work (made from the kernel's taps): forward along z into spectrum->complex, times `factor`
     * and the phase that brings tap half[a] to the origin; phase[a][position][re, im]. */
    void (*spectrum_row)(const dvk_conv_grid *g, const float *work, size_t x, double factor, double *const phase[3],
                         float *spectrum, void *scratch);

    /* The even kernel's spectrum, in double: along y one plane of the octant, half[1]+1 rows of half[0]+1 taps, `pitch`
     * apart, into plane[P[0]/2 + 1][columns]; along x, in place; along z, row x of [half[2]+1][P[0]/2+1][columns]. */
    void (*octant_y)(const dvk_conv_grid *g, const size_t half[3], const double *octant, size_t pitch, double *plane,
                     void *scratch);
    void (*octant_x)(const dvk_conv_grid *g, size_t half, double *plane, void *scratch);
    void (*octant_z)(const dvk_conv_grid *g, size_t half, const double *planes, size_t x, double factor, float *row,
                     void *scratch);

    /* One row of a plain sum: out[x] = sum over r and i of taps[r][i] row[r][x + i], n values; see direct.c. */
    void (*direct_row)(size_t n, size_t rows, const float *const *row, const float *const *taps, size_t width,
                       float *out);
} dvk_conv_passes;

/* The tables that this build has, widest first, ended by NULL. */
extern const dvk_conv_passes *const dvk_conv_levels[];

#endif
