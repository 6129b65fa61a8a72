/*
 * The page of one cycle, made from a patient of ellipsoids: well-formed, closed in itself, harmless names, outlines
 * where the kidneys are, and the same picture whatever the grid's axis order. DVK_REPORT_PREVIEW=FILE keeps the page.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/json.h"
#include "pipeline/report/report.h"
#include "support/html.h"
#include "support/support.h"

/* World coordinates, RAS+, mm. Doses in Gy in the middle; label 0 has no VOI. */
static const struct {
    double centre[3], half[3], dose;
    int label;
} organs[] = {
    {{0, 0, 0}, {165, 105, 400}, 0.18, 0},   /* body */
    {{75, 15, 60}, {75, 65, 60}, 1.3, 0},    /* liver */
    {{-85, -25, 65}, {30, 35, 48}, 3.1, 0},  /* spleen */
    {{60, -45, -20}, {28, 25, 54}, 5.2, 2},  /* right kidney */
    {{-62, -45, -10}, {27, 25, 56}, 5.6, 1}, /* left kidney */
    {{45, 40, 75}, {12, 14, 13}, 14.0, 3},   /* lesion */
};
enum { ORGANS = sizeof organs / sizeof organs[0] };

static double radius(int organ, const double world[3])
{
    double sum = 0;
    for (int w = 0; w < 3; w++) {
        const double d = (world[w] - organs[organ].centre[w]) / organs[organ].half[w];
        sum += d * d;
    }
    return sqrt(sum);
}

/* Dose falls smoothly at each organ's edge; the kidneys are hotter in their cortex. */
static double dose_at(const double world[3])
{
    double dose = 0;
    for (int o = 0; o < ORGANS; o++) {
        const double r = radius(o, world);
        const double cortex = organs[o].label == 1 || organs[o].label == 2 ? 0.75 + 0.4 * fmin(r, 1) : 1;
        dose = fmax(dose, organs[o].dose * cortex / (1 + exp((r - 1) * 14)));
    }
    return dose;
}

static float label_at(const double world[3])
{
    for (int o = 0; o < ORGANS; o++)
        if (organs[o].label && radius(o, world) <= 1)
            return (float)organs[o].label;
    return 0;
}

/* The grid 96 x 64 x 56 of 4.4 x 4.4 x 4.6 mm, with grid axis a along world axis order[a], to its plus side or not. */
static dvk_geometry grid(const int order[3], const int sign[3])
{
    static const size_t n[3] = {88, 60, 56};
    static const double mm[3] = {4.4, 4.4, 4.6};
    dvk_geometry g = {0};
    for (int a = 0; a < 3; a++) {
        const int w = order[a];
        g.n[a] = n[w];
        g.voxel_mm[a] = mm[w];
        g.to_world[w][a] = sign[a] * mm[w];
        g.to_world[w][3] = -sign[a] * 0.5 * mm[w] * (double)(n[w] - 1);
    }
    return g;
}

typedef struct patient {
    dvk_volume *dose, *labels;
    dvk_voi_set *vois;
    dvk_summary summary;
} patient;

static void fill(patient *p, const dvk_geometry *g)
{
    ck_ok(dvk_volume_create(g, 1, &p->dose));
    ck_ok(dvk_volume_create(g, 1, &p->labels));
    float *dose = dvk_volume_data(p->dose), *label = dvk_volume_data(p->labels);
    size_t at = 0;
    for (size_t k = 0; k < g->n[2]; k++)
        for (size_t j = 0; j < g->n[1]; j++)
            for (size_t i = 0; i < g->n[0]; i++, at++) {
                double world[3];
                for (int w = 0; w < 3; w++)
                    world[w] = g->to_world[w][0] * (double)i + g->to_world[w][1] * (double)j +
                               g->to_world[w][2] * (double)k + g->to_world[w][3];
                dose[at] = (float)dose_at(world);
                label[at] = label_at(world);
            }
}

static void read_vois(patient *p, const dvk_geometry *g)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/labels.nii", scratch_folder());
    ck_ok(dvk_volume_write(p->labels, path));
    const dvk_voi_source source = {.path = path};
    const dvk_voi_options options = {.labels = "left=1,right=2,lesion_1=3", .kidneys_wanted = true};
    ck_ok(dvk_voi_read(&source, 1, &options, g, &p->vois));
}

/* Numbers that a kidney may have; what the page does with them is tested, not they. */
static dvk_roi_summary make_roi(const char *name, double scale)
{
    static const double times[4] = {4, 24, 96, 168};
    dvk_roi_summary r;
    for (size_t i = 0; i < sizeof r / sizeof(double); i++)
        ((double *)(void *)&r)[i] = NAN;
    snprintf(r.name, sizeof r.name, "%s", name);
    r.curve = (dvk_curve){
        .model = DVK_MODEL_UPTAKE_CLEARANCE, .aicc = NAN, .terms = 2, .amplitude = {108.7 * scale, -108.7 * scale}};
    r.curve.half_life_h[0] = r.curve.effective_half_life_h = 49.2254;
    r.curve.half_life_h[1] = 0.81987;
    r.curve.r2 = 0.99912;
    r.curve.tail_fraction = r.tail_fraction = 0.0937;
    for (int i = 0; i < 4; i++) {
        const double noise = i == 1 ? 1.03 : i == 2 ? 0.97 : 1;
        r.activity_MBq[i] = noise * 108.7 * scale * (exp2(-times[i] / 49.2254) - exp2(-times[i] / 0.81987));
    }
    r.u_missing[0] = '\0';
    r.volume_mL = 158.4 * scale;
    r.mass_g = r.volume_mL * 1.05;
    r.voxels = 2114;
    r.tia_MBqh = 7218.25 * scale;
    r.tia_curve_MBqh = 7593.75 * scale;
    r.tiac_h = r.tia_MBqh / 7400;
    r.dose_mean_Gy = 4.6173;
    r.dose_per_activity_Gy_GBq = r.dose_mean_Gy / 7.4;
    r.alpha_beta_Gy = 2.6;
    r.repair_half_time_h = 2.8;
    r.g_factor = 0.0536;
    r.bed_Gy = 5.057;
    r.eqd2_Gy = 2.858;
    r.u_dose_rel = 0.094;
    r.u_calibration = 0.05;
    r.u_volume = 0.078;
    r.u_fit = 0.018;
    r.u_tia_rel = 0.018;
    r.status_voxels_fallback = r.status_voxels_clamped = r.status_voxels_negative = 0;
    r.flag_count = 0;
    return r;
}

static void fill_summary(dvk_summary *s, dvk_roi_summary rois[3])
{
    static const double times[4] = {4, 24, 96, 168};
    *s = (dvk_summary){.nuclide = "Lu-177", .half_life_h = 159.528, .injected_MBq = 7400, .scans = 4, .roi_count = 3};
    snprintf(s->model, sizeof s->model, "trapezoid");
    snprintf(s->engine, sizeof s->engine, "fft");
    snprintf(s->density, sizeof s->density, "none");
    snprintf(s->backend, sizeof s->backend, "cpu");
    snprintf(s->device, sizeof s->device, "a processor");
    snprintf(s->device_reason, sizeof s->device_reason, "asked for");
    s->method.model = DVK_MODEL_TRAPEZOID;
    for (int i = 0; i < 4; i++) {
        s->times_h[i] = times[i];
        s->balance.activity_MBq[i] = 7000 * exp2(-times[i] / 70);
    }
    s->balance.tia_MBqh = 412345;
    s->balance.energy_emitted_J = 43.5;
    s->balance.energy_deposited_J = 40.1;
    s->balance.energy_left_grid_J = 3.3;
    s->balance.energy_beyond_tables_J = 0.1;
    rois[0] = make_roi("kidney_right", 1.2);
    rois[1] = make_roi("kidney_left", 1);
    rois[2] = make_roi("lesion_1", 0.05);
    rois[2].curve = (dvk_curve){.model = DVK_MODEL_TRAPEZOID, .r2 = NAN, .aicc = NAN, .effective_half_life_h = 61};
    snprintf(rois[2].flags[rois[2].flag_count++], DVK_FLAG_SIZE, "tail is 24 %% of the TIA");
    snprintf(s->warnings[s->warning_count++], DVK_WARNING_SIZE, "scan_004h.nii.gz: activity is <111 %%> & \"more\"");
    s->rois = rois;
}

/* Doses of the VOI as the map has them. */
static void measure(const patient *p, dvk_roi_summary *roi)
{
    const dvk_voi *voi = dvk_voi_named(p->vois, roi->name);
    double *dose = NULL;
    dvk_dvh *dvh = NULL;
    ck_ok(dvk_alloc(voi->count, sizeof *dose, &dose));
    for (size_t i = 0; i < voi->count; i++)
        dose[i] = (double)dvk_volume_values(p->dose)[voi->index[i]];
    ck_ok(dvk_dvh_create(dose, NULL, voi->count, &dvh));
    roi->dose_mean_Gy = dvk_dvh_mean(dvh);
    roi->dose_sd_Gy = dvk_dvh_sd(dvh);
    roi->dose_min_Gy = dvk_dvh_min(dvh);
    roi->dose_max_Gy = dvk_dvh_max(dvh);
    roi->d98_Gy = dvk_dvh_dose_at(dvh, 98);
    roi->d95_Gy = dvk_dvh_dose_at(dvh, 95);
    roi->d90_Gy = dvk_dvh_dose_at(dvh, 90);
    roi->d50_Gy = dvk_dvh_dose_at(dvh, 50);
    roi->d10_Gy = dvk_dvh_dose_at(dvh, 10);
    roi->d2_Gy = dvk_dvh_dose_at(dvh, 2);
    dvk_dvh_free(dvh);
    dvk_free(dose);
}

static patient make_patient(const int order[3], const int sign[3], dvk_roi_summary rois[3])
{
    patient p = {0};
    const dvk_geometry g = grid(order, sign);
    fill(&p, &g);
    read_vois(&p, &g);
    fill_summary(&p.summary, rois);
    for (int i = 0; i < 3; i++)
        measure(&p, &rois[i]);
    return p;
}

static void free_patient(patient *p)
{
    dvk_volume_free(p->dose);
    dvk_volume_free(p->labels);
    dvk_voi_set_free(p->vois);
}

/* The page of a patient on such a grid; the caller frees it. */
static dvk_text page_of(const int order[3], const int sign[3], const char *third_name, const dvk_kernel *kernel)
{
    dvk_roi_summary rois[3];
    patient p = make_patient(order, sign, rois);
    if (third_name)
        snprintf(rois[2].name, sizeof rois[2].name, "%s", third_name);
    json_t *record = json_pack("{s:s, s:[{s:s, s:s}], s:n, s:[i,i]}", "version", "0.1.0", "inputs", "path",
                               "a<b>&c.nii.gz", "sha256", "0123456789abcdef", "none", "grid", 88, 60);
    dvk_report report = {.summary = &p.summary, .dose = p.dose, .vois = p.vois, .kernel = kernel, .provenance = record};
    dvk_text text = {0};
    ck_ok(dvk_report_html(&report, &text));
    json_decref(record);
    free_patient(&p);
    return text;
}

static const int plain_order[3] = {0, 1, 2}, plain_sign[3] = {1, 1, 1};

/* Height of the last point of the first line after a heading, as a share of the frame (208 of 262, 42 below it). */
static double last_height(const char *html, const char *heading)
{
    const char *line = strstr(strstr(html, heading), "<path class=\"line v0\"");
    ck_assert(line != NULL);
    const char *end = strchr(strstr(line, " d=\"") + 4, '"');
    while (*end != 'L')
        end--;
    double y = 0;
    ck_assert_int_eq(sscanf(end, "L%*f %lf", &y), 1);
    return (262 - 42 - y) / 208;
}

START_TEST(page_is_well_formed_and_closed_in_itself)
{
    dvk_kernel *kernel = NULL;
    const dvk_kernel_spec spec = {
        .nuclide = "Lu-177", .voxel_mm = {4.4, 4.4, 4.6}, .radius_mm = 100, .density_g_mL = 1.04};
    ck_ok(dvk_kernel_make(&spec, &kernel));
    dvk_text page = page_of(plain_order, plain_sign, NULL, kernel);
    const dvk_kernel_record *k = dvk_kernel_info(kernel);
    ck_assert(fabs(last_height(page.data, "Energy within a distance") - k->energy_keV / k->emitted_keV) < 1e-3);
    dvk_kernel_free(kernel);
    check_closed_page(page.data);
    keep_page(page.data);
    dvk_text_free(&page);
}
END_TEST

START_TEST(names_from_files_are_harmless)
{
    const char *nasty = "<script>alert('x')</script>&\"\xff";
    dvk_text page = page_of(plain_order, plain_sign, nasty, NULL);
    ck_assert(!strstr(page.data, "<script"));
    ck_assert(strstr(page.data, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\xef\xbf\xbd"));
    ck_assert(strstr(page.data, "activity is &lt;111 %&gt; &amp; &quot;more&quot;"));
    ck_assert(strstr(page.data, "a&lt;b&gt;&amp;c.nii.gz"));
    check_closed_page(page.data);
    dvk_text_free(&page);
}
END_TEST

/* Left, right, top and bottom of the first outline of a class after `from`, in mm on the panel. */
static void outline_box(const char *from, const char *style, double box[4])
{
    char start[64];
    snprintf(start, sizeof start, "<path class=\"%s\" id=\"", style);
    const char *at = strstr(from, start);
    ck_assert_msg(at != NULL, "no outline %s", style);
    at = strstr(at, " d=\"");
    box[0] = box[2] = INFINITY;
    box[1] = box[3] = -INFINITY;
    for (at += strlen(" d=\""); *at != '"';) {
        double x = 0, y = 0;
        int used = 0;
        if (*at == 'Z') {
            at++;
            continue;
        }
        ck_assert_int_eq(sscanf(at + 1, "%lf %lf%n", &x, &y, &used), 2);
        box[0] = fmin(box[0], x);
        box[1] = fmax(box[1], x);
        box[2] = fmin(box[2], y);
        box[3] = fmax(box[3], y);
        at += 1 + used;
    }
}

START_TEST(outlines_lie_on_the_kidneys)
{
    dvk_text page = page_of(plain_order, plain_sign, NULL, NULL);
    double left[4], right[4];
    const char *projection = strstr(page.data, "Maximum-intensity projection");
    outline_box(projection, "v0", left);
    outline_box(projection, "v1", right);
    /* Seen from the front: the patient's left on the right. Widths and heights of the ellipsoids to a voxel. */
    ck_assert(left[0] > right[1]);
    ck_assert(fabs(0.5 * (left[0] + left[1] - right[0] - right[1]) - 122) < 4.4);
    ck_assert(fabs(left[1] - left[0] - 54) < 4.4 && fabs(right[1] - right[0] - 56) < 4.4);
    ck_assert(fabs(left[3] - left[2] - 112) < 4.6 && fabs(right[3] - right[2] - 108) < 4.6);
    /* The left kidney is 10 mm higher. */
    ck_assert(fabs(0.5 * (right[2] + right[3] - left[2] - left[3]) - 10) < 4.6);
    dvk_text_free(&page);
}
END_TEST

START_TEST(any_axis_order_gives_the_same_page)
{
    static const int order[3][3] = {{0, 1, 2}, {2, 0, 1}, {1, 2, 0}};
    static const int sign[3][3] = {{-1, 1, -1}, {1, 1, 1}, {-1, -1, 1}};
    dvk_text want = page_of(plain_order, plain_sign, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        dvk_text got = page_of(order[i], sign[i], NULL, NULL);
        ck_assert_uint_eq(got.length, want.length);
        ck_assert_mem_eq(got.data, want.data, want.length);
        dvk_text_free(&got);
    }
    dvk_text_free(&want);
}
END_TEST

START_TEST(a_shared_flag_is_one_point)
{
    dvk_roi_summary rois[3];
    patient p = make_patient(plain_order, plain_sign, rois);
    for (int i = 0; i < 2; i++)
        snprintf(rois[i].flags[rois[i].flag_count++], DVK_FLAG_SIZE, "shared by both");
    dvk_report report = {.summary = &p.summary, .dose = p.dose, .vois = p.vois};
    dvk_text text = {0};
    ck_ok(dvk_report_html(&report, &text));
    ck_assert(strstr(text.data, "<b>Left kidney, Right kidney</b>: shared by both"));
    ck_assert(strstr(text.data, "3 points to look at")); /* with the lesion's tail and the warning */
    dvk_text_free(&text);
    free_patient(&p);
}
END_TEST

/* A dose map and its VOIs alone, as `dvkit kidneys` may have them: nothing that needs a scan, and no "nan". */
START_TEST(a_page_without_scans)
{
    dvk_roi_summary rois[3];
    patient p = make_patient(plain_order, plain_sign, rois);
    p.summary.scans = 0;
    p.summary.nuclide[0] = '\0';
    p.summary.injected_MBq = NAN;
    p.summary.balance = (dvk_balance){.energy_emitted_J = NAN};
    rois[0].bed_Gy = rois[0].u_dose_rel = NAN;
    dvk_report report = {.summary = &p.summary, .dose = p.dose, .vois = p.vois};
    dvk_text text = {0};
    ck_ok(dvk_report_html(&report, &text));
    check_closed_page(text.data);
    ck_assert(!strstr(text.data, "id=\"curves\"") && !strstr(text.data, "id=\"balance\""));
    ck_assert(strstr(text.data, "id=\"dvh\"") && !strstr(text.data, "injected;"));
    ck_assert(!strstr(text.data, ">nan") && !strstr(text.data, "\"nan"));
    dvk_text_free(&text);
    free_patient(&p);
}
END_TEST

START_TEST(an_allocation_that_fails_is_reported)
{
    dvk_roi_summary rois[3];
    patient p = make_patient(plain_order, plain_sign, rois);
    const dvk_report report = {.summary = &p.summary, .dose = p.dose, .vois = p.vois};
    for (long n = 1; n <= 20; n++) {
        dvk_text text = {0};
        dvk_alloc_fail_at(n);
        ck_fails(dvk_report_html(&report, &text), DVK_ERR_MEMORY);
        dvk_text_free(&text);
    }
    dvk_alloc_fail_at(0);
    free_patient(&p);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("report")};
    tcase_add_test(cases[0], page_is_well_formed_and_closed_in_itself);
    tcase_add_test(cases[0], names_from_files_are_harmless);
    tcase_add_test(cases[0], outlines_lie_on_the_kidneys);
    tcase_add_test(cases[0], any_axis_order_gives_the_same_page);
    tcase_add_test(cases[0], a_shared_flag_is_one_point);
    tcase_add_test(cases[0], a_page_without_scans);
    tcase_add_test(cases[0], an_allocation_that_fails_is_reported);
    return run_suite("report", cases, 1, false);
}
