/* The DVH against vectors.json, a naive count, and the cases where rounding decides. */
#include <stdlib.h>

#include "base/alloc.h"
#include "support/support.h"

enum { ROOM = 512 };

static void check_case(const json_t *c, const dvk_dvh *d)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(c, "out"), key, value)
    {
        const double want = json_number_value(value);
        double x = 0;
        char kind[16] = "";
        if (sscanf(key, "D%lf_%15s", &x, kind) == 2)
            ck_close(strcmp(kind, "step") == 0 ? dvk_dvh_dose_at(d, x) : dvk_dvh_dose_at_linear(d, x), want, 1e-12);
        else if (sscanf(key, "V%lf_%15s", &x, kind) == 2)
            ck_close(dvk_dvh_volume_at(d, x), want, 1e-12);
        else if (strcmp(key, "mean") == 0)
            ck_close(dvk_dvh_mean(d), want, 1e-12);
        else if (strcmp(key, "sd_population") == 0)
            ck_close(dvk_dvh_sd(d), want, 1e-12);
        else if (strcmp(key, "min") == 0)
            ck_close(dvk_dvh_min(d), want, 0);
        else if (strcmp(key, "max") == 0)
            ck_close(dvk_dvh_max(d), want, 0);
        else if (strcmp(key, "volume") == 0)
            ck_close(dvk_dvh_volume(d), want, 1e-12);
        else
            ck_abort_msg("vectors.json: %s is not tested", key);
    }
}

static void check_group(const char *group)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group(group), i, c)
    {
        double dose[ROOM], weight[ROOM];
        const json_t *in = json_object_get(c, "in"), *weights = json_object_get(in, "weight");
        const size_t n = json_numbers(json_object_get(in, "dose_Gy"), dose, ROOM);
        if (weights)
            ck_assert_uint_eq(json_numbers(weights, weight, ROOM), n);
        dvk_dvh *d = NULL;
        ck_ok(dvk_dvh_create(dose, weights ? weight : NULL, n, &d));
        check_case(c, d);
        dvk_dvh_free(d);
    }
}

START_TEST(vectors)
{
    check_group("dvh");
    check_group("dvh_weighted");
}
END_TEST

/* D_x by its definition, quadratic: the largest dose whose own count of hotter or equal voxels is at least x %. Whole
 * weights make every comparison exact. */
static double naive_dose_at(const int *dose, const int *weight, size_t n, int percent)
{
    long volume = 0;
    int best = -1;
    for (size_t i = 0; i < n; i++)
        volume += weight[i];
    for (size_t i = 0; i < n; i++) {
        long reached = 0;
        for (size_t j = 0; j < n; j++)
            reached += dose[j] >= dose[i] ? weight[j] : 0;
        if (weight[i] > 0 && 100 * reached >= percent * volume && dose[i] > best)
            best = dose[i];
    }
    return best;
}

START_TEST(steps_agree_with_the_definition)
{
    unsigned seed = 20260101;
    for (int round = 0; round < 40; round++) {
        enum { N = 60 };
        int dose[N], weight[N];
        double d[N], w[N];
        for (size_t i = 0; i < N; i++) {
            seed = seed * 1664525u + 1013904223u;
            dose[i] = (int)(seed >> 24) % 23; /* many ties */
            weight[i] = (int)(seed >> 16) % 6;
            d[i] = dose[i];
            w[i] = 0.1 * weight[i]; /* not representable: sums round */
        }
        dvk_dvh *h = NULL;
        ck_ok(dvk_dvh_create(d, w, N, &h));
        for (int x = 0; x <= 100; x++)
            ck_assert_msg(dvk_dvh_dose_at(h, x) == naive_dose_at(dose, weight, N, x), "round %d, D%d = %g, not %g",
                          round, x, dvk_dvh_dose_at(h, x), naive_dose_at(dose, weight, N, x));
        dvk_dvh_free(h);
    }
}
END_TEST

START_TEST(rounded_sums_reach_their_share)
{
    /* 0.1 + 0.2 and 0.3 differ in the last bit, as do ten tenths and one. */
    const double dose[] = {5, 4, 3, 2}, weight[] = {0.1, 0.2, 0.3, 0.4};
    dvk_dvh *d = NULL;
    ck_ok(dvk_dvh_create(dose, weight, 4, &d));
    ck_assert(dvk_dvh_dose_at(d, 10) == 5);
    ck_assert(dvk_dvh_dose_at(d, 30) == 4);
    ck_assert(dvk_dvh_dose_at(d, 60) == 3);
    ck_assert(dvk_dvh_dose_at(d, 60.0001) == 2);
    ck_assert(dvk_dvh_dose_at(d, 100) == 2);
    ck_assert(dvk_dvh_dose_at(d, 0) == 5);
    ck_assert(dvk_dvh_hottest(d, 0.3) == 4);
    ck_assert(isnan(dvk_dvh_hottest(d, 1.1)));
    ck_assert(isnan(dvk_dvh_dose_at(d, 101)));
    ck_close(dvk_dvh_volume_at(d, 4), 30, 1e-15);
    ck_close(dvk_dvh_volume_at(d, 4.001), 10, 1e-15);
    ck_assert(dvk_dvh_volume_at(d, 6) == 0);
    dvk_dvh_free(d);
}
END_TEST

START_TEST(order_of_voxels_changes_nothing)
{
    enum { N = 3000 };
    double dose[N], weight[N], back_dose[N], back_weight[N];
    for (size_t i = 0; i < N; i++) {
        dose[i] = back_dose[N - 1 - i] = fmod(0.618033988749895 * (double)(i % 400), 1);
        weight[i] = back_weight[N - 1 - i] = fmod(0.414213562373095 * (double)(i + 1), 1);
    }
    dvk_dvh *a = NULL, *b = NULL;
    ck_ok(dvk_dvh_create(dose, weight, N, &a));
    ck_ok(dvk_dvh_create(back_dose, back_weight, N, &b));
    ck_assert(dvk_dvh_mean(a) == dvk_dvh_mean(b));
    ck_assert(dvk_dvh_sd(a) == dvk_dvh_sd(b));
    ck_assert(dvk_dvh_volume(a) == dvk_dvh_volume(b));
    dvk_dvh_free(a);
    dvk_dvh_free(b);
}
END_TEST

static int larger_first(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p < q) - (p > q);
}

/* Of either sign, floats and doubles of many sizes, and each zero. */
START_TEST(many_doses_lie_in_their_order)
{
    enum { N = 4000 };
    static double dose[N];
    uint64_t state = 7;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < N; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            const double part = (double)(state >> 11) * 0x1p-53;
            dose[i] = round == 0 ? (double)(float)(30 * part) : ldexp(part - 0.5, (int)(state >> 3 & 63) - 40 * round);
            if (i % 50 < 3)
                dose[i] = i % 2 ? 0.0 : -0.0;
        }
        dvk_dvh *h = NULL;
        ck_ok(dvk_dvh_create(dose, NULL, N, &h));
        qsort(dose, N, sizeof dose[0], larger_first);
        for (size_t i = 0; i < N; i++)
            ck_assert_msg(dvk_dvh_hottest(h, (double)(i + 1)) == dose[i], "round %d, %zu: %g, not %g", round, i,
                          dvk_dvh_hottest(h, (double)(i + 1)), dose[i]);
        dvk_dvh_free(h);
    }
}
END_TEST

START_TEST(interpolation_is_symmetric)
{
    /* A lattice of weights: turned over (dose -> -dose), D_x becomes -D_(100-x). */
    const double dose[] = {1, 2, 4, 8}, turned[] = {-1, -2, -4, -8}, weight[] = {3, 1, 2, 5};
    dvk_dvh *a = NULL, *b = NULL;
    ck_ok(dvk_dvh_create(dose, weight, 4, &a));
    ck_ok(dvk_dvh_create(turned, weight, 4, &b));
    for (int x = 0; x <= 100; x++)
        ck_assert_double_eq_tol(dvk_dvh_dose_at_linear(a, x), -dvk_dvh_dose_at_linear(b, 100 - x), 1e-12);
    dvk_dvh_free(a);
    dvk_dvh_free(b);
    const double one[] = {2.5};
    ck_ok(dvk_dvh_create(one, NULL, 1, &a));
    ck_assert(dvk_dvh_dose_at_linear(a, 98) == 2.5 && dvk_dvh_dose_at(a, 98) == 2.5 && dvk_dvh_sd(a) == 0);
    dvk_dvh_free(a);
}
END_TEST

START_TEST(what_has_no_histogram_is_refused)
{
    const double dose[] = {1, NAN}, bad[] = {1, -1}, none[] = {0, 0}, fine[] = {1, 2};
    dvk_dvh *d = NULL;
    ck_fails(dvk_dvh_create(dose, NULL, 2, &d), DVK_ERR_INVALID);
    ck_fails(dvk_dvh_create(fine, bad, 2, &d), DVK_ERR_INVALID);
    ck_fails(dvk_dvh_create(fine, none, 2, &d), DVK_ERR_INVALID);
    ck_fails(dvk_dvh_create(fine, NULL, 0, &d), DVK_ERR_INVALID);
    ck_assert_ptr_null(d);
    for (long n = 1; n <= 2; n++) {
        dvk_alloc_fail_at(n);
        ck_fails(dvk_dvh_create(fine, NULL, 2, &d), DVK_ERR_MEMORY);
        ck_assert_ptr_null(d);
    }
    dvk_alloc_fail_at(0);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("dvh")};
    tcase_add_test(cases[0], vectors);
    tcase_add_test(cases[0], steps_agree_with_the_definition);
    tcase_add_test(cases[0], rounded_sums_reach_their_share);
    tcase_add_test(cases[0], order_of_voxels_changes_nothing);
    tcase_add_test(cases[0], many_doses_lie_in_their_order);
    tcase_add_test(cases[0], interpolation_is_symmetric);
    tcase_add_test(cases[0], what_has_no_histogram_is_refused);
    return run_suite("dvh", cases, 1, false);
}
