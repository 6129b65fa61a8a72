/*
 * What bench/convolve.py calls through ctypes: each candidate is made for one problem, run many times, and freed.
 * Kernels are (2 R + 1)^3 taps, x fastest. A maker returns NULL where the candidate is not in this build or fails.
 */
#ifndef BENCH_CANDIDATES_H
#define BENCH_CANDIDATES_H

#include <stddef.h>

/* 177Lu in soft tissue for voxels of `voxel_mm`, cut to `half`, into taps; 0 when it worked. */
int bench_kernel(const size_t half[3], double voxel_mm, float *taps);

/* dvkit through its library, on "cpu" or an OpenCL device. */
void *bench_dvkit_make(const char *device, int threads, const size_t n[3], const size_t half[3], double voxel_mm);
int bench_dvkit_run(void *candidate, const float *in, float *out);
void bench_dvkit_free(void *candidate);
const char *bench_dvkit_device(void *candidate);

/* Voxelwise integration of a series by a model, on "cpu" or an OpenCL device; NULL where that cannot be. A run makes
 * the map and its status anew, as `dvkit integrate` does; `tia` gets a copy of the map unless it is NULL. */
void *bench_fit_make(const char *device, int threads, const char *model, const char *const *scans, size_t count);
int bench_fit_run(void *candidate, float *tia);
void bench_fit_free(void *candidate);

/* FFTW in float: "ordinary" (measured plans, the least good length >= n + R) or "textbook" (estimated plans, the power
 * of two >= n + 2 R), whole real transforms with the kernel's spectrum kept. */
void *bench_fftw_make(const char *way, int threads, const size_t n[3], const size_t half[3], const float *taps);
int bench_fftw_run(void *candidate, const float *in, float *out);
void bench_fftw_free(void *candidate);

/* clFFT in float on the first OpenCL device: the least good length >= n + R, the kernel's spectrum kept. Transfers
 * count. */
void *bench_clfft_make(const size_t n[3], const size_t half[3], const float *taps);
int bench_clfft_run(void *candidate, const float *in, float *out);
void bench_clfft_free(void *candidate);

/* Copies `bytes` with all threads: the floor. `from` and `to` are the caller's. */
void bench_copy(int threads, const char *from, char *to, size_t bytes);

/* The codecs alone, for bench/case: gzip files in memory. NULL where a file cannot be read. */
typedef struct bench_codec bench_codec;
bench_codec *bench_codec_make(size_t inputs, size_t outputs, const char *const *paths);
void bench_codec_free(bench_codec *f);

/* Seconds for inflating the inputs and for deflating the outputs; 0 when it worked. */
int bench_codec_run(bench_codec *f, int threads, double seconds[2]);

#endif
