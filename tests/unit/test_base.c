/* Quantities, texts, allocation and messages. */
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "support/support.h"

START_TEST(quantities_carry_units)
{
    double x = 0;
    ck_ok(dvk_quantity_parse("52h", DVK_UNIT_HOURS, &x));
    ck_close(x, 52, 0);
    ck_ok(dvk_quantity_parse("30 min", DVK_UNIT_HOURS, &x));
    ck_close(x, 0.5, 1e-15);
    ck_ok(dvk_quantity_parse("7.4GBq", DVK_UNIT_MBQ, &x));
    ck_close(x, 7400, 1e-15);
    ck_ok(dvk_quantity_parse("1.04g/mL", DVK_UNIT_G_PER_ML, &x));
    ck_close(x, 1.04, 0);
    ck_fails(dvk_quantity_parse("52", DVK_UNIT_HOURS, &x), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_parse("7.4 mBq", DVK_UNIT_MBQ, &x), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_parse("nan h", DVK_UNIT_HOURS, &x), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_parse("0x10h", DVK_UNIT_HOURS, &x), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_parse("", DVK_UNIT_HOURS, &x), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_parse("1e999h", DVK_UNIT_HOURS, &x), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_parse("1e308GBq", DVK_UNIT_MBQ, &x), DVK_ERR_USAGE); /* infinite in MBq */
}
END_TEST

START_TEST(lists_share_the_last_unit)
{
    double x[4];
    size_t n = 0;
    ck_ok(dvk_quantity_list("4h,24h,4d,168h", DVK_UNIT_HOURS, x, 4, &n));
    ck_assert_uint_eq(n, 4);
    ck_close(x[2], 96, 0);
    ck_ok(dvk_quantity_list("4.42,4.42,5mm", DVK_UNIT_MM, x, 4, &n));
    ck_close(x[0], 4.42, 0);
    ck_fails(dvk_quantity_list("4h,,24h", DVK_UNIT_HOURS, x, 4, &n), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_list("4h,24h,", DVK_UNIT_HOURS, x, 4, &n), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_list("1h,2h,3h,4h,5h", DVK_UNIT_HOURS, x, 4, &n), DVK_ERR_USAGE);
    ck_fails(dvk_quantity_list("4,1e308d", DVK_UNIT_HOURS, x, 4, &n), DVK_ERR_USAGE);
}
END_TEST

START_TEST(numbers_read_back_the_same)
{
    const double values[] = {0.1, 1.0 / 3, 1e-300, 5e-324, 123456789012345678.0, -2.5, 0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[32];
        const char *end = NULL;
        double back = 0;
        dvk_text_shortest(values[i], text);
        ck_assert(dvk_text_number(text, &back, &end));
        ck_assert(back == values[i]);
    }
    char text[32];
    dvk_text_shortest(7400, text);
    ck_assert_str_eq(text, "7400");
    dvk_text_shortest(-0.25, text);
    ck_assert_str_eq(text, "-0.25");
}
END_TEST

/* No text with fewer digits reads back as the same number: every number of digits is tried in turn. */
START_TEST(numbers_are_as_short_as_can_be)
{
    uint64_t state = 1;
    for (int i = 0; i < 40000; i++) {
        double value = 0;
        char text[32], shortest[32] = "";
        state = state * 6364136223846793005u + 1442695040888963407u;
        if (i % 4 == 0)
            memcpy(&value, &state, sizeof value); /* any bits */
        else if (i % 4 == 1)
            value = (double)(state >> 40) / 1e4;
        else if (i % 4 == 2) /* all 53 bits, from 0.0001 to 1e17, in which ties of 15 and 16 digits are frequent */
            value = ldexp((double)(state >> 11), -66 + i / 4 % 70) * (i % 8 < 4 ? -1 : 1);
        else
            value = (double)(float)((double)(state >> 11) * 0x1p-60);
        if (!isfinite(value) || value == floor(value))
            continue;
        for (int digits = 1; digits <= 17 && (digits == 1 || strtod(shortest, NULL) != value); digits++)
            snprintf(shortest, sizeof shortest, "%.*g", digits, value);
        dvk_text_shortest(value, text);
        ck_assert_str_eq(text, shortest);
    }
}
END_TEST

START_TEST(tenths_are_as_printed)
{
    uint64_t state = 3;
    for (int i = 0; i < 100000; i++) {
        double value = 0;
        char text[32], printed[400];
        state = state * 6364136223846793005u + 1442695040888963407u;
        if (i % 4 == 0)
            memcpy(&value, &state, sizeof value); /* any bits */
        else if (i % 4 == 1)
            value = (double)(int)(state >> 48) / 20 - 1000; /* next to half a tenth, on either side */
        else if (i % 4 == 2)
            value = (double)(state >> 50) / 4 * (i % 8 < 4 ? -1 : 1); /* half a tenth exactly */
        else
            value = ldexp((double)(state >> 11), -60 + i / 4 % 60);
        snprintf(printed, sizeof printed, fabs(value) < 1e25 ? "%.1f" : "%g", value);
        dvk_text_tenths(value, text);
        ck_assert_str_eq(text, printed);
    }
}
END_TEST

START_TEST(overflow_is_an_error)
{
    void *p = &p;
    ck_fails(dvk_alloc((size_t)-1, 8, &p), DVK_ERR_MEMORY);
    ck_assert_ptr_null(p);
}
END_TEST

START_TEST(nth_allocation_fails)
{
    void *p = NULL;
    dvk_alloc_fail_at(2);
    ck_ok(dvk_alloc(1, 8, &p));
    dvk_free(p);
    ck_fails(dvk_alloc(1, 8, &p), DVK_ERR_MEMORY);
    ck_ok(dvk_alloc(1, 8, &p));
    dvk_free(p);
}
END_TEST

START_TEST(a_message_is_one_line)
{
    ck_fails(dvk_fail(DVK_ERR_INVALID, "%s: is odd", "a\nb"), DVK_ERR_INVALID);
    ck_assert_str_eq(dvk_last_message(), "a?b: is odd");
    ck_fails(dvk_fail_prefix(DVK_ERR_INVALID, "x.nii"), DVK_ERR_INVALID);
    ck_assert_str_eq(dvk_last_message(), "x.nii: a?b: is odd");
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("base")};
    tcase_add_test(cases[0], quantities_carry_units);
    tcase_add_test(cases[0], lists_share_the_last_unit);
    tcase_add_test(cases[0], numbers_read_back_the_same);
    tcase_add_test(cases[0], numbers_are_as_short_as_can_be);
    tcase_add_test(cases[0], tenths_are_as_printed);
    tcase_add_test(cases[0], overflow_is_an_error);
    tcase_add_test(cases[0], nth_allocation_fails);
    tcase_add_test(cases[0], a_message_is_one_line);
    return run_suite("base", cases, 1, false);
}
