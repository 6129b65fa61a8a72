/* Limits of agreement and concordance against numbers of R, SciPy and hand. */
#include <string.h>
#include <sys/stat.h>

#include "pipeline/compare/agreement.h"
#include "support/html.h"
#include "support/support.h"

/* scipy.stats.t.ppf(0.975, n) */
START_TEST(students_t)
{
    static const struct {
        size_t degrees;
        double t;
    } want[] = {{1, 12.706204736174694}, {2, 4.302652729749462},  {3, 3.1824463052837078}, {4, 2.7764451051977934},
                {9, 2.262157162798205},  {10, 2.228138851986274}, {29, 2.045229642132703}, {100, 1.9839715185235518}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        ck_close(dvk_student_t(0.95, want[i].degrees), want[i].t, 1e-11);
}
END_TEST

/* Peak flow of 17 people by two meters (Bland and Altman 1986, Lancet i:307, first readings): they give a bias of
 * -2.1 L/min (-22.0 to 17.8) with SD 38.8. All digits by the formulas in NumPy and SciPy. */
static const double peak_a[] = {494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427};
static const double peak_b[] = {512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451};

static void check_interval(dvk_interval got, double value, double low, double high)
{
    ck_close(got.value, value, 1e-11);
    ck_close(got.low, low, 1e-11);
    ck_close(got.high, high, 1e-11);
}

START_TEST(bland_altman_peak_flow)
{
    dvk_agreement g;
    ck_ok(dvk_agreement_of(peak_a, peak_b, 17, &g));
    ck_assert_uint_eq(g.n, 17);
    ck_close(g.sd, 38.76512987360738, 1e-12);
    check_interval(g.bias, -2.1176470588235294, -22.04883769664517, 17.81354357899811);
    check_interval(g.lower, -78.09590546711173, -112.85155313931088, -43.34025779491259);
    check_interval(g.upper, 73.86061134946466, 39.104963677265516, 108.61625902166381);
    ck_close(g.bias_percent.value, -1.1583141283896237, 1e-12);
    ck_close(g.lower_percent.value, -24.87073204346946, 1e-12);
    ck_close(g.upper_percent.value, 22.554103786690213, 1e-12);
    ck_close(g.pearson, 0.943279446890946, 1e-12);
    check_interval(g.concordance, 0.9427424314274845, 0.8504918731685603, 0.9787262791701226);
}
END_TEST

START_TEST(too_few)
{
    dvk_agreement g;
    ck_ok(dvk_agreement_of(peak_a, peak_b, 1, &g));
    ck_assert(g.n == 1 && isnan(g.sd) && isnan(g.lower.value) && isnan(g.bias.low));
    ck_ok(dvk_agreement_of(peak_a, peak_b, 0, &g));
    ck_assert(g.n == 0 && isnan(g.bias.value));
    ck_fails(dvk_agreement_of((double[]){NAN}, peak_b, 1, &g), DVK_ERR_INVALID);
}
END_TEST

/* --- archives --- */

static void write_result(const char *archive, const char *name, double left, double right)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", scratch_folder(), archive);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/%s", scratch_folder(), archive, name);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/%s/provenance.json", scratch_folder(), archive, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs("{}", f);
    fclose(f);
    snprintf(path, sizeof path, "%s/%s/%s/summary.json", scratch_folder(), archive, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "{\"rois\": [{\"name\": \"kidney_left\", \"dose_mean_Gy\": %.17g, \"bed_Gy\": null, \"tia_MBqh\": 5},"
            " {\"name\": \"kidney_right\", \"dose_mean_Gy\": %.17g, \"bed_Gy\": 3, \"tia_MBqh\": 5}]}",
            left, right);
    fclose(f);
}

START_TEST(archives)
{
    char a[4096], b[4096], out[4096];
    dvk_archives *c = NULL;
    for (int i = 0; i < 4; i++) {
        char name[16];
        snprintf(name, sizeof name, "sub-%02d", i);
        write_result("new", name, 4 + i, 5 + i);
        write_result("old", name, 3.5 + i, 5 + i);
    }
    write_result("new", "sub-99", 1, 1); /* no partner */
    snprintf(a, sizeof a, "%s/new", scratch_folder());
    snprintf(b, sizeof b, "%s/old", scratch_folder());
    snprintf(out, sizeof out, "%s/out", scratch_folder());
    ck_assert(dvk_archives_is(a));
    const dvk_archives_options o = {.a = a, .b = b, .rtol = 1e-5, .out = out};
    ck_ok(dvk_archives_compare(&o, &c));
    ck_assert_uint_eq(c->results, 4);
    ck_assert_uint_eq(c->pair_count, 8);
    ck_assert_uint_eq(c->warning_count, 1);
    ck_assert(!c->agree && c->beyond == 4);
    ck_assert_str_eq(c->voi[0].name, "kidneys");
    ck_assert_uint_eq(c->voi[0].agreement[0].n, 8);
    ck_close(c->voi[0].agreement[0].bias.value, 0.25, 1e-14);
    ck_close(c->voi[1].agreement[0].bias.value, 0.5, 1e-14);
    ck_assert_uint_eq(c->voi[1].agreement[1].n, 0); /* no BED of the left kidney */
    dvk_text html = {0};
    ck_ok(dvk_report_archives_html(c, &html));
    check_closed_page(html.data);
    dvk_text_free(&html);
    dvk_archives_free(c);
    const dvk_archives_options wide = {.a = a, .b = b, .atol = 0.5};
    ck_ok(dvk_archives_compare(&wide, &c));
    ck_assert(c->agree);
    dvk_archives_free(c);
    const dvk_archives_options nowhere = {.a = a, .b = out};
    ck_fails(dvk_archives_compare(&nowhere, &c), DVK_ERR_INVALID);
    const dvk_archives_options missing = {.a = a, .b = "/nonexistent"};
    ck_fails(dvk_archives_compare(&missing, &c), DVK_ERR_MISSING);
}
END_TEST

/* Both archives say the same: concordance is 1 and nothing is uncertain about it. */
START_TEST(the_same_values)
{
    const double same[] = {1, 2, 4, 7};
    dvk_agreement g;
    ck_ok(dvk_agreement_of(same, same, 4, &g));
    ck_assert(g.concordance.value == 1 && g.concordance.low == 1 && g.concordance.high == 1);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("agreement");
    tcase_add_test(t, students_t);
    tcase_add_test(t, the_same_values);
    tcase_add_test(t, bland_altman_peak_flow);
    tcase_add_test(t, too_few);
    tcase_add_test(t, archives);
    return run_suite("agreement", &t, 1, false);
}
