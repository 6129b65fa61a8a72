/* Dose maps: units, the choice of engine, and what is refused. */
#include <string.h>

#include "support/support.h"

static dvk_context *open_cpu(void)
{
    dvk_context *c = NULL;
    ck_ok(dvk_context_open(&(dvk_context_options){.device = "cpu", .threads = 2}, &c));
    return c;
}

static dvk_kernel *make_kernel(double voxel_mm, size_t half)
{
    dvk_kernel *k = NULL;
    ck_ok(dvk_kernel_make(&(dvk_kernel_spec){.nuclide = "Lu-177",
                                             .voxel_mm = {voxel_mm, voxel_mm, voxel_mm},
                                             .half = {half, half, half},
                                             .density_g_mL = 1.04,
                                             .component = DVK_COMPONENT_TOTAL},
                          &k));
    return k;
}

/* A volume of zeros but for one voxel. */
static dvk_volume *hot_spot(size_t n, double voxel_mm, size_t at, float value)
{
    const dvk_geometry g = plain_geometry(n, n, n, voxel_mm, voxel_mm, voxel_mm);
    dvk_volume *v = NULL;
    ck_ok(dvk_volume_create(&g, 1, &v));
    dvk_volume_data(v)[at] = value;
    return v;
}

/* 1 MBq.h/mL of 177Lu in 1.04 g/mL: 3.6e9 decays a mL, 147.923 keV of electrons each (ICRP 107; the shipped table's
 * DDEP energy is within 0.2 %), over 1.04e-3 kg. The table's own energy must come out exactly. */
START_TEST(local_deposition)
{
    const dvk_nuclide *lu = NULL;
    dvk_volume *tia = hot_spot(3, 4.8, 13, 3.6e9f), *dose = NULL;
    ck_ok(dvk_nuclide_find("Lu-177", &lu));
    ck_ok(dvk_dose_local(tia, lu, 1.04, &dose));
    const double got = (double)dvk_volume_values(dose)[13];
    ck_close(got, 3.6e9 * 2.369990e-14 / 1.04e-3, 2e-3);
    ck_close(got, 3.6e9 * lu->electron_keV * 1.602176634e-16 / 1.04e-3, 1e-7);
    ck_assert(dvk_volume_values(dose)[12] == 0);
    dvk_volume_free(dose);
    ck_fails(dvk_dose_local(tia, lu, 0, &dose), DVK_ERR_USAGE);
    ck_assert_ptr_null(dose);
    dvk_volume_free(tia);
}
END_TEST

/* One hot voxel: its neighbours get S times its decays, whatever the engine. */
START_TEST(a_hot_voxel_gives_the_kernel)
{
    const dvk_engine engines[] = {DVK_ENGINE_FFT, DVK_ENGINE_DIRECT, DVK_ENGINE_AUTO};
    dvk_context *c = open_cpu();
    dvk_kernel *k = make_kernel(4.8, 3);
    dvk_volume *tia = hot_spot(9, 4.8, (4 * 9 + 4) * 9 + 4, 1e9f);
    const double voxel_mL = 4.8 * 4.8 * 4.8 / 1000;
    for (int e = 0; e < 3; e++) {
        dvk_volume *dose = NULL;
        dvk_engine used = DVK_ENGINE_LOCAL;
        ck_ok(dvk_convolve(c, tia, k, engines[e], voxel_mL, true, &dose, &used));
        ck_assert_int_eq(used, e == 2 ? DVK_ENGINE_FFT : engines[e]);
        const float *d = dvk_volume_values(dose);
        const double middle = 1e9 * voxel_mL * dvk_kernel_at(k, 0, 0, 0);
        ck_close((double)d[(4 * 9 + 4) * 9 + 4], middle, 1e-6);
        const double beside = 1e9 * voxel_mL * dvk_kernel_at(k, 1, -2, 3);
        ck_assert(fabs((double)d[(7 * 9 + 2) * 9 + 5] - beside) <= 1e-6 * middle);
        ck_assert(fabs((double)d[(8 * 9 + 4) * 9 + 4]) <= 1e-6 * middle); /* outside the box */
        dvk_volume_free(dose);
    }
    dvk_volume_free(tia);
    dvk_kernel_free(k);
    dvk_context_close(c);
}
END_TEST

/* `auto` takes the plain sum up to 5 x 5 x 5 taps, those counted that can meet the grid. */
START_TEST(auto_counts_the_taps_that_matter)
{
    dvk_context *c = open_cpu();
    dvk_kernel *small = make_kernel(4.8, 2), *large = make_kernel(4.8, 6);
    const dvk_kernel *kernels[] = {small, large, large};
    const size_t n[] = {9, 3, 4};
    const dvk_engine want[] = {DVK_ENGINE_DIRECT, DVK_ENGINE_DIRECT, DVK_ENGINE_FFT};
    for (int i = 0; i < 3; i++) {
        dvk_volume *tia = hot_spot(n[i], 4.8, 0, 1), *dose = NULL;
        dvk_engine used = DVK_ENGINE_AUTO;
        ck_ok(dvk_convolve(c, tia, kernels[i], DVK_ENGINE_AUTO, 1, true, &dose, &used));
        ck_assert_int_eq(used, want[i]);
        dvk_volume_free(dose);
        dvk_volume_free(tia);
    }
    dvk_kernel_free(small);
    dvk_kernel_free(large);
    dvk_context_close(c);
}
END_TEST

START_TEST(what_is_refused)
{
    dvk_context *c = open_cpu();
    dvk_kernel *k = make_kernel(4.8, 2);
    dvk_volume *tia = hot_spot(5, 4.802, 0, 1), *dose = NULL;
    ck_fails(dvk_convolve(c, tia, k, DVK_ENGINE_AUTO, 1, true, &dose, NULL), DVK_ERR_INVALID);
    ck_assert_ptr_null(dose);
    ck_assert(strstr(dvk_last_message(), "4.8 x 4.8 x 4.8") && strstr(dvk_last_message(), "4.802 x 4.802 x 4.802"));
    ck_assert(strstr(dvk_last_message(), "--rescale"));
    ck_ok(dvk_convolve(c, tia, k, DVK_ENGINE_AUTO, 1, false, &dose, NULL));
    dvk_volume_free(dose);
    ck_fails(dvk_convolve(c, tia, k, DVK_ENGINE_LOCAL, 1, false, &dose, NULL), DVK_ERR_USAGE);
    dvk_volume_data(tia)[7] = NAN;
    ck_fails(dvk_convolve(c, tia, k, DVK_ENGINE_AUTO, 1, false, &dose, NULL), DVK_ERR_INVALID);
    ck_assert_ptr_null(dose);
    dvk_volume_free(tia);
    dvk_kernel_free(k);
    dvk_context_close(c);
}
END_TEST

/* One plan for many maps gives what single calls give, in place as well. */
START_TEST(a_convolver_repeats)
{
    dvk_context *c = open_cpu();
    dvk_kernel *k = make_kernel(4.8, 4);
    dvk_convolver *convolver = NULL;
    float values[7 * 7 * 7];
    for (int map = 0; map < 3; map++) {
        dvk_volume *tia = hot_spot(7, 4.8, (size_t)(40 * map), 1e8f), *dose = NULL;
        if (!convolver)
            ck_ok(dvk_convolver_create(c, dvk_volume_geometry(tia), k, DVK_ENGINE_AUTO, 2, true, &convolver));
        ck_assert_int_eq(dvk_convolver_engine(convolver), DVK_ENGINE_FFT);
        memcpy(values, dvk_volume_values(tia), sizeof values);
        ck_ok(dvk_convolver_run(convolver, values, values));
        ck_ok(dvk_convolve(c, tia, k, DVK_ENGINE_FFT, 2, true, &dose, NULL));
        ck_assert(memcmp(values, dvk_volume_values(dose), sizeof values) == 0);
        dvk_volume_free(dose);
        dvk_volume_free(tia);
    }
    dvk_convolver_free(convolver);
    dvk_kernel_free(k);
    dvk_context_close(c);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("dose map")};
    tcase_add_test(cases[0], local_deposition);
    tcase_add_test(cases[0], a_hot_voxel_gives_the_kernel);
    tcase_add_test(cases[0], auto_counts_the_taps_that_matter);
    tcase_add_test(cases[0], what_is_refused);
    tcase_add_test(cases[0], a_convolver_repeats);
    return run_suite("dose map", cases, 1, false);
}
