/*
 * Dose statistics of a VOI end to end: an ellipsoid of uniform activity, Lanconelli's kernel summed plainly in double,
 * against the reference case's mean, extremes, D2, D50 and D98.
 */
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

enum { N = 32, HALF = 5 };

/* The table lists offsets i >= j >= k; mGy/(MBq.s). */
static double s_value(const json_t *table, long x, long y, long z)
{
    long o[3] = {labs(x), labs(y), labs(z)};
    char key[32];
    for (int pass = 0; pass < 2; pass++)
        for (int a = 0; a < 2; a++)
            if (o[a] < o[a + 1]) {
                const long swap = o[a];
                o[a] = o[a + 1];
                o[a + 1] = swap;
            }
    snprintf(key, sizeof key, "%ld,%ld,%ld", o[0], o[1], o[2]);
    return json_at(table, key);
}

static bool inside(const json_t *c, long i, long j, long k)
{
    const double at[3] = {(double)i, (double)j, (double)k}, h = json_at(c, "in/voxel_mm");
    double sum = 0;
    for (int a = 0; a < 3; a++) {
        char centre[32], semi[32];
        snprintf(centre, sizeof centre, "in/center_index/%d", a);
        snprintf(semi, sizeof semi, "in/semi_axes_mm/%d", a);
        const double u = (at[a] - json_at(c, centre)) * h / json_at(c, semi);
        sum += u * u;
    }
    return sum <= 1;
}

static const json_t *kernel_table(const json_t *c)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%gmm_soft", json_string_value(json_object_get(json_object_get(c, "in"), "nuclide")),
             json_at(c, "in/voxel_mm"));
    const json_t *table =
        json_object_get(json_object_get(vectors_group("reference_vsv_lanconelli2012_soft"), "tables"), name);
    ck_assert_msg(table != NULL, "no table %s", name);
    return table;
}

static bool mask[N][N][N];
static double kernel[2 * HALF + 1][2 * HALF + 1][2 * HALF + 1];

static double dose_at(long i, long j, long k)
{
    double sum = 0;
    for (long z = -HALF; z <= HALF; z++)
        for (long y = -HALF; y <= HALF; y++)
            for (long x = -HALF; x <= HALF; x++) {
                const long a = i - x, b = j - y, c = k - z;
                if (a >= 0 && a < N && b >= 0 && b < N && c >= 0 && c < N && mask[c][b][a])
                    sum += kernel[z + HALF][y + HALF][x + HALF];
            }
    return sum;
}

static void check(const json_t *c)
{
    static double dose[N * N * N];
    const json_t *table = kernel_table(c);
    const double tia = json_at(c, "out/TIA_voxel_MBq_s"), voxel_mL = pow(json_at(c, "in/voxel_mm") / 10, 3);
    size_t n = 0;
    dvk_dvh *d = NULL;
    for (long z = -HALF; z <= HALF; z++)
        for (long y = -HALF; y <= HALF; y++)
            for (long x = -HALF; x <= HALF; x++)
                kernel[z + HALF][y + HALF][x + HALF] = 1e-3 * s_value(table, x, y, z) * tia;
    for (long k = 0; k < N; k++)
        for (long j = 0; j < N; j++)
            for (long i = 0; i < N; i++)
                mask[k][j][i] = inside(c, i, j, k);
    for (long k = 0; k < N; k++)
        for (long j = 0; j < N; j++)
            for (long i = 0; i < N; i++)
                if (mask[k][j][i])
                    dose[n++] = dose_at(i, j, k);
    ck_assert_uint_eq(n, (size_t)json_at(c, "out/n_voxels"));
    ck_ok(dvk_dvh_create(dose, NULL, n, &d));
    ck_close(dvk_dvh_volume(d) * voxel_mL, json_at(c, "out/volume_ml"), 1e-12);
    ck_close(dvk_dvh_mean(d), json_at(c, "out/mean_Gy"), 1e-12);
    ck_close(dvk_dvh_min(d), json_at(c, "out/min_Gy"), 1e-12);
    ck_close(dvk_dvh_max(d), json_at(c, "out/max_Gy"), 1e-12);
    ck_close(dvk_dvh_dose_at(d, 2), json_at(c, "out/D2_step"), 1e-12);
    ck_close(dvk_dvh_dose_at(d, 50), json_at(c, "out/D50_step"), 1e-12);
    ck_close(dvk_dvh_dose_at(d, 98), json_at(c, "out/D98_step"), 1e-12);
    dvk_dvh_free(d);
}

START_TEST(ellipsoids)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("convolution_ellipsoid"), i, c) check(c);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("dvh_ellipsoid")};
    tcase_add_test(cases[0], ellipsoids);
    return run_suite("dvh_ellipsoid", cases, 1, false);
}
