/* Tables of tab-separated text: what real files hold, what is refused, and writing that reads back. */
#include <string.h>

#include "base/alloc.h"
#include "data/table.h"
#include "support/support.h"

static const char *write_file(const char *name, const char *text, size_t length)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", scratch_folder(), name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
    return path;
}

static dvk_status read_text(const char *text, dvk_table **out)
{
    return dvk_table_read(write_file("t.tsv", text, strlen(text)), out);
}

START_TEST(a_spreadsheets_export_is_read)
{
    dvk_table *t = NULL;
    size_t c = 0;
    double x = 0;
    ck_ok(read_text(
        "\xef\xbb\xbfindex\tName\tnote\r\n1\t\"a \"\"big\"\" one\"\t\r\n\r\n2.5e1\t\"tab\there\"\tx\r\n\r\n\n", &t));
    ck_assert_uint_eq(t->rows, 2);
    ck_assert_uint_eq(t->columns, 3);
    ck_ok(dvk_table_column(t, "name", &c));
    ck_assert_str_eq(dvk_table_cell(t, 0, c), "a \"big\" one");
    ck_assert_str_eq(dvk_table_cell(t, 1, c), "tab\there");
    ck_assert_str_eq(dvk_table_cell(t, 0, 2), "");
    ck_ok(dvk_table_number(t, 1, 0, &x));
    ck_close(x, 25, 0);
    ck_fails(dvk_table_column(t, "volume", &c), DVK_ERR_INVALID);
    ck_fails(dvk_table_number(t, 1, c, &x), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "line 4"));
    dvk_table_free(t);
}
END_TEST

START_TEST(a_bad_table_names_the_line)
{
    static const struct {
        const char *text, *said;
    } cases[] = {{"a\tb\n1\t2\n3\n", "line 3 has 1 columns"},
                 {"", "is empty"},
                 {"\n \n", "is empty"},
                 {"a\tA\n1\t2\n", "twice"},
                 {"a\tb\n1\t\"2\n", "line 2: a quote"},
                 {"a\tb\n\"1\"x\t2\n", "line 2: a quote"},
                 {"a\tb\n\"x\"\"\ty\"\n", "line 2 has 1 columns"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        dvk_table *t = NULL;
        ck_fails(read_text(cases[i].text, &t), DVK_ERR_INVALID);
        ck_assert_ptr_null(t);
        ck_assert_msg(strstr(dvk_last_message(), cases[i].said), "%s", dvk_last_message());
    }
    dvk_table *t = NULL;
    ck_fails(dvk_table_read(write_file("t.tsv", "a\0b\n", 4), &t), DVK_ERR_INVALID);
    ck_fails(dvk_table_read("/nonexistent/t.tsv", &t), DVK_ERR_MISSING);
}
END_TEST

START_TEST(what_is_written_reads_back)
{
    dvk_text text = {0};
    dvk_table *t = NULL;
    double x = 0;
    ck_ok(dvk_tsv_text(&text, "name"));
    ck_ok(dvk_tsv_text(&text, "dose"));
    ck_ok(dvk_tsv_end_row(&text));
    ck_ok(dvk_tsv_text(&text, "left\tkidney\n"));
    ck_ok(dvk_tsv_number(&text, 1.0 / 3));
    ck_ok(dvk_tsv_end_row(&text));
    ck_ok(dvk_tsv_text(&text, ""));
    ck_ok(dvk_tsv_number(&text, NAN));
    ck_ok(dvk_tsv_end_row(&text));
    ck_ok(read_text(text.data, &t));
    ck_assert_str_eq(dvk_table_cell(t, 0, 0), "left kidney ");
    ck_ok(dvk_table_number(t, 0, 1, &x));
    ck_assert(x == 1.0 / 3);
    ck_ok(dvk_table_number(t, 1, 1, &x));
    ck_assert(isnan(x));
    ck_assert_str_eq(dvk_table_cell(t, 1, 0), "n/a");
    dvk_table_free(t);
    dvk_text_free(&text);
}
END_TEST

START_TEST(memory_that_runs_out_is_handed_up)
{
    dvk_table *t = NULL;
    for (long n = 1;; n++) {
        dvk_alloc_fail_at(n);
        const dvk_status status = read_text("a\tb\n1\t2\n", &t);
        dvk_alloc_fail_at(0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MEMORY);
        ck_assert_ptr_null(t);
        ck_assert_int_lt(n, 100);
    }
    dvk_table_free(t);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("table")};
    tcase_add_test(cases[0], a_spreadsheets_export_is_read);
    tcase_add_test(cases[0], a_bad_table_names_the_line);
    tcase_add_test(cases[0], what_is_written_reads_back);
    tcase_add_test(cases[0], memory_that_runs_out_is_handed_up);
    return run_suite("table", cases, 1, false);
}
