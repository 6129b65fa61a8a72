/* Maps against each other: statistics against NumPy's numbers, DVH distances by brute force, tolerances, grids. */
#include <string.h>

#include "physics/compare.h"
#include "pipeline/compare/compare.h"
#include "support/support.h"

enum { SAMPLES = 6 };

/* NumPy 1.26 in double: mean, median, std (over n), percentile, corrcoef, and Lin's formula from cov(bias=True). */
static double sample_a[SAMPLES] = {1, 2, 3, 4, 5.5, -1}, sample_b[SAMPLES] = {1.1, 1.9, 3.2, 4, 5, -1.5};

START_TEST(differences_as_numpy_has_them)
{
    static const double percentile[] = {-0.195, -0.175, -0.075, 0.4, 0.5, 0.5};
    const dvk_pairs p = {SAMPLES, sample_a, sample_b, NULL};
    dvk_difference d;
    ck_ok(dvk_difference_of(&p, &d));
    ck_assert_uint_eq(d.count, SAMPLES);
    ck_close(d.mean, 0.1333333333333333, 1e-14);
    ck_close(d.sd, 0.27487370837451075, 1e-14);
    ck_close(d.mae, 0.2333333333333334, 1e-14);
    ck_close(d.rmse, 0.30550504633038933, 1e-14);
    ck_close(d.largest, 0.5, 1e-14);
    ck_close(d.pearson, 0.9916022015030191, 1e-14);
    ck_close(d.concordance, 0.9895019683809283, 1e-14);
    ck_close(d.median, 0.05, 1e-6); /* of differences in float32 */
    for (int i = 0; i < DVK_COMPARE_PERCENTILES; i++)
        ck_close(d.percentile[i], percentile[i], 1e-6);
}
END_TEST

START_TEST(weights_count_as_repeats)
{
    double weight[SAMPLES] = {1, 2, 0.5, 1, 3, 0.25};
    const dvk_pairs p = {SAMPLES, sample_a, sample_b, weight};
    dvk_difference d;
    ck_ok(dvk_difference_of(&p, &d));
    ck_close(d.mean, 0.20967741935483897, 1e-14);
    ck_close(d.sd, 0.25947196841535747, 1e-14);
    ck_close(d.mae, 0.2612903225806452, 1e-14);
    ck_close(d.rmse, 0.33360204223092693, 1e-14);
    ck_close(d.pearson, 0.9937028281709891, 1e-14);
    ck_close(d.concordance, 0.983467177826386, 1e-14);
    for (int i = 0; i < SAMPLES; i++)
        weight[i] = 3;
    ck_ok(dvk_difference_of(&p, &d)); /* equal weights: as without */
    ck_close(d.median, 0.05, 1e-13);
    ck_close(d.percentile[0], -0.195, 1e-13);
}
END_TEST

/* Many values of every size and sign, against a plain sort. */
static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

START_TEST(percentiles_of_many)
{
    enum { N = 5000 };
    static double a[N], b[N], sorted[N];
    static const double percents[] = DVK_COMPARE_PERCENTS;
    unsigned state = 7;
    for (int i = 0; i < N; i++) {
        state = state * 1664525u + 1013904223u;
        const double u = state / 4294967296.0 - 0.5;
        a[i] = sorted[i] = (double)(float)(u * pow(10, i % 9 - 4));
    }
    qsort(sorted, N, sizeof *sorted, rising);
    const dvk_pairs p = {N, a, b, NULL};
    dvk_difference d;
    ck_ok(dvk_difference_of(&p, &d));
    for (int i = 0; i < DVK_COMPARE_PERCENTILES; i++) {
        const double at = percents[i] / 100 * (N - 1), low = floor(at);
        const double want = sorted[(int)low] + (at - low) * (sorted[(int)low + 1] - sorted[(int)low]);
        ck_assert_double_eq_tol(d.percentile[i], want, 1e-15);
    }
}
END_TEST

START_TEST(nothing_and_constants)
{
    dvk_pairs p = {0};
    dvk_difference d;
    ck_ok(dvk_difference_of(&p, &d));
    ck_assert(isnan(d.mean) && isnan(d.concordance) && d.count == 0);
    double a[] = {2, 2}, b[] = {2, 2};
    p = (dvk_pairs){2, a, b, NULL};
    ck_ok(dvk_difference_of(&p, &d));
    ck_assert(d.mean == 0 && isnan(d.pearson) && isnan(d.concordance));
}
END_TEST

START_TEST(dvh_distance_by_brute_force)
{
    double a[] = {1, 2, 2, 5, 7}, b[] = {1.5, 2, 3, 4, 7}, w[] = {1, 0.5, 2, 1, 0.25}, at = 0, worst = 0;
    const dvk_pairs p = {5, a, b, w};
    dvk_dvh *da = NULL, *db = NULL;
    ck_ok(dvk_dvh_create(a, w, 5, &da));
    ck_ok(dvk_dvh_create(b, w, 5, &db));
    for (double x = 0; x < 8; x += 1.0 / 64) {
        double va = 0, vb = 0;
        for (int i = 0; i < 5; i++) {
            va += a[i] >= x ? w[i] : 0;
            vb += b[i] >= x ? w[i] : 0;
        }
        worst = fmax(worst, fabs(va - vb) / 4.75 * 100);
    }
    ck_close(dvk_dvh_distance(da, db, &p, &at), worst, 1e-12);
    ck_close(at, 3, 0); /* 2 of 4.75 mL lie at 2 in A, at 3 in B */
    dvk_dvh_free(da);
    dvk_dvh_free(db);
}
END_TEST

/* --- maps --- */

/* A map that is linear in the world, written to scratch; its voxels along the axes that `g` has. */
static const char *write_ramp(const dvk_geometry *g, const char *name, double factor)
{
    static char path[4][4096];
    static int next;
    dvk_volume *v = NULL;
    char *to = path[next++ % 4];
    ck_ok(dvk_volume_create(g, 1, &v));
    for (size_t i = 0; i < dvk_geometry_voxels(g); i++) {
        const double ijk[] = {(double)(i % g->n[0]), (double)(i / g->n[0] % g->n[1]),
                              (double)(i / (g->n[0] * g->n[1]))};
        double value = 100;
        for (int a = 0; a < 3; a++)
            for (int c = 0; c < 4; c++)
                value += (a + 1) * 0.1 * g->to_world[a][c] * (c < 3 ? ijk[c] : 1);
        dvk_volume_data(v)[i] = (float)(factor * value);
    }
    snprintf(to, sizeof path[0], "%s/%s.nii", scratch_folder(), name);
    ck_ok(dvk_volume_write(v, to));
    dvk_volume_free(v);
    return to;
}

static dvk_compare *compare(const dvk_compare_options *o)
{
    dvk_compare *r = NULL;
    ck_ok(dvk_compare_run(NULL, o, &r));
    return r;
}

START_TEST(tolerances)
{
    const dvk_geometry g = plain_geometry(9, 8, 7, 4, 4, 5);
    dvk_compare_options o = dvk_compare_default();
    o.b = write_ramp(&g, "b", 1);
    o.a = write_ramp(&g, "a", 1.01);
    const struct {
        double rtol, atol;
        bool of_voxel, agree;
    } tries[] = {{0.0101, 0, false, true}, {0.0099, 0, false, false}, {0.0101, 0, true, true}, {0.0099, 0, true, false},
                 {0, 1.1, false, true},    {0, 1, false, false},      {1e-5, 0, false, false}};
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        o.rtol = tries[i].rtol;
        o.atol = tries[i].atol;
        o.rtol_of_voxel = tries[i].of_voxel;
        dvk_compare *r = compare(&o);
        ck_assert_msg(r->agree == tries[i].agree, "try %zu", i);
        ck_assert_uint_eq(r->voxels, 9 * 8 * 7);
        ck_close(r->whole.mean_a, 101, 1e-6);
        ck_close(r->whole.mean_b, 100, 1e-6); /* the ramp is odd about the world's origin, where the grid's centre is */
        dvk_compare_free(r);
    }
    o.a = o.b;
    o.rtol = o.atol = 0;
    dvk_compare *r = compare(&o);
    ck_assert(r->agree && r->largest == 0);
    dvk_compare_free(r);
}
END_TEST

/* A linear map is the same on any grid: axes exchanged and flipped, other voxels, a turn about z. */
START_TEST(resampling_keeps_what_is_linear)
{
    dvk_geometry from = plain_geometry(20, 22, 18, 3, 3, 3), to = plain_geometry(9, 8, 7, 4, 4, 5);
    const double c = cos(0.3), s = sin(0.3);
    for (int a = 0; a < 4; a++) {
        const double x = to.to_world[0][a], y = to.to_world[1][a];
        to.to_world[0][a] = c * y - s * x; /* a turn with a mirror */
        to.to_world[1][a] = s * y + c * x;
    }
    dvk_compare_options o = dvk_compare_default();
    dvk_compare *r = NULL;
    o.a = write_ramp(&from, "from", 1);
    o.b = write_ramp(&to, "to", 1);
    ck_fails(dvk_compare_run(NULL, &o, &r), DVK_ERR_INVALID);
    o.resample = true;
    r = compare(&o);
    ck_assert_msg(r->agree && r->resampled, "largest %g", r->largest);
    ck_assert_uint_eq(r->left_out, 0);
    dvk_compare_free(r);
    const char *swap = o.a; /* the small grid onto the large one: its surroundings are left out */
    o.a = o.b;
    o.b = swap;
    o.rtol = 0.01; /* the outer half of the outermost voxels takes their value */
    r = compare(&o);
    ck_assert(r->agree && r->left_out > 0);
    ck_assert_uint_eq(r->left_out + r->voxels, 20 * 22 * 18);
    dvk_compare_free(r);
}
END_TEST

/* Voxels three times as large on every axis, turned round, cover 27 each: the mean of those, which one place at the
 * centre would not see. A voxel that reaches out is left out, and a VOI with it. */
START_TEST(larger_voxels_get_means)
{
    enum { N = 9, BIG = 4 };
    const dvk_geometry from = plain_geometry(N, N, N, 2, 2, 2);
    dvk_geometry to = {.n = {BIG, 3, 3}, .voxel_mm = {6, 6, 6}};
    const double to_world[3][4] = {{0, 6, 0, -6}, {-6, 0, 0, 6}, {0, 0, 6, -6}}; /* i to the back, j to the right */
    dvk_volume *a = NULL, *made = NULL;
    double sum[3][3][3] = {{{0}}};
    size_t outside = 0;
    memcpy(to.to_world, to_world, sizeof to_world);
    ck_ok(dvk_volume_create(&from, 1, &a));
    for (size_t v = 0; v < N * N * N; v++) {
        dvk_volume_data(a)[v] = (float)((v * 2654435761u >> 8) % 101);
        sum[v / N / N / 3][v / N % N / 3][v % N / 3] += (double)dvk_volume_values(a)[v];
    }
    ck_ok(dvk_resample_linear(a, &to, &made, &outside));
    ck_assert_uint_eq(outside, 9);
    for (size_t v = 0; v < BIG * 3 * 3; v++) {
        const size_t i = v % BIG, j = v / BIG % 3, k = v / BIG / 3;
        if (i < 3)
            ck_close((double)dvk_volume_values(made)[v], sum[k][2 - i][j] / 27, 1e-6);
        else
            ck_assert(isnan(dvk_volume_values(made)[v]));
    }
    dvk_volume_free(a);
    dvk_volume_free(made);
}
END_TEST

int main(void)
{
    TCase *statistics = tcase_create("statistics"), *maps = tcase_create("maps");
    tcase_add_test(statistics, differences_as_numpy_has_them);
    tcase_add_test(statistics, weights_count_as_repeats);
    tcase_add_test(statistics, percentiles_of_many);
    tcase_add_test(statistics, nothing_and_constants);
    tcase_add_test(statistics, dvh_distance_by_brute_force);
    tcase_add_test(maps, tolerances);
    tcase_add_test(maps, resampling_keeps_what_is_linear);
    tcase_add_test(maps, larger_voxels_get_means);
    return run_suite("compare", (TCase *[]){statistics, maps}, 2, false);
}
