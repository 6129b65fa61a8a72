/*
 * Convolution on the CPU: the plan and its three passes over memory. What a pass does is in convolve_body.h, the
 * kernel's spectrum in convolve_spectrum.c, the plain sum in direct.c; docs/performance.md explains the design.
 */
#include "backend/cpu/convolve.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/fail.h"

extern const dvk_conv_passes dvk_conv_base, dvk_conv_avx2, dvk_conv_avx512;

const dvk_conv_passes *const dvk_conv_levels[] = {
#ifdef DVK_X86_LEVELS
    &dvk_conv_avx512, &dvk_conv_avx2,
#endif
    &dvk_conv_base, NULL};

const dvk_conv_passes *dvk_conv_best_passes(void)
{
    const dvk_conv_passes *const *level = dvk_conv_levels;
    while (!(*level)->usable())
        level++;
    return *level;
}

double dvk_conv_tap(const dvk_conv_problem *p, long x, long y, long z)
{
    const size_t *half = p->half;
    if (p->even)
        return p->octant[((size_t)labs(z) * (half[1] + 1) + (size_t)labs(y)) * (half[0] + 1) + (size_t)labs(x)];
    const size_t i = (size_t)(x + (long)half[0]), j = (size_t)(y + (long)half[1]), k = (size_t)(z + (long)half[2]);
    return p->taps[(k * (2 * half[1] + 1) + j) * (2 * half[0] + 1) + i];
}

/* Odd, as `apart` is, and for the same reason. */
size_t dvk_conv_pitch(const dvk_conv_grid *g, size_t planes)
{
    return planes * g->apart | 1;
}

static dvk_status make_twist(dvk_conv_grid *g)
{
    const size_t half = g->padded[1] / 2;
    DVK_TRY(dvk_alloc(half, 2 * sizeof *g->twist, &g->twist));
    DVK_TRY(dvk_alloc(half, 2 * sizeof *g->twist_f, &g->twist_f));
    for (size_t j = 0; j < half; j++) {
        const double angle = 3.14159265358979323846 * (double)j / (double)g->padded[1];
        g->twist[2 * j] = cos(angle);
        g->twist[2 * j + 1] = sin(angle);
        g->twist_f[2 * j] = (float)g->twist[2 * j];
        g->twist_f[2 * j + 1] = (float)g->twist[2 * j + 1];
    }
    return DVK_OK;
}

static dvk_status make_grid(dvk_conv_grid *g, const size_t n[3], const size_t half[3], size_t lanes)
{
    for (int a = 0; a < 3; a++) {
        g->n[a] = n[a];
        g->padded[a] = dvk_fft_good_length(n[a] + half[a], a == 1 ? 2 : 1);
        DVK_TRY(dvk_fft_init(&g->fft[a], a == 1 ? g->padded[a] / 2 : g->padded[a]));
        DVK_TRY(dvk_alloc(g->fft[a].length, sizeof *g->mirror[a], &g->mirror[a]));
        for (size_t p = 0; p < g->fft[a].length; p++) {
            const size_t k = g->fft[a].order[p];
            g->mirror[a][p] = k <= g->fft[a].length - k ? k : g->fft[a].length - k;
        }
    }
    g->lanes = lanes;
    g->blocks = (g->padded[1] / 2 + lanes - 1) / lanes;
    g->apart = g->blocks | 1;
    g->pitch = dvk_conv_pitch(g, n[2]);
    return make_twist(g);
}

static void free_grid(dvk_conv_grid *g)
{
    for (int a = 0; a < 3; a++) {
        dvk_fft_free(&g->fft[a]);
        dvk_free(g->mirror[a]);
    }
    dvk_free(g->twist);
    dvk_free(g->twist_f);
}

/* Work volumes up to this many bytes are likely to stay in the last cache between passes. Measured: at 19 MB (128^3,
 * R = 63) plain stores are 8 % faster, at 132 MB (256^3, R = 100) stores past the caches are 9 % faster. */
static const size_t cached_bytes = (size_t)32 << 20;

static dvk_status make_buffers(dvk_conv_plan *plan)
{
    dvk_conv_grid *g = &plan->grid;
    size_t pairs = 0;
    DVK_TRY(dvk_multiply(g->padded[0], g->pitch, &pairs));
    DVK_TRY(dvk_alloc_raw(pairs, 2 * g->lanes * sizeof *plan->work, &plan->work));
    g->past_cache = pairs * g->lanes * sizeof(float) * 2 > cached_bytes;
    plan->scratch_len = (plan->passes->scratch(g) + 15) / 16 * 16; /* whole cache lines */
    return dvk_alloc((size_t)plan->threads * plan->scratch_len, sizeof *plan->scratch, &plan->scratch);
}

static dvk_status fill_plan(dvk_conv_plan *plan, const dvk_conv_problem *p)
{
    size_t half[3];
    /* Taps further out than the grid is wide never meet a voxel. */
    for (int a = 0; a < 3; a++)
        half[a] = p->half[a] < p->n[a] ? p->half[a] : p->n[a] - 1;
    if (plan->is_direct)
        return dvk_conv_direct_init(plan, p, half);
    DVK_TRY(make_grid(&plan->grid, p->n, half, plan->passes->lanes));
    DVK_TRY(make_buffers(plan));
    return dvk_conv_make_spectrum(plan, p, half);
}

static dvk_status create(const dvk_conv_plan *how, const dvk_conv_problem *p, dvk_conv_plan **out)
{
    dvk_conv_plan *plan = NULL;
    *out = NULL;
    if (p->n[0] == 0 || p->n[1] == 0 || p->n[2] == 0)
        return dvk_fail(DVK_ERR_INVALID, "a volume of %zu x %zu x %zu voxels holds nothing to convolve", p->n[0],
                        p->n[1], p->n[2]);
    DVK_TRY(dvk_alloc(1, sizeof *plan, &plan));
    *plan = *how;
    const dvk_status status = fill_plan(plan, p);
    if (status != DVK_OK)
        dvk_cpu_conv_free(plan);
    else
        *out = plan;
    return status;
}

dvk_status dvk_cpu_conv_create_with(const dvk_conv_passes *passes, int threads, const dvk_conv_problem *p, bool direct,
                                    dvk_conv_plan **out)
{
    return create(&(dvk_conv_plan){.passes = passes, .threads = threads, .is_direct = direct}, p, out);
}

dvk_status dvk_cpu_conv_create(dvk_backend *b, const dvk_conv_problem *p, bool direct, dvk_conv_plan **out)
{
    return create(
        &(dvk_conv_plan){
            .passes = dvk_conv_best_passes(), .threads = b->threads, .is_direct = direct, .keeps_spectrum = true},
        p, out);
}

/* Three loops over planes or rows that share nothing, so that the result is the same for any number of threads. */
static void run_fft(const dvk_conv_plan *plan, const float *in, float *out)
{
    const dvk_conv_grid *g = &plan->grid;
#pragma omp parallel num_threads(plan->threads)
    {
        float *scratch = plan->scratch + (size_t)omp_get_thread_num() * plan->scratch_len;
#pragma omp for schedule(static)
        for (size_t z = 0; z < g->n[2]; z++)
            plan->passes->forward_plane(g, in, z, plan->work, scratch);
#pragma omp for schedule(static)
        for (size_t x = 0; x < g->padded[0]; x++)
            plan->passes->multiply_row(g, &plan->spectrum, x, plan->work, scratch);
#pragma omp for schedule(static)
        for (size_t z = 0; z < g->n[2]; z++)
            plan->passes->backward_plane(g, plan->work, z, out, scratch);
    }
}

dvk_status dvk_cpu_conv_run(dvk_conv_plan *plan, const float *in, float *out)
{
    if (plan->is_direct)
        dvk_conv_direct_run(plan, in, out);
    else
        run_fft(plan, in, out);
    return DVK_OK;
}

void dvk_cpu_conv_free(dvk_conv_plan *plan)
{
    if (!plan)
        return;
    free_grid(&plan->grid);
    if (!plan->kept.memory)
        dvk_free(plan->spectrum.real);
    dvk_buffer_free(&plan->kept);
    dvk_free(plan->spectrum.complex);
    dvk_free(plan->direct.taps);
    dvk_free(plan->direct.padded);
    dvk_free(plan->work);
    dvk_free(plan->scratch);
    dvk_free(plan);
}
