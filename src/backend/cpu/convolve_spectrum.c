/* The kernel's spectrum: real and once for an even kernel, computed in double; complex and whole for any other. */
#include <assert.h>
#include <math.h>
#include <omp.h>

#include "backend/cpu/convolve.h"
#include "base/alloc.h"
#include "base/fail.h"

/* What the transforms leave out: scale, and one over the number of elements transformed. */
static double spectrum_factor(const dvk_conv_grid *g, double scale)
{
    return scale / ((double)g->padded[0] * (double)(g->padded[1] / 2) * (double)g->padded[2]);
}

dvk_status dvk_conv_spectrum_size(const dvk_conv_grid *g, size_t *out)
{
    DVK_TRY(dvk_multiply(g->padded[0] / 2 + 1, g->blocks * g->lanes, out));
    return dvk_multiply(*out, g->padded[2] / 2 + 1, out);
}

static dvk_status make_even(dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3])
{
    const dvk_conv_grid *g = &plan->grid;
    const size_t columns = g->blocks * g->lanes, rows = g->padded[0] / 2 + 1, planes = g->padded[2] / 2 + 1;
    const size_t plane_size = rows * columns;
    const double factor = spectrum_factor(g, p->scale);
    size_t size = 0;
    /* [half[2] + 1][rows][columns], transformed along x and y: in the work volume's memory, since half[2] < n[2] */
    double *octant = (double *)plan->work;
    DVK_TRY(dvk_conv_spectrum_size(g, &size));
    DVK_TRY(dvk_alloc_raw(size, sizeof(float), &plan->spectrum.real));
    assert(plane_size * (half[2] + 1) <= g->padded[0] * g->pitch * g->lanes);
#pragma omp parallel num_threads(plan->threads)
    {
        float *scratch = plan->scratch + (size_t)omp_get_thread_num() * plan->scratch_len;
#pragma omp for schedule(static)
        for (size_t z = 0; z <= half[2]; z++) {
            const double *taps = p->octant + z * (p->half[1] + 1) * (p->half[0] + 1);
            plan->passes->octant_y(g, half, taps, p->half[0] + 1, octant + z * plane_size, scratch);
            plan->passes->octant_x(g, half[0], octant + z * plane_size, scratch);
        }
#pragma omp for schedule(static)
        for (size_t x = 0; x < rows; x++)
            plan->passes->octant_z(g, half[2], octant, x, factor, plan->spectrum.real + x * planes * columns, scratch);
    }
    return DVK_OK;
}

/* The phase that moves tap half[a] to the origin, at the frequencies in the order of the transform: 2 pi k / P, along y
 * 2 pi (k - 1/4) / (P/2). */
static dvk_status make_phase(const dvk_conv_grid *g, const size_t half[3], int a, double **out)
{
    const double shift = a == 1 ? 0.25 : 0;
    const size_t length = g->fft[a].length, room = a == 1 ? g->blocks * g->lanes : length;
    DVK_TRY(dvk_alloc(room, 2 * sizeof **out, out));
    for (size_t i = 0; i < length; i++) {
        const double turns = ((double)g->fft[a].order[i] - shift) / (double)length;
        const double angle = 2 * 3.14159265358979323846 * remainder(turns * (double)half[a], 1);
        (*out)[2 * i] = cos(angle);
        (*out)[2 * i + 1] = sin(angle);
    }
    return DVK_OK;
}

/* The taps that matter as a volume of 2 half + 1 voxels, which fits into the padded lengths since half < n. */
static dvk_status copy_taps(const dvk_conv_problem *p, const size_t half[3], const size_t n[3], float **out)
{
    DVK_TRY(dvk_alloc(n[0] * n[1] * n[2], sizeof **out, out));
    float *to = *out;
    for (size_t z = 0; z < n[2]; z++)
        for (size_t y = 0; y < n[1]; y++)
            for (size_t x = 0; x < n[0]; x++)
                *to++ =
                    (float)dvk_conv_tap(p, (long)x - (long)half[0], (long)y - (long)half[1], (long)z - (long)half[2]);
    return DVK_OK;
}

/* The kernel goes forward as a volume does; `g` is the plan's grid with the kernel's own size and pitch. */
static dvk_status transform_taps(const dvk_conv_plan *plan, const dvk_conv_grid *g, const float *taps, double factor,
                                 double *const phase[3])
{
    const size_t piece = (plan->passes->scratch(g) + 15) / 16 * 16;
    float *work = NULL, *scratch = NULL;
    dvk_status status = DVK_OK;
    DVK_TRY_DONE(dvk_alloc(g->padded[0] * g->pitch, 2 * g->lanes * sizeof *work, &work));
    DVK_TRY_DONE(dvk_alloc((size_t)plan->threads * piece, sizeof *scratch, &scratch));
#pragma omp parallel num_threads(plan->threads)
    {
        float *own = scratch + (size_t)omp_get_thread_num() * piece;
#pragma omp for schedule(static)
        for (size_t z = 0; z < g->n[2]; z++)
            plan->passes->forward_plane(g, taps, z, work, own);
#pragma omp for schedule(static)
        for (size_t x = 0; x < g->padded[0]; x++)
            plan->passes->spectrum_row(g, work, x, factor, phase, plan->spectrum.complex, own);
    }
done:
    dvk_free(work);
    dvk_free(scratch);
    return status;
}

static dvk_status make_general(dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3])
{
    const dvk_conv_grid *g = &plan->grid;
    dvk_conv_grid of_taps = *g;
    double *phase[3] = {NULL, NULL, NULL};
    float *taps = NULL;
    size_t size = 0;
    dvk_status status = DVK_OK;
    for (int a = 0; a < 3; a++)
        of_taps.n[a] = 2 * half[a] + 1;
    of_taps.pitch = dvk_conv_pitch(g, of_taps.n[2]);
    DVK_TRY_DONE(dvk_multiply(g->padded[0] * g->padded[2], g->blocks * g->lanes, &size));
    DVK_TRY_DONE(dvk_alloc(size, 2 * sizeof(float), &plan->spectrum.complex));
    DVK_TRY_DONE(copy_taps(p, half, of_taps.n, &taps));
    for (int a = 0; a < 3; a++)
        DVK_TRY_DONE(make_phase(g, half, a, &phase[a]));
    status = transform_taps(plan, &of_taps, taps, spectrum_factor(g, p->scale), phase);
done:
    dvk_free(taps);
    for (int a = 0; a < 3; a++)
        dvk_free(phase[a]);
    return status;
}

dvk_status dvk_conv_make_spectrum(dvk_conv_plan *plan, const dvk_conv_problem *p, const size_t half[3])
{
    char key[DVK_CONV_KEY];
    if (!p->even)
        return make_general(plan, p, half);
    dvk_conv_kept_key(plan, p, half, key);
    if (dvk_conv_kept_find(plan, key))
        return DVK_OK;
    DVK_TRY(make_even(plan, p, half));
    dvk_conv_kept_add(plan, key);
    return DVK_OK;
}
