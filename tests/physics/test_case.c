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

int main(void)
{
    TCase *cases[] = {tcase_create("case")};
    tcase_add_test(cases[0], ideal_series_gives_the_independent_numbers);
    tcase_add_test(cases[0], a_cut_kernel_loses_what_it_says);
    tcase_add_test(cases[0], noisy_series_gives_the_independent_numbers);
    tcase_add_test(cases[0], a_linear_rule_commutes_with_the_convolution);
    tcase_add_test(cases[0], voxels_of_a_scope_add_up_to_the_curve);
    tcase_add_test(cases[0], one_density_for_all_scales_the_dose);
    patient_needed();
    return run_suite("case", cases, 1, false);
}
