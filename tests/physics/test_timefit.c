/* The patient-shaped case: TIA of its regions against truth.tsv, and of its kidneys voxel by voxel. */
#include <string.h>

#include "support/support.h"

static const double lu177_h = 6.647 * 24;
static const double times_h[] = {4, 24, 96, 168};

static dvk_context *cpu(void)
{
    dvk_context *c = NULL;
    const dvk_context_options options = {.device = "cpu", .threads = 2};
    ck_ok(dvk_context_open(&options, &c));
    return c;
}

static dvk_series *read_case(const char *kind)
{
    static char paths[4][512];
    const char *list[4];
    dvk_series *s = NULL;
    for (int i = 0; i < 4; i++) {
        char name[80];
        snprintf(name, sizeof name, "cases/lu177-dotatate/%s_%03.0fh.nii.gz", kind, times_h[i]);
        snprintf(paths[i], sizeof paths[i], "%s", shared_file(name));
        list[i] = paths[i];
    }
    const dvk_series_options options = dvk_series_options_none();
    ck_ok(dvk_series_read(list, 4, &options, &s));
    return s;
}

/* MBq.h inside one label of the kidneys' map. */
static double tia_of(const dvk_volume *tia, const dvk_volume *labels, int label)
{
    const dvk_geometry *g = dvk_volume_geometry(tia);
    double sum = 0;
    for (size_t i = 0; i < dvk_geometry_voxels(g); i++)
        if ((int)dvk_volume_values(labels)[i] == label)
            sum += dvk_volume_values(tia)[i];
    return sum * dvk_geometry_voxel_mL(g) / 3600 / 1e6;
}

static void check_kidneys(const char *kind, double left, double right)
{
    dvk_context *c = cpu();
    dvk_series *s = read_case(kind);
    dvk_volume *tia = NULL, *labels = NULL;
    dvk_integration how = dvk_integration_default();
    how.model = DVK_MODEL_TRAPEZOID;
    ck_ok(dvk_integrate(c, s, &how, &tia, NULL, NULL));
    ck_ok(dvk_volume_read(shared_file("cases/lu177-dotatate/kidneys_dseg.nii.gz"), &labels));
    ck_close(tia_of(tia, labels, 3), left, 1e-4);
    ck_close(tia_of(tia, labels, 2), right, 1e-4);
    dvk_volume_free(labels);
    dvk_volume_free(tia);
    dvk_series_free(s);
    dvk_context_close(c);
}

/* Independent calculations, in double precision. */
START_TEST(kidneys_of_the_ideal_series)
{
    check_kidneys("ideal", 8927.39, 10841.32);
}
END_TEST

START_TEST(kidneys_of_the_noisy_series)
{
    check_kidneys("spect", 7218.25, 8778.84);
}
END_TEST

static void check_region(const char *line)
{
    char name[32];
    double a[4], tia = 0;
    ck_assert_int_eq(sscanf(line, "%*d %31s %*f %lf %lf %lf %lf %lf", name, &a[0], &a[1], &a[2], &a[3], &tia), 6);
    const bool right = strcmp(name, "kidney_right") == 0, remainder = strcmp(name, "remainder") == 0;
    dvk_integration how = dvk_integration_default();
    dvk_curve c;
    how.model = right ? DVK_MODEL_UPTAKE_CLEARANCE2 : remainder ? DVK_MODEL_BIEXP : DVK_MODEL_UPTAKE_CLEARANCE;
    ck_ok(dvk_curve_fit(times_h, a, 4, lu177_h, &how, &c));
    ck_assert_int_eq(c.model, how.model);
    ck_close(c.tia, tia, right || remainder ? 1e-2 : 1e-3);
}

START_TEST(regions_of_the_truth)
{
    FILE *f = fopen(shared_file("cases/lu177-dotatate/truth.tsv"), "r");
    char line[512];
    int regions = 0;
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
    for (; fgets(line, sizeof line, f); regions++)
        check_region(line);
    fclose(f);
    ck_assert_int_eq(regions, 8);
}
END_TEST

/* The regions of the image: their curves, and their voxels under `auto`. */
static dvk_volume *read_regions(void)
{
    dvk_volume *labels = NULL;
    ck_ok(dvk_volume_read(shared_file("cases/lu177-dotatate/regions_dseg.nii.gz"), &labels));
    return labels;
}

static double activity_of(const dvk_series *s, size_t scan, const dvk_volume *labels, int label)
{
    const dvk_geometry *g = dvk_volume_geometry(labels);
    double sum = 0;
    for (size_t i = 0; i < dvk_geometry_voxels(g); i++)
        if ((int)dvk_volume_values(labels)[i] == label)
            sum += (double)dvk_series_frame(s, scan)[i];
    return sum * dvk_geometry_voxel_mL(g) / 1e6;
}

enum { LIVER = 1, KIDNEY_LEFT = 3, KIDNEY_RIGHT = 4, REMAINDER = 8 };
static const double truth_MBqh[] = {0,           47089.566135, 13092.457496, 8448.422159, 10352.779613,
                                    7877.114923, 3508.634339,  2905.587812,  57130.723619};

START_TEST(curves_of_the_ideal_images)
{
    dvk_series *s = read_case("ideal");
    dvk_volume *labels = read_regions();
    for (int region = LIVER; region <= REMAINDER; region++) {
        dvk_integration how = dvk_integration_default();
        double a[4];
        dvk_curve c;
        for (size_t i = 0; i < 4; i++)
            a[i] = activity_of(s, i, labels, region);
        how.model = region == KIDNEY_RIGHT ? DVK_MODEL_UPTAKE_CLEARANCE2
                    : region == REMAINDER  ? DVK_MODEL_BIEXP
                                           : DVK_MODEL_UPTAKE_CLEARANCE;
        ck_ok(dvk_curve_fit(times_h, a, 4, lu177_h, &how, &c));
        ck_close(c.tia, truth_MBqh[region], region == KIDNEY_RIGHT || region == REMAINDER ? 1e-2 : 1e-3);
    }
    dvk_volume_free(labels);
    dvk_series_free(s);
}
END_TEST

/* Without noise `auto` sees the kidneys' uptake in every voxel, scanned from 4 h on as they are. */
START_TEST(auto_sees_the_uptake_of_the_ideal_voxels)
{
    dvk_context *c = cpu();
    dvk_series *s = read_case("ideal");
    dvk_volume *labels = read_regions(), *tia = NULL;
    const dvk_integration how = dvk_integration_default();
    ck_ok(dvk_integrate(c, s, &how, &tia, NULL, NULL));
    for (int region = LIVER; region < REMAINDER; region++)
        ck_close(tia_of(tia, labels, region), truth_MBqh[region], region == KIDNEY_RIGHT ? 1e-2 : 1e-3);
    dvk_volume_free(tia);
    dvk_volume_free(labels);
    dvk_series_free(s);
    dvk_context_close(c);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("case")};
    tcase_set_timeout(cases[0], 60);
    tcase_add_test(cases[0], kidneys_of_the_ideal_series);
    tcase_add_test(cases[0], kidneys_of_the_noisy_series);
    tcase_add_test(cases[0], regions_of_the_truth);
    tcase_add_test(cases[0], curves_of_the_ideal_images);
    tcase_add_test(cases[0], auto_sees_the_uptake_of_the_ideal_voxels);
    return run_suite("timefit, case", cases, 1, false);
}
