/*
 * Emission lists: summing mono-energetic tables against the nuclides that were simulated directly.
 *
 * tests/data/emission_Lu-177.tsv: beta spectra of allowed shape with the Fermi function (60 lines a branch; endpoints
 * 498.3, 385.3, 177.0 keV, means 149.31, 111.65, 47.70), conversion lines, and the photons from 20 keV, DDEP rounded.
 */
#include <string.h>

#include "physics/kernel.h"
#include "support/support.h"

static dvk_kernel *make(const char *nuclide, const char *emission, dvk_component component)
{
    const dvk_kernel_spec spec = {.nuclide = nuclide,
                                  .emission = emission,
                                  .voxel_mm = {4.8, 4.8, 4.8},
                                  .half = {40, 40, 40},
                                  .density_g_mL = 1,
                                  .component = component};
    dvk_kernel *k = NULL;
    ck_ok(dvk_kernel_make(&spec, &k));
    return k;
}

static const char lutetium[] = DVK_SOURCE "/tests/data/emission_Lu-177.tsv";

START_TEST(electrons_agree_with_the_direct_simulation)
{
    dvk_kernel *list = make(NULL, lutetium, DVK_COMPONENT_ELECTRON);
    dvk_kernel *direct = make("Lu-177", NULL, DVK_COMPONENT_ELECTRON);
    ck_close(dvk_kernel_info(list)->emitted_keV, 147.725, 2e-3);
    ck_close(dvk_kernel_at(list, 0, 0, 0), dvk_kernel_at(direct, 0, 0, 0), 3e-3);
    ck_close(dvk_kernel_at(list, 1, 0, 0), dvk_kernel_at(direct, 1, 0, 0), 1e-2);
    ck_close(dvk_kernel_at(list, 1, 1, 0), dvk_kernel_at(direct, 1, 1, 0), 3e-2);
    ck_assert(isnan(dvk_kernel_error_at(list, 0, 0, 0)));
    ck_assert_ptr_nonnull(strstr(dvk_kernel_info(list)->source, "keV of bremsstrahlung left out"));
    dvk_kernel_free(list);
    dvk_kernel_free(direct);
}
END_TEST

/* From two voxels on: nearer, X rays below 20 keV count, which no table holds. */
START_TEST(photons_agree_with_the_direct_simulation)
{
    dvk_kernel *list = make("Lu-177", lutetium, DVK_COMPONENT_PHOTON);
    dvk_kernel *direct = make("Lu-177", NULL, DVK_COMPONENT_PHOTON);
    for (long n = 2; n <= 40; n++) {
        ck_close(dvk_kernel_at(list, n, 0, 0), dvk_kernel_at(direct, n, 0, 0), 1.5e-2);
        ck_close(dvk_kernel_at(list, n, n, n / 2), dvk_kernel_at(direct, n, n, n / 2), 1.5e-2);
    }
    ck_assert_str_eq(dvk_kernel_info(list)->nuclide, "Lu-177");
    dvk_kernel_free(list);
    dvk_kernel_free(direct);
}
END_TEST

/* A line at a table's own energy is that table. */
START_TEST(a_tabulated_energy_gives_its_table_back)
{
    char path[256];
    snprintf(path, sizeof path, "%s/line.tsv", scratch_folder());
    FILE *file = fopen(path, "w");
    fputs("kind\tenergy_keV\tyield\nphoton\t208\t1\n", file);
    fclose(file);
    dvk_emitter e = {0};
    dvk_shells table = {0};
    ck_ok(dvk_emitter_of_list(path, &e));
    ck_ok(dvk_shells_embedded("dpk_monophoton_208keV.csv", &table));
    double sum = 0, wanted = 0;
    for (size_t i = 0; i < table.count - 5; i++) { /* the last fractions lie between the grid's */
        sum += e.photon.energy[i];
        wanted += table.energy[i];
        ck_assert_double_eq_tol(sum / 208, wanted / 208, 3e-4);
    }
    dvk_shells_free(&table);
    dvk_emitter_free(&e);
}
END_TEST

static void refused(const char *text, const char *reason)
{
    char path[256];
    dvk_emitter e = {0};
    snprintf(path, sizeof path, "%s/bad.tsv", scratch_folder());
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    ck_fails(dvk_emitter_of_list(path, &e), DVK_ERR_INVALID);
    ck_assert_msg(strstr(dvk_last_message(), reason) != NULL, "%s", dvk_last_message());
}

START_TEST(lists_outside_the_tables_are_refused)
{
    refused("kind\tenergy_keV\tyield\nelectron\t2100\t1\n", "line 2: an energy of 2100 keV");
    refused("kind\tenergy_keV\tyield\nphoton\t100\t1\nphoton\t15\t1\n", "line 3: an energy of 15 keV");
    refused("kind\tenergy_keV\tyield\nphoton\t662\t1\n", "photons from 20 to 500 keV");
    refused("kind\tenergy_keV\tyield\nalpha\t5000\t1\n", "neither electron nor photon");
    refused("kind\tenergy_keV\tyield\nelectron\t100\t-1\n", "a yield not below");
    refused("kind\tenergy_keV\tyield\nelectron\tmuch\t1\n", "is not a number");
    refused("kind\tenergy_keV\nelectron\t100\n", "no column 'yield'");
    refused("kind\tenergy_keV\tyield\n", "emits no energy");
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("emission");
    tcase_add_test(c, electrons_agree_with_the_direct_simulation);
    tcase_add_test(c, photons_agree_with_the_direct_simulation);
    tcase_add_test(c, a_tabulated_energy_gives_its_table_back);
    tcase_add_test(c, lists_outside_the_tables_are_refused);
    return run_suite("kernel emission", &c, 1, false);
}
