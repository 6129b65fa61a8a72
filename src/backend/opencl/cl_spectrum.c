/* See cl_spectrum.h. */
#include "backend/opencl/cl_spectrum.h"

#include <string.h>

#include "backend/opencl/cl_place.h"

/* --- an even kernel --- */

typedef struct stages {
    cl_mem taps, rows, x, y; /* the octant's taps; on the circle along x; transformed along x; and along y */
} stages;

/* Rows of the octant, each on its whole circle along x, transformed. Their transforms are real. */
static dvk_status transform_rows(const dvk_cl_passes *p, const dvk_cl_taps *t, stages *s)
{
    const size_t rows = t->half[1] + 1, planes = t->half[2] + 1, part = p->row * rows * planes;
    const dvk_cl_placing placing = {.taps = t,
                                    .pieces = s->taps,
                                    .padded = {p->length[0], rows, planes},
                                    .row = p->length[0],
                                    .reach_z = t->half[2],
                                    .turned = true};
    const dvk_cl_planes v = {.volume = s->rows, .size = {p->length[0], rows, planes}, .data = s->x, .imaginary = part};
    DVK_TRY(dvk_cl_place(p->b, &placing, 0, 0, planes, s->rows, 0));
    return dvk_cl_forward_rows(p, &v, rows);
}

/* Numbers in each stage. */
static size_t count_taps(const dvk_cl_taps *t)
{
    return dvk_cl_taps_plane(t) * dvk_cl_taps_planes(t);
}

static size_t count_rows(const dvk_cl_passes *p, const dvk_cl_taps *t)
{
    return p->length[0] * (t->half[1] + 1) * (t->half[2] + 1);
}

static size_t count_x(const dvk_cl_passes *p, const dvk_cl_taps *t)
{
    return 2 * p->row * (t->half[1] + 1) * (t->half[2] + 1);
}

static size_t count_y(const dvk_cl_passes *p, const dvk_cl_taps *t)
{
    return p->row * (p->length[1] / 2 + 1) * (t->half[2] + 1);
}

size_t dvk_cl_spectrum_even_bytes(const dvk_cl_passes *p, const dvk_cl_taps *t)
{
    const size_t first = count_taps(t) + count_rows(p, t) + count_x(p, t), second = count_x(p, t) + count_y(p, t),
                 last = count_y(p, t) + dvk_cl_octant_part(p);
    const size_t most = first > second ? first : second;
    return (most > last ? most : last) * sizeof(float);
}

static dvk_status make_stages(const dvk_cl_passes *p, const dvk_cl_taps *t, stages *s)
{
    DVK_TRY(dvk_cl_buffer(p->b, count_taps(t) * sizeof(float), &s->taps));
    DVK_TRY(dvk_cl_buffer(p->b, count_rows(p, t) * sizeof(float), &s->rows));
    DVK_TRY(dvk_cl_buffer(p->b, count_x(p, t) * sizeof(float), &s->x));
    DVK_TRY(transform_rows(p, t, s));
    dvk_cl_buffer_free(p->b, &s->taps); /* OpenCL keeps it until the queue is done with it */
    dvk_cl_buffer_free(p->b, &s->rows);
    return dvk_cl_buffer(p->b, count_y(p, t) * sizeof(float), &s->y);
}

dvk_status dvk_cl_spectrum_even(const dvk_cl_passes *p, const dvk_cl_taps *t, cl_mem *out)
{
    dvk_status status = DVK_OK;
    stages s = {.taps = NULL};
    const size_t rows = t->half[1] + 1, planes = t->half[2] + 1, kept = p->length[1] / 2 + 1;
    DVK_TRY_DONE(make_stages(p, t, &s));
    const dvk_cl_columns y = {.in = s.x,
                              .kept = s.y,
                              .radius = t->half[1],
                              .step = p->row,
                              .other = p->row * rows,
                              .kept_step = p->row,
                              .kept_other = p->row * kept,
                              .others = planes};
    DVK_TRY_DONE(dvk_cl_even_columns(p, &p->axis[1], &y));
    dvk_cl_buffer_free(p->b, &s.x);
    DVK_TRY_DONE(dvk_cl_buffer(p->b, dvk_cl_octant_part(p) * sizeof(float), out));
    const dvk_cl_columns z = {.in = s.y,
                              .kept = *out,
                              .radius = t->half[2],
                              .step = p->row * kept,
                              .other = p->row,
                              .kept_step = p->row * kept,
                              .kept_other = p->row,
                              .others = kept};
    status = dvk_cl_even_columns(p, &p->axis[2], &z);
done:
    dvk_cl_buffer_free(p->b, &s.taps);
    dvk_cl_buffer_free(p->b, &s.rows);
    dvk_cl_buffer_free(p->b, &s.x);
    dvk_cl_buffer_free(p->b, &s.y);
    return status;
}

/* --- any kernel --- */

/* An eighth of the planes, so that the room counts little beside the spectrum. */
static size_t planes_at_a_time(const dvk_cl_passes *p)
{
    return (p->length[2] + 7) / 8;
}

static size_t placed_bytes(const dvk_cl_passes *p)
{
    return p->length[0] * p->length[1] * planes_at_a_time(p) * sizeof(float);
}

static size_t piece_bytes(const dvk_cl_passes *p, const dvk_cl_taps *t)
{
    return dvk_cl_taps_plane(t) * planes_at_a_time(p) * sizeof(float);
}

size_t dvk_cl_room_bytes(const dvk_cl_passes *p, const dvk_cl_taps *t)
{
    return placed_bytes(p) + piece_bytes(p, t);
}

dvk_status dvk_cl_room_make(const dvk_cl_passes *p, const dvk_cl_taps *t, dvk_cl_room *out)
{
    out->planes = planes_at_a_time(p);
    DVK_TRY(dvk_cl_buffer(p->b, piece_bytes(p, t), &out->taps));
    return dvk_cl_buffer(p->b, placed_bytes(p), &out->placed);
}

void dvk_cl_room_free(const dvk_cl_passes *p, dvk_cl_room *room)
{
    dvk_cl_buffer_free(p->b, &room->taps);
    dvk_cl_buffer_free(p->b, &room->placed);
}

dvk_status dvk_cl_spectrum_whole(const dvk_cl_passes *p, const dvk_cl_taps *t, const dvk_cl_room *room, size_t reach,
                                 long shift, cl_mem into)
{
    dvk_cl_placing placing = {.taps = t, .pieces = room->taps, .row = p->length[0], .reach_z = reach, .turned = true};
    memcpy(placing.padded, p->length, sizeof placing.padded);
    for (size_t z = 0; z < p->length[2];) {
        const size_t planes = dvk_cl_place_planes(&placing, z, room->planes);
        const dvk_cl_planes v = {.volume = room->placed,
                                 .size = {p->length[0], p->length[1], planes},
                                 .data = into,
                                 .plane = z,
                                 .imaginary = dvk_cl_spectrum_part(p)};
        DVK_TRY(dvk_cl_place(p->b, &placing, shift, z, planes, room->placed, 0));
        DVK_TRY(dvk_cl_forward(p, &v));
        z += planes;
    }
    return dvk_cl_z_forward(p, into);
}
