/* Recovery and uncertainty: vectors.json, and the edge model against a blurred sphere integrated by brute force. */
#include "physics/recovery.h"
#include "support/support.h"

START_TEST(recovery_form)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("recovery_coefficient"), i, c)
    {
        char text[64];
        dvk_recovery *r = NULL;
        snprintf(text, sizeof text, "form:%.17gmL,%.17g", json_at(c, "in/b1_ml"), json_at(c, "in/b2"));
        ck_ok(dvk_recovery_parse(text, &r));
        ck_close(dvk_recovery_at(r, json_at(c, "in/volume_ml"), NULL), json_at(c, "out/RC"), 1e-12);
        ck_close(dvk_recovery_slope(r, json_at(c, "in/volume_ml")), json_at(c, "out/dlnRC_dlnV"), 1e-12);
        dvk_recovery_free(r);
    }
}
END_TEST

START_TEST(recovery_value)
{
    dvk_recovery *r = NULL;
    bool outside = true;
    ck_ok(dvk_recovery_parse("0.85", &r));
    ck_assert(dvk_recovery_at(r, 7, &outside) == 0.85 && !outside);
    ck_assert(dvk_recovery_slope(r, 7) == 0);
    dvk_recovery_free(r);
    static const char *const wrong[] = {"0",         "-0.5",       "1.6",        "form:6,0.9",
                                        "form:6mL,", "form:6mL,0", "form:0mL,1", "form:6mL"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        ck_fails(dvk_recovery_parse(wrong[i], &r), DVK_ERR_USAGE);
        ck_assert_ptr_null(r);
    }
}
END_TEST

START_TEST(recovery_table)
{
    const double volume[] = {1, 10, 100}, rc[] = {0.2, 0.6, 0.9}, falling[] = {1, 10, 5}, none[] = {0.2, 0, 0.9};
    dvk_recovery *r = NULL;
    bool outside = true;
    ck_ok(dvk_recovery_table(volume, rc, 3, "t.tsv", &r));
    for (size_t i = 0; i < 3; i++) {
        ck_close(dvk_recovery_at(r, volume[i], &outside), rc[i], 1e-15);
        ck_assert(!outside);
    }
    ck_close(dvk_recovery_at(r, sqrt(1000), NULL), 0.75, 1e-14); /* half way in ln V */
    ck_close(dvk_recovery_slope(r, sqrt(1000)), 0.3 / log(10) / 0.75, 1e-14);
    ck_close(dvk_recovery_at(r, 0.5, &outside), 0.2, 0);
    ck_assert(outside && dvk_recovery_slope(r, 0.5) == 0);
    ck_close(dvk_recovery_at(r, 500, &outside), 0.9, 1e-15);
    ck_assert(outside && dvk_recovery_slope(r, 500) == 0);
    dvk_recovery_free(r);
    ck_ok(dvk_recovery_table(volume, rc, 1, "t.tsv", &r));
    ck_assert(dvk_recovery_at(r, 30, &outside) == 0.2 && outside && dvk_recovery_slope(r, 30) == 0);
    dvk_recovery_free(r);
    char path[128];
    snprintf(path, sizeof path, "%s/rc.tsv", scratch_folder());
    FILE *f = fopen(path, "w");
    fprintf(f, "rc\tnote\tvolume_mL\n0.2\ta\t1\n0.6\tb\t10\n");
    fclose(f);
    ck_ok(dvk_recovery_parse(path, &r));
    ck_close(dvk_recovery_at(r, sqrt(10), NULL), 0.4, 1e-14);
    dvk_recovery_free(r);
    ck_fails(dvk_recovery_parse("/nonexistent/rc.tsv", &r), DVK_ERR_MISSING);
    ck_fails(dvk_recovery_table(falling, rc, 3, "t.tsv", &r), DVK_ERR_INVALID);
    ck_fails(dvk_recovery_table(volume, none, 3, "t.tsv", &r), DVK_ERR_INVALID);
    ck_fails(dvk_recovery_table(volume, rc, 0, "t.tsv", &r), DVK_ERR_INVALID);
}
END_TEST

START_TEST(volume_of_an_outline)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("uncertainty_volume"), i, c)
    {
        const double a = json_at(c, "in/voxel_mm"), voxel[3] = {a, a, a};
        ck_close(dvk_u_volume(json_at(c, "in/volume_ml"), voxel, json_at(c, "in/FWHM_mm")), json_at(c, "out/rel_u_V"),
                 1e-12);
    }
    const double voxel[3] = {3, 4, 5}, same[3] = {sqrt(50.0 / 3), sqrt(50.0 / 3), sqrt(50.0 / 3)};
    ck_close(dvk_u_volume(100, voxel, 9), dvk_u_volume(100, same, 9), 1e-14);
    ck_assert(isnan(dvk_u_volume(100, voxel, NAN)) && isnan(dvk_u_volume(0, voxel, 9)));
}
END_TEST

START_TEST(dose_from_its_terms)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("uncertainty_dose"), i, c)
    {
        const double terms[] = {json_at(c, "in/rel_u_random_fit"), NAN, json_at(c, "in/rel_u_calibration"),
                                json_at(c, "in/rel_u_RC")};
        const double u_tia = dvk_u_combine(terms, 4);
        ck_close(u_tia, json_at(c, "out/rel_u_TIA"), 1e-12);
        ck_close(dvk_u_product(u_tia, json_at(c, "in/rel_u_S"), json_at(c, "in/corr_TIA_S")), json_at(c, "out/rel_u_D"),
                 1e-12);
    }
    const double none[] = {NAN, NAN};
    ck_assert(isnan(dvk_u_combine(none, 2)));
    ck_assert(dvk_u_product(0.1, 0.1, -1) == 0);
}
END_TEST

START_TEST(bed_by_its_slope)
{
    /* Against the difference of two BEDs. */
    const double d = 4.96, g = 0.0511, ab = 2.6, step = 1e-5;
    const double change = (dvk_bed(d * (1 + step), g, ab) - dvk_bed(d * (1 - step), g, ab)) / (2 * step);
    ck_close(dvk_u_bed(0.1, d, g, ab), 0.1 * change / dvk_bed(d, g, ab), 1e-9);
}
END_TEST

/* A uniform sphere of diameter d blurred by a Gaussian, at a distance from its middle: the Gaussian's weight inside the
 * sphere, summed over slices; the share of a 2-D Gaussian inside a slice's circle is closed. */
static double blurred_sphere(double d, double sigma, double at)
{
    enum { SLICES = 2000 };
    double sum = 0;
    for (int i = 0; i < SLICES; i++) {
        const double x = d * ((i + 0.5) / SLICES - 0.5), z = x - at, square = d * d / 4 - x * x;
        sum += d / SLICES * exp(-z * z / (2 * sigma * sigma)) / (sigma * sqrt(2 * acos(-1))) *
               (1 - exp(-square / (2 * sigma * sigma)));
    }
    return sum;
}

START_TEST(edge_of_a_blurred_sphere)
{
    const double cases[][2] = {{66, 12}, {20, 11}, {10, 15}, {3, 40}}; /* d, FWHM in mm */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum { SHELLS = 400 };
        const double d = cases[i][0], fwhm = cases[i][1], sigma = fwhm / sqrt(8 * log(2));
        const double volume = acos(-1) / 6e3 * d * d * d;
        double inside = 0;
        for (int k = 0; k < SHELLS; k++) {
            const double r = (k + 0.5) / SHELLS;
            inside += 3 * r * r / SHELLS * blurred_sphere(d, sigma, r * d / 2);
        }
        ck_close(dvk_sphere_edge(volume, fwhm), blurred_sphere(d, sigma, d / 2), 1e-3);
        ck_close(dvk_sphere_recovery(volume, fwhm), inside, 1e-3);
    }
    ck_assert(dvk_sphere_recovery(10, 0) == 1 && dvk_sphere_edge(10, 0) == 0.5);
    ck_assert(isnan(dvk_sphere_recovery(10, NAN)) && isnan(dvk_sphere_edge(10, NAN)));
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("uncertainty")};
    tcase_add_test(cases[0], recovery_form);
    tcase_add_test(cases[0], recovery_value);
    tcase_add_test(cases[0], recovery_table);
    tcase_add_test(cases[0], volume_of_an_outline);
    tcase_add_test(cases[0], dose_from_its_terms);
    tcase_add_test(cases[0], bed_by_its_slope);
    tcase_add_test(cases[0], edge_of_a_blurred_sphere);
    return run_suite("uncertainty", cases, 1, false);
}
