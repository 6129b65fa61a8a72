/* Phantoms: truth by closed form and by a naive sum, resolution and noise as asked. */
#include <stdlib.h>
#include <string.h>

#include "pipeline/phantom_scanner.h"
#include "pipeline/phantom_shapes.h"
#include "pipeline/phantom_truth.h"
#include "support/support.h"

START_TEST(true_dose_is_the_naive_sum)
{
    const dvk_geometry g = plain_geometry(7, 6, 5, 4, 4, 5);
    const double decays[] = {2e9, 5e10};
    uint8_t owner[7 * 6 * 5];
    for (size_t v = 0; v < sizeof owner; v++)
        owner[v] = (uint8_t)(v * 2654435761u >> 7) % 3;
    const dvk_kernel_spec spec = {.nuclide = "Lu-177", .voxel_mm = {4, 4, 5}, .half = {6, 5, 4}, .density_g_mL = 1.04};
    dvk_kernel *kernel = NULL;
    ck_ok(dvk_kernel_make(&spec, &kernel));
    double sum = 0, got = 0;
    size_t targets = 0;
    for (size_t t = 0; t < sizeof owner; t++) {
        targets += owner[t] == 2;
        for (size_t s = 0; owner[t] == 2 && s < sizeof owner; s++)
            if (owner[s])
                sum += decays[owner[s] - 1] * dvk_kernel_at(kernel, (long)(t % 7) - (long)(s % 7),
                                                            (long)(t / 7 % 6) - (long)(s / 7 % 6),
                                                            (long)(t / 42) - (long)(s / 42));
    }
    ck_ok(dvk_phantom_true_dose(&g, owner, decays, kernel, 1, &got));
    ck_close(got, sum / (double)targets, 1e-11);
    dvk_kernel_free(kernel);
}
END_TEST

START_TEST(kinetics_have_a_closed_form)
{
    const dvk_region r = {.amplitude_MBq = {120, -120}, .half_life_h = {50, 1.2}};
    ck_close(dvk_region_activity_MBq(&r, 0), 0, 0);
    ck_close(dvk_region_activity_MBq(&r, 50), 60, 1e-9);
    ck_close(dvk_region_tia_MBqh(&r), 120 * 48.8 / log(2), 1e-14);
}
END_TEST

START_TEST(blur_keeps_the_sum_and_gives_the_width)
{
    const dvk_geometry g = plain_geometry(41, 41, 41, 3, 3, 3);
    const size_t n = dvk_geometry_voxels(&g), middle = 20 + 41 * (20 + 41 * 20);
    float *values = calloc(n, sizeof *values);
    double sum = 0, second = 0;
    values[middle] = 1000;
    ck_ok(dvk_scanner_blur(values, &g, 11));
    for (size_t v = 0; v < n; v++) {
        const double x = 3 * ((double)(v % 41) - 20);
        sum += (double)values[v];
        second += (double)values[v] * x * x;
    }
    ck_close(sum, 1000, 1e-5);
    ck_close(2 * sqrt(2 * log(2) * second / sum), 11, 1e-3);
    free(values);
}
END_TEST

static void check_noise(float value, double counts, double tolerance)
{
    enum { N = 20000 };
    static float values[N];
    double mean = 0, square = 0;
    for (int i = 0; i < N; i++)
        values[i] = value;
    dvk_scanner_noise(values, N, counts, 7);
    for (int i = 0; i < N; i++)
        mean += (double)values[i] / N;
    for (int i = 0; i < N; i++)
        square += ((double)values[i] - mean) * ((double)values[i] - mean) / N;
    ck_close(mean, (double)value, tolerance);
    ck_close(square, (double)value / counts, 0.05); /* a Poisson number's variance is its mean */
}

START_TEST(noise_is_poisson)
{
    check_noise(2, 1.5, 0.02);
    check_noise(2, 400, 0.002);
    check_noise(2, 5e4, 2e-4);
}
END_TEST

START_TEST(varied_phantoms_repeat_by_seed)
{
    const dvk_phantom *p = NULL;
    ck_ok(dvk_phantom_find("kidneys", &p));
    const dvk_phantom a = dvk_phantom_varied(p, 3, 5), b = dvk_phantom_varied(p, 3, 5), c = dvk_phantom_varied(p, 3, 6);
    ck_assert(a.region[3].semi_mm[0] == b.region[3].semi_mm[0]);
    ck_assert(a.region[3].semi_mm[0] != c.region[3].semi_mm[0]);
    ck_fails(dvk_phantom_find("kidney", &p), DVK_ERR_USAGE);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("phantom")};
    tcase_add_test(cases[0], true_dose_is_the_naive_sum);
    tcase_add_test(cases[0], kinetics_have_a_closed_form);
    tcase_add_test(cases[0], blur_keeps_the_sum_and_gives_the_width);
    tcase_add_test(cases[0], noise_is_poisson);
    tcase_add_test(cases[0], varied_phantoms_repeat_by_seed);
    return run_suite("phantom", cases, 1, false);
}
