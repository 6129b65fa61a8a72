/*
 * Convolution in five passes over memory: x forward, y forward, z forward times the kernel's spectrum and back, y back,
 * x back. Rows and planes of zeros are never touched: x runs on the volume's rows, y on its planes, and along z the
 * padded part lives in local memory only.
 *
 * Along x a row a of P values is packed as z_j = (a_j + i a_{j + P/2}) exp(i pi j / P) and transformed with length P/2:
 * a product of such spectra is a convolution on the circle of P with the sign turned at each round, which padding keeps
 * from the voxels wanted. Frequency k then is 2 pi (k - 1/4) / (P/2), where the spectrum of an even kernel is real too.
 *
 * A spectrum holds all real parts, then all imaginary parts, each z by y by `row` numbers: a row is the P/2 positions
 * along x, rounded up to a multiple of 16 with zeros. Frequencies are in the order that the transforms leave.
 */
#include "fft_tile.h"

static size_t local_item(void)
{
    return get_local_id(1) * get_local_size(0) + get_local_id(0);
}

/* A tile is DVK_TILE rows of the volume, from group 0 on. size: x, y, z of the volume and rows of a spectrum's plane.
 */
kernel void x_forward(global const float *in, global float *out, constant dvk_fft_axis *axis,
                      global const float2 *twiddle, global const float2 *twist, int4 size, int row, ulong imaginary,
                      local float *re, local float *im)
{
    const int item = local_item(), items = get_local_size(0) * get_local_size(1), length = axis->length;
    const size_t first = get_group_id(0) * DVK_TILE, rows = (size_t)size.y * size.z;
    for (int r = item / DVK_SPAN; r < DVK_TILE; r += items / DVK_SPAN) {
        global const float *from = in + (first + r) * size.x;
        const bool there = first + r < rows;
        for (int j = item % DVK_SPAN; j < length; j += DVK_SPAN) {
            const float a = there && j < size.x ? from[j] : 0.0f;
            const float b = there && j + length < size.x ? from[j + length] : 0.0f;
            const float2 w = twist[j];
            re[j * DVK_STRIDE + r] = a * w.x - b * w.y;
            im[j * DVK_STRIDE + r] = a * w.y + b * w.x;
        }
    }
    transform_forward(re, im, axis, twiddle);
    for (int r = item / DVK_SPAN; r < DVK_TILE && first + r < rows; r += items / DVK_SPAN) {
        const size_t z = (first + r) / size.y, y = first + r - z * size.y;
        global float *to = out + (z * size.w + y) * row;
        for (int k = item % DVK_SPAN; k < row; k += DVK_SPAN) {
            to[k] = k < length ? re[k * DVK_STRIDE + r] : 0.0f;
            to[k + imaginary] = k < length ? im[k * DVK_STRIDE + r] : 0.0f;
        }
    }
}

kernel void x_backward(global const float *in, global float *out, constant dvk_fft_axis *axis,
                       global const float2 *twiddle, global const float2 *twist, int4 size, int row, ulong imaginary,
                       float scale, local float *re, local float *im)
{
    const int item = local_item(), items = get_local_size(0) * get_local_size(1), length = axis->length;
    const size_t first = get_group_id(0) * DVK_TILE, rows = (size_t)size.y * size.z;
    for (int r = item / DVK_SPAN; r < DVK_TILE; r += items / DVK_SPAN) {
        const size_t z = (first + r) / size.y, y = first + r - z * size.y;
        global const float *from = in + (z * size.w + y) * row;
        const bool there = first + r < rows;
        for (int k = item % DVK_SPAN; k < length; k += DVK_SPAN) {
            re[k * DVK_STRIDE + r] = there ? from[k] : 0.0f;
            im[k * DVK_STRIDE + r] = there ? from[k + imaginary] : 0.0f;
        }
    }
    transform_backward(re, im, axis, twiddle);
    for (int r = item / DVK_SPAN; r < DVK_TILE && first + r < rows; r += items / DVK_SPAN) {
        global float *to = out + (first + r) * size.x;
        for (int j = item % DVK_SPAN; j < length && j < size.x; j += DVK_SPAN) {
            const float a = re[j * DVK_STRIDE + r], b = im[j * DVK_STRIDE + r];
            const float2 w = scale * twist[j];
            to[j] = a * w.x + b * w.y;
            if (j + length < size.x)
                to[j + length] = b * w.x - a * w.y;
        }
    }
}

/* Columns of DVK_TILE neighbours in x, `filled` of their positions `step` numbers apart in memory; zeros follow. */
static void load_columns(global const float *from, size_t step, ulong imaginary, int filled, int length,
                         local float *re, local float *im)
{
    const int column = get_local_id(0) * DVK_LANES;
    for (int i = get_local_id(1); i < length; i += get_local_size(1)) {
        dvk_vec r = 0.0f, m = 0.0f;
        if (i < filled) {
            r = dvk_vload(from + i * step + column);
            m = dvk_vload(from + i * step + column + imaginary);
        }
        dvk_vstore(r, re + i * DVK_STRIDE + column);
        dvk_vstore(m, im + i * DVK_STRIDE + column);
    }
}

static void store_columns(global float *to, size_t step, ulong imaginary, int wanted, local const float *re,
                          local const float *im)
{
    const int column = get_local_id(0) * DVK_LANES;
    for (int i = get_local_id(1); i < wanted; i += get_local_size(1)) {
        dvk_vstore(dvk_vload(re + i * DVK_STRIDE + column), to + i * step + column);
        dvk_vstore(dvk_vload(im + i * DVK_STRIDE + column), to + i * step + column + imaginary);
    }
}

/* Columns along y in place: group 0 counts tiles of a row, group 1 planes. The first `filled` positions hold values. */
kernel void y_forward(global float *data, constant dvk_fft_axis *axis, global const float2 *twiddle, int filled,
                      int row, ulong imaginary, local float *re, local float *im)
{
    global float *at = data + get_group_id(1) * axis->length * (size_t)row + get_group_id(0) * DVK_TILE;
    load_columns(at, row, imaginary, filled, axis->length, re, im);
    transform_forward(re, im, axis, twiddle);
    store_columns(at, row, imaginary, axis->length, re, im);
}

kernel void y_backward(global float *data, constant dvk_fft_axis *axis, global const float2 *twiddle, int wanted,
                       int row, ulong imaginary, local float *re, local float *im)
{
    global float *at = data + get_group_id(1) * axis->length * (size_t)row + get_group_id(0) * DVK_TILE;
    load_columns(at, row, imaginary, axis->length, axis->length, re, im);
    transform_backward(re, im, axis, twiddle);
    store_columns(at, row, imaginary, wanted, re, im);
}

/* Columns along z in place, nothing else: for the kernel's own spectrum. Group 0 counts tiles of a row, group 1 rows of
 * a plane; `plane` numbers lie between two positions. */
kernel void z_forward(global float *data, constant dvk_fft_axis *axis, global const float2 *twiddle, int row,
                      ulong plane, ulong imaginary, local float *re, local float *im)
{
    global float *at = data + get_group_id(1) * row + get_group_id(0) * DVK_TILE;
    load_columns(at, plane, imaginary, axis->length, axis->length, re, im);
    transform_forward(re, im, axis, twiddle);
    store_columns(at, plane, imaginary, axis->length, re, im);
}

/* The tile times the real, even spectrum: an octant, found through the frequency's distance from 0 at each position. */
static void multiply_octant(global const float *octant, global const int *distance_z, size_t plane, int length,
                            local float *re, local float *im)
{
    const int column = get_local_id(0) * DVK_LANES;
    for (int i = get_local_id(1); i < length; i += get_local_size(1)) {
        const dvk_vec k = dvk_vload(octant + distance_z[i] * plane + column);
        local float *r = re + i * DVK_STRIDE + column, *m = im + i * DVK_STRIDE + column;
        dvk_vstore(dvk_vload(r) * k, r);
        dvk_vstore(dvk_vload(m) * k, m);
    }
}

/* The tile times a complex spectrum of the same layout as the data, all positions of z there. */
static void multiply_complex(global const float *spectrum, size_t plane, ulong imaginary, int length, local float *re,
                             local float *im)
{
    const int column = get_local_id(0) * DVK_LANES;
    for (int i = get_local_id(1); i < length; i += get_local_size(1)) {
        const dvk_vec kr = dvk_vload(spectrum + i * plane + column);
        const dvk_vec ki = dvk_vload(spectrum + i * plane + column + imaginary);
        local float *r = re + i * DVK_STRIDE + column, *m = im + i * DVK_STRIDE + column;
        const dvk_vec a = dvk_vload(r), b = dvk_vload(m);
        dvk_vstore(a * kr - b * ki, r);
        dvk_vstore(a * ki + b * kr, m);
    }
}

/* Groups as in z_forward; `n` positions are filled, and as many wanted. */
kernel void z_even(global float *data, global const float *octant, global const int *distance_y,
                   global const int *distance_z, constant dvk_fft_axis *axis, global const float2 *twiddle, int n,
                   int row, ulong plane, ulong octant_plane, ulong imaginary, local float *re, local float *im)
{
    const size_t x = get_group_id(0) * DVK_TILE, y = get_group_id(1);
    global float *at = data + y * row + x;
    load_columns(at, plane, imaginary, n, axis->length, re, im);
    transform_forward(re, im, axis, twiddle);
    multiply_octant(octant + (size_t)distance_y[y] * row + x, distance_z, octant_plane, axis->length, re, im);
    transform_backward(re, im, axis, twiddle);
    store_columns(at, plane, imaginary, n, re, im);
}

/* sum += data convolved along z, or sum = it; data and sum may be the same. Imaginary parts lie `imaginary` on in
 * both, `kernel_imaginary` on in the kernel's spectrum. */
kernel void z_general(global const float *data, global float *sum, global const float *spectrum,
                      constant dvk_fft_axis *axis, global const float2 *twiddle, int n, int wanted, int add, int row,
                      ulong plane, ulong imaginary, ulong kernel_imaginary, local float *re, local float *im)
{
    const size_t at = get_group_id(1) * row + get_group_id(0) * DVK_TILE;
    const int column = get_local_id(0) * DVK_LANES;
    load_columns(data + at, plane, imaginary, n, axis->length, re, im);
    transform_forward(re, im, axis, twiddle);
    multiply_complex(spectrum + at, plane, kernel_imaginary, axis->length, re, im);
    transform_backward(re, im, axis, twiddle);
    for (int i = get_local_id(1); add && i < wanted; i += get_local_size(1)) {
        global const float *before = sum + at + i * plane + column;
        local float *r = re + i * DVK_STRIDE + column, *m = im + i * DVK_STRIDE + column;
        dvk_vstore(dvk_vload(r) + dvk_vload(before), r);
        dvk_vstore(dvk_vload(m) + dvk_vload(before + imaginary), m);
    }
    store_columns(sum + at, plane, imaginary, wanted, re, im);
}

/* The octant of an even kernel's spectrum, which is real. Frequencies 0 .. P/2 of y and z are at the positions given.
 * Items: row, size.y, size.z. */
kernel void keep_octant(global const float *spectrum, global float *octant, global const int *position_y,
                        global const int *position_z, int4 size, int row, ulong plane)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    if (x < row)
        octant[x + (size_t)row * (y + (size_t)size.y * z)] =
            spectrum[x + (size_t)row * position_y[y] + plane * position_z[z]];
}
