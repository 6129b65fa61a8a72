/*
 * The passes that make an even kernel's spectrum from its octant, in double. Part of convolve_body.h, for one vector
 * width.
 *
 * Two real, even columns travel as one complex one, since both have real transforms: the tile's elements are LANES
 * doubles in a row of memory, half of them "real", half "imaginary".
 */
/* Up to LANES columns of the octant at row j of what continues them evenly along y, changing sign where it wraps
 * around. */
INLINE cvec_d even_element(const double *octant, size_t pitch, size_t columns, size_t half, size_t padded, size_t j)
{
    cvec_d element = {0};
    const size_t row = j <= half ? j : padded - j;
    if (row > half)
        return element;
    memcpy(&element, octant + row * pitch, columns * sizeof *octant);
    return j <= half ? element : (cvec_d){-element.re, -element.im};
}

/* The tile of up to LANES columns, packed at a right angle; inlined where their number is known, to load vectors. */
INLINE void pack_octant(const dvk_conv_grid *g, size_t half, const double *octant, size_t pitch, size_t columns,
                        cvec_d *tile)
{
    const size_t m = g->padded[1] / 2;
    for (size_t j = 0; j < m; j++) {
        const cvec_d low = even_element(octant, pitch, columns, half, g->padded[1], j);
        const cvec_d high = even_element(octant, pitch, columns, half, g->padded[1], j + m);
        tile[j] = times_d(add_i_d(low, high), g->twist + 2 * j);
    }
}

static void octant_y(const dvk_conv_grid *g, const size_t half[3], const double *octant, size_t pitch, double *plane,
                     void *scratch)
{
    const size_t m = g->padded[1] / 2, columns = g->blocks * LANES;
    cvec_d *tile = scratch;
    for (size_t x = 0; x <= half[0]; x += LANES) {
        const size_t width = half[0] + 1 - x < LANES ? half[0] + 1 - x : LANES;
        if (width == LANES)
            pack_octant(g, half[1], octant + x, pitch, LANES, tile);
        else
            pack_octant(g, half[1], octant + x, pitch, width, tile);
        const column_d all = {tile, 1, m, 0};
        forward_d(&g->fft[1], g->fft[1].stages, all, tile, all);
        for (size_t l = 0; l < width; l++)
            for (size_t j = 0; j < columns; j++)
                plane[(x + l) * columns + j] = j < m ? ((const double *)&tile[j])[l] : 0;
    }
}

/* One block of columns, row r at in[r * stride], continued evenly to the padded length and transformed in the tile. */
static void transform_even(const dvk_fft *fft, size_t half, const double *in, size_t stride, cvec_d *tile)
{
    tile[0] = *(const cvec_d *)in;
    for (size_t r = 1; r <= half; r++)
        tile[r] = tile[fft->length - r] = *(const cvec_d *)(in + r * stride);
    for (size_t r = half + 1; r + half < fft->length; r++)
        tile[r] = (cvec_d){0};
    const column_d all = {tile, 1, fft->length, 0};
    forward_d(fft, fft->stages, all, tile, all);
}

static void octant_x(const dvk_conv_grid *g, size_t half, double *plane, void *scratch)
{
    const size_t columns = g->blocks * LANES;
    cvec_d *tile = scratch;
    for (size_t c = 0; c < columns; c += LANES) {
        transform_even(&g->fft[0], half, plane + c, columns, tile);
        for (size_t p = 0; p < g->padded[0]; p++)
            *(cvec_d *)(plane + g->mirror[0][p] * columns + c) = tile[p];
    }
}

static void octant_z(const dvk_conv_grid *g, size_t half, const double *planes, size_t x, double factor, float *row,
                     void *scratch)
{
    const size_t columns = g->blocks * LANES, apart = (g->padded[0] / 2 + 1) * columns;
    cvec_d *tile = scratch;
    for (size_t c = 0; c < columns; c += LANES, row += (g->padded[2] / 2 + 1) * LANES) {
        transform_even(&g->fft[2], half, planes + x * columns + c, apart, tile);
        for (size_t p = 0; p < g->padded[2]; p++)
            for (size_t l = 0; l < LANES; l++)
                row[g->mirror[2][p] * LANES + l] = (float)(factor * ((const double *)&tile[p])[l]);
    }
}
