/* Curves of VOIs: published numbers, closed forms, rules, and what must never come out. */
#include <float.h>
#include <string.h>

#include "support/support.h"

static const double lu177_h = 6.647 * 24;
static const double no_decay_h = 1e5; /* a rate bound that is out of the way */

static dvk_integration model(dvk_model m)
{
    dvk_integration how = dvk_integration_default();
    how.model = m;
    return how;
}

static dvk_curve fit(const double *t, const double *a, size_t n, double half_life_h, dvk_integration how)
{
    dvk_curve c;
    ck_ok(dvk_curve_fit(t, a, n, half_life_h, &how, &c));
    return c;
}

/* --- vectors.json --- */

START_TEST(trapezoid_of_the_vectors)
{
    static const char *const starts[] = {"constant", "linear0", "backextrap12"};
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("tia_trapezoid"), i, c)
    {
        double t[12], a[12];
        const size_t n = json_numbers(json_object_get(json_object_get(c, "in"), "t_h"), t, 12);
        json_numbers(json_object_get(json_object_get(c, "in"), "A_MBq"), a, 12);
        const double half_life = log(2) / json_at(c, "in/lambda_phys_per_h");
        for (int start = 0; start < 3; start++)
            for (int physical = 0; physical < 2; physical++) {
                dvk_integration how = model(DVK_MODEL_TRAPEZOID);
                char key[64];
                how.start = (dvk_start)start;
                how.tail = physical ? DVK_TAIL_PHYSICAL : DVK_TAIL_LAST2;
                snprintf(key, sizeof key, "out/%s|%s/", starts[start], physical ? "physical" : "last2_clamped");
                char total[80], tail[80];
                snprintf(total, sizeof total, "%stotal", key);
                snprintf(tail, sizeof tail, "%stail", key);
                const dvk_curve got = fit(t, a, n, half_life, how);
                ck_close(got.tia, json_at(c, total), 1e-12);
                ck_close(got.tail_fraction, json_at(c, tail) / json_at(c, total), 1e-12);
            }
    }
}
END_TEST

START_TEST(mono_of_the_vectors)
{
    static const char *const names[] = {"nlls_unit_weights", "nlls_relative_weights_1_over_A2"};
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("fit_monoexponential"), i, c)
    {
        double t[12], a[12];
        const size_t n = json_numbers(json_object_get(json_object_get(c, "in"), "t_h"), t, 12);
        json_numbers(json_object_get(json_object_get(c, "in"), "A_MBq"), a, 12);
        for (int w = 0; w < 2; w++) {
            const json_t *want = json_object_get(json_object_get(c, "out"), names[w]);
            dvk_integration how = model(DVK_MODEL_MONO);
            how.weighting = w ? DVK_WEIGHT_RELATIVE : DVK_WEIGHT_UNIT;
            const dvk_curve got = fit(t, a, n, no_decay_h, how);
            ck_close(got.amplitude[0], json_at(want, "A0"), 1e-9);
            ck_close(got.half_life_h[0], json_at(want, "T_eff_h"), 1e-9);
            ck_close(got.tia, json_at(want, "TIA"), 1e-9);
            if (json_at(want, "SSR") > 1e-20)
                ck_close(got.u_tia_rel, json_at(want, "rel_u_TIA"), 1e-7);
            else
                ck_assert_double_lt(got.u_tia_rel, 1e-6);
        }
    }
}
END_TEST

START_TEST(uptake_clearance_of_the_vectors)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("biexponential_uptake_clearance"), i, c)
    {
        double t[12], a[12];
        const size_t n = json_numbers(json_object_get(json_object_get(c, "in"), "t_h"), t, 12);
        json_numbers(json_object_get(json_object_get(c, "out"), "A"), a, 12);
        const dvk_curve got = fit(t, a, n, lu177_h, model(DVK_MODEL_UPTAKE_CLEARANCE));
        ck_assert_int_eq(got.model, DVK_MODEL_UPTAKE_CLEARANCE);
        ck_close(got.amplitude[0], json_at(c, "in/A0"), 1e-8);
        ck_close(got.amplitude[1], -got.amplitude[0], 0);
        ck_close(got.half_life_h[0], json_at(c, "in/T_clear_h"), 1e-8);
        ck_close(got.half_life_h[1], json_at(c, "in/T_uptake_h"), 1e-8);
        ck_close(got.tia, json_at(c, "out/TIA"), 1e-9);
        ck_close(dvk_curve_at(&got, json_at(c, "out/t_max_h")), json_at(c, "out/A_max"), 1e-9);
    }
}
END_TEST

/* Each curve of the group sampled at 12 times: the fit with as many terms must give its integral back. */
START_TEST(sums_of_the_vectors)
{
    static const double t[12] = {0.5, 1, 2, 4, 8, 16, 24, 48, 72, 96, 168, 240};
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("tia_multi_exponential"), i, c)
    {
        static const dvk_model by_terms[] = {DVK_MODEL_AUTO, DVK_MODEL_MONO, DVK_MODEL_BIEXP, DVK_MODEL_TRIEXP};
        double amplitude[3], half_life[3], a[12] = {0};
        const size_t terms = json_numbers(json_object_get(json_object_get(c, "in"), "amplitudes_MBq"), amplitude, 3);
        json_numbers(json_object_get(json_object_get(c, "in"), "T_eff_h"), half_life, 3);
        for (int k = 0; k < 12; k++)
            for (size_t j = 0; j < terms; j++)
                a[k] += amplitude[j] * exp2(-t[k] / half_life[j]);
        const dvk_curve got = fit(t, a, 12, 6.647 * 24 * (1 + 1e-12), model(by_terms[terms]));
        ck_assert_uint_eq(got.terms, terms);
        ck_close(got.tia, json_at(c, "out/TIA_0_inf_MBq_h"), 1e-8);
        ck_close(dvk_curve_at(&got, 24), json_at(c, "out/A_at_24h_MBq"), 1e-9);
    }
}
END_TEST

START_TEST(single_points_of_the_vectors)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("stp_haenscheid"), i, c)
    {
        const double t = json_at(c, "in/t_h"), a = json_at(c, "out/A_t_over_A0");
        ck_close(fit(&t, &a, 1, lu177_h, model(DVK_MODEL_HAENSCHEID)).tia, json_at(c, "out/TIA_haenscheid_per_A0_h"),
                 1e-12);
        ck_close(fit(&t, &a, 1, lu177_h, model(DVK_MODEL_AUTO)).tia, json_at(c, "out/TIA_haenscheid_per_A0_h"), 1e-12);
    }
    json_array_foreach(vectors_group("stp_madsen"), i, c)
    {
        const double t = json_at(c, "in/t_h"), a = exp2(-t / json_at(c, "in/T_eff_patient_h"));
        dvk_integration how = model(DVK_MODEL_MADSEN);
        how.madsen_half_life_h = json_at(c, "in/T_eff_population_h");
        ck_close(fit(&t, &a, 1, lu177_h, how).tia, json_at(c, "out/TIA_est_per_A0_h"), 1e-12);
    }
}
END_TEST

/* --- published and constructed --- */

/* SNMMI 177Lu challenge, patient 4. */
START_TEST(patient_4)
{
    const double t[] = {3.74111, 27.72528, 103.09417, 123.98361};
    const double kidney[] = {98.561432, 73.599408, 25.39568, 19.04661};
    const double liver[] = {378.4744, 347.404416, 192.66408, 173.225408};
    const dvk_curve k = fit(t, kidney, 4, lu177_h, model(DVK_MODEL_UPTAKE_CLEARANCE));
    ck_close(k.tia, 7593.7526, 1e-4);
    ck_close(k.amplitude[0], 108.742068, 1e-4);
    ck_close(k.half_life_h[0], log(2) / 0.014081426, 1e-4);
    ck_close(k.half_life_h[1], log(2) / 0.845429128, 1e-4);
    ck_close(k.effective_half_life_h, k.half_life_h[0], 0);
    const dvk_curve l = fit(t, liver, 4, lu177_h, model(DVK_MODEL_UPTAKE_CLEARANCE));
    ck_close(l.tia, 56425.3348, 1e-4);
    ck_close(l.amplitude[0], 426.698295, 1e-4);
    ck_close(fit(t, kidney, 4, lu177_h, model(DVK_MODEL_MONO)).tia, 7745.67, 1e-4);
    dvk_integration physical = model(DVK_MODEL_TRAPEZOID);
    physical.tail = DVK_TAIL_PHYSICAL;
    ck_close(fit(t, kidney, 4, lu177_h, physical).tia, 11012, 1e-2);
}
END_TEST

/* A rate below decay is held at decay; the amplitude is then the linear fit's. */
/* Samples without an uptake to see: the least squares of uptake-clearance are those of a mono-exponential, with the
 * uptake's rate at its bound, 20 ln 2 over the first time. */
START_TEST(an_uptake_that_is_not_seen)
{
    static const double t[] = {0.5, 2, 4, 12, 24, 48, 72, 96, 120, 144, 168, 240};
    double a[12];
    for (int i = 0; i < 12; i++)
        a[i] = (exp2(-t[i] / 70) + 0.8 * exp2(-t[i] / 8)) * (1 + 0.02 * ((i * 7) % 5 - 2));
    const dvk_curve mono = fit(t, a, 12, lu177_h, model(DVK_MODEL_MONO));
    const dvk_curve both = fit(t, a, 12, lu177_h, model(DVK_MODEL_UPTAKE_CLEARANCE));
    ck_close(both.half_life_h[0], mono.half_life_h[0], 1e-4);
    ck_close(both.half_life_h[1], 0.5 / 20, 1e-9);
    ck_close(both.r2, mono.r2, 1e-6);
    ck_assert_uint_eq(both.flags & DVK_VOXEL_CLAMPED, DVK_VOXEL_CLAMPED);
}
END_TEST

START_TEST(rates_are_held_at_decay)
{
    const double t[] = {24, 96, 168}, a[] = {10, 8, 7.5}, l = log(2) / lu177_h;
    double along = 0, size = 0;
    for (int i = 0; i < 3; i++) {
        along += a[i] * exp(-l * t[i]);
        size += exp(-2 * l * t[i]);
    }
    const dvk_curve got = fit(t, a, 3, lu177_h, model(DVK_MODEL_MONO));
    ck_close(got.half_life_h[0], lu177_h, 1e-12);
    ck_close(got.tia, along / size / l, 1e-12);
    ck_assert(got.flags & DVK_VOXEL_CLAMPED);
    ck_close(fit(t, a, 3, lu177_h, model(DVK_MODEL_PHYSICAL)).tia, along / size / l, 1e-12);
}
END_TEST

START_TEST(auto_follows_its_rule)
{
    const double t[] = {4, 24, 48, 96, 120, 168, 200, 240};
    double mono[8], uptake[8];
    for (int i = 0; i < 8; i++) {
        mono[i] = 100 * exp2(-t[i] / 50) * (1 + 0.004 * (i % 2 ? 1 : -1));
        uptake[i] = 100 * (exp2(-t[i] / 50) - exp2(-t[i] / 6)) * (1 + 0.004 * (i % 2 ? 1 : -1));
    }
    const dvk_curve single = fit(t, mono, 1, lu177_h, model(DVK_MODEL_AUTO));
    ck_assert_int_eq(single.model, DVK_MODEL_HAENSCHEID);
    ck_assert(single.terms == 0 && isnan(single.effective_half_life_h)); /* one scan tells no half-life */
    ck_assert_int_eq(fit(t, mono, 2, lu177_h, model(DVK_MODEL_AUTO)).model, DVK_MODEL_TRAPEZOID);
    ck_assert_int_eq(fit(t, mono, 4, lu177_h, model(DVK_MODEL_AUTO)).model, DVK_MODEL_MONO);
    ck_assert_int_eq(fit(t, uptake, 4, lu177_h, model(DVK_MODEL_AUTO)).model, DVK_MODEL_UPTAKE_CLEARANCE);
    ck_assert_int_eq(fit(t, mono, 8, lu177_h, model(DVK_MODEL_AUTO)).model, DVK_MODEL_MONO);
    ck_assert_int_eq(fit(t, uptake, 8, lu177_h, model(DVK_MODEL_AUTO)).model, DVK_MODEL_UPTAKE_CLEARANCE);
}
END_TEST

START_TEST(bad_requests_are_refused)
{
    dvk_curve c;
    dvk_integration how = model(DVK_MODEL_BIEXP);
    const double falling[] = {4, 24, 24}, negative[] = {-1, 4, 24}, a[] = {3, 2, 1};
    ck_fails(dvk_curve_fit((const double[]){4, 24, 96}, a, 3, lu177_h, &how, &c), DVK_ERR_INVALID);
    how.model = DVK_MODEL_MONO;
    ck_fails(dvk_curve_fit(falling, a, 3, lu177_h, &how, &c), DVK_ERR_INVALID);
    ck_fails(dvk_curve_fit(negative, a, 3, lu177_h, &how, &c), DVK_ERR_INVALID);
    ck_fails(dvk_curve_fit(falling, a, 0, lu177_h, &how, &c), DVK_ERR_INVALID);
    ck_fails(dvk_curve_fit((const double[]){4, 24, 96}, (const double[]){1, NAN, 2}, 3, lu177_h, &how, &c),
             DVK_ERR_INVALID);
    how.model = DVK_MODEL_HAENSCHEID;
    ck_fails(dvk_curve_fit((const double[]){4, 24, 96}, a, 3, lu177_h, &how, &c), DVK_ERR_INVALID);
    ck_fails(dvk_curve_fit((const double[]){0}, a, 1, lu177_h, &how, &c), DVK_ERR_INVALID);
}
END_TEST

/* --- parsing and shapes --- */

static const char *write_text(const char *name, const char *text)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", scratch_folder(), name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return path;
}

START_TEST(models_are_parsed)
{
    dvk_integration how = dvk_integration_default();
    dvk_shape *shape = NULL;
    ck_ok(dvk_integration_parse_model(&how, "uptake-clearance2", &shape));
    ck_assert_int_eq(how.model, DVK_MODEL_UPTAKE_CLEARANCE2);
    ck_ok(dvk_integration_parse_model(&how, "madsen:52h", &shape));
    ck_assert_int_eq(how.model, DVK_MODEL_MADSEN);
    ck_close(how.madsen_half_life_h, 52, 0);
    ck_fails(dvk_integration_parse_model(&how, "madsen", &shape), DVK_ERR_USAGE);
    ck_fails(dvk_integration_parse_model(&how, "madsen:52", &shape), DVK_ERR_USAGE);
    ck_fails(dvk_integration_parse_model(&how, "exponential", &shape), DVK_ERR_USAGE);
    ck_fails(dvk_integration_parse_model(&how, "shape:/nonexistent.tsv", &shape), DVK_ERR_MISSING);
    ck_assert_ptr_null(shape);
}
END_TEST

/* Planar series for the shape, one scan for its level: TIA = A(t_s) int a / a(t_s). */
START_TEST(a_shape_is_scaled)
{
    dvk_integration how = dvk_integration_default();
    dvk_shape *shape = NULL;
    char spec[300];
    snprintf(spec, sizeof spec, "shape:%s", write_text("a.tsv", "time_h\tvalue\n1\t90\n24\t75\n96\t30\n168\t12\n"));
    ck_ok(dvk_integration_parse_model(&how, spec, &shape));
    const double t = 24, a = 150;
    const dvk_curve got = fit(&t, &a, 1, lu177_h, how); /* 8222.432161 is the table's constant|last2 */
    ck_close(got.tia, 2 * 8222.43216109782, 1e-12);
    ck_assert_uint_eq(got.terms, 0);
    ck_assert(isnan(dvk_curve_at(&got, 5)));
    dvk_shape_free(shape);
    ck_fails(dvk_shape_read(write_text("b.tsv", "time_h\tvalue\n24\t75\n4\t30\n"), &shape), DVK_ERR_INVALID);
    ck_fails(dvk_shape_read(write_text("c.tsv", "24\t75\n"), &shape), DVK_ERR_INVALID);
    ck_fails(dvk_shape_read(write_text("d.tsv", "24\t75\nx\t3\n"), &shape), DVK_ERR_INVALID);
    ck_fails(dvk_shape_read(write_text("e.tsv", "24\tnan\n25\t3\n"), &shape), DVK_ERR_INVALID);
}
END_TEST

/* --- odd samples --- */

START_TEST(nothing_odd_comes_out)
{
    static const double t[12] = {1, 4, 24, 48, 72, 96, 120, 144, 168, 192, 216, 240};
    static const double odd[][12] = {
        {1e-300, 2e-300, 1e-300, 5e-301},
        {-3, -2, -1, -0.5, -0.2, -0.1},
        {5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5},
        {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
        {1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1},
        {0, 0, 0, 7},
        {7},
        {DBL_MAX / 1e10, 1, 1, 1, 1, 1},
    };
    for (size_t o = 0; o < sizeof odd / sizeof odd[0]; o++)
        for (int m = DVK_MODEL_AUTO; m <= DVK_MODEL_PHYSICAL; m++)
            for (size_t n = 1; n <= 12; n += n < 7 ? 1 : 5) {
                dvk_curve c;
                const dvk_integration how = model((dvk_model)m);
                if (dvk_curve_fit(t, odd[o], n, lu177_h, &how, &c) != DVK_OK)
                    continue;
                ck_assert_msg(isfinite(c.tia), "set %zu, model %s, %zu points: %g", o, dvk_model_name(c.model), n,
                              c.tia);
                for (size_t k = 0; k < c.terms; k++)
                    ck_assert(isfinite(c.amplitude[k]) && c.half_life_h[k] > 0 &&
                              c.half_life_h[k] <= lu177_h * (1 + 1e-9));
            }
}
END_TEST

START_TEST(all_zero_is_zero)
{
    const double t[] = {4, 24, 96, 168}, a[4] = {0};
    const dvk_curve got = fit(t, a, 4, lu177_h, model(DVK_MODEL_BIEXP));
    ck_close(got.tia, 0, 0);
    ck_assert_uint_eq(got.flags, 0);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("vectors"), tcase_create("curves")};
    tcase_set_timeout(cases[0], 60); /* seconds of a busy machine */
    tcase_set_timeout(cases[1], 60);
    tcase_add_test(cases[0], trapezoid_of_the_vectors);
    tcase_add_test(cases[0], mono_of_the_vectors);
    tcase_add_test(cases[0], uptake_clearance_of_the_vectors);
    tcase_add_test(cases[0], sums_of_the_vectors);
    tcase_add_test(cases[0], single_points_of_the_vectors);
    tcase_add_test(cases[1], patient_4);
    tcase_add_test(cases[1], an_uptake_that_is_not_seen);
    tcase_add_test(cases[1], rates_are_held_at_decay);
    tcase_add_test(cases[1], auto_follows_its_rule);
    tcase_add_test(cases[1], bad_requests_are_refused);
    tcase_add_test(cases[1], models_are_parsed);
    tcase_add_test(cases[1], a_shape_is_scaled);
    tcase_add_test(cases[1], nothing_odd_comes_out);
    tcase_add_test(cases[1], all_zero_is_zero);
    return run_suite("timefit", cases, 2, false);
}
