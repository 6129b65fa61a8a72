/* See cl_place.h. */
#include "backend/opencl/cl_place.h"

#include <stdlib.h>

#include "backend/opencl/cl_engine.h"

/* The offset that plane z of the circle stands for. */
static long offset_of(const dvk_cl_placing *p, size_t z)
{
    return z <= p->reach_z ? (long)z : (long)z - (long)p->padded[2];
}

size_t dvk_cl_place_planes(const dvk_cl_placing *p, size_t z, size_t most)
{
    const size_t after = p->padded[2] - p->reach_z; /* the first plane of a negative offset */
    const size_t end = z <= p->reach_z ? p->reach_z + 1 : z < after ? after : p->padded[2];
    return end - z < most ? end - z : most;
}

/* Sends the planes of taps low .. high, where there are such; *first is the first of them, counted from the start of
 * the values. */
static dvk_status send(dvk_backend *b, const dvk_cl_placing *p, long low, long high, size_t *first)
{
    const dvk_cl_taps *t = p->taps;
    const long radius = (long)t->half[2];
    if (low < -radius)
        low = -radius;
    if (high > radius)
        high = radius;
    *first = 0;
    if (low > high)
        return DVK_OK;
    if (t->even) {
        const long from = labs(low), to = labs(high);
        low = low <= 0 && high >= 0 ? 0 : from < to ? from : to;
        high = from < to ? to : from;
    }
    *first = (size_t)(t->even ? low : low + radius);
    const size_t plane = dvk_cl_taps_plane(t);
    return dvk_cl_write(b, p->pieces, 0, t->value + *first * plane, (size_t)(high - low + 1) * plane * sizeof(float));
}

dvk_status dvk_cl_place(dvk_backend *b, const dvk_cl_placing *p, long shift, size_t z, size_t planes, cl_mem into,
                        size_t to)
{
    static const dvk_cl_source source = {"convolve.cl", ""};
    const dvk_cl_taps *t = p->taps;
    const long low = offset_of(p, z);
    size_t start = 0;
    if (labs(low) <= (long)p->reach_z)
        DVK_TRY(send(b, p, low + shift, low + (long)planes - 1 + shift, &start));
    const cl_int4 reach = dvk_cl_int4(t->half[0], t->half[1], p->reach_z),
                  radius = dvk_cl_int4(t->half[0], t->half[1], t->half[2]),
                  padded = dvk_cl_int4(p->padded[0], p->padded[1], p->padded[2]);
    const cl_int row = (cl_int)p->row, even = t->even, turned = p->turned, moved = (cl_int)shift, first = (cl_int)start,
                 plane = (cl_int)z, base = (cl_int)to;
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->pieces), DVK_CL_ARG(into),  DVK_CL_ARG(reach), DVK_CL_ARG(radius),
                               DVK_CL_ARG(padded),    DVK_CL_ARG(row),   DVK_CL_ARG(even),  DVK_CL_ARG(turned),
                               DVK_CL_ARG(moved),     DVK_CL_ARG(first), DVK_CL_ARG(plane), DVK_CL_ARG(base)};
    const size_t points[3] = {p->row, p->padded[1], planes};
    return dvk_cl_launch(b, &source, "place", points, args, 12);
}
