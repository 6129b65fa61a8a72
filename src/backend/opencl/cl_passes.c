/* See cl_passes.h: arguments and group sizes of the kernels. */
#include "backend/opencl/cl_passes.h"

#include <string.h>

enum { MOST_ARGS = 18 };

/* --- sizes --- */

void dvk_cl_passes_size(dvk_cl_passes *p, const size_t n[3], const size_t reach[3])
{
    const size_t half = dvk_cl_axis_length((n[0] + reach[0] + 1) / 2);
    p->length[0] = 2 * half;
    p->length[1] = dvk_cl_axis_length(n[1] + reach[1]);
    p->length[2] = dvk_cl_axis_length(n[2] + reach[2]);
    p->row = (half + 15) / 16 * 16;
}

/* An odd number of lines of 16 numbers: positions along z that lie a round number of bytes apart would meet in the same
 * few lines of a cache, and in the same few of a GPU's memory channels. */
static size_t plane_of(size_t row, size_t rows)
{
    return (row * rows / 16 | 1) * 16;
}

size_t dvk_cl_passes_plane(const dvk_cl_passes *p)
{
    return plane_of(p->row, p->length[1]);
}

size_t dvk_cl_spectrum_part(const dvk_cl_passes *p)
{
    return dvk_cl_passes_plane(p) * p->length[2];
}

size_t dvk_cl_octant_part(const dvk_cl_passes *p)
{
    return p->row * (p->length[1] / 2 + 1) * (p->length[2] / 2 + 1);
}

/* Planes in one pass want the same tile along x and y, and vectors: a group takes a whole plane, and a GPU has too few
 * planes to fill it with groups. */
dvk_status dvk_cl_passes_make(dvk_cl_passes *p)
{
    const size_t x = dvk_cl_axis_tile(p->b, p->length[0] / 2, true), y = dvk_cl_axis_tile(p->b, p->length[1], false),
                 z = dvk_cl_axis_tile(p->b, p->length[2], false), both = x < y ? x : y;
    p->planes = p->b->lanes > 1 && both >= 4;
    DVK_TRY(dvk_cl_axis_make(p->b, p->length[0] / 2, p->planes ? both : x, true, &p->axis[0]));
    DVK_TRY(dvk_cl_axis_make(p->b, p->length[1], p->planes ? both : y, false, &p->axis[1]));
    return dvk_cl_axis_make(p->b, p->length[2], z, false, &p->axis[2]);
}

void dvk_cl_passes_free(dvk_cl_passes *p)
{
    for (int a = 0; a < 3; a++)
        dvk_cl_axis_free(p->b, &p->axis[a]);
}

/* --- launching --- */

/* Runs a kernel on groups of one tile each, with room for the longer of two columns; its last two arguments are the
 * tile's parts. */
static dvk_status run_tiles(const dvk_cl_passes *p, const dvk_cl_axis *axis, size_t part_bytes, const char *name,
                            size_t tiles, size_t others, const dvk_cl_arg *args, size_t count)
{
    const dvk_cl_source source = {"fft_convolve.cl", axis->options};
    const size_t local[3] = {axis->tile / axis->lanes, dvk_cl_axis_items(axis), 1};
    const size_t global[3] = {tiles * local[0], others * local[1], 1};
    const dvk_cl_arg part = {part_bytes, NULL};
    dvk_cl_arg all[MOST_ARGS];
    memcpy(all, args, count * sizeof *args);
    all[count] = all[count + 1] = part;
    return dvk_cl_enqueue(p->b, &source, name, global, local, all, count + 2);
}

static dvk_status run_columns(const dvk_cl_passes *p, const dvk_cl_axis *axis, const char *name, size_t others,
                              const dvk_cl_arg *args, size_t count)
{
    return run_tiles(p, axis, dvk_cl_axis_tile_bytes(axis), name, p->row / axis->tile, others, args, count);
}

/* --- x and y --- */

static dvk_status pass_x(const dvk_cl_passes *p, bool forward, const dvk_cl_planes *v, size_t plane_numbers)
{
    const dvk_cl_axis *x = &p->axis[0];
    const cl_int4 grid = dvk_cl_int4(v->size[0], v->size[1], v->size[2]);
    const cl_int row = (cl_int)p->row;
    const cl_ulong plane = plane_numbers, imaginary = v->imaginary, data = v->plane * plane, volume = v->at;
    const dvk_cl_arg args[] = {DVK_CL_ARG(*(forward ? &v->volume : &v->data)),
                               DVK_CL_ARG(*(forward ? &v->data : &v->volume)),
                               DVK_CL_ARG(x->plan),
                               DVK_CL_ARG(x->twiddle),
                               DVK_CL_ARG(x->twist),
                               DVK_CL_ARG(grid),
                               DVK_CL_ARG(row),
                               DVK_CL_ARG(plane),
                               DVK_CL_ARG(imaginary),
                               DVK_CL_ARG(*(forward ? &volume : &data)),
                               DVK_CL_ARG(*(forward ? &data : &volume)),
                               DVK_CL_ARG(p->factor)};
    const size_t tiles = (v->size[1] * v->size[2] + x->tile - 1) / x->tile;
    return run_tiles(p, x, dvk_cl_axis_tile_bytes(x), forward ? "x_forward" : "x_backward", tiles, 1, args,
                     forward ? 11 : 12);
}

static dvk_status pass_y(const dvk_cl_passes *p, bool forward, const dvk_cl_planes *v)
{
    const dvk_cl_axis *y = &p->axis[1];
    const cl_int rows = (cl_int)v->size[1], row = (cl_int)p->row;
    const cl_ulong plane = dvk_cl_passes_plane(p), imaginary = v->imaginary, from = v->plane * plane;
    const dvk_cl_arg args[] = {DVK_CL_ARG(v->data), DVK_CL_ARG(y->plan), DVK_CL_ARG(y->twiddle), DVK_CL_ARG(rows),
                               DVK_CL_ARG(row),     DVK_CL_ARG(plane),   DVK_CL_ARG(imaginary),  DVK_CL_ARG(from)};
    return run_columns(p, y, forward ? "y_forward" : "y_backward", v->size[2], args, 8);
}

static dvk_status pass_planes(const dvk_cl_passes *p, bool forward, const dvk_cl_planes *v)
{
    const dvk_cl_axis *x = &p->axis[0], *y = &p->axis[1];
    const cl_int4 grid = dvk_cl_int4(v->size[0], v->size[1], v->size[2]);
    const cl_int row = (cl_int)p->row;
    const cl_ulong plane = dvk_cl_passes_plane(p), imaginary = v->imaginary, data = v->plane * plane, volume = v->at;
    const size_t x_bytes = dvk_cl_axis_tile_bytes(x), y_bytes = dvk_cl_axis_tile_bytes(y);
    const dvk_cl_arg args[] = {DVK_CL_ARG(*(forward ? &v->volume : &v->data)),
                               DVK_CL_ARG(*(forward ? &v->data : &v->volume)),
                               DVK_CL_ARG(x->plan),
                               DVK_CL_ARG(x->twiddle),
                               DVK_CL_ARG(x->twist),
                               DVK_CL_ARG(y->plan),
                               DVK_CL_ARG(y->twiddle),
                               DVK_CL_ARG(grid),
                               DVK_CL_ARG(row),
                               DVK_CL_ARG(plane),
                               DVK_CL_ARG(imaginary),
                               DVK_CL_ARG(*(forward ? &volume : &data)),
                               DVK_CL_ARG(*(forward ? &data : &volume)),
                               DVK_CL_ARG(p->factor)};
    return run_tiles(p, x, x_bytes > y_bytes ? x_bytes : y_bytes, forward ? "plane_forward" : "plane_backward",
                     v->size[2], 1, args, forward ? 13 : 14);
}

dvk_status dvk_cl_forward_rows(const dvk_cl_passes *p, const dvk_cl_planes *v, size_t rows)
{
    return pass_x(p, true, v, rows * p->row);
}

dvk_status dvk_cl_forward(const dvk_cl_passes *p, const dvk_cl_planes *v)
{
    if (p->planes)
        return pass_planes(p, true, v);
    DVK_TRY(pass_x(p, true, v, dvk_cl_passes_plane(p)));
    return pass_y(p, true, v);
}

dvk_status dvk_cl_backward(const dvk_cl_passes *p, const dvk_cl_planes *v)
{
    if (p->planes)
        return pass_planes(p, false, v);
    DVK_TRY(pass_y(p, false, v));
    return pass_x(p, false, v, dvk_cl_passes_plane(p));
}

/* --- z --- */

dvk_status dvk_cl_z_even(const dvk_cl_passes *p, cl_mem data, cl_mem octant, size_t n, size_t imaginary)
{
    const dvk_cl_axis *z = &p->axis[2];
    const cl_int planes = (cl_int)n, row = (cl_int)p->row;
    const cl_ulong plane = dvk_cl_passes_plane(p), octant_plane = p->row * (p->length[1] / 2 + 1), part = imaginary;
    const dvk_cl_arg args[] = {DVK_CL_ARG(data),         DVK_CL_ARG(octant),  DVK_CL_ARG(p->axis[1].distance),
                               DVK_CL_ARG(z->distance),  DVK_CL_ARG(z->plan), DVK_CL_ARG(z->twiddle),
                               DVK_CL_ARG(planes),       DVK_CL_ARG(row),     DVK_CL_ARG(plane),
                               DVK_CL_ARG(octant_plane), DVK_CL_ARG(part)};
    return run_columns(p, z, "z_even", p->length[1], args, 11);
}

dvk_status dvk_cl_z_general(const dvk_cl_passes *p, const dvk_cl_sum *s)
{
    const dvk_cl_axis *z = &p->axis[2];
    const cl_int filled = (cl_int)s->filled, wanted = (cl_int)s->wanted, add = s->add, row = (cl_int)p->row;
    const cl_ulong plane = dvk_cl_passes_plane(p), part = s->imaginary, kernel_part = dvk_cl_spectrum_part(p);
    const dvk_cl_arg args[] = {DVK_CL_ARG(s->data), DVK_CL_ARG(s->to),      DVK_CL_ARG(s->spectrum),
                               DVK_CL_ARG(z->plan), DVK_CL_ARG(z->twiddle), DVK_CL_ARG(filled),
                               DVK_CL_ARG(wanted),  DVK_CL_ARG(add),        DVK_CL_ARG(row),
                               DVK_CL_ARG(plane),   DVK_CL_ARG(part),       DVK_CL_ARG(kernel_part)};
    return run_columns(p, z, "z_general", p->length[1], args, 12);
}

dvk_status dvk_cl_z_forward(const dvk_cl_passes *p, cl_mem spectrum)
{
    const dvk_cl_axis *z = &p->axis[2];
    const cl_int row = (cl_int)p->row;
    const cl_ulong plane = dvk_cl_passes_plane(p), part = dvk_cl_spectrum_part(p);
    const dvk_cl_arg args[] = {DVK_CL_ARG(spectrum), DVK_CL_ARG(z->plan), DVK_CL_ARG(z->twiddle),
                               DVK_CL_ARG(row),      DVK_CL_ARG(plane),   DVK_CL_ARG(part)};
    return run_columns(p, z, "z_forward", p->length[1], args, 6);
}

dvk_status dvk_cl_even_columns(const dvk_cl_passes *p, const dvk_cl_axis *axis, const dvk_cl_columns *c)
{
    const cl_int radius = (cl_int)c->radius;
    const cl_ulong step = c->step, other = c->other, kept_step = c->kept_step, kept_other = c->kept_other;
    const dvk_cl_arg args[] = {DVK_CL_ARG(c->in),         DVK_CL_ARG(c->kept),        DVK_CL_ARG(axis->plan),
                               DVK_CL_ARG(axis->twiddle), DVK_CL_ARG(axis->position), DVK_CL_ARG(radius),
                               DVK_CL_ARG(step),          DVK_CL_ARG(other),          DVK_CL_ARG(kept_step),
                               DVK_CL_ARG(kept_other)};
    return run_columns(p, axis, "even_columns", c->others, args, 10);
}
