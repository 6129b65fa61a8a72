/* BED and its relatives against vectors.json, closed forms and limits. */
#include "support/support.h"

enum { ROOM = 64 };

START_TEST(mono)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("bed_mono"), i, c)
    {
        const double one = 1, half_life = json_at(c, "in/T_eff_h"), dose = json_at(c, "in/D_Gy");
        const double ab = json_at(c, "in/alpha_beta_Gy");
        const double g = dvk_g_factor(&one, &half_life, 1, json_at(c, "in/T_rep_h"));
        const double bed = dvk_bed(dose, g, ab);
        ck_close(g, json_at(c, "out/G"), 1e-12);
        ck_close(bed, json_at(c, "out/BED_Gy"), 1e-12);
        ck_close(dvk_eqd2(bed, ab), json_at(c, "out/EQD2_Gy"), 1e-12);
        ck_close(dvk_dose_of_bed(bed, g, ab), dose, 1e-14);
    }
}
END_TEST

START_TEST(multi_exponential)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("bed_multi_exponential"), i, c)
    {
        double rate[ROOM], half_life[ROOM];
        const json_t *in = json_object_get(c, "in");
        const size_t n = json_numbers(json_object_get(in, "dose_rate_amplitudes_Gy_per_h"), rate, ROOM);
        json_numbers(json_object_get(in, "T_i_h"), half_life, ROOM);
        const double g = dvk_g_factor(rate, half_life, n, json_at(c, "in/T_rep_h"));
        ck_close(g, json_at(c, "out/G"), 1e-12);
        ck_close(dvk_bed(json_at(c, "out/D_Gy"), g, json_at(c, "in/alpha_beta_Gy")), json_at(c, "out/BED_Gy"), 1e-12);
        for (size_t k = 0; k < n; k++)
            rate[k] *= 1e6; /* only ratios matter */
        ck_close(dvk_g_factor(rate, half_life, n, json_at(c, "in/T_rep_h")), g, 1e-14);
    }
    const double wrong[] = {1, -2}, half_life[] = {10, 10};
    ck_assert(isnan(dvk_g_factor(wrong, half_life, 2, 2.8)));
    ck_assert(isnan(dvk_g_factor(wrong, half_life, 0, 2.8)));
}
END_TEST

START_TEST(constant_rate)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("bed_constant_rate"), i, c)
    {
        const double g = dvk_g_factor_constant(json_at(c, "in/T_irr_h"), json_at(c, "in/T_rep_h"));
        ck_close(g, json_at(c, "out/G"), 1e-12);
        ck_close(dvk_bed(json_at(c, "in/D_Gy"), g, json_at(c, "in/alpha_beta_Gy")), json_at(c, "out/BED_Gy"), 1e-12);
    }
    /* Series and closed form meet: mu T = 0.5 at 0.5 T_rep / ln 2. */
    const double joint = 0.5 / 0.693147180559945309417;
    ck_close(dvk_g_factor_constant(joint * (1 - 1e-12), 1), dvk_g_factor_constant(joint * (1 + 1e-12), 1), 1e-12);
    ck_assert(isnan(dvk_g_factor_constant(-1, 2.8)));
}
END_TEST

START_TEST(cycles_are_summed_as_bed)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("bed_cycles"), i, c)
    {
        double dose[ROOM], sum = 0, doses = 0;
        const double one = 1, half_life = json_at(c, "in/T_eff_h"), g = dvk_g_factor(&one, &half_life, 1, 2.8);
        const size_t n = json_numbers(json_object_get(json_object_get(c, "in"), "D_cycle_Gy"), dose, ROOM);
        for (size_t k = 0; k < n; k++) {
            sum += dvk_bed(dose[k], g, 2.6);
            doses += dose[k];
        }
        ck_close(sum, json_at(c, "out/BED_cum"), 1e-12);
        ck_close(dvk_bed(doses, g, 2.6), json_at(c, "out/BED_if_summed_AD_wrongly_used_once"), 1e-12);
    }
}
END_TEST

START_TEST(equal_cycles_backwards)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("bed_inverse_equal_cycles"), i, c)
    {
        const double one = 1, half_life = json_at(c, "in/T_eff_h"), g = dvk_g_factor(&one, &half_life, 1, 2.8);
        const double bed = json_at(c, "in/limit_BED_Gy") / json_at(c, "in/n_equal_cycles");
        ck_close(dvk_dose_of_bed(bed, g, 2.6), json_at(c, "out/D_per_cycle_Gy"), 1e-12);
    }
    ck_assert(dvk_dose_of_bed(0, 0.05, 2.6) == 0);
    ck_assert(dvk_dose_of_bed(3, 0, 2.6) == 3);
    ck_close(dvk_dose_of_bed(1e-9, 0.05, 2.6), 1e-9, 1e-10);
}
END_TEST

START_TEST(equivalent_uniform_doses)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("eud_eubed"), i, c)
    {
        double dose[ROOM], bed[ROOM], mean = 0;
        const double one = 1, half_life = json_at(c, "in/T_eff_h"), g = dvk_g_factor(&one, &half_life, 1, 2.8);
        const size_t n = json_numbers(json_object_get(json_object_get(c, "in"), "dose_Gy"), dose, ROOM);
        for (size_t k = 0; k < n; k++) {
            bed[k] = dvk_bed(dose[k], g, 2.6);
            mean += bed[k] / (double)n;
        }
        ck_close(mean, json_at(c, "out/mean_voxel_BED"), 1e-12);
        ck_close(dvk_bed(json_at(c, "out/mean_D"), g, 2.6), json_at(c, "out/BED_of_mean_D"), 1e-12);
        ck_close(dvk_eubed(bed, NULL, n, json_at(c, "in/alpha_per_Gy")), json_at(c, "out/EUBED"), 1e-12);
        ck_close(dvk_geud(dose, NULL, n, 1), json_at(c, "out/gEUD_a1"), 1e-12);
        ck_close(dvk_geud(dose, NULL, n, 2), json_at(c, "out/gEUD_a2"), 1e-12);
        ck_close(dvk_geud(dose, NULL, n, 8), json_at(c, "out/gEUD_a8"), 1e-12);
    }
}
END_TEST

START_TEST(weights_and_limits_of_uniform_doses)
{
    /* A weight of 3 is the voxel three times. */
    const double few[] = {2, 5}, weight[] = {1, 3}, many[] = {2, 5, 5, 5};
    ck_close(dvk_eubed(few, weight, 2, 0.1), dvk_eubed(many, NULL, 4, 0.1), 1e-14);
    ck_close(dvk_geud(few, weight, 2, 3), dvk_geud(many, NULL, 4, 3), 1e-14);
    ck_close(dvk_eubed(few, weight, 2, 1e-13), 4.25, 1e-12); /* no alpha: the mean */
    ck_close(dvk_eubed(few, weight, 2, 1e6), 2, 1e-5);       /* a large one: the least */
    ck_close(dvk_geud(few, weight, 2, 1e5), 5, 1e-4);
    ck_close(dvk_geud(few, weight, 2, 0), pow(2 * 125, 0.25), 1e-14);
    ck_close(dvk_geud(few, weight, 2, 1e-9), pow(2 * 125, 0.25), 1e-6);
    ck_close(dvk_geud(few, weight, 2, -1), 1 / (0.25 / 2 + 0.75 / 5), 1e-14);
    const double cold[] = {0, 5}, negative[] = {-1, 5}, zero[] = {0, 0};
    ck_assert(dvk_geud(cold, NULL, 2, -1) == 0);
    ck_assert(dvk_geud(zero, NULL, 2, 2) == 0);
    ck_assert(isnan(dvk_geud(negative, NULL, 2, 2)));
    ck_assert(isnan(dvk_eubed(few, weight, 2, NAN)));
    ck_assert(isnan(dvk_eubed(few, weight, 0, 0.1)));
}
END_TEST

START_TEST(published_numbers)
{
    /* Sundlöv's parameters: 5 Gy at 52 h; SNMMI challenge patient 4, left kidney, uptake and clearance. */
    const double one = 1, half_life = 52;
    ck_close(dvk_bed(5, dvk_g_factor(&one, &half_life, 1, 2.8), 2.6), 5.49129702414374, 1e-14);
    const double ln2 = 0.693147180559945309417;
    const double rate[] = {108.742068, -108.742068}, t[] = {ln2 / 0.014081426, ln2 / 0.845429128};
    const double g = dvk_g_factor(rate, t, 2, 2.8);
    ck_close(g, 0.053621, 1e-5);
    ck_close(dvk_bed(2.741417, g, 2.6), 2.89641, 1e-5);
}
END_TEST

static dvk_status table_of(const char *text, dvk_biology_table **out)
{
    char path[128];
    snprintf(path, sizeof path, "%s/organs.tsv", scratch_folder());
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    return dvk_biology_table_read(path, out);
}

START_TEST(parameters_per_organ)
{
    dvk_biology_table *t = NULL;
    const dvk_biology usual = dvk_biology_default();
    ck_ok(table_of("alpha_beta_Gy\tname\teud_a\n3\tliver\tn/a\nn/a\tmarrow\t-2\n", &t));
    ck_assert(dvk_biology_of(t, "liver", usual).alpha_beta_Gy == 3);
    ck_assert(dvk_biology_of(t, "liver", usual).repair_half_time_h == 2.8);
    ck_assert(isnan(dvk_biology_of(t, "liver", usual).eud_a));
    ck_assert(dvk_biology_of(t, "marrow", usual).alpha_beta_Gy == 2.6);
    ck_assert(dvk_biology_of(t, "marrow", usual).eud_a == -2);
    ck_assert(dvk_biology_of(t, "kidney_left", usual).alpha_beta_Gy == 2.6);
    ck_assert(dvk_biology_of(NULL, "liver", usual).alpha_beta_Gy == 2.6);
    dvk_biology_table_free(t);
    ck_fails(table_of("name\talpha_beta_Gy\nliver\t0\n", &t), DVK_ERR_INVALID);
    ck_assert_ptr_null(t);
    ck_fails(table_of("name\talpha_beta_Gy\nliver\t2\nliver\t3\n", &t), DVK_ERR_INVALID);
    ck_fails(table_of("name\talpha_beta\nliver\t2\n", &t), DVK_ERR_INVALID);
    ck_fails(table_of("alpha_beta_Gy\n2\n", &t), DVK_ERR_INVALID);
    ck_fails(dvk_biology_table_read("/nonexistent/organs.tsv", &t), DVK_ERR_MISSING);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("radiobiology")};
    tcase_add_test(cases[0], mono);
    tcase_add_test(cases[0], multi_exponential);
    tcase_add_test(cases[0], constant_rate);
    tcase_add_test(cases[0], cycles_are_summed_as_bed);
    tcase_add_test(cases[0], equal_cycles_backwards);
    tcase_add_test(cases[0], equivalent_uniform_doses);
    tcase_add_test(cases[0], weights_and_limits_of_uniform_doses);
    tcase_add_test(cases[0], published_numbers);
    tcase_add_test(cases[0], parameters_per_organ);
    return run_suite("radiobiology", cases, 1, false);
}
