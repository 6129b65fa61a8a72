/* Puts a kernel, or the part of it between two slabs, on a padded grid of a device. */
#include <stdlib.h>

#include "backend/opencl/cl_engine.h"

/* Sends the planes of taps that are met; *first is the first of them, counted from the start of the values. */
static dvk_status send(dvk_backend *b, const dvk_cl_placing *p, long shift, size_t *first)
{
    const dvk_cl_taps *t = p->taps;
    const long radius = (long)t->half[2], reach = (long)p->reach_z;
    long low = shift - reach, high = shift + reach;
    if (t->even) {
        const long from = labs(low), to = labs(high);
        low = low <= 0 && high >= 0 ? 0 : from < to ? from : to;
        high = from < to ? to : from;
    } else if (low < -radius) {
        low = -radius;
    }
    if (high > radius)
        high = radius;
    *first = (size_t)(t->even ? low : low + radius);
    const size_t plane = dvk_cl_taps_plane(t);
    return dvk_cl_write(b, p->pieces, 0, t->value + *first * plane, (size_t)(high - low + 1) * plane * sizeof(float));
}

dvk_status dvk_cl_place(dvk_backend *b, const dvk_cl_placing *p, long shift, cl_mem into)
{
    static const dvk_cl_source source = {"convolve.cl", ""};
    const dvk_cl_taps *t = p->taps;
    size_t start = 0;
    DVK_TRY(send(b, p, shift, &start));
    const cl_int4 reach = dvk_cl_int4(t->half[0], t->half[1], p->reach_z),
                  radius = dvk_cl_int4(t->half[0], t->half[1], t->half[2]),
                  padded = dvk_cl_int4(p->padded[0], p->padded[1], p->padded[2]);
    const cl_int row = (cl_int)p->row, even = t->even, turned = p->turned, moved = (cl_int)shift, first = (cl_int)start;
    const dvk_cl_arg args[] = {DVK_CL_ARG(p->pieces), DVK_CL_ARG(into), DVK_CL_ARG(reach), DVK_CL_ARG(radius),
                               DVK_CL_ARG(padded),    DVK_CL_ARG(row),  DVK_CL_ARG(even),  DVK_CL_ARG(turned),
                               DVK_CL_ARG(moved),     DVK_CL_ARG(first)};
    const size_t points[3] = {p->row, p->padded[1], p->padded[2]};
    return dvk_cl_launch(b, &source, "place", points, args, 10);
}
