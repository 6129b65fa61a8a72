/*
 * Complex Fourier transforms of lengths 2^a 3^b 5^c: their radices, twiddle factors and the order of their output.
 * The transforms themselves are in fft_body.h, compiled once per vector width and type.
 */
#ifndef DVK_BACKEND_CPU_FFT_H
#define DVK_BACKEND_CPU_FFT_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

enum { DVK_FFT_MAX_STAGES = 32, DVK_FFT_MAX_RADIX = 5 };

typedef struct dvk_fft {
    size_t length;
    size_t stages;
    unsigned radix[DVK_FFT_MAX_STAGES];    /* in the forward transform's order */
    size_t twiddle_at[DVK_FFT_MAX_STAGES]; /* where a stage's factors start, in real numbers */
    double *twiddle;                       /* [stage][j][s - 1][re, im]: exp(-2 pi i j s / m) of sub-length m */
    float *twiddle_f;                      /* the same, rounded */
    size_t *order;                         /* frequency that stands at each position after the forward transform */
} dvk_fft;

/* The length that is transformed fastest, at least `least`; a multiple of `step` (1 or 2). */
size_t dvk_fft_good_length(size_t least, size_t step);

/* `length` has no prime factors but 2, 3 and 5. Free with dvk_fft_free, also after a failure. */
dvk_status dvk_fft_init(dvk_fft *f, size_t length) DVK_MUST_USE;
void dvk_fft_free(dvk_fft *f);

#endif
