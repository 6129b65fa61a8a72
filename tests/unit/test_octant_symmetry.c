/* Octants from the entries that are computed: every shape of box and every equality of edges, against the definition.
 */
#include <stdlib.h>

#include "physics/octant_symmetry.h"
#include "support/support.h"

static const size_t sizes[][3] = {{1, 1, 1}, {5, 5, 5}, {7, 4, 6}, {4, 7, 6},
                                  {4, 6, 7}, {9, 2, 9}, {1, 6, 3}, {2, 8, 1}};
static const double edges[][3] = {{1, 1, 1}, {1, 1, 2}, {1, 2, 1}, {2, 1, 1}, {1, 2, 3}};
enum { SIZES = sizeof sizes / sizeof *sizes, EDGES = sizeof edges / sizeof *edges, MOST = 512 };

/* The largest number that is the same for all equals: a fingerprint of distances. */
static double value_at(const double edge[3], const size_t i[3])
{
    double sum = 0;
    for (int a = 0; a < 3; a++)
        sum += sqrt((double)i[a] * edge[a] + edge[a] * edge[a] / 7);
    return sum;
}

START_TEST(an_octant_comes_back_from_its_computed_entries)
{
    const size_t *size = sizes[_i % SIZES];
    const double *edge = edges[_i / SIZES];
    const size_t count = size[0] * size[1] * size[2];
    const dvk_symmetry s = dvk_symmetry_of(edge);
    double packed[MOST], octant[MOST], want[MOST];
    size_t kept = 0, at = 0;
    for (size_t z = 0; z < size[2]; z++)
        for (size_t y = 0; y < size[1]; y++)
            for (size_t x = 0; x < size[0]; x++, at++) {
                const bool is_computed = x >= dvk_symmetry_first(s, size, y, z);
                want[at] = value_at(edge, (size_t[3]){x, y, z});
                octant[at] = is_computed ? want[at] : NAN;
                kept += is_computed;
            }
    ck_assert_uint_eq(dvk_symmetry_count(s, size), kept);
    dvk_symmetry_pack(s, size, octant, packed);
    for (size_t i = 0; i < kept; i++)
        ck_assert(!isnan(packed[i]));
    dvk_symmetry_complete(s, size, octant);
    for (size_t i = 0; i < count; i++)
        ck_close(octant[i], want[i], 1e-14);
    double again[MOST];
    ck_ok(dvk_symmetry_unpack(s, size, packed, again));
    ck_assert_mem_eq(again, octant, count * sizeof *again);
}
END_TEST

/* A cube of equal edges has its 48th but for the diagonals: n (n + 1) (n + 2) / 6 entries. */
START_TEST(a_cube_keeps_a_sixth)
{
    const size_t size[3] = {5, 5, 5};
    ck_assert_uint_eq(dvk_symmetry_count(dvk_symmetry_of(edges[0]), size), 35);
    ck_assert_uint_eq(dvk_symmetry_count(dvk_symmetry_of(edges[1]), size), 75);
    ck_assert_uint_eq(dvk_symmetry_count(dvk_symmetry_of(edges[4]), size), 125);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("symmetry")};
    tcase_add_loop_test(cases[0], an_octant_comes_back_from_its_computed_entries, 0, SIZES * EDGES);
    tcase_add_test(cases[0], a_cube_keeps_a_sixth);
    return run_suite("octant symmetry", cases, 1, false);
}
