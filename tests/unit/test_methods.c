/* Shares of the axes in a spread with a known make-up, and the page. */
#include <string.h>

#include "pipeline/methods/methods.h"
#include "support/html.h"
#include "support/support.h"

/* 3 curves by 2 kernels by 2 densities on one VOI. */
enum { CURVES = 3, KERNELS = 2, DENSITIES = 2, METHODS = CURVES * KERNELS * DENSITIES };

static double value[METHODS][DVK_QUANTITIES];
static char note[METHODS][DVK_METHODS_NOTE];
static dvk_methods_voi voi;

static dvk_methods make(double (*y)(size_t curve, size_t kernel, size_t density))
{
    static const size_t counts[DVK_AXES] = {1, CURVES, 1, KERNELS, 1, DENSITIES, 1};
    static const char *const names[DVK_AXES] = {"points", "integrate", "tail", "kernel", "engine", "density", "vois"};
    dvk_methods m = {
        .count = METHODS, .reference = 1, .voi_count = 1, .voi = &voi, .value = &value[0][0], .note = note};
    voi = (dvk_methods_voi){.name = "kidney_left", .truth = {NAN, NAN, NAN}};
    for (int a = 0; a < DVK_AXES; a++) {
        m.axis[a].name = names[a];
        m.axis[a].count = counts[a];
        for (size_t c = 0; c < counts[a]; c++)
            snprintf(m.axis[a].label[c], DVK_METHODS_LABEL, "<%d & %zu>", a, c);
    }
    for (size_t i = 0; i < METHODS; i++)
        for (int q = 0; q < DVK_QUANTITIES; q++)
            value[i][q] = y(i / DENSITIES / KERNELS, i / DENSITIES % KERNELS, i % DENSITIES);
    return m;
}

static double additive(size_t curve, size_t kernel, size_t density)
{
    static const double by_curve[] = {-2, 0, 2};
    return 10 + by_curve[curve] + (kernel ? 1 : -1) + 0 * (double)density;
}

/* Variances 8/3 and 1: shares 8/11 and 3/11, nothing for what changes nothing, and no interaction. */
START_TEST(sums_of_effects)
{
    dvk_methods m = make(additive);
    dvk_methods_share(&m);
    ck_close(voi.spread[DVK_OF_DOSE].mean, 10, 1e-15);
    ck_close(voi.spread[DVK_OF_DOSE].sd, sqrt(11.0 / 3), 1e-14);
    ck_close(voi.spread[DVK_OF_DOSE].least, 7, 0);
    ck_close(voi.spread[DVK_OF_DOSE].most, 13, 0);
    ck_close(voi.spread[DVK_OF_DOSE].share[DVK_AXIS_CURVE], 8.0 / 11, 1e-14);
    ck_close(voi.spread[DVK_OF_DOSE].share[DVK_AXIS_KERNEL], 3.0 / 11, 1e-14);
    ck_assert(voi.spread[DVK_OF_DOSE].share[DVK_AXIS_DENSITY] == 0);
    ck_assert(voi.spread[DVK_OF_DOSE].share[DVK_AXIS_POINTS] == 0);
    ck_assert(voi.spread[DVK_OF_DOSE].interaction == 0);
    ck_close(voi.spread[DVK_OF_BED].choice[DVK_AXIS_CURVE][2], 12, 1e-15);
    ck_close(voi.spread[DVK_OF_BED].choice[DVK_AXIS_KERNEL][0], 9, 1e-15);
    ck_assert_uint_eq(dvk_methods_choice(&m, 7, DVK_AXIS_CURVE), 1); /* 7 = 1 * 4 + 1 * 2 + 1 */
    ck_assert_uint_eq(dvk_methods_choice(&m, 7, DVK_AXIS_KERNEL), 1);
    ck_assert_uint_eq(dvk_methods_choice(&m, 7, DVK_AXIS_DENSITY), 1);
}
END_TEST

/* A product of two signs has no main effects at all. */
static double crossed(size_t curve, size_t kernel, size_t density)
{
    (void)curve;
    return 5 + (kernel ? 1 : -1) * (density ? 1 : -1);
}

START_TEST(pure_interaction)
{
    dvk_methods m = make(crossed);
    dvk_methods_share(&m);
    ck_close(voi.spread[DVK_OF_TIA].interaction, 1, 0);
    ck_assert(voi.spread[DVK_OF_TIA].share[DVK_AXIS_KERNEL] == 0);
}
END_TEST

/* A method without a value leaves the range of the others, and shares without the choice that lacks it. */
START_TEST(a_method_without_value)
{
    dvk_methods m = make(additive);
    for (int q = 0; q < DVK_QUANTITIES; q++)
        value[11][q] = NAN; /* one of the two with 13 */
    dvk_methods_share(&m);
    ck_close(voi.spread[DVK_OF_DOSE].most, 13, 0);
    ck_close(voi.spread[DVK_OF_DOSE].mean, 107.0 / 11, 1e-14);
    /* The third curve lacks a quarter of its values, kernel and density a sixth: without it, 1 and 1 remain. */
    ck_assert(voi.spread[DVK_OF_DOSE].left_out[DVK_AXIS_CURVE][2]);
    ck_assert(!voi.spread[DVK_OF_DOSE].left_out[DVK_AXIS_KERNEL][1]);
    ck_close(voi.spread[DVK_OF_DOSE].share[DVK_AXIS_CURVE], 0.5, 1e-14);
    ck_close(voi.spread[DVK_OF_DOSE].share[DVK_AXIS_KERNEL], 0.5, 1e-14);
    ck_assert(voi.spread[DVK_OF_DOSE].interaction == 0);
}
END_TEST

START_TEST(page)
{
    dvk_methods m = make(additive);
    dvk_text html = {0};
    double scratch[METHODS];
    dvk_methods_share(&m);
    snprintf(note[3], DVK_METHODS_NOTE, "<b>no & never</b>");
    value[3][DVK_OF_DOSE] = NAN;
    ck_ok(dvk_report_methods_html(&m, scratch, &html));
    check_closed_page(html.data);
    keep_page(html.data);
    ck_assert(strstr(html.data, "&lt;b&gt;no &amp; never") != NULL);
    ck_assert(strstr(html.data, "72.7") != NULL); /* 8/11 */
    dvk_text_free(&html);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("methods");
    tcase_add_test(t, sums_of_effects);
    tcase_add_test(t, pure_interaction);
    tcase_add_test(t, a_method_without_value);
    tcase_add_test(t, page);
    return run_suite("methods", &t, 1, false);
}
