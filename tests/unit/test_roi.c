/* A VOI's summary against numbers worked out by hand, on a few voxels. */
#include "base/alloc.h"
#include "physics/roi.h"
#include "support/support.h"

static const uint32_t INDEX[] = {1, 2, 4, 7};
static const float FRACTION[] = {1, 0.5f, 0.25f, 1};
static const float DOSE[] = {9, 2, 4, 9, 6, 9, 9, 3};
static const float DENSITY[] = {1, 1, 2, 1, 4, 1, 1, 0.1f};
enum { VOXELS = 4 };

/* Volume 2.75 voxels of 2 mL inside the grid, the drawn one as large. */
static const dvk_voi VOI = {
    .name = "kidney_left", .count = VOXELS, .index = INDEX, .fraction = FRACTION, .volume_mL = 5.5};

static dvk_roi_summary summary(void)
{
    dvk_roi_summary roi;
    dvk_roi_clear(&roi);
    snprintf(roi.name, sizeof roi.name, "kidney_left");
    return roi;
}

START_TEST(dose_by_volume)
{
    dvk_roi_voxels v;
    dvk_roi_summary roi = summary();
    dvk_dvh *dvh = NULL;
    ck_ok(dvk_roi_gather(&VOI, 2, DOSE, NULL, &v));
    ck_ok(dvk_roi_dose(&v, &VOI, 1.05, 7400, &roi, &dvh));
    const double mean = (2 * 1 + 4 * 0.5 + 6 * 0.25 + 3 * 1) / 2.75;
    ck_close(roi.dose_mean_Gy, mean, 1e-15);
    ck_close(roi.dose_sd_Gy, sqrt((4 * 1 + 16 * 0.5 + 36 * 0.25 + 9 * 1) / 2.75 - mean * mean), 1e-14);
    ck_assert(roi.dose_min_Gy == 2 && roi.dose_max_Gy == 6);
    /* From the top: 6 Gy 9.1 %, 4 Gy 27.3 %, 3 Gy 63.6 %, 2 Gy 100 %. */
    ck_assert(roi.d2_Gy == 6 && roi.d10_Gy == 4 && roi.d50_Gy == 3 && roi.d90_Gy == 2 && roi.d98_Gy == 2);
    ck_close(roi.v5_percent, 100 * 0.25 / 2.75, 1e-12);
    ck_assert(roi.v10_percent == 0 && roi.v20_percent == 0);
    ck_assert(roi.dose_hottest_1mL_Gy == 4); /* 0.5 mL at 6 Gy, 1 mL more at 4 */
    ck_close(roi.mass_g, 5.5 * 1.05, 1e-15);
    ck_close(roi.dose_per_activity_Gy_GBq, mean / 7.4, 1e-15);
    ck_assert(isnan(roi.clipped_density_fraction) && roi.voxels == VOXELS);
    ck_close(dvk_dvh_volume(dvh), 5.5, 1e-15);
    dvk_dvh_free(dvh);
    dvk_roi_voxels_free(&v);
}
END_TEST

START_TEST(dose_by_mass)
{
    dvk_roi_voxels v;
    dvk_roi_summary roi = summary();
    ck_ok(dvk_roi_gather(&VOI, 2, DOSE, DENSITY, &v));
    ck_ok(dvk_roi_dose(&v, &VOI, 1.05, NAN, &roi, NULL));
    /* Densities 1, 2, 4 -> 2, 0.1 -> 0.2: the last two voxels, 1.25 of 2.75 volumes, are clipped. */
    const double mass = 1 + 2 * 0.5 + 2 * 0.25 + 0.2, energy = 2 + 2 * 0.5 * 4 + 2 * 0.25 * 6 + 0.2 * 3;
    ck_close(roi.dose_mean_Gy, energy / mass, 1e-14);
    ck_close(roi.mass_g, mass / 2.75 * 5.5, 1e-14);
    ck_close(roi.clipped_density_fraction, 1.25 / 2.75, 1e-15);
    ck_assert(isnan(roi.dose_per_activity_Gy_GBq));
    dvk_roi_voxels_free(&v);
}
END_TEST

START_TEST(what_is_not_a_dose_is_refused)
{
    dvk_roi_voxels v;
    dvk_roi_summary roi = summary();
    float dose[] = {0, 1, 2, 0, NAN, 0, 0, 1}, density[] = {1, 1, 1, 1, -1, 1, 1, 1};
    ck_ok(dvk_roi_gather(&VOI, 2, dose, NULL, &v));
    ck_fails(dvk_roi_dose(&v, &VOI, 1.05, NAN, &roi, NULL), DVK_ERR_INVALID);
    dvk_roi_voxels_free(&v);
    ck_fails(dvk_roi_gather(&VOI, 2, dose, density, &v), DVK_ERR_INVALID);
    ck_assert_ptr_null(v.dose_Gy);
    for (long n = 1; n <= 3; n++) {
        dvk_alloc_fail_at(n);
        ck_fails(dvk_roi_gather(&VOI, 2, DOSE, DENSITY, &v), DVK_ERR_MEMORY);
        ck_assert_ptr_null(v.dose_Gy);
    }
    dvk_alloc_fail_at(0);
}
END_TEST

START_TEST(bed_of_the_mean_and_mean_of_the_beds)
{
    dvk_roi_voxels v;
    dvk_roi_summary roi = summary();
    dvk_biology b = dvk_biology_default();
    b.alpha_per_Gy = 0.03;
    b.eud_a = 1;
    ck_ok(dvk_roi_gather(&VOI, 2, DOSE, NULL, &v));
    ck_ok(dvk_roi_dose(&v, &VOI, 1.05, 7400, &roi, NULL));
    roi.curve = (dvk_curve){.terms = 2, .amplitude = {110, -110}, .half_life_h = {50, 4}};
    ck_ok(dvk_roi_biology(&v, &b, &roi));
    /* G of these terms: bed_multi_exponential, second case. */
    const double g = 0.050719614445104644, ab = 2.6, d = roi.dose_mean_Gy;
    ck_close(roi.g_factor, g, 1e-12);
    ck_close(roi.bed_Gy, d + g * d * d / ab, 1e-12);
    ck_close(roi.eqd2_Gy, roi.bed_Gy / (1 + 2 / ab), 1e-14);
    const double square = (4 * 1 + 16 * 0.5 + 36 * 0.25 + 9 * 1) / 2.75;
    ck_close(roi.bed_voxel_mean_Gy, d + g * square / ab, 1e-12);
    ck_assert(roi.bed_voxel_mean_Gy > roi.bed_Gy && roi.eubed_Gy < roi.bed_voxel_mean_Gy);
    ck_close(roi.geud_Gy, d, 1e-14);
    ck_assert(isnan(roi.bed_recovered_Gy) && roi.flag_count == 0);
    roi.recovery = 0.8;
    ck_ok(dvk_roi_biology(&v, &b, &roi));
    ck_close(roi.dose_recovered_Gy, d / 0.8, 1e-14);
    ck_close(roi.bed_recovered_Gy, d / 0.8 + g * d * d / 0.64 / ab, 1e-12);
    dvk_roi_voxels_free(&v);
}
END_TEST

START_TEST(no_kinetics_no_bed)
{
    dvk_roi_voxels v;
    dvk_roi_summary roi = summary();
    dvk_biology b = dvk_biology_default();
    ck_ok(dvk_roi_gather(&VOI, 2, DOSE, NULL, &v));
    ck_ok(dvk_roi_dose(&v, &VOI, 1.05, 7400, &roi, NULL));
    ck_ok(dvk_roi_biology(&v, &b, &roi));
    ck_assert(isnan(roi.bed_Gy) && isnan(roi.eqd2_Gy) && isnan(roi.g_factor) && isnan(roi.eubed_Gy));
    ck_assert_uint_eq(roi.flag_count, 1);
    b.effective_half_life_h = 52;
    ck_ok(dvk_roi_biology(&v, &b, &roi));
    ck_close(roi.g_factor, 2.8 / (2.8 + 52), 1e-14);
    ck_assert(!isnan(roi.bed_Gy));
    dvk_roi_voxels_free(&v);
}
END_TEST

START_TEST(uncertainty_adds_its_terms)
{
    dvk_roi_summary roi = summary();
    dvk_uncertainty_terms given = {.u_calibration = 0.03, .u_recovery = NAN, .fwhm_mm = NAN, .voxel_mm = {4, 4, 4}};
    roi.volume_mL = 150;
    roi.dose_mean_Gy = 4.96;
    roi.g_factor = 2.8 / 54.8;
    roi.alpha_beta_Gy = 2.6;
    roi.curve.u_tia_rel = 0.04;
    dvk_roi_uncertainty(&given, &roi);
    ck_close(roi.u_dose_rel, 0.05, 1e-14);
    ck_close(roi.u_tia_rel, 0.05, 1e-14);
    ck_assert(isnan(roi.u_recovery) && isnan(roi.u_volume));
    ck_assert_str_eq(roi.u_missing, "recovery (--u-recovery), volume (--fwhm)");
    ck_assert_uint_eq(roi.flag_count, 0);
    ck_assert(roi.u_bed_rel > roi.u_dose_rel);
    given.fwhm_mm = 12;
    given.u_recovery = 0.12;
    dvk_roi_uncertainty(&given, &roi);
    const double edge = dvk_sphere_edge(150, 12) / dvk_sphere_recovery(150, 12);
    const double u_v = dvk_u_volume(150, given.voxel_mm, 12);
    ck_close(roi.u_volume, (1 - edge) * u_v, 1e-14); /* a larger outline: more activity, less dose */
    ck_close(roi.u_dose_rel, hypot(0.13, (1 - edge) * u_v), 1e-14);
    ck_close(roi.u_tia_rel, hypot(0.13, edge * u_v), 1e-14);
}
END_TEST

START_TEST(flags_are_bounded)
{
    dvk_roi_summary roi = summary();
    dvk_roi_flag(&roi, "one %d", 1);
    dvk_roi_flag(&roi, "one %d", 1);
    ck_assert_uint_eq(roi.flag_count, 1);
    for (int i = 0; i < 40; i++)
        dvk_roi_flag(&roi, "flag %d", i);
    ck_assert_uint_eq(roi.flag_count, DVK_MAX_FLAGS);
    ck_assert_str_eq(roi.flags[DVK_MAX_FLAGS - 1], "more was flagged than there is room to say");
}
END_TEST

START_TEST(kidneys_out_of_range_are_flagged)
{
    dvk_roi_summary roi = summary();
    dvk_roi_plausible(&roi);
    ck_assert_uint_eq(roi.flag_count, 0); /* nothing known, nothing to say */
    roi.volume_mL = 150;
    roi.dose_per_activity_Gy_GBq = 0.7;
    roi.curve.effective_half_life_h = 52;
    roi.curve.tail_fraction = 0.1;
    dvk_roi_plausible(&roi);
    ck_assert_uint_eq(roi.flag_count, 0);
    roi.volume_mL = 15;
    roi.dose_per_activity_Gy_GBq = 7;
    roi.curve.effective_half_life_h = 150;
    roi.curve.tail_fraction = 0.3;
    dvk_roi_plausible(&roi);
    ck_assert_uint_eq(roi.flag_count, 4);
    dvk_roi_summary liver = summary();
    snprintf(liver.name, sizeof liver.name, "liver");
    liver.volume_mL = 1800;
    dvk_roi_plausible(&liver);
    ck_assert_uint_eq(liver.flag_count, 0);
}
END_TEST

START_TEST(cross_checks)
{
    const dvk_nuclide *lu = NULL;
    dvk_roi_summary roi = summary();
    ck_ok(dvk_nuclide_find("Lu-177", &lu));
    roi.tia_MBqh = 8000;
    roi.tia_curve_MBqh = 9999;
    roi.mass_g = 155;
    dvk_roi_cross_check(lu, &roi);
    ck_close(roi.dose_s_value_Gy, 4.46976, 1e-12); /* kidney_mass_scaling, first case: 16 GBq.h in 310 g */
    ck_close(roi.dose_local_Gy, 4.403594146529545 * 147.725 / 147.923135, 1e-12);
    snprintf(roi.name, sizeof roi.name, "liver");
    dvk_roi_cross_check(lu, &roi);
    ck_assert(isnan(roi.dose_s_value_Gy) && !isnan(roi.dose_local_Gy));
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("roi")};
    tcase_add_test(cases[0], dose_by_volume);
    tcase_add_test(cases[0], dose_by_mass);
    tcase_add_test(cases[0], what_is_not_a_dose_is_refused);
    tcase_add_test(cases[0], bed_of_the_mean_and_mean_of_the_beds);
    tcase_add_test(cases[0], no_kinetics_no_bed);
    tcase_add_test(cases[0], uncertainty_adds_its_terms);
    tcase_add_test(cases[0], flags_are_bounded);
    tcase_add_test(cases[0], kidneys_out_of_range_are_flagged);
    tcase_add_test(cases[0], cross_checks);
    return run_suite("roi", cases, 1, false);
}
