/*
 * The CPU's convolution plan, shared by the files that make and run it.
 */
#ifndef DVK_BACKEND_CPU_CONVOLVE_H
#define DVK_BACKEND_CPU_CONVOLVE_H

#include "backend/cpu/convolve_passes.h"
#include "backend/cpu/cpu.h"

/* What a plain sum keeps, see direct.c. */
typedef struct dvk_conv_direct {
    size_t n[3], half[3];
    size_t pitch;  /* floats from row to row of `padded` */
    float *taps;   /* [2 half[2]+1][2 half[1]+1][2 half[0]+1], turned around along x, times scale */
    float *padded; /* [n[2]][n[1]][pitch]: the input with zeros on both sides of each row */
} dvk_conv_direct;

struct dvk_conv_plan {
    const dvk_conv_passes *passes;
    int threads;
    bool is_direct;
    bool keeps_spectrum; /* finds it in the user's cache, or leaves it there */
    dvk_buffer kept;     /* what spectrum.real lies in where it was found there */
    dvk_conv_direct direct;
    dvk_conv_grid grid;
    dvk_conv_spectrum spectrum;
    float *work;        /* [P[0]][n[2]][blocks] pairs of vectors: the volume's spectrum along x and y */
    float *scratch;     /* one piece a thread */
    size_t scratch_len; /* floats in a piece */
};

/* The widest vectors that this processor has. */
const dvk_conv_passes *dvk_conv_best_passes(void);

/* dvk_cpu_conv_create with the passes chosen by the caller, for tests. */
dvk_status dvk_cpu_conv_create_with(const dvk_conv_passes *passes, int threads, const dvk_conv_problem *p, bool direct,
                                    dvk_conv_plan **out) DVK_MUST_USE;

/* One tap of the kernel at an offset within its half-widths. */
double dvk_conv_tap(const dvk_conv_problem *p, long x, long y, long z);

/* dvk_conv_grid.pitch for a work volume of so many planes. */
size_t dvk_conv_pitch(const dvk_conv_grid *g, size_t planes);

/* The real spectrum in the user's cache. The key is all that its values depend on, "" where it is not worth keeping;
 * then nothing is found (true: plan->spectrum is) or added. */
enum { DVK_CONV_KEY = 1200 }; /* what identifies the code, and three lines of numbers */
void dvk_conv_kept_key(const dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3],
                       char key[DVK_CONV_KEY]);
bool dvk_conv_kept_find(dvk_conv_plan *plan, const char *key);
void dvk_conv_kept_add(const dvk_conv_plan *plan, const char *key);

/* Number of floats in a real spectrum; DVK_ERR_MEMORY on overflow. */
dvk_status dvk_conv_spectrum_size(const dvk_conv_grid *g, size_t *out) DVK_MUST_USE;

/* Makes plan->spectrum from the kernel cut to `half`, in double for an even kernel. */
dvk_status dvk_conv_make_spectrum(dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3]) DVK_MUST_USE;

dvk_status dvk_conv_direct_init(dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3]) DVK_MUST_USE;
void dvk_conv_direct_run(const dvk_conv_plan *plan, const float *in, float *out);

#endif
