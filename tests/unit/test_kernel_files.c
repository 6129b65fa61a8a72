/* Kernel files: round trip, records that do not fit, other programs' formats, rescaling, sharing, failing memory. */
#include <string.h>

#include "base/alloc.h"
#include "physics/kernel.h"
#include "support/support.h"

static const char *in_scratch(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", scratch_folder(), name);
    return path;
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(in_scratch(name), "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static dvk_kernel_spec lutetium(double voxel_mm)
{
    return (dvk_kernel_spec){
        .nuclide = "Lu-177", .voxel_mm = {voxel_mm, voxel_mm, voxel_mm + 1}, .half = {6, 6, 5}, .density_g_mL = 1.04};
}

static dvk_kernel *make(const dvk_kernel_spec *spec)
{
    dvk_kernel *k = NULL;
    ck_ok(dvk_kernel_make(spec, &k));
    return k;
}

START_TEST(a_kernel_reads_back_the_same)
{
    const dvk_kernel_spec spec = lutetium(3.9063);
    dvk_kernel *made = make(&spec), *read = NULL;
    ck_ok(dvk_kernel_write(made, in_scratch("k.nii.gz")));
    ck_ok(dvk_kernel_read(in_scratch("k.nii.gz"), false, &read));
    const dvk_kernel_record *a = dvk_kernel_info(made), *b = dvk_kernel_info(read);
    ck_assert_str_eq(a->sha256, b->sha256);
    ck_assert_str_eq(a->source, b->source);
    ck_assert_str_eq(a->verdict, b->verdict);
    ck_assert(b->even && a->voxel_mm[2] == b->voxel_mm[2] && a->energy_keV == b->energy_keV);
    ck_assert(a->emitted_keV == b->emitted_keV && a->beyond_keV == b->beyond_keV);
    ck_close(dvk_kernel_at(read, -3, 2, 5), dvk_kernel_at(made, -3, 2, 5), 1e-7);
    ck_assert(isnan(dvk_kernel_error_at(read, 0, 0, 0)));
    dvk_kernel_free(made);
    dvk_kernel_free(read);
}
END_TEST

static void rewrite_sidecar(const char *units, const char *extra)
{
    char text[256];
    snprintf(text, sizeof text, "{%s%s%s \"Sources\": [\"x\"]%s}", units ? "\"Units\": \"" : "", units ? units : "",
             units ? "\"," : "", extra);
    write_text("k.json", text);
}

static void cannot_read(const char *reason, dvk_status status)
{
    dvk_kernel *k = NULL;
    ck_fails(dvk_kernel_read(in_scratch("k.nii.gz"), false, &k), status);
    ck_assert_ptr_null(k);
    ck_assert_msg(strstr(dvk_last_message(), reason) != NULL, "%s", dvk_last_message());
}

START_TEST(records_that_do_not_fit_are_refused)
{
    const dvk_kernel_spec spec = lutetium(4);
    dvk_kernel *k = make(&spec);
    ck_ok(dvk_kernel_write(k, in_scratch("k.nii.gz")));
    dvk_kernel_free(k);
    rewrite_sidecar("mGy/(MBq.s)", "");
    cannot_read("import the kernel with its units", DVK_ERR_INVALID);
    rewrite_sidecar(NULL, "");
    cannot_read("Units is missing", DVK_ERR_INVALID);
    rewrite_sidecar("Gy/(Bq.s)", ", \"MediumDensity_g_mL\": -1.04");
    cannot_read("no medium has that", DVK_ERR_INVALID);
    rewrite_sidecar("Gy/(Bq.s)", ", \"MediumDensity_g_mL\": 1040");
    cannot_read("no medium has that", DVK_ERR_INVALID);
    rewrite_sidecar("Gy/(Bq.s)", ", \"Energy_keV\": 400, \"EnergyEmitted_keV\": 182");
    cannot_read("its energies are wrong", DVK_ERR_INVALID);
    rewrite_sidecar("Gy/(Bq.s)", ", \"SHA256\": \"0123\"");
    cannot_read("SHA256", DVK_ERR_INVALID);
    remove(in_scratch("k.json"));
    cannot_read("a kernel comes with its JSON sidecar", DVK_ERR_MISSING);
}
END_TEST

START_TEST(even_sizes_and_values_that_are_not_finite_are_refused)
{
    const dvk_geometry even = plain_geometry(4, 5, 5, 1, 1, 1), odd = plain_geometry(3, 3, 3, 1, 1, 1);
    dvk_volume *v = NULL;
    dvk_kernel *k = NULL;
    ck_ok(dvk_volume_create(&even, 1, &v));
    ck_ok(dvk_volume_write(v, in_scratch("even.nii")));
    dvk_volume_free(v);
    ck_fails(dvk_kernel_read(in_scratch("even.nii"), true, &k), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "odd sizes"));
    ck_ok(dvk_volume_create(&odd, 1, &v));
    dvk_volume_data(v)[13] = NAN;
    ck_ok(dvk_volume_write(v, in_scratch("nan.nii")));
    dvk_volume_free(v);
    ck_fails(dvk_kernel_read(in_scratch("nan.nii"), true, &k), DVK_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "not finite"));
}
END_TEST

/* Bare weights keep all their taps when they are not even. */
START_TEST(weights_that_are_not_even_keep_their_taps)
{
    const dvk_geometry g = plain_geometry(5, 3, 1, 1, 1, 1);
    dvk_volume *v = NULL;
    dvk_kernel *k = NULL;
    ck_ok(dvk_volume_create(&g, 1, &v));
    for (int i = 0; i < 15; i++)
        dvk_volume_data(v)[i] = (float)i - 3;
    ck_ok(dvk_volume_write(v, in_scratch("w.nii")));
    dvk_volume_free(v);
    ck_ok(dvk_kernel_read(in_scratch("w.nii"), true, &k));
    ck_assert(!dvk_kernel_info(k)->even && k->octant == NULL);
    ck_assert(dvk_kernel_at(k, -2, -1, 0) == -3 && dvk_kernel_at(k, 2, 1, 0) == 11 && dvk_kernel_at(k, 0, 0, 1) == 0);
    dvk_kernel_free(k);
}
END_TEST

/* --- formats --- */

static const char lanconelli[] = "Lu177 - 4.8mm - Soft tissue\t\t\t\ni\tj\tk\tS [mGy/(MBq\xb7s)]\n"
                                 "0\t0\t0\t1.78E-01\n1\t0\t0\t2.46E-03\n1\t1\t0\t8.65E-05\n1\t1\t1\t2.35E-05\n";

static dvk_status import(const char *name, dvk_kernel_format format, const char *units, double density,
                         dvk_kernel **out)
{
    const dvk_kernel_import how = {.path = in_scratch(name), .format = format, .units = units, .density_g_mL = density};
    return dvk_kernel_import_file(&how, out);
}

START_TEST(lanconelli_tables_are_read_and_judged)
{
    dvk_kernel *k = NULL;
    write_text("177Lu4.8mmsoft.txt", lanconelli);
    ck_ok(import("177Lu4.8mmsoft.txt", DVK_KERNEL_LANCONELLI, NULL, NAN, &k));
    const dvk_kernel_record *r = dvk_kernel_info(k);
    ck_assert_str_eq(r->nuclide, "Lu-177");
    ck_assert(r->even && r->half[2] == 1);
    ck_close(r->voxel_mm[1], 4.8, 1e-12);
    ck_close(r->density_g_mL, 1.04, 1e-12);
    ck_close(dvk_kernel_at(k, 0, -1, 1), 8.65e-14, 1e-12);
    /* S rho V / 1 keV: sum of 1, 6, 12 and 8 values. */
    const double sum = (0.178 + 6 * 2.46e-3 + 12 * 8.65e-5 + 8 * 2.35e-5) * 1e-9;
    ck_close(r->energy_keV, sum * 1.04e-3 * 0.110592 / 1.602176634e-16, 1e-9);
    ck_assert_msg(strstr(r->verdict, "% less energy than it should") != NULL, "%s", r->verdict);
    dvk_kernel_free(k);
}
END_TEST

START_TEST(octant_csv_is_read_as_lines_or_values)
{
    dvk_kernel *a = NULL, *b = NULL;
    write_text("Lu177_6.647_1_4.00mm_2x2x2.csv",
               "i,j,k,S\n0,0,0,4\n0,0,1,3\n0,1,1,2\n1,1,1,1\n0,1,0,3\n1,0,0,3\n1,1,0,2\n1,0,1,2\n");
    ck_ok(import("Lu177_6.647_1_4.00mm_2x2x2.csv", DVK_KERNEL_OCTANT_CSV, "mGy/(MBq.s)", 1.04, &a));
    write_text("Lu177_6.647_1_4.00mm_3x3x3.csv", "4,3\n3,2\n3,2\n2,1\n");
    ck_ok(import("Lu177_6.647_1_4.00mm_3x3x3.csv", DVK_KERNEL_OCTANT_CSV, "mGy/(MBq.s)", 1.04, &b));
    ck_assert_str_eq(dvk_kernel_info(a)->sha256, dvk_kernel_info(b)->sha256);
    ck_close(dvk_kernel_at(b, -1, 1, 0), 2e-9, 1e-12);
    dvk_kernel_free(a);
    dvk_kernel_free(b);
    write_text("Lu177_6.647_1_4.00mm_9x9x9.csv", "4,3\n3,2\n3,2\n2,1\n");
    ck_fails(import("Lu177_6.647_1_4.00mm_9x9x9.csv", DVK_KERNEL_OCTANT_CSV, "mGy/(MBq.s)", 1.04, &a), DVK_ERR_INVALID);
    ck_fails(import("Lu177_6.647_1_4.00mm_2x2x2.csv", DVK_KERNEL_OCTANT_CSV, NULL, 1.04, &a), DVK_ERR_USAGE);
    ck_fails(import("Lu177_6.647_1_4.00mm_2x2x2.csv", DVK_KERNEL_OCTANT_CSV, "mGy/(MBq.s)", NAN, &a), DVK_ERR_USAGE);
    ck_fails(import("Lu177_6.647_1_4.00mm_2x2x2.csv", DVK_KERNEL_OCTANT_CSV, "rad/(mCi.h)", 1.04, &a), DVK_ERR_USAGE);
}
END_TEST

START_TEST(raw_cubes_and_nifti_are_read)
{
    float cube[27] = {0};
    dvk_kernel *k = NULL;
    cube[13] = 2;
    cube[12] = cube[14] = 1;
    FILE *file = fopen(in_scratch("cube.img"), "wb");
    ck_assert_uint_eq(fwrite(cube, sizeof *cube, 27, file), 27);
    fclose(file);
    dvk_kernel_import how = {.path = in_scratch("cube.img"),
                             .format = DVK_KERNEL_RAW,
                             .units = "Gy/(GBq.h)",
                             .nuclide = "Lu-177",
                             .density_g_mL = 1.04};
    ck_fails(dvk_kernel_import_file(&how, &k), DVK_ERR_USAGE);
    ck_assert_ptr_nonnull(strstr(dvk_last_message(), "no voxel"));
    how.voxel_mm[0] = how.voxel_mm[1] = how.voxel_mm[2] = 4;
    ck_ok(dvk_kernel_import_file(&how, &k));
    ck_close(dvk_kernel_at(k, 1, 0, 0), 1e-9 / 3600, 1e-7);
    ck_ok(dvk_kernel_write(k, in_scratch("cube.nii")));
    dvk_kernel_free(k);
    how.path = in_scratch("cube.nii");
    how.format = DVK_KERNEL_NIFTI;
    how.units = "Gy/(Bq.s)";
    ck_ok(dvk_kernel_import_file(&how, &k));
    ck_close(dvk_kernel_at(k, -1, 0, 0), 1e-9 / 3600, 1e-6);
    dvk_kernel_free(k);
}
END_TEST

static void broken(const char *text, const char *reason)
{
    dvk_kernel *k = NULL;
    write_text("broken.txt", text);
    ck_fails(import("broken.txt", DVK_KERNEL_LANCONELLI, NULL, NAN, &k), DVK_ERR_INVALID);
    ck_assert_msg(strstr(dvk_last_message(), reason) != NULL, "%s", dvk_last_message());
}

START_TEST(broken_tables_are_refused_by_line)
{
    broken("voxel dose kernel\n", "line 1: not a nuclide, a voxel and a medium");
    broken("Lu177 - 4.8mm - Soft\ni j k S\n0\t0\t0\t1\n0\t0\tx\t1\n", "line 4: not i, j, k and a value");
    broken("Lu177 - 4.8mm - Soft\ni j k S\n0\t0\t0\t1\n1\t1\t0\t1\n1\t0\t0\t1\n0\t1\t0\t1\n", "1, 1, 1 is missing");
    broken("Lu177 - 4.8mm - Soft\ni j k S\n0\t0\t0\t1\n511\t0\t0\t1\n", "an index is 511, but there are only 2 lines");
    broken("Lu177 - 4.8mm - Soft\ni j k S\n0\t0\t0\t1\n0\t0\t0\t2\n", "given another value before");
    broken("Lu177 - 4.8mm - Soft\ni j k S\n0\t0\t0\t-1\n", "negative");
    broken("Lu177 - 4.8mm - Soft\ni j k S\n", "holds no values");
    broken("Lu177 - 4.8mm - Soft\ni j k S\n0\t0\t0\t1\n1\t0\t0\t3\n1\t1\t0\t1\n1\t1\t1\t1\n", "not the largest");
}
END_TEST

/* --- rescaling --- */

/* S h^3 interpolates within 0.5 % in the source voxel and its faces' neighbours (physics.md, section 3). */
START_TEST(rescaling_interpolates_energy)
{
    dvk_kernel_spec spec = lutetium(4);
    spec.voxel_mm[2] = 4;
    dvk_kernel *a = make(&spec), *between = NULL, *carried = NULL;
    spec.voxel_mm[0] = spec.voxel_mm[1] = spec.voxel_mm[2] = 4.8;
    dvk_kernel *b = make(&spec);
    spec.voxel_mm[0] = spec.voxel_mm[1] = spec.voxel_mm[2] = 4.4;
    dvk_kernel *wanted = make(&spec);
    const dvk_kernel *both[2] = {a, b};
    ck_ok(dvk_kernel_rescale(both, 2, spec.voxel_mm, &between));
    ck_close(dvk_kernel_at(between, 0, 0, 0), dvk_kernel_at(wanted, 0, 0, 0), 5e-3);
    ck_close(dvk_kernel_at(between, 0, 1, 0), dvk_kernel_at(wanted, 0, 1, 0), 1e-2);
    ck_close(dvk_kernel_at(between, 5, 3, 2), dvk_kernel_at(wanted, 5, 3, 2), 5e-3);
    ck_assert_ptr_nonnull(strstr(dvk_kernel_info(between)->source, "S h^3 interpolated"));
    ck_ok(dvk_kernel_rescale(both, 1, spec.voxel_mm, &carried));
    ck_close(dvk_kernel_at(carried, 4, 0, 1), dvk_kernel_at(wanted, 4, 0, 1), 1e-12);
    dvk_kernel_free(between);
    dvk_kernel_free(carried);
    spec.voxel_mm[0] = 5;
    ck_fails(dvk_kernel_rescale(both, 2, spec.voxel_mm, &between), DVK_ERR_USAGE);
    ck_fails(dvk_kernel_check_voxel(a, spec.voxel_mm), DVK_ERR_INVALID);
    ck_assert_str_eq(dvk_last_message(),
                     "the kernel is for voxels of 4 x 4 x 4 mm, not 5 x 4.4 x 4.4 mm: make one for that "
                     "voxel, or import it with --rescale");
    dvk_kernel_free(a);
    dvk_kernel_free(b);
    dvk_kernel_free(wanted);
}
END_TEST

/* --- making --- */

START_TEST(the_same_kernel_is_made_once)
{
    const dvk_kernel_spec spec = lutetium(3.3);
    dvk_kernel_spec other = spec;
    other.density_g_mL = 1.05;
    dvk_kernel *a = make(&spec), *b = make(&spec), *c = make(&other);
    ck_assert_ptr_eq(a, b);
    ck_assert_ptr_ne(a, c);
    dvk_kernel_free(a);
    ck_close(dvk_kernel_info(b)->density_g_mL, 1.04, 0);
    dvk_kernel_free(b);
    dvk_kernel_free(c);
}
END_TEST

static void refused(dvk_kernel_spec spec, const char *reason)
{
    dvk_kernel *k = NULL;
    ck_fails(dvk_kernel_make(&spec, &k), DVK_ERR_USAGE);
    ck_assert_ptr_null(k);
    ck_assert_msg(strstr(dvk_last_message(), reason) != NULL, "%s", dvk_last_message());
}

START_TEST(wishes_that_make_no_sense_are_refused)
{
    dvk_kernel_spec spec = lutetium(4);
    spec.nuclide = "Lu-178";
    refused(spec, "did you mean Lu-177?");
    spec = lutetium(0);
    refused(spec, "a voxel edge of 0 mm");
    spec = lutetium(NAN);
    refused(spec, "a voxel edge of nan mm");
    spec = lutetium(4);
    spec.density_g_mL = 1040;
    refused(spec, "a medium of 1040 g/mL");
    spec = lutetium(4);
    memset(spec.half, 0, sizeof spec.half);
    spec.radius_mm = 3;
    refused(spec, "less than one voxel");
    spec.radius_mm = 1e6;
    refused(spec, "more than 4096 voxels");
    spec = lutetium(4);
    spec.nuclide = "Y-90";
    spec.component = DVK_COMPONENT_PHOTON;
    refused(spec, "Y-90 has no photon table");
}
END_TEST

/* Every allocation on the way fails once: an error each time, no leak (under AddressSanitizer), then success. */
START_TEST(failing_memory_is_an_error)
{
    dvk_kernel_spec spec = lutetium(2.7);
    dvk_kernel *k = NULL;
    long n = 1;
    dvk_status status = DVK_ERR_MEMORY;
    for (; status != DVK_OK && n < 200; n++) {
        dvk_alloc_fail_at(n);
        status = dvk_kernel_make(&spec, &k);
        ck_assert(status == DVK_OK || status == DVK_ERR_MEMORY);
    }
    dvk_alloc_fail_at(0);
    ck_assert_int_eq(status, DVK_OK);
    ck_assert_int_gt(n, 15);
    dvk_kernel_free(k);
}
END_TEST

START_TEST(statistical_errors_come_from_the_tables)
{
    const dvk_kernel_spec spec = lutetium(4.8);
    dvk_kernel *k = make(&spec);
    /* The electrons' total is known to about 1 / sqrt(1.4e6 primaries) of their spread, some 0.03 %. */
    ck_assert_double_gt(dvk_kernel_error_at(k, 0, 0, 0), 1e-4);
    ck_assert_double_lt(dvk_kernel_error_at(k, 0, 0, 0), 1e-3);
    ck_assert_double_lt(dvk_kernel_error_at(k, 5, 3, -2), 1e-2);
    ck_assert(dvk_kernel_error_at(k, 5, 3, -2) == dvk_kernel_error_at(k, -5, 3, 2));
    ck_assert(isnan(dvk_kernel_error_at(k, 99, 0, 0)));
    ck_ok(dvk_kernel_write_error(k, in_scratch("e.nii.gz")));
    dvk_kernel *e = NULL;
    ck_ok(dvk_kernel_read(in_scratch("e.nii.gz"), true, &e));
    ck_close(dvk_kernel_at(e, 3, -1, 2), dvk_kernel_error_at(k, 3, 1, 2), 1e-6);
    dvk_kernel_free(e);
    dvk_kernel_free(k);
}
END_TEST

/* --- shell tables --- */

static void bad_table(const char *text, const char *reason)
{
    dvk_shells s = {0};
    ck_fails(dvk_shells_parse("t.csv", text, &s), DVK_ERR_INVALID);
    ck_assert_msg(strstr(dvk_last_message(), reason) != NULL, "%s", dvk_last_message());
}

START_TEST(broken_shell_tables_are_refused)
{
    bad_table("# nothing\n", "no shells");
    bad_table("0,1,1,1,0.1\n2,3,1,1,0.1\n", "line 2: the shell from 2 to 3 mm does not follow 1 mm");
    bad_table("0,1,1,1,0.1\n1,1,1,1,0.1\n", "line 2");
    bad_table("0,1,-1,1,0.1\n", "negative energy");
    bad_table("0,1,1\n", "not the five numbers");
}
END_TEST

/* Energy and variance are kept; strong shells stay as they are. */
START_TEST(noise_is_joined_without_loss)
{
    dvk_shells s = {0};
    ck_ok(dvk_shells_parse("t.csv", "0,8,1,1,0.01\n8,8.5,1e-3,1,0.2\n8.5,9,1e-3,1,0.2\n9,10,0,0,1\n10,20,2e-3,1,0.01\n",
                           &s));
    dvk_shells_join_noise(&s);
    ck_assert_uint_eq(s.count, 3);
    ck_close(s.edge_mm[1], 8, 0);
    ck_close(s.edge_mm[2], 9, 0);
    ck_close(s.energy[1], 2, 1e-12);
    ck_close(s.sigma_rel[1], 0.2 / sqrt(2), 1e-12);
    ck_close(s.energy[2], 2, 1e-12);
    dvk_shells_free(&s);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("files");
    tcase_add_test(c, a_kernel_reads_back_the_same);
    tcase_add_test(c, records_that_do_not_fit_are_refused);
    tcase_add_test(c, even_sizes_and_values_that_are_not_finite_are_refused);
    tcase_add_test(c, weights_that_are_not_even_keep_their_taps);
    tcase_add_test(c, lanconelli_tables_are_read_and_judged);
    tcase_add_test(c, octant_csv_is_read_as_lines_or_values);
    tcase_add_test(c, raw_cubes_and_nifti_are_read);
    tcase_add_test(c, broken_tables_are_refused_by_line);
    tcase_add_test(c, rescaling_interpolates_energy);
    tcase_add_test(c, the_same_kernel_is_made_once);
    tcase_add_test(c, wishes_that_make_no_sense_are_refused);
    tcase_add_test(c, failing_memory_is_an_error);
    tcase_add_test(c, statistical_errors_come_from_the_tables);
    tcase_add_test(c, broken_shell_tables_are_refused);
    tcase_add_test(c, noise_is_joined_without_loss);
    return run_suite("kernel files", &c, 1, false);
}
