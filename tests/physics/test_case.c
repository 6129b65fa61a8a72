/*
 * The main job on the patient-shaped case: numbers of an independent calculation in double precision, energy that adds
 * up, and the ways to compute that must agree.
 */
#include "support/patient.h"

static void check_balance(const dvk_balance *b)
{
    ck_close(b->energy_deposited_J + b->energy_left_grid_J + b->energy_cut_J + b->energy_beyond_tables_J,
             b->energy_emitted_J, 1e-5);
    ck_assert(b->energy_left_grid_J > 0);
}

START_TEST(ideal_series_gives_the_independent_numbers)
{
    const dvk_case_options o = patient_options("ideal");
    dvk_summary *s = patient_run(&o, "cpu", NULL);
    const dvk_roi_summary *left = patient_roi(s, "kidney_left"), *right = patient_roi(s, "kidney_right");
    ck_close(left->tia_MBqh, 8927.39, 1e-4);
    ck_close(right->tia_MBqh, 10841.32, 1e-4);
    ck_close(left->dose_mean_Gy, 5.6344, 2e-3);
    ck_close(right->dose_mean_Gy, 5.6343, 2e-3);
    ck_close(left->volume_mL, 138.3858, 1e-6);
    ck_close(left->activity_MBq[1], 86.037200, 1e-5);
    ck_close(left->tia_curve_MBqh, 8448.422159, 1e-3); /* truth.tsv: the VOI's own curve is exact */
    /* Decays times the emitted energy of the tables' headers, 147.725 + 33.435 keV. */
    ck_close(s->balance.energy_emitted_J, s->balance.tia_MBqh * 3.6e9 * 181.16 * 1.602176634e-16, 1e-6);
    check_balance(&s->balance);
    ck_assert(s->balance.energy_cut_J == 0);
    ck_assert_uint_eq(s->warning_count, 0);
    dvk_summary_free(s);
}
END_TEST

START_TEST(a_cut_kernel_loses_what_it_says)
{
    dvk_case_options o = patient_options("ideal");
    o.kernel_radius_mm = 25.5 * 3.9063; /* 25 voxels in x and y; 22 of the longer ones in z */
    dvk_summary *s = patient_run(&o, "cpu", NULL);
    check_balance(&s->balance);
    ck_assert(s->balance.energy_cut_J > 0.05 * s->balance.energy_emitted_J);
    ck_close(patient_roi(s, "kidney_left")->dose_mean_Gy, 5.6188, 3e-3);
    dvk_summary_free(s);
}
END_TEST

START_TEST(noisy_series_gives_the_independent_numbers)
{
    const dvk_case_options o = patient_options("spect");
    dvk_summary *s = patient_run(&o, "cpu", NULL);
    ck_close(patient_roi(s, "kidney_left")->tia_MBqh, 7218.25, 1e-4);
    ck_close(patient_roi(s, "kidney_right")->tia_MBqh, 8778.84, 1e-4);
    ck_close(patient_roi(s, "kidney_left")->dose_mean_Gy, 4.6173, 2e-3);
    ck_close(patient_roi(s, "kidney_right")->dose_mean_Gy, 4.6236, 2e-3);
    dvk_summary_free(s);
}
END_TEST

START_TEST(a_linear_rule_commutes_with_the_convolution)
{
    dvk_case_options o = patient_options("spect");
    o.integration.tail = DVK_TAIL_PHYSICAL;
    dvk_summary *tia_first = patient_run(&o, "cpu", NULL);
    o.order = DVK_ORDER_DOSE_RATE_FIRST;
    dvk_summary *rate_first = patient_run(&o, "cpu", NULL);
    ck_close(patient_roi(rate_first, "kidney_left")->dose_mean_Gy, patient_roi(tia_first, "kidney_left")->dose_mean_Gy,
             1e-6);
    ck_close(patient_roi(rate_first, "kidney_right")->dose_max_Gy, patient_roi(tia_first, "kidney_right")->dose_max_Gy,
             1e-5);
    ck_assert_uint_eq(rate_first->warning_count, 0);
    o.integration.model = DVK_MODEL_MONO;
    dvk_summary *fitted = patient_run(&o, "cpu", NULL);
    ck_assert_uint_gt(fitted->warning_count, 0); /* a fit does not commute, and the case says so */
    dvk_summary_free(tia_first);
    dvk_summary_free(rate_first);
    dvk_summary_free(fitted);
}
END_TEST

START_TEST(voxels_of_a_scope_add_up_to_the_curve)
{
    dvk_case_options o = patient_options("spect");
    o.integration.scope = DVK_SCOPE_VOI;
    dvk_summary *s = patient_run(&o, "cpu", NULL);
    /* The level is linear in the samples, so the sum over the VOI is the curve's TIA times its own fit's level, which
     * is 1 up to the fit's residual. */
    ck_close(patient_roi(s, "kidney_left")->tia_MBqh, patient_roi(s, "kidney_left")->tia_curve_MBqh, 1e-6);
    ck_close(patient_roi(s, "kidney_right")->tia_MBqh, patient_roi(s, "kidney_right")->tia_curve_MBqh, 1e-6);
    dvk_summary_free(s);
}
END_TEST

START_TEST(one_density_for_all_scales_the_dose)
{
    dvk_case_options o = patient_options("ideal");
    dvk_summary *plain = patient_run(&o, "cpu", NULL);
    o.density = "1.05g/mL";
    dvk_summary *dense = patient_run(&o, "cpu", NULL);
    ck_close(patient_roi(dense, "kidney_left")->dose_mean_Gy * 1.05, patient_roi(plain, "kidney_left")->dose_mean_Gy,
             1e-6);
    ck_close(dense->balance.energy_deposited_J, plain->balance.energy_deposited_J, 1e-12);
    dvk_summary_free(plain);
    dvk_summary_free(dense);
}
END_TEST

/* A 4-D label map: the shared one for each scan, but every other voxel of the left kidney missing in the second. */
static const char *write_moving_labels(const char *labels, double *kept)
{
    static char path[4200];
    char names[4200];
    dvk_volume *map = NULL, *series = NULL;
    ck_ok(dvk_volume_read(labels, &map));
    ck_ok(dvk_volume_create(dvk_volume_geometry(map), 4, &series));
    const size_t voxels = dvk_geometry_voxels(dvk_volume_geometry(map));
    dvk_volume *scan = NULL;
    snprintf(names, sizeof names, "%s/cases/lu177-dotatate/ideal_024h.nii.gz", DVK_SHARED);
    ck_ok(dvk_volume_read(names, &scan));
    *kept = 0;
    for (size_t frame = 0; frame < 4; frame++)
        for (size_t v = 0; v < voxels; v++) {
            const float label = dvk_volume_values(map)[v];
            const bool gone = frame == 1 && label == 3 && v % 2;
            dvk_volume_data(series)[frame * voxels + v] = gone ? 0 : label;
            if (frame == 1 && label == 3 && !gone)
                *kept += (double)dvk_volume_values(scan)[v] * dvk_geometry_voxel_mL(dvk_volume_geometry(map)) * 1e-6;
        }
    snprintf(path, sizeof path, "%s/moving.nii.gz", scratch_folder());
    ck_ok(dvk_volume_write(series, path));
    dvk_volume_free(map);
    dvk_volume_free(series);
    dvk_volume_free(scan);
    return path;
}

START_TEST(each_scan_may_have_its_own_outline)
{
    double kept = 0;
    dvk_case_options o = patient_options("ideal");
    dvk_summary *fixed = patient_run(&o, "cpu", NULL);
    const dvk_voi_source moving = {.path = write_moving_labels(o.voi_sources[0].path, &kept)};
    o.voi_sources = &moving;
    o.voi.labels = "left=3,right=2";
    dvk_summary *moved = patient_run(&o, "cpu", NULL);
    const dvk_roi_summary *f = patient_roi(fixed, "kidney_left"), *m = patient_roi(moved, "kidney_left");
    ck_close(m->activity_MBq[0], f->activity_MBq[0], 1e-12);
    ck_close(m->activity_MBq[1], kept, 1e-6);
    ck_close(m->activity_MBq[2], f->activity_MBq[2], 1e-12);
    ck_close(m->dose_mean_Gy, f->dose_mean_Gy, 1e-12); /* the dose is over the first outline */
    dvk_summary_free(moved);
    const dvk_voi_source still = {.path = patient_options("ideal").voi_sources[0].path};
    const char *const each[] = {still.path, still.path, still.path, still.path};
    o.voi_sources = &still;
    o.voi_times = each;
    o.voi_times_count = 4;
    moved = patient_run(&o, "cpu", NULL);
    ck_close(patient_roi(moved, "kidney_left")->activity_MBq[1], f->activity_MBq[1], 1e-12);
    dvk_summary_free(moved);
    dvk_summary_free(fixed);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("case")};
    tcase_add_test(cases[0], ideal_series_gives_the_independent_numbers);
    tcase_add_test(cases[0], a_cut_kernel_loses_what_it_says);
    tcase_add_test(cases[0], noisy_series_gives_the_independent_numbers);
    tcase_add_test(cases[0], a_linear_rule_commutes_with_the_convolution);
    tcase_add_test(cases[0], voxels_of_a_scope_add_up_to_the_curve);
    tcase_add_test(cases[0], each_scan_may_have_its_own_outline);
    tcase_add_test(cases[0], one_density_for_all_scales_the_dose);
    patient_needed();
    return run_suite("case", cases, 1, false);
}
