/*
 * The main job on the patient-shaped case: numbers of an independent calculation in double precision (physics notes of
 * the case), energy that adds up, and the same on every back end.
 */
#include <stdlib.h>
#include <string.h>

#include "support/support.h"

static const char *scans[4], *labels;

static void find_case(const char *kind)
{
    static const char *const hours[] = {"004h", "024h", "096h", "168h"};
    char name[128];
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "cases/lu177-dotatate/%s_%s.nii.gz", kind, hours[i]);
        scans[i] = strdup(shared_file(name));
    }
    labels = strdup(shared_file("cases/lu177-dotatate/kidneys_dseg.nii.gz"));
}

static void release_case(void)
{
    for (int i = 0; i < 4; i++)
        free((void *)(uintptr_t)scans[i]);
    free((void *)(uintptr_t)labels);
}

/* Trapezoid, constant start, last2 tail, kernel in water. */
static dvk_summary *run_case(const char *kind, const char *device, double radius_mm)
{
    const dvk_context_options options = {.device = device, .fallback = DVK_FALLBACK_NONE};
    char out[4200];
    find_case(kind);
    snprintf(out, sizeof out, "%s/%s-%s-%g", scratch_folder(), kind, device, radius_mm);
    const dvk_voi_source source = {.path = labels};
    dvk_case_options o = dvk_case_default();
    o.scans = scans;
    o.scan_count = 4;
    o.voi_sources = &source;
    o.voi_source_count = 1;
    o.integration.model = DVK_MODEL_TRAPEZOID;
    o.medium_density_g_mL = 1;
    o.kernel_radius_mm = radius_mm;
    o.out = out;
    dvk_context *c = NULL;
    dvk_summary *s = NULL;
    ck_ok(dvk_context_open(&options, &c));
    ck_ok(dvk_case_run(c, &o, &s));
    dvk_context_close(c);
    release_case();
    return s;
}

static const dvk_roi_summary *roi(const dvk_summary *s, const char *name)
{
    for (size_t i = 0; i < s->roi_count; i++)
        if (strcmp(s->rois[i].name, name) == 0)
            return &s->rois[i];
    ck_abort_msg("no VOI %s", name);
    return NULL;
}

static void check_balance(const dvk_balance *b)
{
    ck_close(b->energy_deposited_J + b->energy_left_grid_J + b->energy_cut_J + b->energy_beyond_tables_J,
             b->energy_emitted_J, 1e-5);
    ck_assert(b->energy_left_grid_J > 0);
}

START_TEST(ideal_series_gives_the_independent_numbers)
{
    dvk_summary *s = run_case("ideal", "cpu", 0);
    const dvk_roi_summary *left = roi(s, "kidney_left"), *right = roi(s, "kidney_right");
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
    dvk_summary *s = run_case("ideal", "cpu", 25.5 * 3.9063); /* 25 voxels in x and y; 22 of the longer ones in z */
    check_balance(&s->balance);
    ck_assert(s->balance.energy_cut_J > 0.05 * s->balance.energy_emitted_J);
    ck_close(roi(s, "kidney_left")->dose_mean_Gy, 5.6188, 3e-3);
    dvk_summary_free(s);
}
END_TEST

START_TEST(noisy_series_gives_the_independent_numbers)
{
    dvk_summary *s = run_case("spect", "cpu", 0);
    ck_close(roi(s, "kidney_left")->tia_MBqh, 7218.25, 1e-4);
    ck_close(roi(s, "kidney_right")->tia_MBqh, 8778.84, 1e-4);
    ck_close(roi(s, "kidney_left")->dose_mean_Gy, 4.6173, 2e-3);
    ck_close(roi(s, "kidney_right")->dose_mean_Gy, 4.6236, 2e-3);
    dvk_summary_free(s);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("case")};
    tcase_set_timeout(cases[0], 60);
    tcase_add_test(cases[0], ideal_series_gives_the_independent_numbers);
    tcase_add_test(cases[0], a_cut_kernel_loses_what_it_says);
    tcase_add_test(cases[0], noisy_series_gives_the_independent_numbers);
    find_case("ideal"); /* skips the program, before it forks, where the case is not there */
    release_case();
    return run_suite("case", cases, 1, false);
}
