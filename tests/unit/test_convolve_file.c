/* From a map's file to a dose's file: units, sidecars, what is refused, and that nothing stays behind. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/files.h"

static const double voxel_mm = 4.8, voxel_mL = 4.8 * 4.8 * 4.8 / 1000;

/* 7^3 voxels, one of them hot, and its sidecar unless NULL. */
static const char *make_map(float value, const char *sidecar)
{
    const dvk_geometry g = plain_geometry(7, 7, 7, voxel_mm, voxel_mm, voxel_mm);
    dvk_volume *v = NULL;
    ck_ok(dvk_volume_create(&g, 1, &v));
    dvk_volume_data(v)[(3 * 7 + 3) * 7 + 3] = value;
    ck_ok(dvk_volume_write(v, scratch_file("tia.nii.gz")));
    dvk_volume_free(v);
    unlink(scratch_file("tia.json"));
    if (sidecar)
        write_text("tia.json", sidecar);
    return scratch_file("tia.nii.gz");
}

static dvk_status convolve(const dvk_convolve_options *o)
{
    dvk_context *c = NULL;
    ck_ok(dvk_context_open(&(dvk_context_options){.device = "cpu", .threads = 1}, &c));
    const dvk_status status = dvk_convolve_file(c, o, false, NULL);
    dvk_context_close(c);
    return status;
}

static double dose_at(const char *path, size_t voxel)
{
    dvk_volume *v = NULL;
    ck_ok(dvk_volume_read(path, &v));
    const double value = (double)dvk_volume_values(v)[voxel];
    dvk_volume_free(v);
    return value;
}

static dvk_convolve_options options_for(const char *tia)
{
    dvk_convolve_options o = dvk_convolve_default();
    o.tia = tia;
    o.nuclide = "Lu-177";
    o.out = scratch_file("dose.nii.gz");
    o.force = true;
    return o;
}

/* S(0,0,0) of 177Lu at 4.8 mm in water, by direct Monte Carlo: 1.9816e-10 Gy/(Bq.s), 0.11 %. The same decays in either
 * unit give the same dose. */
START_TEST(units_of_the_map)
{
    const struct {
        float value;
        const char *sidecar, *units;
    } ways[] = {{3.6e9f, "{\"Units\": \"Bq.s/mL\"}", NULL},
                {1, "{\"Units\": \"MBq.h/mL\"}", NULL},
                {1, NULL, "MBq.h/mL"},
                {1, "{\"Units\": \"Bq.s/mL\"}", "MBq.h/mL"}};
    for (int i = 0; i < 4; i++) {
        dvk_convolve_options o = options_for(make_map(ways[i].value, ways[i].sidecar));
        o.units = ways[i].units;
        o.medium_density_g_mL = 1;
        ck_ok(convolve(&o));
        ck_close(dose_at(o.out, (3 * 7 + 3) * 7 + 3), 3.6e9 * voxel_mL * 1.9816e-10, 0.005);
    }
}
END_TEST

START_TEST(the_sidecar_says_how)
{
    dvk_convolve_options o = options_for(make_map(1, "{\"Units\": \"MBq.h/mL\", \"TracerRadionuclide\": \"177Lu\"}"));
    o.nuclide = NULL; /* the map's sidecar says it */
    ck_ok(convolve(&o));
    json_error_t error;
    json_t *j = json_load_file(scratch_file("dose.json"), 0, &error);
    ck_assert(j != NULL);
    ck_assert_str_eq(json_string_value(json_object_get(j, "Units")), "Gy");
    ck_assert_str_eq(json_string_value(json_object_get(j, "TracerRadionuclide")), "Lu-177");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(j, "Sources"), 0)), o.tia);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(j, "Parameters"), "engine")), "fft");
    ck_close(json_at(j, "Parameters/medium_density_g_mL"), 1.04, 0);
    json_decref(j);
}
END_TEST

/* Twice the kernel's density in every voxel halves the dose; local deposition knows the density by itself. */
START_TEST(density_of_each_voxel)
{
    const size_t middle = (3 * 7 + 3) * 7 + 3;
    dvk_convolve_options o = options_for(make_map(1, "{\"Units\": \"MBq.h/mL\"}"));
    o.medium_density_g_mL = 1;
    for (int local = 0; local < 2; local++) {
        o.engine = local ? DVK_ENGINE_LOCAL : DVK_ENGINE_AUTO;
        o.density = NULL;
        ck_ok(convolve(&o));
        const double plain = dose_at(o.out, middle);
        o.density = "2g/mL";
        ck_ok(convolve(&o));
        ck_close(dose_at(o.out, middle), plain / 2, 1e-6);
    }
}
END_TEST

START_TEST(what_is_refused_leaves_nothing)
{
    dvk_convolve_options o = options_for(make_map(1, NULL));
    unlink(o.out);
    unlink(scratch_file("dose.json"));
    ck_fails(convolve(&o), DVK_ERR_INVALID); /* no unit */
    ck_assert(strstr(dvk_last_message(), "--units") != NULL);
    o.units = "MBq.h/mL";
    o.nuclide = NULL;
    ck_fails(convolve(&o), DVK_ERR_USAGE); /* no nuclide */
    ck_assert(strstr(dvk_last_message(), "--nuclide") != NULL);
    o.nuclide = "Lu-178";
    ck_fails(convolve(&o), DVK_ERR_USAGE);
    o.nuclide = "Lu-177";
    o.units = "none";
    ck_fails(convolve(&o), DVK_ERR_USAGE); /* a kernel in Gy/(Bq.s) is not bare numbers */
    o.units = "MBq.h/mL";
    o.out = scratch_file("dose.mgz");
    ck_fails(convolve(&o), DVK_ERR_USAGE);
    o.out = scratch_file("no/such/folder/dose.nii.gz");
    ck_fails(convolve(&o), DVK_ERR_CREATE);
    o.out = scratch_file("dose.nii.gz");
    o.tia = make_map(NAN, NULL);
    ck_fails(convolve(&o), DVK_ERR_INVALID);
    ck_assert(strstr(dvk_last_message(), "tia.nii.gz") != NULL);
    ck_assert_int_ne(access(o.out, F_OK), 0);
    ck_assert_int_ne(access(scratch_file("dose.json"), F_OK), 0);
}
END_TEST

START_TEST(what_is_there_stays_without_force)
{
    dvk_convolve_options o = options_for(make_map(1, "{\"Units\": \"MBq.h/mL\"}"));
    unlink(o.out);
    write_text("dose.json", "mine");
    o.force = false;
    ck_fails(convolve(&o), DVK_ERR_CREATE);
    ck_assert_int_ne(access(o.out, F_OK), 0);
    o.force = true;
    ck_ok(convolve(&o));
    o.force = false;
    unlink(scratch_file("dose.json"));
    ck_fails(convolve(&o), DVK_ERR_CREATE);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("convolve file")};
    tcase_add_test(cases[0], units_of_the_map);
    tcase_add_test(cases[0], the_sidecar_says_how);
    tcase_add_test(cases[0], density_of_each_voxel);
    tcase_add_test(cases[0], what_is_refused_leaves_nothing);
    tcase_add_test(cases[0], what_is_there_stays_without_force);
    return run_suite("convolve file", cases, 1, false);
}
