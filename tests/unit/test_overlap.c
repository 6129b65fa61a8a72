/*
 * Overlap of grids: closed forms where axes agree; volume, a dense sampling and the aligned result where they do not.
 */
#include <stdlib.h>
#include <string.h>

#include "data/geometry.h"
#include "physics/overlap.h"
#include "support/support.h"

enum { CELLS = 4096 };

/* Fractions on a small scan grid. */
typedef struct canvas {
    size_t n[3];
    double part[CELLS];
    size_t touched;
} canvas;

static void take(void *user, const size_t cell[3], double part)
{
    canvas *c = user;
    for (int a = 0; a < 3; a++)
        ck_assert_uint_lt(cell[a], c->n[a]);
    ck_assert(part > 0);
    c->part[cell[0] + c->n[0] * (cell[1] + c->n[1] * cell[2])] += part;
    c->touched++;
}

/* Shares one mask voxel out; returns what lies outside. */
static double share(const dvk_geometry *mask, const dvk_geometry *scan, size_t i, size_t j, size_t k, canvas *c)
{
    dvk_overlap o;
    ck_assert_uint_le(dvk_geometry_voxels(scan), CELLS);
    memset(c, 0, sizeof *c);
    memcpy(c->n, scan->n, sizeof c->n);
    ck_ok(dvk_overlap_make(mask, scan, &o));
    return dvk_overlap_run(&o, (const size_t[]){i, j, k}, 1, take, c);
}

static double total(const canvas *c)
{
    double sum = 0;
    for (size_t i = 0; i < CELLS; i++)
        sum += c->part[i];
    return sum;
}

static double at(const canvas *c, size_t i, size_t j, size_t k)
{
    return c->part[i + c->n[0] * (j + c->n[1] * k)];
}

/* Turns a grid about its middle: first about z, then about x. */
static dvk_geometry turned(dvk_geometry g, double z_degrees, double x_degrees)
{
    const double pi = acos(-1), a = z_degrees * pi / 180, b = x_degrees * pi / 180;
    const double turn[3][3] = {
        {cos(a), -sin(a), 0}, {cos(b) * sin(a), cos(b) * cos(a), -sin(b)}, {sin(b) * sin(a), sin(b) * cos(a), cos(b)}};
    dvk_geometry out = g;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++) {
            out.to_world[r][c] = 0;
            for (int m = 0; m < 3; m++)
                out.to_world[r][c] += turn[r][m] * g.to_world[m][c];
        }
    return out;
}

START_TEST(the_same_grid_gives_whole_voxels)
{
    canvas c;
    dvk_geometry scan = plain_geometry(7, 6, 5, 4.42, 4.42, 5), mask = scan;
    for (int a = 0; a < 3; a++) /* as float32 rounds them */
        for (int b = 0; b < 4; b++)
            mask.to_world[a][b] = (double)(float)mask.to_world[a][b];
    ck_assert(share(&mask, &scan, 2, 3, 4, &c) == 0);
    ck_assert(at(&c, 2, 3, 4) == 1);
    ck_assert_uint_eq(c.touched, 1);
}
END_TEST

START_TEST(a_finer_grid_tiles_without_slivers)
{
    canvas c;
    dvk_geometry scan = plain_geometry(6, 6, 6, 3, 3, 3), mask = plain_geometry(18, 12, 6, 1, 1.5, 3);
    mask.to_world[0][3] += 1e-5; /* what float32 leaves */
    for (size_t i = 0; i < 18; i++) {
        ck_assert(fabs(share(&mask, &scan, i, 5, 1, &c)) < 1e-15);
        ck_close(at(&c, i / 3, 2, 1), 1.0 / 6, 1e-12);
        ck_close(total(&c), 1.0 / 6, 1e-12);
    }
}
END_TEST

START_TEST(an_offset_splits_in_proportion)
{
    canvas c;
    const dvk_geometry scan = plain_geometry(6, 6, 6, 4, 4, 4);
    dvk_geometry mask = plain_geometry(6, 6, 6, 4, 4, 4);
    mask.to_world[0][3] += 1;    /* a quarter of a voxel */
    mask.to_world[1][3] -= 1.2;  /* three tenths */
    mask.to_world[2][3] += 10.4; /* two and six tenths */
    ck_close(share(&mask, &scan, 1, 2, 3, &c), 0.6, 1e-12);
    ck_close(at(&c, 1, 2, 5), 0.75 * 0.7 * 0.4, 1e-12);
    ck_close(at(&c, 2, 2, 5), 0.25 * 0.7 * 0.4, 1e-12);
    ck_close(at(&c, 1, 1, 5), 0.75 * 0.3 * 0.4, 1e-12);
    ck_close(at(&c, 2, 1, 5), 0.25 * 0.3 * 0.4, 1e-12);
    ck_close(share(&mask, &scan, 1, 2, 4, &c), 1, 1e-12);
    ck_assert_uint_eq(c.touched, 0);
}
END_TEST

START_TEST(a_larger_voxel_covers_many)
{
    canvas c;
    const dvk_geometry scan = plain_geometry(8, 8, 8, 2, 2, 2), mask = plain_geometry(3, 3, 3, 5, 5, 5);
    ck_close(share(&mask, &scan, 1, 1, 1, &c), 0, 0); /* the middle: 2.5 scan voxels wide, -1.25 to 1.25 */
    ck_close(at(&c, 4, 4, 4), 1, 1e-12);
    ck_close(at(&c, 5, 4, 4), 0.25, 1e-12);
    ck_close(at(&c, 5, 2, 5), 0.25 * 0.25 * 0.25, 1e-12);
    ck_close(total(&c), 2.5 * 2.5 * 2.5, 1e-12);
}
END_TEST

START_TEST(order_and_direction_of_axes)
{
    canvas c;
    const dvk_geometry scan = plain_geometry(6, 7, 8, 3, 4, 5);
    /* The same voxels with k running along -x, i along z, j along -y. */
    dvk_geometry mask = {.n = {8, 7, 6}, .voxel_mm = {5, 4, 3}};
    mask.to_world[2][0] = 5;
    mask.to_world[1][1] = -4;
    mask.to_world[0][2] = -3;
    mask.to_world[0][3] = 7.5;
    mask.to_world[1][3] = 12;
    mask.to_world[2][3] = -17.5;
    ck_assert(share(&mask, &scan, 7, 2, 1, &c) == 0);
    ck_assert(at(&c, 4, 4, 7) == 1);
    ck_assert_uint_eq(c.touched, 1);
}
END_TEST

START_TEST(splitting_agrees_with_the_product_of_lengths)
{
    canvas product, split;
    const dvk_geometry scan = plain_geometry(7, 8, 6, 4, 4, 5);
    dvk_geometry mask = plain_geometry(5, 5, 5, 5.3, 2.9, 7.7);
    dvk_overlap o;
    mask.to_world[0][3] += 0.77;
    for (size_t i = 0; i < 5; i++) {
        const size_t ijk[3] = {i, 4 - i, 4};
        const double outside = share(&mask, &scan, ijk[0], ijk[1], ijk[2], &product);
        ck_ok(dvk_overlap_make(&mask, &scan, &o));
        ck_assert(o.aligned);
        o.aligned = false;
        memset(&split, 0, sizeof split);
        memcpy(split.n, scan.n, sizeof split.n);
        ck_assert(fabs(dvk_overlap_run(&o, ijk, 1, take, &split) - outside) < 1e-12);
        for (size_t cell = 0; cell < CELLS; cell++)
            ck_assert(fabs(split.part[cell] - product.part[cell]) < 1e-12);
    }
}
END_TEST

START_TEST(a_turned_voxel_keeps_its_volume)
{
    canvas c;
    const dvk_geometry scan = plain_geometry(9, 9, 9, 4, 4, 5);
    const double angle[] = {0.3, 13, 45, 77, 180 - 1e-3};
    for (size_t t = 0; t < 5; t++) {
        const dvk_geometry mask = turned(plain_geometry(7, 5, 3, 1.5, 6.1, 11), angle[t], angle[4 - t] / 2);
        const double size = 1.5 * 6.1 * 11 / (4 * 4 * 5);
        for (size_t i = 0; i < 7; i++) {
            const double outside = share(&mask, &scan, i, i % 5, i % 3, &c);
            ck_close(total(&c) + outside, size, 1e-12);
        }
    }
}
END_TEST

START_TEST(a_run_is_the_sum_of_its_voxels)
{
    const dvk_geometry scan = plain_geometry(9, 9, 9, 4, 4, 5);
    for (int t = 0; t < 2; t++) {
        static canvas each, one; /* each: voxels 2 to 6 in turn */
        const dvk_geometry mask = turned(plain_geometry(9, 5, 3, 5.2, 3, 4.1), 25.0 * t, 10.0 * t);
        dvk_overlap o;
        double outside = 0;
        ck_ok(dvk_overlap_make(&mask, &scan, &o));
        ck_assert(o.aligned == (t == 0));
        memset(&each, 0, sizeof each);
        memset(&one, 0, sizeof one);
        memcpy(each.n, scan.n, sizeof each.n);
        memcpy(one.n, scan.n, sizeof one.n);
        for (size_t i = 2; i < 9; i++)
            outside += dvk_overlap_run(&o, (const size_t[]){i, 1, 2}, 1, take, &each);
        ck_assert(outside > 0);
        ck_close(dvk_overlap_run(&o, (const size_t[]){2, 1, 2}, 7, take, &one), outside, 1e-12);
        for (size_t cell = 0; cell < CELLS; cell++)
            ck_assert(fabs(each.part[cell] - one.part[cell]) < 1e-12);
    }
}
END_TEST

/* Share of scan voxel `cell` inside the mask voxel, by 40 x 40 x 40 points: within 1/40 of a face's crossing. */
static double sampled(const dvk_geometry *mask, const dvk_geometry *scan, const size_t ijk[3], const size_t cell[3])
{
    enum { POINTS = 40 };
    double inverse[3][4];
    size_t inside = 0;
    ck_assert(dvk_affine_invert((const double(*)[4])mask->to_world, inverse));
    for (int p = 0; p < POINTS * POINTS * POINTS; p++) {
        const int q[3] = {p % POINTS, p / POINTS % POINTS, p / POINTS / POINTS};
        double there[3], world[3], back[3];
        for (int a = 0; a < 3; a++)
            there[a] = (double)cell[a] - 0.5 + (q[a] + 0.5) / POINTS;
        dvk_affine_apply((const double(*)[4])scan->to_world, there, world);
        dvk_affine_apply((const double(*)[4])inverse, world, back);
        bool in = true;
        for (int a = 0; a < 3; a++)
            in = in && fabs(back[a] - (double)ijk[a]) <= 0.5;
        inside += in;
    }
    return (double)inside / (POINTS * POINTS * POINTS);
}

START_TEST(a_turned_voxel_is_where_it_is)
{
    static const struct {
        double size, z_degrees, x_degrees;
    } cases[] = {{7, 30, 20}, {2.5, 61, -33}};
    canvas c;
    const dvk_geometry scan = plain_geometry(7, 7, 7, 4, 4, 4);
    for (size_t i = 0; i < 2; i++) {
        const double h = cases[i].size;
        const dvk_geometry mask = turned(plain_geometry(3, 3, 3, h, h, h), cases[i].z_degrees, cases[i].x_degrees);
        const size_t ijk[3] = {1, 2, 1};
        share(&mask, &scan, 1, 2, 1, &c);
        for (size_t cell = 0; cell < 343; cell++) {
            const size_t where[3] = {cell % 7, cell / 7 % 7, cell / 49};
            ck_assert(fabs(c.part[cell] - sampled(&mask, &scan, ijk, where)) < 0.004);
        }
    }
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("aligned"), tcase_create("turned")};
    tcase_add_test(cases[0], the_same_grid_gives_whole_voxels);
    tcase_add_test(cases[0], a_finer_grid_tiles_without_slivers);
    tcase_add_test(cases[0], an_offset_splits_in_proportion);
    tcase_add_test(cases[0], a_larger_voxel_covers_many);
    tcase_add_test(cases[0], order_and_direction_of_axes);
    tcase_add_test(cases[1], splitting_agrees_with_the_product_of_lengths);
    tcase_add_test(cases[1], a_turned_voxel_keeps_its_volume);
    tcase_add_test(cases[1], a_run_is_the_sum_of_its_voxels);
    tcase_add_test(cases[1], a_turned_voxel_is_where_it_is);
    return run_suite("overlap", cases, 2, false);
}
