/* The course's arithmetic on cycles made in memory: vectors.json and sums worked out by hand. */
#include "base/alloc.h"
#include "pipeline/course/course.h"
#include "support/support.h"

enum { MOST = 16 };

static dvk_course_roi rois[MOST][3];
static dvk_course_cycle cycles[MOST];
static dvk_course course;

static dvk_course_roi kidney(const char *name, double dose, double half_life_h)
{
    dvk_course_roi r = {.mass_g = 150,
                        .dose_Gy = dose,
                        .g_factor = 2.8 / (2.8 + half_life_h),
                        .alpha_beta_Gy = 2.6,
                        .repair_half_time_h = 2.8,
                        .recovery = NAN,
                        .dose_recovered_Gy = NAN,
                        .bed_recovered_Gy = NAN,
                        .u_dose_rel = NAN,
                        .u_bed_rel = NAN,
                        .terms = 1,
                        .amplitude_MBq = {100},
                        .half_life_h = {half_life_h}};
    snprintf(r.name, sizeof r.name, "%s", name);
    r.bed_Gy = dvk_bed(dose, r.g_factor, 2.6);
    r.eqd2_Gy = dvk_eqd2(r.bed_Gy, 2.6);
    return r;
}

/* n cycles of both kidneys, without files. */
static dvk_course *make(size_t n, const double *left, const double *right, double half_life_h)
{
    course = (dvk_course){.cycle_count = n, .cycles = cycles};
    for (size_t i = 0; i < n; i++) {
        cycles[i] = (dvk_course_cycle){
            .nuclide = "Lu-177", .half_life_h = 159.528, .injected_MBq = 7400, .roi_count = 2, .rois = rois[i]};
        snprintf(cycles[i].label, sizeof cycles[i].label, "ses-%zu", i + 1);
        snprintf(cycles[i].path, sizeof cycles[i].path, "p/ses-%zu", i + 1);
        rois[i][0] = kidney("kidney_left", left[i], half_life_h);
        rois[i][1] = kidney("kidney_right", right[i], half_life_h);
    }
    return &course;
}

static const dvk_course_sum *sum_of(const dvk_course *c, const char *name)
{
    for (size_t i = 0; i < c->sum_count; i++)
        if (strcmp(c->sums[i].name, name) == 0)
            return &c->sums[i];
    ck_abort_msg("no sum of %s", name);
    return NULL;
}

static void release(void)
{
    dvk_free(course.sums);
    course.sums = NULL;
}

START_TEST(vectors)
{
    size_t i;
    json_t *c;
    json_array_foreach(vectors_group("bed_cycles"), i, c)
    {
        double dose[MOST], low[MOST], bed[MOST];
        const size_t n = json_numbers(json_object_get(json_object_get(c, "in"), "D_cycle_Gy"), dose, MOST);
        json_numbers(json_object_get(json_object_get(c, "out"), "BED_cycles"), bed, MOST);
        for (size_t k = 0; k < n; k++)
            low[k] = 0.9 * dose[k];
        for (int last = 0; last < 2; last++) {
            dvk_course_options o = dvk_course_options_default();
            o.limit_bed_Gy = json_at(c, "in/limit_BED_Gy");
            o.tolerance_Gy = json_at(c, "in/tolerance_Gy");
            o.predict = last ? DVK_PREDICT_LAST : DVK_PREDICT_MEAN;
            dvk_course *made = make(n, low, dose, json_at(c, "in/T_eff_h"));
            ck_ok(dvk_course_compute(made, &o));
            const dvk_course_sum *s = sum_of(made, "kidney_right");
            ck_assert_str_eq(made->governing_roi, "kidney_right");
            ck_close(s->bed.sum_Gy, json_at(c, "out/BED_cum"), 1e-12);
            ck_close(s->dose.sum_Gy, json_at(c, "out/AD_cum"), 1e-12);
            ck_close(made->bed.remaining_Gy, json_at(c, "out/remaining_to_limit"), 1e-11);
            ck_close(made->bed.predicted_next_Gy, last ? bed[n - 1] : json_at(c, "out/BED_cum") / (double)n, 1e-12);
            const long left =
                (long)json_at(c, last ? "out/cycles_left_by_last_to_upper" : "out/cycles_left_by_mean_to_upper");
            ck_assert_int_eq(made->decision.cycles_left, left);
            ck_assert(made->decision.within_limit == (left >= 1));
            ck_assert(s->eqd2_Gy == dvk_eqd2(s->bed.sum_Gy, 2.6));
            release();
        }
    }
}
END_TEST

START_TEST(five_times_4_96_Gy)
{
    const double d[] = {4.96, 4.96, 4.96, 4.96, 4.96};
    dvk_course_options o = dvk_course_options_default();
    dvk_course *c = make(5, d, d, 52);
    ck_ok(dvk_course_compute(c, &o));
    ck_close(c->bed.sum_Gy, 27.2, 1e-3); /* not 36.9 */
    ck_assert_int_eq(c->decision.cycles_left, 0);
    ck_assert(c->decision.activity_MBq == 0 && c->decision.activity_most_MBq > 0);
    ck_assert_uint_eq(c->warning_count, 0);
    release();
}
END_TEST

START_TEST(a_limit_met_exactly_is_within)
{
    const double d[] = {5.8, 5.8, 5.8, 5.8};
    dvk_course_options o = dvk_course_options_default();
    o.limit_bed_Gy = NAN;
    o.limit_dose_Gy = 27;
    dvk_course *c = make(4, d, d, 52);
    ck_ok(dvk_course_compute(c, &o));
    ck_assert_int_eq(c->decision.cycles_left, 1); /* 5 x 5.8 = 27 + 2 */
    ck_assert(c->decision.within_limit);
    ck_assert(isnan(c->bed.remaining_Gy) && !isnan(c->bed.sum_Gy));
    ck_close(c->decision.activity_MBq, 7400 * (27 - 23.2) / 5.8, 1e-12);
    release();
}
END_TEST

START_TEST(the_activity_reaches_the_limit)
{
    const double left[] = {5, 4}, right[] = {4, 4.6};
    for (int g = DVK_GOVERNING_MAX; g <= DVK_GOVERNING_EACH; g++) {
        dvk_course_options o = dvk_course_options_default();
        o.limit_bed_Gy = 12;
        o.governing = (dvk_governing)g;
        dvk_course *c = make(2, left, right, 52);
        ck_ok(dvk_course_compute(c, &o));
        const double limit_activity = c->decision.activity_MBq, most = c->decision.activity_most_MBq;
        release();
        /* Predicted with these activities, the sums are the limit, and limit and tolerance. */
        o.predict = DVK_PREDICT_ACTIVITY;
        o.next_activity_MBq = limit_activity;
        c = make(2, left, right, 52);
        ck_ok(dvk_course_compute(c, &o));
        ck_close(c->bed.sum_Gy + c->bed.predicted_next_Gy, 12, 1e-12);
        release();
        o.next_activity_MBq = most;
        c = make(2, left, right, 52);
        ck_ok(dvk_course_compute(c, &o));
        ck_close(c->bed.sum_Gy + c->bed.predicted_next_Gy, 14, 1e-12);
        ck_assert_int_eq(c->decision.cycles_left, 1);
        release();
    }
}
END_TEST

START_TEST(kidneys_govern_by_rule)
{
    /* The left has the larger sum, the right the larger last cycle. */
    const double left[] = {8, 4}, right[] = {4, 7};
    dvk_course_options o = dvk_course_options_default();
    o.limit_bed_Gy = NAN;
    o.limit_dose_Gy = 17;
    o.tolerance_Gy = 0;
    o.predict = DVK_PREDICT_LAST;
    dvk_course *c = make(2, left, right, 52);
    ck_ok(dvk_course_compute(c, &o));
    ck_assert_str_eq(c->governing_roi, "kidney_left");
    ck_close(c->dose.sum_Gy, 12, 1e-15);
    ck_close(c->dose.predicted_next_Gy, 4, 1e-15);
    ck_assert(!c->decision.within_limit); /* 11 + 7 of the right pass 17 */
    ck_assert(sum_of(c, "kidney_left")->decision.within_limit);
    ck_assert(!sum_of(c, "kidney_right")->decision.within_limit);
    release();
    o.governing = DVK_GOVERNING_MEAN;
    c = make(2, left, right, 52);
    ck_ok(dvk_course_compute(c, &o));
    ck_assert_str_eq(c->governing_roi, "");
    ck_close(c->dose.sum_Gy, 11.5, 1e-15);
    ck_close(c->dose.predicted_next_Gy, 5.5, 1e-15);
    ck_assert(c->decision.within_limit); /* 11.5 + 5.5 = 17 */
    release();
}
END_TEST

START_TEST(both_limits_must_hold)
{
    const double d[] = {5, 5};
    dvk_course_options o = dvk_course_options_default();
    o.tolerance_Gy = 0;
    o.limit_dose_Gy = 14;
    dvk_course *c = make(2, d, d, 52);
    ck_ok(dvk_course_compute(c, &o));
    ck_assert_int_eq(c->bed.decision.cycles_left, 2);
    ck_assert_int_eq(c->dose.decision.cycles_left, 0);
    ck_assert_int_eq(c->decision.cycles_left, 0);
    ck_close(c->decision.activity_MBq, 7400 * 4.0 / 5, 1e-12);
    release();
}
END_TEST

START_TEST(other_parameters_compute_bed_again)
{
    const double d[] = {5, 5};
    dvk_course_options o = dvk_course_options_default();
    o.alpha_beta_Gy = 3;
    o.repair_half_time_h = 1.5;
    dvk_course *c = make(2, d, d, 52);
    rois[1][0].alpha_beta_Gy = 10; /* whatever was used before */
    ck_ok(dvk_course_compute(c, &o));
    const double bed = 5 + 1.5 / 53.5 * 25 / 3;
    ck_close(c->bed.sum_Gy, 2 * bed, 1e-14);
    ck_close(sum_of(c, "kidney_left")->eqd2_Gy, 2 * bed / (1 + 2.0 / 3), 1e-14);
    release();
    rois[0][0].terms = 0;
    c = make(2, d, d, 52);
    rois[1][1].terms = 0;
    ck_fails(dvk_course_compute(c, &o), DVK_ERR_INVALID);
    release();
}
END_TEST

START_TEST(recovered_doses_are_added_where_asked_for)
{
    /* 4 Gy of the map at 80 % recovery are 5 Gy; a recovery of 1 has nothing to divide by. */
    const double d[] = {4, 4}, g = 2.8 / (2.8 + 52), bed = 5 + g * 25 / 2.6;
    dvk_course_options o = dvk_course_options_default();
    for (int recovered = 0; recovered < 2; recovered++) {
        dvk_course *c = make(2, d, d, 52);
        for (int i = 0; i < 2; i++) {
            rois[i][0].recovery = 0.8;
            rois[i][0].dose_recovered_Gy = 5;
            rois[i][0].bed_recovered_Gy = bed;
            rois[i][1].recovery = 1;
        }
        o.doses = recovered ? DVK_COURSE_DOSES_RECOVERED : DVK_COURSE_DOSES_MAP;
        ck_ok(dvk_course_compute(c, &o));
        ck_close(sum_of(c, "kidney_left")->dose.sum_Gy, recovered ? 10 : 8, 1e-15);
        ck_close(sum_of(c, "kidney_left")->bed.sum_Gy, recovered ? 2 * bed : 2 * (4 + g * 16 / 2.6), 1e-14);
        ck_close(sum_of(c, "kidney_right")->dose.sum_Gy, 8, 1e-15);
        ck_assert_uint_eq(c->warning_count, recovered ? 0 : 1);
        release();
    }
    o.alpha_beta_Gy = 3; /* other biology starts from the recovered dose */
    dvk_course *c = make(1, d, d, 52);
    rois[0][0].recovery = rois[0][1].recovery = 0.8;
    rois[0][0].dose_recovered_Gy = rois[0][1].dose_recovered_Gy = 5;
    ck_ok(dvk_course_compute(c, &o));
    ck_close(c->bed.sum_Gy, 5 + g * 25 / 3, 1e-14);
    release();
    c = make(2, d, d, 52); /* nothing to divide by in one of them */
    rois[0][0].recovery = rois[0][1].recovery = rois[1][0].recovery = 1;
    ck_fails(dvk_course_compute(c, &o), DVK_ERR_INVALID);
    release();
}
END_TEST

START_TEST(uncertainty_over_cycles)
{
    /* Calibration 3 % in every cycle alike, 4 % apart: two equal cycles leave 3 % and 4 % / sqrt 2. */
    const double d[] = {5, 5};
    dvk_course_options o = dvk_course_options_default();
    dvk_course *c = make(2, d, d, 52);
    for (int i = 0; i < 2; i++) {
        rois[i][0].u_dose_rel = 0.05;
        rois[i][0].u_bed_rel = 0.06;
        rois[i][0].u_shared_rel = 0.03;
    }
    ck_ok(dvk_course_compute(c, &o));
    ck_close(sum_of(c, "kidney_left")->dose.u_sum_rel, hypot(0.03, 0.04 / sqrt(2)), 1e-14);
    ck_close(sum_of(c, "kidney_left")->bed.u_sum_rel, 1.2 * hypot(0.03, 0.04 / sqrt(2)), 1e-14);
    ck_assert(isnan(sum_of(c, "kidney_right")->dose.u_sum_rel));
    release();
}
END_TEST

/* One change to cycle 2 of an otherwise good course, and what the course says to it. */
static dvk_status changed(void (*change)(void), size_t *warnings)
{
    const double d[] = {5, 5, 5};
    dvk_course_options o = dvk_course_options_default();
    dvk_course *c = make(3, d, d, 52);
    change();
    const dvk_status status = dvk_course_compute(c, &o);
    *warnings = c->warning_count;
    release();
    return status;
}

static void nothing(void)
{
}

static void no_right(void)
{
    cycles[1].roi_count = 1;
}

static void no_kidneys(void)
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++)
            snprintf(rois[i][k].name, DVK_NAME_SIZE, "lesion_%d", k);
}

static void other_nuclide(void)
{
    snprintf(cycles[1].nuclide, sizeof cycles[1].nuclide, "Tb-161");
}

static void other_alpha_beta(void)
{
    rois[1][0].alpha_beta_Gy = 3;
}

static void other_repair(void)
{
    rois[1][1].repair_half_time_h = 1.5;
}

static void no_bed(void)
{
    rois[1][1].bed_Gy = NAN;
}

static void no_dose(void)
{
    rois[1][1].dose_Gy = NAN;
}

static void single_kidney(void)
{
    for (int i = 0; i < 3; i++)
        cycles[i].roi_count = 1;
}

static void other_kernel(void)
{
    snprintf(cycles[1].kernel, sizeof cycles[1].kernel, "another");
}

static void other_method(void)
{
    snprintf(cycles[2].method, sizeof cycles[2].method, "model mono");
}

static void other_mass(void)
{
    rois[2][1].mass_g = 90;
}

static void other_recovery(void)
{
    rois[1][0].recovery = 0.8;
}

static void missing_label(void)
{
    snprintf(cycles[2].label, sizeof cycles[2].label, "ses-4");
}

static void liver_in_one(void)
{
    rois[1][2] = kidney("liver", 2, 60);
    cycles[1].roi_count = 3;
}

START_TEST(what_differs_is_refused_or_said)
{
    const struct {
        void (*change)(void);
        dvk_status status;
        size_t warnings;
    } cases[] = {{nothing, DVK_OK, 0},
                 {no_right, DVK_ERR_INVALID, 0},
                 {no_kidneys, DVK_ERR_INVALID, 2},
                 {other_nuclide, DVK_ERR_INVALID, 0},
                 {other_alpha_beta, DVK_ERR_INVALID, 0},
                 {other_repair, DVK_ERR_INVALID, 0},
                 {no_bed, DVK_ERR_INVALID, 0},
                 {no_dose, DVK_ERR_INVALID, 0},
                 {single_kidney, DVK_OK, 1},
                 {other_kernel, DVK_OK, 1},
                 {other_method, DVK_OK, 1},
                 {other_mass, DVK_OK, 1},
                 {other_recovery, DVK_OK, 2}, /* there and back */
                 {missing_label, DVK_OK, 1},
                 {liver_in_one, DVK_OK, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t warnings = 0;
        const dvk_status status = changed(cases[i].change, &warnings);
        ck_assert_msg(status == cases[i].status && warnings == cases[i].warnings,
                      "case %zu: status %d and %zu warnings: %s", i, (int)status, warnings, dvk_last_message());
    }
}
END_TEST

START_TEST(options_that_make_no_sense)
{
    const double d[] = {5};
    dvk_course_options o = dvk_course_options_default();
    o.limit_bed_Gy = NAN;
    ck_fails(dvk_course_compute(make(1, d, d, 52), &o), DVK_ERR_USAGE);
    o.limit_bed_Gy = -1;
    ck_fails(dvk_course_compute(make(1, d, d, 52), &o), DVK_ERR_USAGE);
    o = dvk_course_options_default();
    o.tolerance_Gy = -1;
    ck_fails(dvk_course_compute(make(1, d, d, 52), &o), DVK_ERR_USAGE);
    o = dvk_course_options_default();
    o.predict = DVK_PREDICT_ACTIVITY;
    dvk_course *c = make(1, d, d, 52);
    cycles[0].injected_MBq = NAN;
    ck_fails(dvk_course_compute(c, &o), DVK_ERR_INVALID);
    o.predict = DVK_PREDICT_LAST;
    c = make(1, d, d, 52);
    cycles[0].injected_MBq = NAN;
    ck_ok(dvk_course_compute(c, &o));
    ck_assert(isnan(c->decision.activity_MBq) && c->decision.within_limit);
    release();
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("course")};
    tcase_add_test(cases[0], vectors);
    tcase_add_test(cases[0], five_times_4_96_Gy);
    tcase_add_test(cases[0], a_limit_met_exactly_is_within);
    tcase_add_test(cases[0], the_activity_reaches_the_limit);
    tcase_add_test(cases[0], kidneys_govern_by_rule);
    tcase_add_test(cases[0], both_limits_must_hold);
    tcase_add_test(cases[0], other_parameters_compute_bed_again);
    tcase_add_test(cases[0], recovered_doses_are_added_where_asked_for);
    tcase_add_test(cases[0], uncertainty_over_cycles);
    tcase_add_test(cases[0], what_differs_is_refused_or_said);
    tcase_add_test(cases[0], options_that_make_no_sense);
    return run_suite("course", cases, 1, false);
}
