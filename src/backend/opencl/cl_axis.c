/* Factors, tables and tiles of our own transforms; the transforms themselves are in kernels_cl/fft_tile.h. */
#include "backend/opencl/cl_axis.h"

#include <math.h>
#include <stdio.h>

enum { ITEMS = 256 }; /* in a group, on devices where work-items take the lanes of a vector */

static const double pi = 3.14159265358979323846;

/* --- lengths --- */

static size_t without(size_t n, size_t factor)
{
    while (n % factor == 0)
        n /= factor;
    return n;
}

size_t dvk_cl_axis_length(size_t wanted)
{
    size_t n = wanted > 0 ? wanted : 1;
    while (without(without(without(n, 2), 3), 5) != 1)
        n++;
    return n;
}

/* Fours first: they cost least for each factor of two. */
static dvk_fft_axis factorise(size_t length)
{
    static const int radices[] = {4, 2, 3, 5};
    dvk_fft_axis plan = {.length = (int)length};
    int left = (int)length;
    for (size_t i = 0; i < sizeof radices / sizeof radices[0]; i++)
        for (; left % radices[i] == 0; left /= radices[i])
            plan.radix[plan.stages++] = radices[i];
    return plan;
}

/* Where decimation in frequency leaves frequency k. */
static size_t position_of(const dvk_fft_axis *plan, size_t k)
{
    size_t position = 0, part = (size_t)plan->length;
    for (int s = 0; s < plan->stages; s++) {
        const size_t radix = (size_t)plan->radix[s];
        part /= radix;
        position += k % radix * part;
        k /= radix;
    }
    return position;
}

/* --- tiles --- */

static size_t lanes_of(const dvk_backend *b, size_t tile)
{
    size_t lanes = b->lanes;
    while (lanes > tile)
        lanes /= 2;
    return lanes < 4 ? 1 : lanes;
}

/* Along x neighbouring work-items walk down a column while they load it: an odd stride leads them to different banks.
 * A vector's lanes must lie side by side. */
static size_t stride_of(size_t tile, size_t lanes, bool along_x)
{
    return along_x && lanes == 1 ? tile + 1 : tile;
}

/* Work-items take 16 columns, 64 bytes side by side in memory; vectors as many as they have lanes, so that a work-item
 * does without the others. */
static size_t largest_tile(const dvk_backend *b)
{
    return b->lanes == 4 || b->lanes == 8 ? 8 : 16;
}

size_t dvk_cl_axis_tile(const dvk_backend *b, size_t length, bool along_x)
{
    size_t tile = largest_tile(b);
    while (tile > 0 && length * stride_of(tile, lanes_of(b, tile), along_x) * 2 * sizeof(float) > b->local)
        tile /= 2;
    return tile;
}

size_t dvk_cl_axis_items(const dvk_cl_axis *axis)
{
    return axis->lanes == 1 ? ITEMS / axis->tile : 1;
}

size_t dvk_cl_axis_tile_bytes(const dvk_cl_axis *axis)
{
    return axis->length * axis->stride * sizeof(float);
}

/* --- tables --- */

static dvk_status send_table(dvk_backend *b, const void *table, size_t bytes, cl_mem *out)
{
    DVK_TRY(dvk_cl_buffer(b, bytes, out));
    return dvk_cl_write(b, *out, 0, table, bytes);
}

/* exp(i turn k), k = 0 .. length - 1. */
static dvk_status send_circle(dvk_backend *b, size_t length, double turn, cl_mem *out)
{
    float *table = NULL;
    DVK_TRY(dvk_alloc(length, 2 * sizeof *table, &table));
    for (size_t k = 0; k < length; k++) {
        table[2 * k] = (float)cos(turn * (double)k);
        table[2 * k + 1] = (float)sin(turn * (double)k);
    }
    const dvk_status status = send_table(b, table, 2 * length * sizeof *table, out);
    dvk_free(table);
    return status;
}

static dvk_status send_order(dvk_backend *b, const dvk_fft_axis *plan, dvk_cl_axis *axis)
{
    dvk_status status = DVK_OK;
    const size_t length = axis->length;
    cl_int *distance = NULL, *position = NULL;
    DVK_TRY_DONE(dvk_alloc(length, sizeof *distance, &distance));
    DVK_TRY_DONE(dvk_alloc(length / 2 + 1, sizeof *position, &position));
    for (size_t k = 0; k < length; k++)
        distance[position_of(plan, k)] = (cl_int)(k < length - k ? k : length - k);
    for (size_t k = 0; k <= length / 2 && k < length; k++)
        position[k] = (cl_int)position_of(plan, k);
    DVK_TRY_DONE(send_table(b, distance, length * sizeof *distance, &axis->distance));
    DVK_TRY_DONE(send_table(b, position, (length / 2 + 1) * sizeof *position, &axis->position));
done:
    dvk_free(distance);
    dvk_free(position);
    return status;
}

dvk_status dvk_cl_axis_make(dvk_backend *b, size_t length, size_t tile, bool along_x, dvk_cl_axis *out)
{
    const dvk_fft_axis plan = factorise(length);
    out->length = length;
    out->tile = tile;
    out->lanes = lanes_of(b, out->tile);
    out->stride = stride_of(out->tile, out->lanes, along_x);
    snprintf(out->options, sizeof out->options, "-DDVK_TILE=%zu -DDVK_LANES=%zu -DDVK_STRIDE=%zu", out->tile,
             out->lanes, out->stride);
    DVK_TRY(send_table(b, &plan, sizeof plan, &out->plan));
    DVK_TRY(send_circle(b, length, -2 * pi / (double)length, &out->twiddle));
    if (along_x)
        return send_circle(b, length, pi / (2 * (double)length), &out->twist);
    return send_order(b, &plan, out);
}

void dvk_cl_axis_free(dvk_backend *b, dvk_cl_axis *axis)
{
    cl_mem *all[] = {&axis->plan, &axis->twiddle, &axis->twist, &axis->distance, &axis->position};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        dvk_cl_buffer_free(b, all[i]);
}
