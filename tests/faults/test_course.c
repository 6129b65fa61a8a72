/* The course when any one allocation fails: a failure with its status, nothing lost, nothing half done. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "support/support.h"

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static const char *make_cycle(int number)
{
    static char folder[2][128];
    snprintf(folder[number], sizeof folder[number], "%s/ses-%d", scratch_folder(), number + 1);
    mkdir(folder[number], 0777);
    write_file(folder[number], "provenance.json", number ? "{\"inputs\": [{\"role\": \"scan\"}]}" : "{}");
    write_file(folder[number], "summary.json",
               "{\"schema\": \"dvkit.summary/1\", \"nuclide\": \"Lu-177\", \"half_life_h\": 159.528, "
               "\"injected_activity_MBq\": 7400, \"rois\": [{\"name\": \"kidney_left\", \"mass_g\": 150, "
               "\"dose_mean_Gy\": 5, \"bed_Gy\": 5.5, \"eqd2_Gy\": 3.1, \"terms\": []}]}");
    return folder[number];
}

static dvk_status whole_course(const char *const *folders, const char *out)
{
    const dvk_course_options o = dvk_course_options_default();
    dvk_course *c = NULL;
    char *text = NULL, *json = NULL;
    dvk_status status = dvk_course_read(folders, 2, &c);
    if (status == DVK_OK)
        status = dvk_course_compute(c, &o);
    if (status == DVK_OK)
        status = dvk_course_text(c, &text);
    if (status == DVK_OK)
        status = dvk_course_json(c, &json);
    if (status == DVK_OK)
        status = dvk_course_write(c, out, false);
    dvk_course_text_free(text);
    dvk_course_text_free(json);
    dvk_course_free(c);
    return status;
}

START_TEST(any_allocation_may_fail)
{
    const char *const folders[] = {make_cycle(0), make_cycle(1)};
    char out[128], result[160];
    snprintf(out, sizeof out, "%s/out", scratch_folder());
    snprintf(result, sizeof result, "%s/course.json", out);
    long n = 1;
    for (;; n++) {
        dvk_alloc_fail_at(n);
        const dvk_status status = whole_course(folders, out);
        dvk_alloc_fail_at(0);
        if (status == DVK_OK)
            break;
        ck_assert_msg(status == DVK_ERR_MEMORY, "allocation %ld: %s", n, dvk_last_message());
        ck_assert_int_ne(access(result, F_OK), 0);
        ck_assert_int_lt(n, 1000);
    }
    ck_assert_int_gt(n, 10);
    ck_assert_int_eq(access(result, F_OK), 0);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("course_faults")};
    tcase_add_test(cases[0], any_allocation_may_fail);
    return run_suite("course_faults", cases, 1, false);
}
