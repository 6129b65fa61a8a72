/* Nuclides by every spelling; half-lives and energies against the numeric cases and the tables' own headers. */
#include <string.h>

#include "support/support.h"

START_TEST(every_spelling_is_one_nuclide)
{
    static const char *const spellings[] = {"Lu-177", "Lu177", "177Lu", "lu_177", "LU 177", "[177Lu]", "177-lu"};
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        const dvk_nuclide *n = NULL;
        ck_ok(dvk_nuclide_find(spellings[i], &n));
        ck_assert_str_eq(n->name, "Lu-177");
    }
}
END_TEST

START_TEST(an_unknown_one_is_refused_with_the_nearest)
{
    static const struct {
        const char *given, *nearest;
    } cases[] = {{"Lu-176", "mean Lu-177?"},   {"177mLu", "mean Lu-177?"}, {"I131m", "mean I-131?"},
                 {"Yttrium-90", "mean Y-90?"}, {"Tb-149", "mean Tb-161?"}, {"", "did you mean"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const dvk_nuclide *n = NULL;
        ck_fails(dvk_nuclide_find(cases[i].given, &n), DVK_ERR_USAGE);
        ck_assert_ptr_null(n);
        ck_assert_msg(strstr(dvk_last_message(), cases[i].nearest), "%s", dvk_last_message());
        ck_assert_ptr_nonnull(strstr(dvk_last_message(), "Re-188"));
    }
}
END_TEST

START_TEST(decay_constants_are_the_published)
{
    json_t *cases = vectors_group("decay_constant");
    size_t i = 0, shared = 0;
    json_t *one = NULL;
    json_array_foreach(cases, i, one)
    {
        const dvk_nuclide *n = NULL;
        const char *name = json_string_value(json_object_get(json_object_get(one, "in"), "nuclide"));
        if (dvk_nuclide_find(name, &n) != DVK_OK)
            continue; /* a nuclide that dvkit has no data for */
        ck_close(dvk_decay_constant_per_h(n->half_life_h), json_at(one, "out/lambda_per_h"), 1e-15);
        shared++;
    }
    ck_assert_uint_eq(shared, 6);
}
END_TEST

/* The number behind `key` in the head of a table, MeV; NaN where the file has none. */
static double header_MeV(const char *path, const char *key)
{
    char line[512];
    double found = NAN;
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    while (isnan(found) && fgets(line, sizeof line, file) && line[0] == '#') {
        const char *at = strstr(line, key);
        if (at)
            ck_assert_int_eq(sscanf(at + strlen(key), "%lf MeV/decay", &found), 1);
    }
    fclose(file);
    return found;
}

START_TEST(energies_are_the_tables_own)
{
    size_t with_table = 0;
    const dvk_nuclide *n = NULL;
    for (size_t i = 0; (n = dvk_nuclide_at(i)); i++) {
        char name[64];
        if (isnan(n->photon_keV))
            continue; /* an alpha chain has no table */
        snprintf(name, sizeof name, "kernels/dpk_electron_%s.csv", n->name);
        ck_close(n->electron_keV, 1e3 * header_MeV(shared_file(name), "emitted electron energy "), 1e-12);
        with_table++;
        if (n->photon_keV == 0)
            continue;
        snprintf(name, sizeof name, "kernels/dpk_photon_%s.csv", n->name);
        ck_close(n->photon_keV, 1e3 * header_MeV(shared_file(name), "emitted photon energy "), 1e-12);
    }
    ck_assert_uint_eq(with_table, 7);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("nuclide")};
    tcase_add_test(cases[0], every_spelling_is_one_nuclide);
    tcase_add_test(cases[0], an_unknown_one_is_refused_with_the_nearest);
    tcase_add_test(cases[0], decay_constants_are_the_published);
    tcase_add_test(cases[0], energies_are_the_tables_own);
    return run_suite("nuclide", cases, 1, false);
}
