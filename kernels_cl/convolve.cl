/*
 * Around the transforms of a convolution: padding, the kernel on its padded grid, products of spectra, cropping; and
 * the plain sum. x is the fastest axis everywhere. A padded volume is real rows of `row` floats, of which padded.x
 * count, or as a spectrum rows of row / 2 complex numbers.
 */

static size_t at(size_t x, size_t y, size_t z, size_t nx, size_t ny)
{
    return x + nx * (y + ny * z);
}

/* The input in a corner, zeros around it. Items: row, padded.y, padded.z. */
kernel void pad(global const float *in, global float *out, int4 n, int4 padded, int row)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    if (x >= row)
        return;
    const bool inside = x < n.x && y < n.y && z < n.z;
    out[at(x, y, z, row, padded.y)] = inside ? in[at(x, y, z, n.x, n.y)] : 0.0f;
}

static int magnitude(int i)
{
    return (int)abs(i);
}

/* Offset of a padded index on a circle of `size`. */
static int wrapped(int i, int size, int reach)
{
    return i <= reach ? i : i - size;
}

/*
 * The taps with the centre at index 0 of the circle, moved by shift planes. reach: the largest offset of each axis;
 * radius: the kernel's own. The taps are an octant of radius + 1 where `even`, else 2 radius + 1, with planes from
 * `first` on. Where `turned`, the circle along x turns the sign at each round. Items: row, padded.y, and planes, which
 * start with `plane` of the circle and with `to` of the result.
 */
kernel void place(global const float *taps, global float *out, int4 reach, int4 radius, int4 padded, int row, int even,
                  int turned, int shift, int first, int plane, int to)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    if (x >= row)
        return;
    const int dx = wrapped(x, padded.x, reach.x), dy = wrapped(y, padded.y, reach.y),
              dz = wrapped(z + plane, padded.z, reach.z);
    const bool met = x < padded.x && magnitude(dx) <= reach.x && magnitude(dy) <= reach.y && magnitude(dz) <= reach.z;
    const int tz = dz + shift;
    float value = 0.0f;
    if (met && magnitude(tz) <= radius.z) {
        const size_t tap =
            even ? at(magnitude(dx), magnitude(dy), magnitude(tz) - first, radius.x + 1, radius.y + 1)
                 : at(dx + radius.x, dy + radius.y, tz + radius.z - first, 2 * radius.x + 1, 2 * radius.y + 1);
        value = turned && dx < 0 ? -taps[tap] : taps[tap];
    }
    out[at(x, y, z + to, row, padded.y)] = value;
}

/* The spectrum of an even kernel is real and even: its octant is enough. Items: the octant, size.x by size.y by
 * size.z. */
kernel void keep_even(global const float2 *spectrum, global float *octant, int4 size, int row, int rows)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    if (x < size.x)
        octant[at(x, y, z, size.x, size.y)] = spectrum[at(x, y, z, row / 2, rows)].x;
}

/* data *= spectrum, the spectrum given by its octant. Items: row / 2, padded.y, padded.z. */
kernel void multiply_even(global float2 *data, global const float *octant, int4 padded, int row)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    if (x >= row / 2)
        return;
    const int my = min(y, padded.y - y), mz = min(z, padded.z - z);
    data[at(x, y, z, row / 2, padded.y)] *= octant[at(x, my, mz, row / 2, padded.y / 2 + 1)];
}

static float2 product(float2 a, float2 b)
{
    return (float2)(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

/* data *= spectrum. Items: row / 2, padded.y, padded.z. */
kernel void multiply(global float2 *data, global const float2 *spectrum, int4 padded, int row)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    const size_t i = at(x, y, z, row / 2, padded.y);
    if (x < row / 2)
        data[i] = product(data[i], spectrum[i]);
}

/* The wanted corner, scaled. Items: n. */
kernel void crop(global const float *in, global float *out, int4 n, int4 padded, int row, float scale)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    if (x < n.x)
        out[at(x, y, z, n.x, n.y)] = scale * in[at(x, y, z, row, padded.y)];
}

/*
 * out(x) = scale * sum_y taps(x - y) in(y), all 2 radius + 1 taps an axis given. Rows, planes and the whole are summed
 * apart, so that the error grows with their lengths and not with the number of taps. Items: n.
 */
kernel void sum_directly(global const float *in, global const float *taps, global float *out, int4 n, int4 radius,
                         float scale)
{
    const int x = get_global_id(0), y = get_global_id(1), z = get_global_id(2);
    if (x >= n.x)
        return;
    float whole = 0.0f;
    for (int dz = max(-radius.z, z - n.z + 1); dz <= min(radius.z, z); dz++) {
        float plane = 0.0f;
        for (int dy = max(-radius.y, y - n.y + 1); dy <= min(radius.y, y); dy++) {
            float line = 0.0f;
            for (int dx = max(-radius.x, x - n.x + 1); dx <= min(radius.x, x); dx++)
                line += taps[at(dx + radius.x, dy + radius.y, dz + radius.z, 2 * radius.x + 1, 2 * radius.y + 1)] *
                        in[at(x - dx, y - dy, z - dz, n.x, n.y)];
            plane += line;
        }
        whole += plane;
    }
    out[at(x, y, z, n.x, n.y)] = scale * whole;
}
