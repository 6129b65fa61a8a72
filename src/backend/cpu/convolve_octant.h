/*
 * The passes that make an even kernel's spectrum from its octant, in double. Part of convolve_body.h, for one vector
 * width.
 *
 * Two real, even columns travel as one complex one, since both have real transforms: the tile's elements are LANES
 * doubles in a row of memory, half of them "real", half "imaginary".
 */
/* Element j of the row that continues the octant's evenly, changing sign where it wraps around. */
static double even_element(const double *octant, size_t half, size_t padded, size_t j)
{
    if (j <= half)
        return octant[j];
    return padded - j <= half ? -octant[padded - j] : 0;
}

static void octant_x(const dvk_conv_grid *g, const size_t half[3], const double *octant, size_t pitch, double *plane,
                     void *scratch)
{
    const size_t m = g->padded[0] / 2, columns = g->blocks * LANES;
    cvec_d *tile = scratch;
    for (size_t y = 0; y <= half[1]; y += LANES) {
        const size_t rows = half[1] + 1 - y < LANES ? half[1] + 1 - y : LANES;
        memset(tile, 0, m * sizeof *tile);
        for (size_t j = 0; j < m; j++) {
            cvec_d high = {0};
            for (size_t r = 0; r < rows; r++) {
                const double *row = octant + (y + r) * pitch;
                ((double *)&tile[j])[r] = even_element(row, half[0], g->padded[0], j);
                ((double *)&high)[r] = even_element(row, half[0], g->padded[0], j + m);
            }
            tile[j] = times_d(add_i_d(tile[j], high), g->twist + 2 * j);
        }
        const column_d all = {tile, 1, m};
        forward_d(&g->fft[0], g->fft[0].stages, all, tile, all);
        for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < m; j++)
                plane[(y + r) * columns + j] = ((const double *)&tile[j])[r];
    }
}

/* One block of columns, row r at in[r * stride], continued evenly to the padded length and transformed in the tile. */
static void transform_even(const dvk_fft *fft, size_t half, const double *in, size_t stride, cvec_d *tile)
{
    memset(tile, 0, fft->length * sizeof *tile);
    for (size_t r = 0; r <= half; r++) {
        tile[r] = *(const cvec_d *)(in + r * stride);
        if (r > 0)
            tile[fft->length - r] = tile[r];
    }
    const column_d all = {tile, 1, fft->length};
    forward_d(fft, fft->stages, all, tile, all);
}

static void octant_y(const dvk_conv_grid *g, size_t half, double *plane, void *scratch)
{
    const size_t columns = g->blocks * LANES;
    cvec_d *tile = scratch;
    for (size_t x = 0; x < columns; x += LANES) {
        transform_even(&g->fft[1], half, plane + x, columns, tile);
        for (size_t p = 0; p < g->padded[1]; p++)
            *(cvec_d *)(plane + g->mirror[1][p] * columns + x) = tile[p];
    }
}

static void octant_z(const dvk_conv_grid *g, size_t half, const double *planes, size_t y, double factor, float *row,
                     void *scratch)
{
    const size_t columns = g->blocks * LANES, rows = g->padded[1] / 2 + 1;
    cvec_d *tile = scratch;
    for (size_t x = 0; x < columns; x += LANES) {
        transform_even(&g->fft[2], half, planes + y * columns + x, rows * columns, tile);
        for (size_t p = 0; p < g->padded[2]; p++)
            for (size_t l = 0; l < LANES; l++)
                row[g->mirror[2][p] * columns + x + l] = (float)(factor * ((const double *)&tile[p])[l]);
    }
}
