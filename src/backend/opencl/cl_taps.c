/* Clips, converts and scales a kernel. With the largest tap 1, no product of spectra leaves the range of a float. */
#include "backend/opencl/cl_taps.h"

#include <math.h>
#include <stdlib.h>

static double tap_at(const dvk_conv_problem *p, long x, long y, long z)
{
    const size_t *h = p->half;
    if (p->even)
        return p->octant[(size_t)labs(x) + (h[0] + 1) * ((size_t)labs(y) + (h[1] + 1) * (size_t)labs(z))];
    return p->taps[((size_t)(x + (long)h[0])) +
                   (2 * h[0] + 1) * ((size_t)(y + (long)h[1]) + (2 * h[1] + 1) * (size_t)(z + (long)h[2]))];
}

static double largest_tap(const dvk_conv_problem *p, const long low[3], const long high[3])
{
    double largest = 0;
    for (long z = low[2]; z <= high[2]; z++)
        for (long y = low[1]; y <= high[1]; y++)
            for (long x = low[0]; x <= high[0]; x++)
                largest = fmax(largest, fabs(tap_at(p, x, y, z)));
    return largest;
}

dvk_status dvk_cl_taps_make(const dvk_conv_problem *p, bool octant, dvk_cl_taps *out)
{
    long low[3], high[3];
    size_t count = 0;
    *out = (dvk_cl_taps){.even = octant && p->even};
    for (int a = 0; a < 3; a++) {
        out->half[a] = p->half[a] < p->n[a] ? p->half[a] : p->n[a] - 1;
        high[a] = (long)out->half[a];
        low[a] = out->even ? 0 : -high[a];
    }
    DVK_TRY(dvk_alloc(dvk_cl_taps_plane(out) * dvk_cl_taps_planes(out), sizeof *out->value, &out->value));
    const double largest = largest_tap(p, low, high);
    const double inverse = largest > 0 ? 1 / largest : 0;
    for (long z = low[2]; z <= high[2]; z++)
        for (long y = low[1]; y <= high[1]; y++)
            for (long x = low[0]; x <= high[0]; x++)
                out->value[count++] = (float)(tap_at(p, x, y, z) * inverse);
    out->factor = largest * p->scale;
    return DVK_OK;
}

void dvk_cl_taps_free(dvk_cl_taps *t)
{
    dvk_free(t->value);
    t->value = NULL;
}

size_t dvk_cl_taps_plane(const dvk_cl_taps *t)
{
    return t->even ? (t->half[0] + 1) * (t->half[1] + 1) : (2 * t->half[0] + 1) * (2 * t->half[1] + 1);
}

size_t dvk_cl_taps_planes(const dvk_cl_taps *t)
{
    return t->even ? t->half[2] + 1 : 2 * t->half[2] + 1;
}
