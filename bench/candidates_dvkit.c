/* dvkit as a candidate, and the kernel that all candidates get. */
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "dvk/dvk.h"

#include "candidates.h"

typedef struct candidate {
    dvk_context *context;
    dvk_kernel *kernel;
    dvk_convolver *convolver;
} candidate;

static dvk_status make_kernel(const size_t half[3], double voxel_mm, dvk_kernel **out)
{
    dvk_kernel_spec spec = {.nuclide = "Lu-177", .density_g_mL = 1.04, .component = DVK_COMPONENT_TOTAL};
    for (int a = 0; a < 3; a++) {
        spec.half[a] = half[a];
        spec.voxel_mm[a] = voxel_mm;
    }
    return dvk_kernel_make(&spec, out);
}

int bench_kernel(const size_t half[3], double voxel_mm, float *taps)
{
    const long hx = (long)half[0], hy = (long)half[1], hz = (long)half[2];
    dvk_kernel *k = NULL;
    if (make_kernel(half, voxel_mm, &k) != DVK_OK)
        return -1;
    for (long z = -hz; z <= hz; z++)
        for (long y = -hy; y <= hy; y++)
            for (long x = -hx; x <= hx; x++)
                *taps++ = (float)dvk_kernel_at(k, x, y, z);
    dvk_kernel_free(k);
    return 0;
}

void bench_dvkit_free(void *p)
{
    candidate *c = p;
    if (!c)
        return;
    dvk_convolver_free(c->convolver);
    dvk_kernel_free(c->kernel);
    dvk_context_close(c->context);
    free(c);
}

void *bench_dvkit_make(const char *device, int threads, const size_t n[3], const size_t half[3], double voxel_mm)
{
    candidate *c = calloc(1, sizeof *c);
    const dvk_context_options options = {.device = device, .threads = threads, .fallback = DVK_FALLBACK_NONE};
    const dvk_geometry g = {.n = {n[0], n[1], n[2]}, .voxel_mm = {voxel_mm, voxel_mm, voxel_mm}};
    if (!c)
        return NULL;
    if (dvk_context_open(&options, &c->context) == DVK_OK && make_kernel(half, voxel_mm, &c->kernel) == DVK_OK &&
        dvk_convolver_create(c->context, &g, c->kernel, DVK_ENGINE_FFT, 1, true, &c->convolver) == DVK_OK)
        return c;
    bench_dvkit_free(c);
    return NULL;
}

int bench_dvkit_run(void *p, const float *in, float *out)
{
    candidate *c = p;
    return dvk_convolver_run(c->convolver, in, out) == DVK_OK ? 0 : -1;
}

const char *bench_dvkit_device(void *p)
{
    candidate *c = p;
    return dvk_context_device(c->context);
}

void bench_copy(int threads, const char *from, char *to, size_t bytes)
{
    const size_t piece = (bytes + (size_t)threads - 1) / (size_t)threads;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int t = 0; t < threads; t++) {
        const size_t start = (size_t)t * piece;
        if (start < bytes)
            memcpy(to + start, from + start, bytes - start < piece ? bytes - start : piece);
    }
}
