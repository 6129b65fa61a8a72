/* Density from CT numbers, the dose's correction, and doses by mass: vectors.json and closed forms. */
#include "physics/svalue.h"
#include "support/support.h"

START_TEST(hu_to_density)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("hu_density"), i, c)
        ck_close(dvk_density_of_hu(json_at(c, "in/HU")), json_at(c, "out/schneider_g_cm3"), 1e-12);
    /* Fractions of a HU after resampling fall into one piece or the next, never between. */
    ck_close(dvk_density_of_hu(14.5), 1.03, 0);
    ck_close(dvk_density_of_hu(23.5), 1.003 + 1.169e-3 * 23.5, 1e-15);
    ck_close(dvk_density_of_hu(100.5), 1.017 + 0.592e-3 * 100.5, 1e-15);
    ck_close(dvk_density_of_hu(-1000), 0.00121, 1e-15);
    for (double hu = -1100; hu < 99; hu += 0.25)
        ck_assert(dvk_density_of_hu(hu + 0.25) >= dvk_density_of_hu(hu) - 6e-4); /* 14 HU steps down by 5e-4 */
}
END_TEST

START_TEST(dose_goes_as_one_over_density)
{
    float dose[] = {3, 3, 3, 3}, rho[] = {1.04f, 0.52f, 0.05f, 5};
    const double want[] = {3, 6, 3 * 1.04 / 0.2, 3 * 1.04 / 2};
    ck_ok(dvk_density_correct(dose, rho, 4, 1.04));
    for (int i = 0; i < 4; i++)
        ck_close((double)dose[i], want[i], 1e-6);
    rho[2] = NAN;
    ck_fails(dvk_density_correct(dose, rho, 4, 1.04), DVK_ERR_INVALID);
    rho[2] = -0.1f;
    ck_fails(dvk_density_correct(dose, rho, 4, 1.04), DVK_ERR_INVALID);
    float hu[] = {0, 700};
    ck_ok(dvk_density_from_hu(hu, 2));
    ck_close((double)hu[0], 1.018, 1e-7);
    ck_close((double)hu[1], 1.4314, 1e-7);
    hu[1] = INFINITY;
    ck_fails(dvk_density_from_hu(hu, 2), DVK_ERR_INVALID);
}
END_TEST

START_TEST(dose_by_mass)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("kidney_mass_scaling"), i, c)
    {
        const double tia = 1000 * json_at(c, "in/TIA_both_kidneys_GBq_h"), mass = json_at(c, "in/m_patient_g");
        const double s_ref = json_at(c, "in/S_ref_mGy_per_MBq_s"), m_ref = json_at(c, "in/m_ref_g");
        ck_close(dvk_dose_by_s_value(tia, mass, s_ref, m_ref), json_at(c, "out/D_linear_mass_scaling_Gy"), 1e-12);
        /* The group's electron energy is ICRP 107's. */
        ck_close(dvk_dose_by_mass_local(tia, mass, 147.923135), json_at(c, "out/D_local_deposition_Gy"), 1e-12);
    }
}
END_TEST

START_TEST(each_kidney_for_itself)
{
    const dvk_nuclide *lu = NULL, *y = NULL;
    ck_ok(dvk_nuclide_find("Lu-177", &lu));
    ck_ok(dvk_nuclide_find("Y-90", &y));
    /* Equal concentrations: each kidney alone gets what both together get. */
    const double both = dvk_dose_by_s_value(16000, 310, 7.76e-5, 310);
    ck_close(both, 4.46976, 1e-12);
    ck_close(dvk_kidney_dose_by_s_value(16000 * 0.4, 310 * 0.4, lu), both, 1e-12);
    ck_assert(isnan(dvk_kidney_dose_by_s_value(16000, 310, y)));
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("density")};
    tcase_add_test(cases[0], hu_to_density);
    tcase_add_test(cases[0], dose_goes_as_one_over_density);
    tcase_add_test(cases[0], dose_by_mass);
    tcase_add_test(cases[0], each_kidney_for_itself);
    return run_suite("density", cases, 1, false);
}
