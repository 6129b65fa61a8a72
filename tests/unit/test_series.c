/* Sidecars and the series: every decay case against the numeric vectors, every missing or contradicting fact refused.
 */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "data/sidecar.h"
#include "physics/scan_facts.h"
#include "support/files.h"
#include "support/support.h"

#define SAID(text) ck_assert_msg(strstr(dvk_last_message(), text), "%s", dvk_last_message())

static dvk_geometry small(void)
{
    return plain_geometry(3, 4, 5, 4, 4, 5);
}

/* One image of 1000 (stored units) with a sidecar; its path. */
static const char *scan(const char *name, const char *json)
{
    const dvk_geometry g = small();
    const char *path = write_image(name, &g, 1, (const float[]){1000}, 1);
    write_sidecar(path, json);
    return path;
}

#define START_AND_NUCLIDE "'TracerRadionuclide':'Lu177','Units':'Bq/mL','InjectionStart':600,'ScanStart':87000"

static double value_of(const char *path, const dvk_series_options *given)
{
    dvk_series *s = NULL;
    const dvk_series_options none = dvk_series_options_none();
    ck_ok(dvk_series_read(&path, 1, given ? given : &none, &s));
    const double value = dvk_series_frame(s, 0)[7];
    ck_close(dvk_series_time_h(s, 0), 24, 1e-15);
    dvk_series_free(s);
    return value;
}

static void refused(const char *path, const dvk_series_options *given, dvk_status code, const char *said)
{
    dvk_series *s = NULL;
    const dvk_series_options none = dvk_series_options_none();
    ck_fails(dvk_series_read(&path, 1, given ? given : &none, &s), code);
    ck_assert_ptr_null(s);
    SAID(said);
}

START_TEST(decay_factors_are_the_vectors)
{
    json_t *cases = vectors_group("decay_correction"), *one = NULL;
    size_t i = 0;
    json_array_foreach(cases, i, one)
    {
        const double lambda = log(2) / (6.647 * 24);
        ck_close(dvk_frame_mean_to_start(lambda, json_at(one, "in/frame_min") / 60),
                 json_at(one, "out/mean_to_start_factor"), 1e-14);

        /* The same through sidecars: a frame mean, and an image corrected to the injection. */
        char json[512];
        const double start_h = json_at(one, "in/start_h_pi"), frame_min = json_at(one, "in/frame_min");
        const dvk_series_options none = dvk_series_options_none();
        const char *base = "{'TracerRadionuclide':'177Lu','Units':'kBq/mL','InjectionStart':0,'FrameTimesStart':[%g],"
                           "'FrameDuration':[%g],%s}";
        dvk_series *s = NULL;
        snprintf(json, sizeof json, base, start_h * 3600, frame_min * 60, "'ImageDecayCorrected':false");
        const char *path = scan("vector.nii.gz", json);
        ck_ok(dvk_series_read(&path, 1, &none, &s));
        ck_close(dvk_series_factor(s, 0), 1e3 * json_at(one, "out/mean_to_start_factor"), 1e-14);
        dvk_series_free(s);
        snprintf(json, sizeof json, base, start_h * 3600, frame_min * 60,
                 "'ImageDecayCorrected':true,'ImageDecayCorrectionTime':0");
        path = scan("vector.nii.gz", json);
        ck_ok(dvk_series_read(&path, 1, &none, &s));
        ck_close(dvk_series_factor(s, 0), 1e3 / json_at(one, "out/start_to_injection_factor"), 1e-14);
        ck_close(dvk_series_frame(s, 0)[0], 1e6 / json_at(one, "out/start_to_injection_factor"), 6e-8);
        dvk_series_free(s);
    }
}
END_TEST

START_TEST(every_decay_reference_from_sidecar_and_option)
{
    const double lambda = log(2) / (6.647 * 24);
    dvk_series_options given = dvk_series_options_none();
    const char *own = scan("own.nii.gz", "{" START_AND_NUCLIDE ",'ImageDecayCorrected':true,"
                                         "'ImageDecayCorrectionTime':87000}");
    ck_close(value_of(own, NULL), 1000, 0);
    const char *other = scan("other.nii.gz", "{" START_AND_NUCLIDE ",'ImageDecayCorrected':true,"
                                             "'ImageDecayCorrectionTime':36600,'FrameDuration':1800}");
    ck_close(value_of(other, NULL), 1000 * exp(-lambda * 14), 6e-8);

    given.reference = DVK_DECAY_NONE;
    ck_close(value_of(other, &given), 1000 * lambda * 0.5 / (1 - exp(-lambda * 0.5)), 6e-8);
    given.frame_duration_h = 1;
    ck_close(value_of(own, &given), 1000 * lambda / (1 - exp(-lambda)), 6e-8);
    given.reference = DVK_DECAY_SCAN;
    ck_close(value_of(other, &given), 1000, 0);
    given.reference = DVK_DECAY_INJECTION;
    ck_close(value_of(own, &given), 1000 * exp(-lambda * 24), 6e-8);
    given.reference = DVK_DECAY_TIME;
    given.decay_time_h = 48;
    ck_close(value_of(own, &given), 1000 * exp(lambda * 24), 6e-8);
}
END_TEST

START_TEST(options_serve_without_a_sidecar)
{
    const dvk_geometry g = small();
    const char *path = write_image("bare.nii.gz", &g, 1, (const float[]){1000}, 1);
    dvk_series_options given = dvk_series_options_none();
    refused(path, &given, DVK_ERR_INVALID, "--nuclide");
    given.nuclide = "Lu-177";
    refused(path, &given, DVK_ERR_INVALID, "--units");
    given.units = "MBq/mL";
    refused(path, &given, DVK_ERR_INVALID, "--times");
    given.times = 1;
    given.times_h = (const double[]){24};
    refused(path, &given, DVK_ERR_INVALID, "--decay-reference");
    given.reference = DVK_DECAY_NONE;
    refused(path, &given, DVK_ERR_INVALID, "--frame-duration");
    given.reference = DVK_DECAY_SCAN;
    ck_close(value_of(path, &given), 1e9, 0);
    given.units = "g/mL";
    refused(path, &given, DVK_ERR_USAGE, "--units");
    given.units = "Bq/mL";
    given.times = 2;
    given.times_h = (const double[]){24, 48};
    refused(path, &given, DVK_ERR_USAGE, "2 times for 1 scans");
    given.times = 1;
    given.times_h = (const double[]){-1};
    refused(path, &given, DVK_ERR_USAGE, "--times");
}
END_TEST

START_TEST(a_bad_sidecar_names_file_and_key)
{
    static const struct {
        const char *json, *said;
    } cases[] = {
        {"{'Units':'Bq/mL'}", "s.json: has no TracerRadionuclide: add it, or give --nuclide"},
        {"{'TracerRadionuclide':'Lu177'}", "s.json: has no Units: add it, or give --units"},
        {"{'TracerRadionuclide':'Lu176','Units':'Bq/mL'}", "s.json: TracerRadionuclide: 'Lu176'"},
        {"{'TracerRadionuclide':177}", "s.json: TracerRadionuclide is not"},
        {"{'TracerRadionuclide':'Lu177','Units':'BQML'}", "s.json: Units: 'BQML'"},
        {"{'TracerRadionuclide':'Lu177','Units':'mBq/mL'}", "s.json: Units: 'mBq/mL'"},
        {"{'Units':3}", "s.json: Units is not"},
        {"{'TracerRadionuclide':'Lu177','Units':'Bq/mL','InjectionStart':0}", "--times"},
        {"{'TracerRadionuclide':'Lu177','Units':'Bq/mL','ScanStart':0}", "InjectionStart"},
        {"{'ScanStart':'10:00:00'}", "s.json: ScanStart is not a number"},
        {"{'FrameTimesStart':['1']}", "s.json: FrameTimesStart is not a list of numbers"},
        {"{'FrameTimesStart':[]}", "s.json: FrameTimesStart is not a list of numbers"},
        {"{'FrameDuration':[-1]}", "s.json: FrameDuration is not"},
        {"{'TimeZero':10}", "s.json: TimeZero is not"},
        {"{" START_AND_NUCLIDE ",'FrameTimesStart':[86400]}", "lies before ScanStart"},
        {"{" START_AND_NUCLIDE ",'FrameTimesStart':[87000,90000]}", "lists 2 frames, the image has 1"},
        {"{" START_AND_NUCLIDE "}", "has no ImageDecayCorrected: add it, or give --decay-reference"},
        {"{" START_AND_NUCLIDE ",'ImageDecayCorrected':'yes'}", "s.json: ImageDecayCorrected is not true or false"},
        {"{" START_AND_NUCLIDE ",'ImageDecayCorrected':true}", "has no ImageDecayCorrectionTime"},
        {"{" START_AND_NUCLIDE ",'ImageDecayCorrected':false}", "--frame-duration"},
        {"{'InjectedRadioactivity':7400}", "InjectedRadioactivityUnits"},
        {"{'InjectedRadioactivity':7400,'InjectedRadioactivityUnits':'mCi'}", "'mCi'"},
        {"{'InjectedRadioactivity':-1,'InjectedRadioactivityUnits':'MBq'}", "InjectedRadioactivity is not above"},
        {"{'TracerRadionuclide':'Lu177','Units':'Bq/mL','InjectionStart':7200,'ScanStart':3600,"
         "'ImageDecayCorrected':true,'ImageDecayCorrectionTime':3600}",
         "s.nii.gz: starts 1 h before the injection"},
        {"[1]", "is not a JSON object"},
        {"{'Units':'Bq/mL'", "is not JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refused(scan("s.nii.gz", cases[i].json), NULL, DVK_ERR_INVALID, cases[i].said);
}
END_TEST

START_TEST(frame_times_win_over_scan_start)
{
    const char *path = scan("f.nii.gz", "{" START_AND_NUCLIDE ",'FrameTimesStart':[90600],'ImageDecayCorrected':true,"
                                        "'ImageDecayCorrectionTime':90600}");
    const dvk_series_options none = dvk_series_options_none();
    dvk_series *s = NULL;
    ck_ok(dvk_series_read(&path, 1, &none, &s));
    ck_close(dvk_series_time_h(s, 0), 25, 1e-15);
    dvk_series_free(s);
}
END_TEST

START_TEST(a_4d_file_is_a_series)
{
    const dvk_geometry g = small();
    float values[3 * 60];
    for (size_t i = 0; i < 180; i++)
        values[i] = (float)(100 * (i / 60 + 1));
    const char *path = write_image("4d.nii.gz", &g, 3, values, 180);
    const dvk_series_options none = dvk_series_options_none();
    dvk_series *s = NULL;
    write_sidecar(path, "{'TracerRadionuclide':'Y90','Units':'Bq/mL','InjectionStart':-3600,"
                        "'FrameTimesStart':[0,3600,10800],'FrameDuration':[600,1200,1800],'ImageDecayCorrected':false,"
                        "'InjectedRadioactivity':1.2,'InjectedRadioactivityUnits':'GBq'}");
    ck_ok(dvk_series_read(&path, 1, &none, &s));
    ck_assert_uint_eq(dvk_series_scans(s), 3);
    ck_close(dvk_series_injected_MBq(s), 1200, 1e-15);
    ck_assert_str_eq(dvk_series_nuclide(s)->name, "Y-90");
    const double lambda = log(2) / 64.1, hours[] = {1, 2, 4}, duration[] = {1.0 / 6, 1.0 / 3, 0.5};
    for (size_t i = 0; i < 3; i++) {
        const double x = lambda * duration[i], value = 100.0 * (double)(i + 1) * x / (1 - exp(-x));
        ck_close(dvk_series_time_h(s, i), hours[i], 1e-15);
        ck_close(dvk_series_frame(s, i)[59], value, 6e-8);
        ck_close(dvk_series_activity_MBq(s, i), value * 60 * 0.08 * 1e-6, 1e-7);
        ck_assert_str_eq(dvk_series_path(s, i), path);
    }
    dvk_series_free(s);

    write_sidecar(path, "{" START_AND_NUCLIDE ",'ImageDecayCorrected':false,'FrameDuration':[1,1,1]}");
    refused(path, NULL, DVK_ERR_INVALID, "has no FrameTimesStart: add it, or give --times");
    write_sidecar(path, "{" START_AND_NUCLIDE ",'FrameTimesStart':[87000,87000,90000],'ImageDecayCorrected':true,"
                        "'ImageDecayCorrectionTime':0}");
    refused(path, NULL, DVK_ERR_INVALID, "4d.nii.gz, frame 2: starts at 24 h, not after");
    const char *mixed[] = {scan("one.nii.gz", "{}"), path};
    ck_fails(dvk_series_read(mixed, 2, &none, &s), DVK_ERR_INVALID);
    SAID("holds 3 frames");
}
END_TEST

#define CORRECTED ",'Units':'Bq/mL','InjectionStart':0,'ImageDecayCorrected':true,'ImageDecayCorrectionTime':0}"

static void pair_refused(const char *json_a, const char *json_b, const char *said)
{
    const dvk_series_options none = dvk_series_options_none();
    const char *paths[] = {scan("a.nii.gz", json_a), scan("b.nii.gz", json_b)};
    dvk_series *s = NULL;
    ck_fails(dvk_series_read(paths, 2, &none, &s), DVK_ERR_INVALID);
    SAID(said);
    SAID("a.nii.gz");
    SAID("b.nii.gz");
}

START_TEST(scans_of_one_cycle_agree)
{
    const char *first = "{'ScanStart':3600,'TracerRadionuclide':'Lu177','InjectedRadioactivity':7400,"
                        "'InjectedRadioactivityUnits':'MBq'" CORRECTED;
    pair_refused(first, first, "starts at 1 h, not after");
    pair_refused(first, "{'ScanStart':60,'TracerRadionuclide':'Lu177'" CORRECTED, "in order of time");
    pair_refused(first, "{'ScanStart':7200,'TracerRadionuclide':'Y90'" CORRECTED, "the nuclide is Y-90");
    pair_refused(first,
                 "{'ScanStart':7200,'TracerRadionuclide':'Lu177','InjectedRadioactivity':7.3,"
                 "'InjectedRadioactivityUnits':'GBq'" CORRECTED,
                 "7300 MBq injected");

    /* The same activity in another unit agrees, and one sidecar may leave it out. */
    const dvk_series_options none = dvk_series_options_none();
    const char *paths[] = {scan("a.nii.gz", "{'ScanStart':60,'TracerRadionuclide':'Lu177'" CORRECTED),
                           scan("b.nii.gz", first),
                           scan("c.nii.gz", "{'ScanStart':7200,'TracerRadionuclide':'Lu-177','InjectedRadioactivity':"
                                            "7.4,'InjectedRadioactivityUnits':'GBq'" CORRECTED)};
    dvk_series *s = NULL;
    ck_ok(dvk_series_read(paths, 3, &none, &s));
    ck_close(dvk_series_injected_MBq(s), 7400, 1e-15);
    dvk_series_free(s);
}
END_TEST

START_TEST(grids_that_differ_are_refused)
{
    const char *json = "{'ScanStart':7200,'TracerRadionuclide':'Lu177'" CORRECTED;
    const dvk_series_options none = dvk_series_options_none();
    const char *paths[2] = {scan("a.nii.gz", "{'ScanStart':3600,'TracerRadionuclide':'Lu177'" CORRECTED)};
    dvk_series *s = NULL;
    dvk_geometry shifted = small(), longer = plain_geometry(3, 4, 6, 4, 4, 5);
    shifted.to_world[0][3] += 1;
    const dvk_geometry *others[] = {&shifted, &longer};
    for (int i = 0; i < 2; i++) {
        paths[1] = write_image("b.nii.gz", others[i], 1, (const float[]){1}, 1);
        write_sidecar(paths[1], json);
        ck_fails(dvk_series_read(paths, 2, &none, &s), DVK_ERR_INVALID);
        SAID("a.nii.gz");
        SAID("b.nii.gz");
        SAID("resample");
    }
}
END_TEST

START_TEST(what_is_not_finite_is_refused_or_zero)
{
    const dvk_geometry g = small();
    float values[60] = {1, NAN, INFINITY, -INFINITY, -5, NAN};
    const char *path = write_image("nan.nii.gz", &g, 1, values, 60);
    dvk_series_options given = dvk_series_options_none();
    dvk_series *s = NULL;
    write_sidecar(path, "{" START_AND_NUCLIDE ",'ImageDecayCorrected':true,'ImageDecayCorrectionTime':87000}");
    refused(path, NULL, DVK_ERR_INVALID, "4 voxels are not finite numbers (2 NaN, 2 infinite)");
    given.zero_nonfinite = true;
    ck_ok(dvk_series_read(&path, 1, &given, &s));
    const dvk_voxel_counts counts = dvk_series_counts(s, 0);
    ck_assert_uint_eq(counts.nan, 2);
    ck_assert_uint_eq(counts.infinite, 2);
    ck_assert_uint_eq(counts.negative, 1);
    ck_close(dvk_series_frame(s, 0)[1], 0, 0);
    ck_close(dvk_series_frame(s, 0)[4], -5, 0);
    ck_close(dvk_series_activity_MBq(s, 0), -4 * 0.08e-6, 1e-12);
    dvk_series_free(s);

    path = write_image("large.nii.gz", &g, 1, (const float[]){1e37f}, 1);
    given.units = "MBq/mL";
    given.nuclide = "Lu-177";
    given.times = 1;
    given.times_h = (const double[]){1};
    given.reference = DVK_DECAY_SCAN;
    refused(path, &given, DVK_ERR_INVALID, "60 voxels are too large");
}
END_TEST

/* How many of a series' warnings hold `text`. */
static int warned(const char *path, const dvk_series_options *given, const char *text)
{
    dvk_series *s = NULL;
    int found = 0;
    ck_ok(dvk_series_read(&path, 1, given, &s));
    for (size_t i = 0; i < dvk_series_warnings(s); i++)
        found += strstr(dvk_series_warning(s, i), text) != NULL;
    ck_assert_ptr_null(dvk_series_warning(s, dvk_series_warnings(s)));
    dvk_series_free(s);
    return found;
}

START_TEST(what_looks_wrong_is_said)
{
    /* 1000 Bq/mL in 60 voxels of 0.08 mL is 4.8 kBq. */
    const char *path = scan("w.nii.gz", "{" START_AND_NUCLIDE ",'ImageDecayCorrected':true,"
                                        "'ImageDecayCorrectionTime':87000,'FrameDuration':1800}");
    const double decay = exp(-log(2) / (6.647 * 24) * 24);
    dvk_series_options given = dvk_series_options_none();
    given.units = "MBq/mL"; /* now 4.8 GBq */
    ck_assert_int_eq(warned(path, &given, "injected activity is not known"), 1);
    ck_assert_int_eq(warned(path, &given, "of the injected"), 0);
    given.injected_MBq = 4800 / decay / 1.09;
    ck_assert_int_eq(warned(path, &given, ""), 0);
    given.injected_MBq = 4800 / decay / 1.11;
    ck_assert_int_eq(warned(path, &given, "holds 4800 MBq, 111 % of the injected activity"), 1);
    given.injected_MBq = 4800 / decay / 0.0101;
    ck_assert_int_eq(warned(path, &given, "of the injected"), 0);
    given.injected_MBq = 4800 / decay / 0.0099;
    ck_assert_int_eq(warned(path, &given, "0.99 % of the injected"), 1);
    ck_assert_int_eq(warned(path, &given, "not a therapy's activity"), 1);

    given.injected_MBq = 7400;
    given.times = 1;
    given.times_h = (const double[]){24 * 61};
    ck_assert_int_eq(warned(path, &given, "starts 61 days"), 1);
    given.frame_duration_h = 30;
    ck_assert_int_eq(warned(path, &given, "frame lasts 30 h"), 1);
}
END_TEST

START_TEST(the_patient_shaped_case)
{
    const char *names[] = {"004h", "024h", "096h", "168h"};
    /* The sum of the regions of truth.tsv at each time, MBq. */
    const double sums[] = {2519.554737, 1345.586623, 503.716693, 208.287283};
    char paths[4][512];
    const char *list[4];
    dvk_series_options none = dvk_series_options_none();
    dvk_series *s = NULL;
    for (int i = 0; i < 4; i++) {
        char name[128];
        snprintf(name, sizeof name, "cases/lu177-dotatate/ideal_%s.nii.gz", names[i]);
        snprintf(paths[i], sizeof paths[i], "%s", shared_file(name));
        list[i] = paths[i];
    }
    ck_ok(dvk_series_read(list, 4, &none, &s));
    ck_close(dvk_series_injected_MBq(s), 7400, 0);
    for (size_t i = 0; i < 4; i++)
        ck_close(dvk_series_activity_MBq(s, i), sums[i], 1e-6);
    ck_assert_uint_eq(strlen(dvk_series_sha256(s, 3)), 64);
    ck_assert_uint_eq(dvk_series_warnings(s), 0);
    dvk_series_free(s);
}
END_TEST

START_TEST(units_of_a_tia_map)
{
    double factor = 0;
    ck_ok(dvk_units_tia("Bq.s/mL", &factor));
    ck_close(factor, 1, 0);
    ck_ok(dvk_units_tia("MBq.h/mL", &factor));
    ck_close(factor, 3.6e9, 0);
    ck_fails(dvk_units_tia("Bq/mL", &factor), DVK_ERR_USAGE);
}
END_TEST

START_TEST(memory_that_runs_out_is_handed_up)
{
    const char *path = scan("m.nii.gz", "{" START_AND_NUCLIDE ",'ImageDecayCorrected':true,"
                                        "'ImageDecayCorrectionTime':87000}");
    const dvk_series_options none = dvk_series_options_none();
    dvk_series *s = NULL;
    long n = 1;
    for (; n < 200; n++) {
        dvk_alloc_fail_at(n);
        const dvk_status status = dvk_series_read(&path, 1, &none, &s);
        dvk_alloc_fail_at(0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MEMORY);
        ck_assert_ptr_null(s);
    }
    ck_assert_int_lt(n, 200);
    dvk_series_free(s);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("sidecar"), tcase_create("series")};
    tcase_add_test(cases[0], decay_factors_are_the_vectors);
    tcase_add_test(cases[0], every_decay_reference_from_sidecar_and_option);
    tcase_add_test(cases[0], options_serve_without_a_sidecar);
    tcase_add_test(cases[0], a_bad_sidecar_names_file_and_key);
    tcase_add_test(cases[0], frame_times_win_over_scan_start);
    tcase_add_test(cases[0], units_of_a_tia_map);
    tcase_add_test(cases[1], a_4d_file_is_a_series);
    tcase_add_test(cases[1], scans_of_one_cycle_agree);
    tcase_add_test(cases[1], grids_that_differ_are_refused);
    tcase_add_test(cases[1], what_is_not_finite_is_refused_or_zero);
    tcase_add_test(cases[1], what_looks_wrong_is_said);
    tcase_add_test(cases[1], the_patient_shaped_case);
    tcase_add_test(cases[1], memory_that_runs_out_is_handed_up);
    return run_suite("series", cases, 2, false);
}
