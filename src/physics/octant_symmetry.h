/*
 * The octant of an even kernel whose voxels have equal edges along two or three axes: exchanging those axes changes no
 * value, so that only entries with falling indices along them are computed or kept, the others copied.
 */
#ifndef DVK_PHYSICS_OCTANT_SYMMETRY_H
#define DVK_PHYSICS_OCTANT_SYMMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "dvk/status.h"

typedef struct dvk_symmetry {
    bool xy, xz, yz; /* equal edges */
} dvk_symmetry;

static inline dvk_symmetry dvk_symmetry_of(const double edge[3])
{
    return (dvk_symmetry){edge[0] == edge[1], edge[0] == edge[2], edge[1] == edge[2]};
}

static inline size_t dvk_octant_at(const size_t size[3], const size_t i[3])
{
    return (i[2] * size[1] + i[1]) * size[0] + i[0];
}

/* Puts the larger index first, with what goes along. */
static inline void dvk_symmetry_order(bool equal_edges, size_t *a, size_t *b, size_t *with_a, size_t *with_b)
{
    if (!equal_edges || *a >= *b)
        return;
    const size_t keep = *a, keep_with = *with_a;
    *a = *b;
    *b = keep;
    *with_a = *with_b;
    *with_b = keep_with;
}

/* Turns `i` into the one of its equals that is computed, with falling indices along axes of equal edges; `step` takes
 * part in the exchange. Nothing happens where that one lies outside `size`. */
static inline void dvk_symmetry_arrange(dvk_symmetry s, const size_t size[3], size_t i[3], size_t step[3])
{
    size_t to[3] = {i[0], i[1], i[2]}, with[3] = {step[0], step[1], step[2]};
    dvk_symmetry_order(s.xy, &to[0], &to[1], &with[0], &with[1]);
    dvk_symmetry_order(s.xz, &to[0], &to[2], &with[0], &with[2]);
    dvk_symmetry_order(s.yz, &to[1], &to[2], &with[1], &with[2]);
    if (to[0] >= size[0] || to[1] >= size[1] || to[2] >= size[2])
        return;
    memcpy(i, to, sizeof to);
    memcpy(step, with, sizeof with);
}

/* The place of the equal of `i` that is computed. */
static inline size_t dvk_symmetry_source(dvk_symmetry s, const size_t size[3], const size_t i[3])
{
    size_t to[3] = {i[0], i[1], i[2]}, none[3] = {0, 0, 0};
    dvk_symmetry_arrange(s, size, to, none);
    return dvk_octant_at(size, to);
}

/* From this x on the entries of row (y, z) are computed: a larger index neither breaks their order nor brings an equal
 * that lies outside back in. */
size_t dvk_symmetry_first(dvk_symmetry s, const size_t size[3], size_t y, size_t z);

/* Fills what is not computed from what is. */
void dvk_symmetry_complete(dvk_symmetry s, const size_t size[3], double *octant);

/* The computed entries alone, in the octant's order: their number, taking them, and an octant from them. */
size_t dvk_symmetry_count(dvk_symmetry s, const size_t size[3]);
void dvk_symmetry_pack(dvk_symmetry s, const size_t size[3], const double *octant, double *packed);
dvk_status dvk_symmetry_unpack(dvk_symmetry s, const size_t size[3], const double *packed, double *octant) DVK_MUST_USE;

#endif
