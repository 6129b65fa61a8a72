/* The noise that `auto` measures in a series of four scans, and what it does to the choice of the model. */
#include <string.h>

#include "base/alloc.h"
#include "pipeline/steps/noise.h"
#include "support/convolution.h"
#include "support/support.h"

static const double lu177_h = 6.647 * 24;
static const double t_h[] = {4, 24, 96, 168};
enum { SCANS = 4, VOXELS = 40000, ORGANS = 4000 };

static float *frame[SCANS];

static double normal(unsigned long long *state)
{
    return sqrt(-2 * log(1 - next_uniform(state))) * cos(2 * acos(-1.0) * next_uniform(state));
}

/* Organs with uptake and clearance in a cold body that clears in two phases; variance = noise x activity. */
static void make_series(double noise)
{
    unsigned long long state = 9;
    for (size_t v = 0; v < VOXELS; v++) {
        const bool organ = v % (VOXELS / ORGANS) == 0;
        const double level = organ ? 1e6 * (0.5 + next_uniform(&state)) : 3e4;
        for (int i = 0; i < SCANS; i++) {
            const double y = level * (organ ? exp2(-t_h[i] / 50) - exp2(-t_h[i] / 1.2)
                                            : 0.3 * exp2(-t_h[i] / 36) + 0.7 * exp2(-t_h[i] / 3));
            frame[i][v] = (float)(y + sqrt(noise * y) * normal(&state));
        }
    }
}

static double measure(size_t voxels, size_t scans)
{
    double noise = -1;
    ck_ok(dvk_noise_measure(voxels, (const float *const *)frame, t_h, scans, lu177_h, &noise));
    return noise;
}

static void setup(void)
{
    for (int i = 0; i < SCANS; i++)
        ck_ok(dvk_alloc(VOXELS, sizeof(float), &frame[i]));
}

static void teardown(void)
{
    for (int i = 0; i < SCANS; i++)
        dvk_free(frame[i]);
}

/* The median of some 1300 chi^2_1 is known to 4 % (1 sigma); weights by noisy samples and curvature add some per cent.
 */
START_TEST(known_noise_is_measured)
{
    const double noises[] = {50, 500, 5000};
    for (size_t i = 0; i < 3; i++) {
        make_series(noises[i]);
        ck_close(measure(VOXELS, SCANS), noises[i], 0.25);
    }
}
END_TEST

START_TEST(a_series_without_noise_has_none)
{
    make_series(0);
    const double noise = measure(VOXELS, SCANS);
    ck_assert(noise > 0 && noise < 1e-2); /* float's rounding of 1e6: a variance of 1e-3 */
}
END_TEST

START_TEST(what_cannot_be_told_is_0)
{
    make_series(500);
    ck_close(measure(VOXELS, 3), 0, 0);
    ck_close(measure(100, SCANS), 0, 0); /* ten organ voxels */
    for (int i = 0; i < SCANS; i++)
        memset(frame[i], 0, VOXELS * sizeof(float));
    ck_close(measure(VOXELS, SCANS), 0, 0);
    for (int i = 0; i < SCANS; i++)
        for (size_t v = 0; v < VOXELS; v++)
            frame[i][v] = NAN;
    ck_close(measure(VOXELS, SCANS), 0, 0);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("noise")};
    tcase_add_checked_fixture(cases[0], setup, teardown);
    tcase_add_test(cases[0], known_noise_is_measured);
    tcase_add_test(cases[0], a_series_without_noise_has_none);
    tcase_add_test(cases[0], what_cannot_be_told_is_0);
    return run_suite("noise", cases, 1, false);
}
