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
#include "fft_rows.h"

/* A tile is DVK_TILE rows, from group 0 on, of size.y size.z rows whose first value lies at in + from and whose first
 * frequency at out + to. size: x, y, z of the volume's part; a spectrum's planes lie
 * `plane` numbers apart. */
kernel void x_forward(global const float *in, global float *out, constant dvk_fft_axis *axis,
                      global const float2 *twiddle, global const float2 *twist, int4 size, int row, ulong plane,
                      ulong imaginary, ulong from, ulong to, local float *re, local float *im)
{
    const size_t first = get_group_id(0) * DVK_TILE, rows = (size_t)size.y * size.z;
    const int there = min(rows - first, (size_t)DVK_TILE);
    load_real_rows(in + from + first * size.x, there, size.x, axis->length, twist, re, im);
    transform_forward(re, im, axis, twiddle);
    store_spectrum_rows(out + to, first, size.y, row, plane, imaginary, there, axis->length, re, im);
}

kernel void x_backward(global const float *in, global float *out, constant dvk_fft_axis *axis,
                       global const float2 *twiddle, global const float2 *twist, int4 size, int row, ulong plane,
                       ulong imaginary, ulong from, ulong to, float scale, local float *re, local float *im)
{
    const size_t first = get_group_id(0) * DVK_TILE, rows = (size_t)size.y * size.z;
    const int there = min(rows - first, (size_t)DVK_TILE);
    load_spectrum_rows(in + from, first, size.y, row, plane, imaginary, there, axis->length, re, im);
    transform_backward(re, im, axis, twiddle);
    store_real_rows(out + to + first * size.x, there, size.x, axis->length, twist, scale, re, im);
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

/* Columns along y in place: group 0 counts tiles of a row, group 1 planes from the one at data + from on. The first
 * `filled` positions hold values. */
kernel void y_forward(global float *data, constant dvk_fft_axis *axis, global const float2 *twiddle, int filled,
                      int row, ulong plane, ulong imaginary, ulong from, local float *re, local float *im)
{
    global float *at = data + from + get_group_id(1) * plane + get_group_id(0) * DVK_TILE;
    load_columns(at, row, imaginary, filled, axis->length, re, im);
    transform_forward(re, im, axis, twiddle);
    store_columns(at, row, imaginary, axis->length, re, im);
}

kernel void y_backward(global float *data, constant dvk_fft_axis *axis, global const float2 *twiddle, int wanted,
                       int row, ulong plane, ulong imaginary, ulong from, local float *re, local float *im)
{
    global float *at = data + from + get_group_id(1) * plane + get_group_id(0) * DVK_TILE;
    load_columns(at, row, imaginary, axis->length, axis->length, re, im);
    transform_backward(re, im, axis, twiddle);
    store_columns(at, row, imaginary, wanted, re, im);
}

/*
 * x and y of a whole plane in one go, group 0 counting planes: for devices whose groups are few and whose caches hold a
 * plane. Tiles of rows and tiles of columns share one transform, which is most of what there is to compile. The rest as
 * above.
 */
kernel void plane_forward(global const float *in, global float *out, constant dvk_fft_axis *x,
                          global const float2 *x_twiddle, global const float2 *twist, constant dvk_fft_axis *y,
                          global const float2 *y_twiddle, int4 size, int row, ulong plane, ulong imaginary, ulong from,
                          ulong to, local float *re, local float *im)
{
    const int of_rows = (size.y + DVK_TILE - 1) / DVK_TILE, of_columns = row / DVK_TILE;
    in += from + get_group_id(0) * size.x * size.y;
    out += to + get_group_id(0) * plane;
    for (int t = 0; t < of_rows + of_columns; t++) {
        const int along_x = t < of_rows, first = (along_x ? t : t - of_rows) * DVK_TILE;
        const int there = min(size.y - first, DVK_TILE);
        if (along_x)
            load_real_rows(in + (size_t)first * size.x, there, size.x, x->length, twist, re, im);
        else
            load_columns(out + first, row, imaginary, size.y, y->length, re, im);
        transform_forward(re, im, along_x ? x : y, along_x ? x_twiddle : y_twiddle);
        if (along_x)
            store_spectrum_rows(out, first, size.y, row, plane, imaginary, there, x->length, re, im);
        else
            store_columns(out + first, row, imaginary, y->length, re, im);
        barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
    }
}

kernel void plane_backward(global float *in, global float *out, constant dvk_fft_axis *x,
                           global const float2 *x_twiddle, global const float2 *twist, constant dvk_fft_axis *y,
                           global const float2 *y_twiddle, int4 size, int row, ulong plane, ulong imaginary, ulong from,
                           ulong to, float scale, local float *re, local float *im)
{
    const int of_rows = (size.y + DVK_TILE - 1) / DVK_TILE, of_columns = row / DVK_TILE;
    in += from + get_group_id(0) * plane;
    out += to + get_group_id(0) * size.x * size.y;
    for (int t = 0; t < of_columns + of_rows; t++) {
        const int along_x = t >= of_columns, first = (along_x ? t - of_columns : t) * DVK_TILE;
        const int there = min(size.y - first, DVK_TILE);
        if (along_x)
            load_spectrum_rows(in, first, size.y, row, plane, imaginary, there, x->length, re, im);
        else
            load_columns(in + first, row, imaginary, y->length, y->length, re, im);
        transform_backward(re, im, along_x ? x : y, along_x ? x_twiddle : y_twiddle);
        if (along_x)
            store_real_rows(out + (size_t)first * size.x, there, size.x, x->length, twist, scale, re, im);
        else
            store_columns(in + first, row, imaginary, size.y, re, im);
        barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);
    }
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

/*
 * The spectrum of real, even columns: values at positions 0 .. radius, `step` numbers apart, the same again on the
 * other side of 0 and zeros between; it is real and even too, so that frequencies 0 .. P/2 are kept, `kept_step` apart.
 * Group 0 counts tiles of a row, group 1 what lies `other` apart in memory, `kept_other` in the result.
 */
kernel void even_columns(global const float *in, global float *kept, constant dvk_fft_axis *axis,
                         global const float2 *twiddle, global const int *position, int radius, ulong step, ulong other,
                         ulong kept_step, ulong kept_other, local float *re, local float *im)
{
    const int column = get_local_id(0) * DVK_LANES, length = axis->length;
    in += get_group_id(1) * other + get_group_id(0) * DVK_TILE + column;
    kept += get_group_id(1) * kept_other + get_group_id(0) * DVK_TILE + column;
    for (int i = get_local_id(1); i < length; i += get_local_size(1)) {
        const int distance = min(i, length - i);
        const dvk_vec value = distance <= radius ? dvk_vload(in + distance * step) : (dvk_vec)(0.0f);
        dvk_vstore(value, re + i * DVK_STRIDE + column);
        dvk_vstore((dvk_vec)(0.0f), im + i * DVK_STRIDE + column);
    }
    transform_forward(re, im, axis, twiddle);
    for (int k = get_local_id(1); k <= length / 2; k += get_local_size(1))
        dvk_vstore(dvk_vload(re + position[k] * DVK_STRIDE + column), kept + k * kept_step);
}
