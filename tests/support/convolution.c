/* See convolution.h. */
#include "support/convolution.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double tap_at(const dvk_conv_problem *p, long x, long y, long z)
{
    const long hx = (long)p->half[0], hy = (long)p->half[1], hz = (long)p->half[2];
    if (labs(x) > hx || labs(y) > hy || labs(z) > hz)
        return 0;
    if (p->even)
        return p->octant[(labs(z) * (hy + 1) + labs(y)) * (hx + 1) + labs(x)];
    return p->taps[((z + hz) * (2 * hy + 1) + y + hy) * (2 * hx + 1) + x + hx];
}

static double sum_at(const dvk_conv_problem *p, const float *in, long x, long y, long z)
{
    const long nx = (long)p->n[0], ny = (long)p->n[1], nz = (long)p->n[2];
    double sum = 0;
    for (long k = 0; k < nz; k++)
        for (long j = 0; j < ny; j++)
            for (long i = 0; i < nx; i++)
                sum += tap_at(p, x - i, y - j, z - k) * (double)in[(k * ny + j) * nx + i];
    return sum * p->scale;
}

void oracle_convolve(const dvk_conv_problem *p, const float *in, double *out)
{
    for (size_t z = 0; z < p->n[2]; z++)
        for (size_t y = 0; y < p->n[1]; y++)
            for (size_t x = 0; x < p->n[0]; x++)
                *out++ = sum_at(p, in, (long)x, (long)y, (long)z);
}

double next_uniform(unsigned long long *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void *room_for(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);
    if (!p)
        abort();
    return p;
}

/* 1 at the centre and 1e-3 / r^2 around it, as a dose kernel; a quarter more or less by chance. */
static double make_tap(double x, double y, double z, unsigned long long *state)
{
    const double r2 = x * x + y * y + z * z;
    return (r2 > 0 ? 1e-3 / r2 : 1) * (0.75 + 0.5 * next_uniform(state));
}

static void fill_taps(conv_case *c, unsigned long long *state)
{
    const dvk_conv_problem *p = &c->problem;
    double *to = c->taps;
    for (size_t z = 0; z < (p->even ? 1 : 2) * p->half[2] + 1; z++)
        for (size_t y = 0; y < (p->even ? 1 : 2) * p->half[1] + 1; y++)
            for (size_t x = 0; x < (p->even ? 1 : 2) * p->half[0] + 1; x++)
                *to++ = p->even ? make_tap((double)x, (double)y, (double)z, state)
                                : make_tap((double)x - (double)p->half[0], (double)y - (double)p->half[1],
                                           (double)z - (double)p->half[2], state);
}

conv_case make_case(const size_t n[3], const size_t half[3], bool even)
{
    conv_case c = {.problem = {.even = even, .scale = 0.0674}};
    unsigned long long state = 20221104;
    size_t taps = 1;
    c.voxels = n[0] * n[1] * n[2];
    for (int a = 0; a < 3; a++) {
        c.problem.n[a] = n[a];
        c.problem.half[a] = half[a];
        taps *= (even ? 1 : 2) * half[a] + 1;
    }
    c.taps = room_for(taps, sizeof *c.taps);
    fill_taps(&c, &state);
    *(even ? &c.problem.octant : &c.problem.taps) = c.taps;
    c.in = room_for(c.voxels, sizeof *c.in);
    c.out = room_for(c.voxels, sizeof *c.out);
    c.want = room_for(c.voxels, sizeof *c.want);
    for (size_t i = 0; i < c.voxels; i++) {
        const double u = next_uniform(&state);
        c.in[i] = u < 0.2 ? 0 : (float)(1e6 * pow(u, 4));
    }
    return c;
}

void drop_case(conv_case *c)
{
    free(c->taps);
    free(c->in);
    free(c->out);
    free(c->want);
}

double worst_error(const float *out, const double *want, size_t count)
{
    double worst = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        const double error = fabs((double)out[i] - want[i]);
        worst = error <= worst ? worst : error; /* NaN stays */
        largest = fmax(largest, fabs(want[i]));
    }
    return worst / largest;
}
