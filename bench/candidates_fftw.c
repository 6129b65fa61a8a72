/* FFTW as its users use it: whole real-to-complex transforms of a zero-padded copy. */
#include <string.h>

#include "candidates.h"

#ifdef BENCH_FFTW

#include <fftw3.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct candidate {
    size_t n[3], padded[3];
    float *real;
    fftwf_complex *spectrum, *kernel;
    fftwf_plan forward, backward;
    int threads;
} candidate;

static bool is_good(size_t n)
{
    for (size_t p = 2; p <= 7; p++)
        while (n % p == 0)
            n /= p;
    return n == 1;
}

static size_t padded_length(bool textbook, size_t n, size_t half)
{
    size_t length = textbook ? 1 : n + half;
    while (textbook && length < n + 2 * half)
        length *= 2;
    while (!textbook && !is_good(length))
        length++;
    return length;
}

static size_t reals(const candidate *c)
{
    return c->padded[0] * c->padded[1] * c->padded[2];
}

static size_t frequencies(const candidate *c)
{
    return (c->padded[0] / 2 + 1) * c->padded[1] * c->padded[2];
}

/* The kernel's centre at the origin, the rest wrapped around. */
static void transform_kernel(candidate *c, const size_t half[3], const float *taps)
{
    const size_t *p = c->padded;
    memset(c->real, 0, reals(c) * sizeof *c->real);
    for (size_t z = 0; z <= 2 * half[2]; z++)
        for (size_t y = 0; y <= 2 * half[1]; y++)
            for (size_t x = 0; x <= 2 * half[0]; x++) {
                const size_t i = (x + p[0] - half[0]) % p[0], j = (y + p[1] - half[1]) % p[1];
                const size_t k = (z + p[2] - half[2]) % p[2];
                c->real[(k * p[1] + j) * p[0] + i] = *taps++ / (float)reals(c);
            }
    fftwf_execute(c->forward);
    memcpy(c->kernel, c->spectrum, frequencies(c) * sizeof *c->kernel);
}

void bench_fftw_free(void *p)
{
    candidate *c = p;
    fftwf_destroy_plan(c->forward);
    fftwf_destroy_plan(c->backward);
    fftwf_free(c->real);
    fftwf_free(c->spectrum);
    fftwf_free(c->kernel);
    free(c);
}

void *bench_fftw_make(const char *way, int threads, const size_t n[3], const size_t half[3], const float *taps)
{
    const bool textbook = strcmp(way, "textbook") == 0;
    const unsigned effort = textbook ? FFTW_ESTIMATE : FFTW_MEASURE;
    candidate *c = calloc(1, sizeof *c);
    if (!c || !fftwf_init_threads())
        return NULL;
    for (int a = 0; a < 3; a++) {
        c->n[a] = n[a];
        c->padded[a] = padded_length(textbook, n[a], half[a]);
    }
    c->threads = threads;
    c->real = fftwf_alloc_real(reals(c));
    c->spectrum = fftwf_alloc_complex(frequencies(c));
    c->kernel = fftwf_alloc_complex(frequencies(c));
    if (!c->real || !c->spectrum || !c->kernel)
        abort();
    fftwf_plan_with_nthreads(threads);
    const int p[3] = {(int)c->padded[0], (int)c->padded[1], (int)c->padded[2]};
    c->forward = fftwf_plan_dft_r2c_3d(p[2], p[1], p[0], c->real, c->spectrum, effort);
    c->backward = fftwf_plan_dft_c2r_3d(p[2], p[1], p[0], c->spectrum, c->real, effort);
    transform_kernel(c, half, taps);
    return c;
}

int bench_fftw_run(void *p, const float *in, float *out)
{
    candidate *c = p;
    const size_t *n = c->n, *q = c->padded;
    const long count = (long)frequencies(c), rows = (long)(q[1] * q[2]);
#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (long r = 0; r < rows; r++) {
        const size_t y = (size_t)r % q[1], z = (size_t)r / q[1];
        const size_t width = y < n[1] && z < n[2] ? n[0] : 0;
        memcpy(c->real + (size_t)r * q[0], in + (width ? (z * n[1] + y) * n[0] : 0), width * sizeof *in);
        memset(c->real + (size_t)r * q[0] + width, 0, (q[0] - width) * sizeof *in);
    }
    fftwf_execute(c->forward);
#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (long i = 0; i < count; i++) {
        const float a = c->spectrum[i][0], b = c->spectrum[i][1];
        const float re = c->kernel[i][0], im = c->kernel[i][1];
        c->spectrum[i][0] = a * re - b * im;
        c->spectrum[i][1] = a * im + b * re;
    }
    fftwf_execute(c->backward);
#pragma omp parallel for num_threads(c->threads) schedule(static)
    for (long z = 0; z < (long)n[2]; z++)
        for (size_t y = 0; y < n[1]; y++)
            memcpy(out + ((size_t)z * n[1] + y) * n[0], c->real + ((size_t)z * q[1] + y) * q[0], n[0] * sizeof *out);
    return 0;
}

#else

void *bench_fftw_make(const char *way, int threads, const size_t n[3], const size_t half[3], const float *taps)
{
    (void)way, (void)threads, (void)n, (void)half, (void)taps;
    return NULL;
}

int bench_fftw_run(void *candidate, const float *in, float *out)
{
    (void)candidate, (void)in, (void)out;
    return -1;
}

void bench_fftw_free(void *candidate)
{
    (void)candidate;
}

#endif
