/* Which curves are said to fall no faster than the nuclide decays. */
#include "dvk/nuclide.h"

#include "physics/roi.h"
#include "pipeline/case/case.h"
#include "support/support.h"

enum { SCANS = 4 };
static const double t_h[SCANS] = {4, 24, 96, 168};

static size_t flags_of(const double *activity, dvk_model model, dvk_tail tail)
{
    dvk_case k = {.options = NULL};
    dvk_roi_summary r;
    dvk_integration how = dvk_integration_default();
    how.model = model;
    how.tail = tail;
    dvk_roi_clear(&r);
    ck_ok(dvk_nuclide_find("Lu-177", &k.nuclide));
    ck_ok(dvk_curve_fit(t_h, activity, SCANS, k.nuclide->half_life_h, &how, &r.curve));
    dvk_case_flag_decay(&k, &r);
    return r.flag_count;
}

START_TEST(a_slow_tail_is_said)
{
    const double slow[SCANS] = {100, 99, 98, 97};
    ck_assert_uint_eq(flags_of(slow, DVK_MODEL_TRAPEZOID, DVK_TAIL_LAST2), 1);
    ck_assert_uint_eq(flags_of(slow, DVK_MODEL_MONO, DVK_TAIL_LAST2), 1);
}
END_TEST

START_TEST(a_tail_by_rule_is_not)
{
    const double ends_in_zero[SCANS] = {100, 60, 20, 0}, clears[SCANS] = {100, 60, 20, 6};
    ck_assert_uint_eq(flags_of(ends_in_zero, DVK_MODEL_TRAPEZOID, DVK_TAIL_LAST2), 0);
    ck_assert_uint_eq(flags_of(clears, DVK_MODEL_TRAPEZOID, DVK_TAIL_PHYSICAL), 0);
    ck_assert_uint_eq(flags_of(clears, DVK_MODEL_PHYSICAL, DVK_TAIL_LAST2), 0);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("plausible")};
    tcase_add_test(cases[0], a_slow_tail_is_said);
    tcase_add_test(cases[0], a_tail_by_rule_is_not);
    return run_suite("plausible", cases, 1, false);
}
