/* See octant_symmetry.h. Row by row, since the computed entries of a row are its end. */
#include "physics/octant_symmetry.h"

#include "base/alloc.h"
#include "base/fail.h"

static bool is_computed(dvk_symmetry s, const size_t size[3], const size_t i[3])
{
    return dvk_symmetry_source(s, size, i) == dvk_octant_at(size, i);
}

size_t dvk_symmetry_first(dvk_symmetry s, const size_t size[3], size_t y, size_t z)
{
    size_t low = 0, high = size[0]; /* it lies between, both included */
    while (low < high) {
        const size_t x = (low + high) / 2, i[3] = {x, y, z};
        if (is_computed(s, size, i))
            high = x;
        else
            low = x + 1;
    }
    return low;
}

/* Whether row (y, z) is the end of row (z, y) with copies before it. */
static bool has_twin(dvk_symmetry s, const size_t size[3], size_t y, size_t z)
{
    return s.yz && y < z && z < size[1] && y < size[2];
}

static void copy_row(dvk_symmetry s, const size_t size[3], size_t y, size_t z, double *octant)
{
    const size_t first = dvk_symmetry_first(s, size, y, z), row[3] = {0, y, z};
    double *to = octant + dvk_octant_at(size, row);
    for (size_t x = 0; x < first; x++) {
        const size_t i[3] = {x, y, z};
        to[x] = octant[dvk_symmetry_source(s, size, i)];
    }
}

static void copy_twin(dvk_symmetry s, const size_t size[3], size_t y, size_t z, double *octant)
{
    const size_t first = dvk_symmetry_first(s, size, y, z), to[3] = {0, y, z}, from[3] = {0, z, y};
    memcpy(octant + dvk_octant_at(size, to), octant + dvk_octant_at(size, from), first * sizeof *octant);
}

void dvk_symmetry_complete(dvk_symmetry s, const size_t size[3], double *octant)
{
#pragma omp parallel
    {
#pragma omp for collapse(2) schedule(static)
        for (size_t z = 0; z < size[2]; z++)
            for (size_t y = 0; y < size[1]; y++)
                if (!has_twin(s, size, y, z))
                    copy_row(s, size, y, z, octant);
#pragma omp for collapse(2) schedule(static)
        for (size_t z = 0; z < size[2]; z++)
            for (size_t y = 0; y < size[1]; y++)
                if (has_twin(s, size, y, z))
                    copy_twin(s, size, y, z, octant);
    }
}

static size_t count_plane(dvk_symmetry s, const size_t size[3], size_t z)
{
    size_t count = 0;
    for (size_t y = 0; y < size[1]; y++)
        count += size[0] - dvk_symmetry_first(s, size, y, z);
    return count;
}

size_t dvk_symmetry_count(dvk_symmetry s, const size_t size[3])
{
    size_t count = 0;
    for (size_t z = 0; z < size[2]; z++)
        count += count_plane(s, size, z);
    return count;
}

void dvk_symmetry_pack(dvk_symmetry s, const size_t size[3], const double *octant, double *packed)
{
    for (size_t z = 0; z < size[2]; z++)
        for (size_t y = 0; y < size[1]; y++) {
            const size_t i[3] = {dvk_symmetry_first(s, size, y, z), y, z}, count = size[0] - i[0];
            memcpy(packed, octant + dvk_octant_at(size, i), count * sizeof *packed);
            packed += count;
        }
}

static void unpack_plane(dvk_symmetry s, const size_t size[3], size_t z, const double *packed, double *octant)
{
    for (size_t y = 0; y < size[1]; y++) {
        const size_t i[3] = {dvk_symmetry_first(s, size, y, z), y, z}, count = size[0] - i[0];
        memcpy(octant + dvk_octant_at(size, i), packed, count * sizeof *packed);
        packed += count;
    }
}

dvk_status dvk_symmetry_unpack(dvk_symmetry s, const size_t size[3], const double *packed, double *octant)
{
    size_t *start = NULL; /* of each plane in `packed` */
    DVK_TRY(dvk_alloc(size[2] + 1, sizeof *start, &start));
    for (size_t z = 0; z < size[2]; z++)
        start[z + 1] = start[z] + count_plane(s, size, z);
#pragma omp parallel for schedule(static)
    for (size_t z = 0; z < size[2]; z++)
        unpack_plane(s, size, z, packed + start[z], octant);
    dvk_free(start);
    dvk_symmetry_complete(s, size, octant);
    return DVK_OK;
}
