/*
 * The page of a course: the ledger's bars add up to the sums and stand rightly against the limit; words are careful.
 * DVK_REPORT_PREVIEW=FILE keeps the page.
 */
#include <string.h>

#include "pipeline/report/course.h"
#include "support/html.h"
#include "support/support.h"

enum { CYCLES = 4, KIDNEYS = 2 };

static const double doses[CYCLES][KIDNEYS] = {{4.96, 5.31}, {4.61, 5.02}, {4.4, 4.77}, {4.52, 4.63}};

typedef struct example {
    dvk_course course;
    dvk_course_cycle cycles[CYCLES];
    dvk_course_roi rois[CYCLES][KIDNEYS];
    dvk_course_sum sums[KIDNEYS];
} example;

static dvk_course_ledger ledger(double limit, double sum, double next)
{
    dvk_course_ledger l = {.limit_Gy = limit, .sum_Gy = sum, .remaining_Gy = limit - sum, .predicted_next_Gy = next};
    l.u_sum_rel = 0.081;
    l.decision =
        (dvk_course_decision){.within_limit = true, .cycles_left = 1, .activity_MBq = 7400 * l.remaining_Gy / next};
    return l;
}

static void make_example(example *e)
{
    static const char *const names[KIDNEYS] = {"kidney_left", "kidney_right"};
    memset(e, 0, sizeof *e);
    for (int r = 0; r < KIDNEYS; r++) {
        double dose = 0, bed = 0;
        snprintf(e->sums[r].name, sizeof e->sums[r].name, "%s", names[r]);
        for (int k = 0; k < CYCLES; k++) {
            dvk_course_roi *roi = &e->rois[k][r];
            snprintf(roi->name, sizeof roi->name, "%s", names[r]);
            *roi = (dvk_course_roi){.dose_Gy = doses[k][r],
                                    .bed_Gy = 1.1 * doses[k][r],
                                    .mass_g = 160,
                                    .g_factor = 0.053,
                                    .u_shared_rel = 0.05};
            snprintf(roi->name, sizeof roi->name, "%s", names[r]);
            dose += roi->dose_Gy;
            bed += roi->bed_Gy;
        }
        e->sums[r].kidney = true;
        e->sums[r].alpha_beta_Gy = 2.6;
        e->sums[r].eqd2_Gy = bed / (1 + 2 / 2.6);
        e->sums[r].bed = ledger(27, bed, bed / CYCLES);
        e->sums[r].dose = ledger(NAN, dose, dose / CYCLES);
        e->sums[r].mass_change = -0.03;
        e->sums[r].dose_per_activity_Gy_GBq = dose / (7.4 * CYCLES);
    }
    for (int k = 0; k < CYCLES; k++) {
        dvk_course_cycle *c = &e->cycles[k];
        *c = (dvk_course_cycle){.nuclide = "Lu-177", .injected_MBq = 7400, .roi_count = KIDNEYS, .rois = e->rois[k]};
        snprintf(c->label, sizeof c->label, "cycle<%d>", k + 1);
        snprintf(c->path, sizeof c->path, "/data/&/cycle<%d>", k + 1);
    }
    e->course = (dvk_course){.options = {.limit_bed_Gy = 27, .limit_dose_Gy = NAN, .tolerance_Gy = 2}};
    e->course.cycle_count = CYCLES;
    e->course.cycles = e->cycles;
    e->course.sum_count = KIDNEYS;
    e->course.sums = e->sums;
    snprintf(e->course.governing_roi, sizeof e->course.governing_roi, "kidney_right");
    e->course.bed = e->sums[1].bed;
    e->course.dose = e->sums[1].dose;
    snprintf(e->course.warnings[e->course.warning_count++], DVK_WARNING_SIZE, "cycles <1> and 2 have other kernels");
}

static dvk_text page_of(const example *e)
{
    dvk_text text = {0};
    ck_ok(dvk_report_course_html(&e->course, &text));
    return text;
}

START_TEST(page_is_closed_and_careful)
{
    example e;
    make_example(&e);
    dvk_text page = page_of(&e);
    keep_page(page.data);
    check_closed_page(page.data);
    ck_assert(strstr(page.data, "cycle&lt;1&gt;"));
    ck_assert(strstr(page.data, "cycles &lt;1&gt; and 2 have other kernels"));
    const char *after_style = strstr(page.data, "</style>");
    ck_assert(!strstr(after_style, "safe"));
    dvk_text_free(&page);
}
END_TEST

/* Sum of the heights of all rectangles of a style, and the lowest edge of the first. */
static double heights(const char *html, const char *style, double *base)
{
    char start[64];
    double sum = 0;
    snprintf(start, sizeof start, "<rect class=\"%s\"", style);
    for (const char *at = strstr(html, start); at; at = strstr(at + 1, start)) {
        double x = 0, y = 0, width = 0, height = 0;
        ck_assert_int_eq(
            sscanf(strstr(at, " x="), " x=\"%lf\" y=\"%lf\" width=\"%lf\" height=\"%lf\"", &x, &y, &width, &height), 4);
        if (sum == 0)
            *base = y + height;
        sum += height;
    }
    return sum;
}

START_TEST(bars_add_up_to_the_sums)
{
    example e;
    make_example(&e);
    dvk_text page = page_of(&e);
    double limit_y = 0, base[4] = {0};
    const char *limit = strstr(page.data, "<path class=\"line limit\"");
    ck_assert(limit != NULL);
    ck_assert_int_eq(sscanf(strstr(limit, " d=\""), " d=\"M%*f %lf", &limit_y), 1);
    const double even = heights(page.data, "part part0 v0", &base[0]),
                 odd = heights(page.data, "part part1 v0", &base[1]);
    const double scale = 27 / (base[0] - limit_y); /* Gy a pixel */
    ck_assert(fabs(scale * (even + odd) - 1.1 * (4.96 + 4.61 + 4.4 + 4.52)) < 0.05);
    ck_assert(fabs(scale * (base[0] - base[1]) - 1.1 * 4.96) < 0.05); /* the second stands on the first */
    ck_assert(fabs(scale * heights(page.data, "next v1", &base[2]) - 1.1 * (5.31 + 5.02 + 4.77 + 4.63) / 4) < 0.05);
    ck_assert(fabs(scale * heights(page.data, "tolerance", &base[3]) - 4) < 0.05);
    dvk_text_free(&page);
}
END_TEST

START_TEST(unknown_numbers_are_dashes)
{
    example e;
    make_example(&e);
    e.course.options.limit_bed_Gy = NAN;
    for (int r = 0; r < KIDNEYS; r++) {
        e.sums[r].bed = ledger(NAN, NAN, NAN);
        e.sums[r].bed.decision.cycles_left = -1;
        for (int k = 0; k < CYCLES; k++)
            e.rois[k][r].bed_Gy = NAN;
    }
    e.course.bed = e.sums[0].bed;
    dvk_text page = page_of(&e);
    check_closed_page(page.data);
    ck_assert(!strstr(page.data, ">nan") && !strstr(page.data, "\"nan") && !strstr(page.data, "line limit") &&
              !strstr(page.data, ">-1<"));
    dvk_text_free(&page);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("course")};
    tcase_add_test(cases[0], page_is_closed_and_careful);
    tcase_add_test(cases[0], bars_add_up_to_the_sums);
    tcase_add_test(cases[0], unknown_numbers_are_dashes);
    return run_suite("report_course", cases, 1, false);
}
