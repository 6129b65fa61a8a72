/* Phantoms: truth by closed form and by a naive sum, resolution and noise as asked. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/phantom/scanner.h"
#include "pipeline/phantom/shapes.h"
#include "pipeline/phantom/truth.h"
#include "support/files.h"
#include "support/support.h"

/* Sizes that are no powers of 2, and 1; decays without any pattern. */
START_TEST(true_dose_is_the_naive_sum)
{
    static const size_t sizes[][3] = {{7, 6, 5}, {1, 9, 4}, {8, 1, 1}};
    for (size_t c = 0; c < sizeof sizes / sizeof sizes[0]; c++) {
        const size_t *n = sizes[c];
        const dvk_geometry g = plain_geometry(n[0], n[1], n[2], 4, 4, 5);
        const dvk_kernel_spec spec = {
            .nuclide = "Lu-177", .voxel_mm = {4, 4, 5}, .half = {8, 8, 8}, .density_g_mL = 1.04};
        double decays[210], dose[210], largest = 0;
        dvk_kernel *kernel = NULL;
        dvk_truth *truth = NULL;
        const size_t voxels = dvk_geometry_voxels(&g);
        for (size_t v = 0; v < voxels; v++)
            dose[v] = decays[v] = 1e9 * (double)((v * 2654435761u >> 7) % 97);
        ck_ok(dvk_kernel_make(&spec, &kernel));
        ck_ok(dvk_truth_create(&g, kernel, 2, &truth));
        for (int twice = 0; twice < 2; twice++) { /* the plan serves again */
            memcpy(dose, decays, sizeof dose);
            dvk_truth_run(truth, dose);
        }
        for (size_t v = 0; v < voxels; v++)
            largest = fmax(largest, dose[v]);
        for (size_t t = 0; t < voxels; t++) {
            double sum = 0;
            for (size_t s = 0; s < voxels; s++)
                sum += decays[s] * dvk_kernel_at(kernel, (long)(t % n[0]) - (long)(s % n[0]),
                                                 (long)(t / n[0] % n[1]) - (long)(s / n[0] % n[1]),
                                                 (long)(t / n[0] / n[1]) - (long)(s / n[0] / n[1]));
            ck_assert_double_eq_tol(dose[t], sum, 1e-13 * largest);
        }
        dvk_truth_free(truth);
        dvk_kernel_free(kernel);
    }
}
END_TEST

START_TEST(kinetics_have_a_closed_form)
{
    dvk_region r = {.terms = 2, .amplitude_MBq = {120, -120}, .half_life_h = {50, 1.2}};
    ck_close(dvk_region_activity_MBq(&r, 140, 0), 0, 0);
    ck_close(dvk_region_activity_MBq(&r, 140, 50), 60, 1e-9);
    ck_close(dvk_region_tia_MBqh(&r, 140), 120 * 48.8 / log(2), 1e-14);
    r.per_mL = true;
    ck_close(dvk_region_tia_MBqh(&r, 140), 140 * 120 * 48.8 / log(2), 1e-14);
}
END_TEST

/* The same biology in another nuclide: the rates of clearance and decay add. */
START_TEST(another_nuclide)
{
    const dvk_nuclide *lutetium = NULL, *yttrium = NULL;
    dvk_phantom p;
    ck_ok(dvk_nuclide_find("Lu-177", &lutetium));
    ck_ok(dvk_nuclide_find("Y-90", &yttrium));
    ck_ok(dvk_phantom_find("sphere", &p)); /* 100 MBq at 52 h for 7400 MBq */
    dvk_phantom_scale(&p, 3700, lutetium, yttrium);
    ck_close(p.region[0].amplitude_MBq[0], 50, 1e-15);
    ck_close(p.region[0].half_life_h[0], 1 / (1 / 52.0 - 1 / lutetium->half_life_h + 1 / yttrium->half_life_h), 1e-14);
    dvk_phantom_cycle(&p, 3);
    ck_close(p.region[0].amplitude_MBq[0], 50, 1e-15); /* its factor is 1 */
}
END_TEST

/* On voxels much smaller than the shapes the painted volumes are those of the closed forms, whatever way the grid lies:
 * the error of counting voxels of 1 mm is some tenths of the surface's square root, in voxels: below 3 % for the
 * smallest, a sphere of 0.5 mL. Each region alone, near the middle. */
static void check_volumes(const char *name, double to_world[3][4])
{
    enum { N = 150 };
    dvk_geometry g = plain_geometry(N, N, N, 1, 1, 1);
    dvk_phantom all;
    uint8_t *owner = malloc((size_t)N * N * N);
    memcpy(g.to_world, to_world, sizeof g.to_world);
    ck_ok(dvk_phantom_find(name, &all));
    for (size_t r = 0; r < all.regions; r++) {
        dvk_phantom one = {.regions = 1, .region = {all.region[r]}};
        dvk_region *region = &one.region[0];
        size_t voxels = 0;
        memset(region->centre_mm, 0, sizeof region->centre_mm);
        for (int a = 0; a < 3; a++)
            region->semi_mm[a] = fmin(region->semi_mm[a], 60);
        dvk_phantom_paint(&one, &g, (const double[3]){3.2, -1, 2}, owner, &voxels);
        ck_close((double)voxels / 1000, dvk_region_shape_mL(region), 0.03);
    }
    free(owner);
}

START_TEST(volumes_have_a_closed_form)
{
    double plain[3][4] = {{-1, 0, 0, 75}, {0, 1, 0, -75}, {0, 0, 1, -75}};
    double turned[3][4] = {{0, 0.8, 0.6, -105}, {0, -0.6, 0.8, -15}, {1, 0, 0, -75}};
    check_volumes("kidneys", plain);
    check_volumes("nema", turned);
}
END_TEST

/* What covers a part of another is not counted twice, and a region smaller than a voxel has one. */
START_TEST(later_regions_cover_earlier_ones)
{
    const dvk_geometry g = {{9, 9, 9}, {10, 10, 10}, {{10, 0, 0, -40}, {0, 10, 0, -40}, {0, 0, 10, -40}}};
    dvk_phantom p = {.regions = 3};
    size_t voxels[3];
    uint8_t owner[9 * 9 * 9];
    p.region[0] = (dvk_region){.shape = DVK_SHAPE_ALL};
    p.region[1] = (dvk_region){.shape = DVK_SHAPE_BOX, .semi_mm = {25, 15, 5}};
    p.region[2] = (dvk_region){.shape = DVK_SHAPE_ELLIPSOID, .centre_mm = {4, 4, 4}, .semi_mm = {1, 1, 1}};
    dvk_phantom_paint(&p, &g, (const double[3]){0, 0, 0}, owner, voxels);
    ck_assert_uint_eq(voxels[0], 729 - 15);
    ck_assert_uint_eq(voxels[1], 14);
    ck_assert_uint_eq(voxels[2], 1);
    ck_assert_uint_eq(owner[4 * 81 + 4 * 9 + 4], 3);
}
END_TEST

/* A region that others cover has no voxel, and takes none from them; neither does a point below a later one. */
START_TEST(covered_regions_take_nothing)
{
    const dvk_geometry g = {{9, 9, 9}, {10, 10, 10}, {{10, 0, 0, -40}, {0, 10, 0, -40}, {0, 0, 10, -40}}};
    dvk_phantom p = {.regions = 4};
    size_t voxels[4];
    uint8_t owner[9 * 9 * 9];
    p.region[0] = (dvk_region){.shape = DVK_SHAPE_BOX, .semi_mm = {15, 15, 15}};
    p.region[1] = (dvk_region){.shape = DVK_SHAPE_BOX, .semi_mm = {25, 25, 25}};
    p.region[2] = (dvk_region){.shape = DVK_SHAPE_POINT, .centre_mm = {40, 40, 40}};
    p.region[3] = p.region[2];
    dvk_phantom_paint(&p, &g, (const double[3]){0, 0, 0}, owner, voxels);
    ck_assert_uint_eq(voxels[0], 0);
    ck_assert_uint_eq(voxels[1], 125);
    ck_assert_uint_eq(voxels[2], 0);
    ck_assert_uint_eq(voxels[3], 1);
}
END_TEST

START_TEST(blur_keeps_the_sum_and_gives_the_width)
{
    const dvk_geometry g = plain_geometry(41, 41, 41, 3, 3, 3);
    const size_t n = dvk_geometry_voxels(&g), middle = 20 + 41 * (20 + 41 * 20);
    float *values = calloc(n, sizeof *values);
    double sum = 0, second = 0;
    values[middle] = 1000;
    ck_ok(dvk_scanner_blur(values, &g, 11));
    for (size_t v = 0; v < n; v++) {
        const double x = 3 * ((double)(v % 41) - 20);
        sum += (double)values[v];
        second += (double)values[v] * x * x;
    }
    ck_close(sum, 1000, 1e-5);
    ck_close(2 * sqrt(2 * log(2) * second / sum), 11, 1e-3);
    free(values);
}
END_TEST

static void check_noise(float value, double counts, double tolerance)
{
    enum { N = 20000 };
    static float values[N];
    double mean = 0, square = 0;
    for (int i = 0; i < N; i++)
        values[i] = value;
    dvk_scanner_noise(values, N, counts, 7);
    for (int i = 0; i < N; i++)
        mean += (double)values[i] / N;
    for (int i = 0; i < N; i++)
        square += ((double)values[i] - mean) * ((double)values[i] - mean) / N;
    ck_close(mean, (double)value, tolerance);
    ck_close(square, (double)value / counts, 0.05); /* a Poisson number's variance is its mean */
}

START_TEST(noise_is_poisson)
{
    check_noise(2, 1.5, 0.02);
    check_noise(2, 400, 0.002);
    check_noise(2, 5e4, 2e-4);
}
END_TEST

START_TEST(varied_phantoms_repeat_by_seed)
{
    dvk_phantom a, b, c;
    ck_ok(dvk_phantom_find("kidneys", &a));
    b = c = a;
    dvk_phantom_vary(&a, 3, 159);
    dvk_phantom_vary(&b, 3, 159);
    dvk_phantom_vary(&c, 4, 159);
    ck_assert(a.region[3].semi_mm[0] == b.region[3].semi_mm[0]);
    ck_assert(a.region[3].semi_mm[0] != c.region[3].semi_mm[0]);
    /* cortex and medulla of a kidney keep their proportion */
    ck_close(a.region[4].semi_mm[0] / a.region[3].semi_mm[0], 18.5 / 28, 1e-14);
    ck_fails(dvk_phantom_find("kidney", &a), DVK_ERR_USAGE);
}
END_TEST

/* However long a tissue holds it, nothing stays longer than it lives; in any nuclide. */
START_TEST(varied_half_lives_stay_physical)
{
    static const char *const nuclides[] = {"Lu-177", "Re-188", "Ho-166", "Y-90", "I-131"};
    const dvk_nuclide *lutetium = NULL;
    int held = 0;
    ck_ok(dvk_nuclide_find("Lu-177", &lutetium));
    for (size_t n = 0; n < sizeof nuclides / sizeof nuclides[0]; n++)
        for (uint64_t seed = 0; seed < 200; seed++) {
            const dvk_nuclide *other = NULL;
            dvk_phantom p;
            ck_ok(dvk_nuclide_find(nuclides[n], &other));
            ck_ok(dvk_phantom_find("sphere", &p));
            p.region[0].half_life_h[0] = 150;
            dvk_phantom_vary(&p, seed, lutetium->half_life_h);
            held += p.region[0].half_life_h[0] == lutetium->half_life_h;
            dvk_phantom_scale(&p, 7400, lutetium, other);
            ck_assert_msg(p.region[0].half_life_h[0] <= other->half_life_h * (1 + 1e-12), "%s: %.17g", nuclides[n],
                          p.region[0].half_life_h[0]);
        }
    ck_assert_int_gt(held, 5 * 200 / 10); /* 0.9 to 1.1 times 150 h: 18 % of draws, 145 of these */
}
END_TEST

static int rising(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

START_TEST(seeds_are_never_the_same)
{
    enum { N = 200000 };
    static uint64_t seed[2 * N]; /* cases by cycles of two archives */
    for (size_t i = 0; i < N; i++) {
        seed[i] = dvk_random_seed(1, i);
        seed[N + i] = dvk_random_seed(2, i);
    }
    qsort(seed, 2 * N, sizeof *seed, rising);
    for (size_t i = 1; i < 2 * N; i++)
        ck_assert_uint_ne(seed[i], seed[i - 1]);
    ck_assert(seed[2 * N - 1] < UINT64_C(1) << 53);
}
END_TEST

/* A table written is a table that reads back; one that is wrong is refused with its line. */
START_TEST(tables)
{
    static const struct {
        const char *from, *to, *why;
    } wrong[] = {{"ellipsoid", "egg", "ellipsoid, cylinder, box, point or all"},
                 {"52", "200", "159.5 h"},
                 {"100@52", "100", "A@T;A@T is wanted"},
                 {"30.3", "-1", "above 0"},
                 {"sphere\t1", "sphere\t256", "1 to 255"},
                 {"region\t1", "gram\t1", "region or mL"}};
    dvk_phantom p, again;
    dvk_text text = {0};
    ck_ok(dvk_phantom_find("kidneys", &p));
    ck_ok(dvk_phantom_text(&p, &text));
    ck_ok(dvk_phantom_find(write_text("mine.tsv", text.data), &again));
    ck_assert_str_eq(again.name, "mine");
    ck_assert_uint_eq(again.regions, p.regions);
    ck_assert(memcmp(again.region, p.region, sizeof p.region) == 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *table = dvk_phantom_table("sphere"), *row = strstr(table, "\nsphere\t");
        const char *at = strstr(row, wrong[i].from);
        char bad[4000];
        snprintf(bad, sizeof bad, "%.*s%s%s", (int)(at - table), table, wrong[i].to, at + strlen(wrong[i].from));
        ck_fails(dvk_phantom_find(write_text("bad.tsv", bad), &again), DVK_ERR_INVALID);
        ck_assert_msg(strstr(dvk_last_message(), wrong[i].why) != NULL, "%s", dvk_last_message());
    }
    dvk_text_free(&text);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("phantom")};
    tcase_add_test(cases[0], true_dose_is_the_naive_sum);
    tcase_add_test(cases[0], kinetics_have_a_closed_form);
    tcase_add_test(cases[0], another_nuclide);
    tcase_add_test(cases[0], volumes_have_a_closed_form);
    tcase_add_test(cases[0], later_regions_cover_earlier_ones);
    tcase_add_test(cases[0], covered_regions_take_nothing);
    tcase_add_test(cases[0], blur_keeps_the_sum_and_gives_the_width);
    tcase_add_test(cases[0], noise_is_poisson);
    tcase_add_test(cases[0], varied_phantoms_repeat_by_seed);
    tcase_add_test(cases[0], varied_half_lives_stay_physical);
    tcase_add_test(cases[0], seeds_are_never_the_same);
    tcase_add_test(cases[0], tables);
    return run_suite("phantom", cases, 1, false);
}
