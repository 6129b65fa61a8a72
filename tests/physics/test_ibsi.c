/*
 * IBSI 2's mean filter, phase 1 test 1.a (Image Biomarker Standardisation Initiative, CC BY 4.0): a checkerboard under
 * a box of 15^3 equal weights, through the command as a user runs it. The consensus with zeros outside the image
 * (1.a.1) is a linear convolution; with the image repeated (1.a.3) a circular one, which must not come out.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "support/support.h"

static const char *box_kernel(void)
{
    static char path[256];
    const dvk_geometry g = plain_geometry(15, 15, 15, 1, 1, 1); /* not the image's 2 mm: bare numbers have no voxel */
    dvk_volume *box = NULL;
    ck_ok(dvk_volume_create(&g, 1, &box));
    for (int i = 0; i < 15 * 15 * 15; i++)
        dvk_volume_data(box)[i] = 1.0f / 3375;
    snprintf(path, sizeof path, "%s/box.nii", scratch_folder());
    ck_ok(dvk_volume_write(box, path));
    dvk_volume_free(box);
    return path;
}

static int convolve(const char *options, const char *out)
{
    char line[8192];
    snprintf(line, sizeof line, "%s/bin/dvkit convolve '%s' --kernel '%s' %s -o '%s' 2>/dev/null", DVK_BUILD,
             shared_file("nifti/convolution/ibsi_checkerboard.nii.gz"), box_kernel(), options, out);
    return WEXITSTATUS(system(line));
}

/* Largest difference over the reference's range. */
static double difference(const dvk_volume *got, const char *reference)
{
    dvk_volume *want = NULL;
    double least = INFINITY, most = -INFINITY, worst = 0;
    ck_ok(dvk_volume_read(shared_file(reference), &want));
    ck_assert(dvk_geometry_same(dvk_volume_geometry(got), dvk_volume_geometry(want), 0.01));
    for (size_t i = 0; i < dvk_geometry_voxels(dvk_volume_geometry(want)); i++) {
        const double w = (double)dvk_volume_values(want)[i];
        least = fmin(least, w);
        most = fmax(most, w);
        worst = fmax(worst, fabs((double)dvk_volume_values(got)[i] - w));
    }
    dvk_volume_free(want);
    return worst / (most - least);
}

START_TEST(zeros_outside_the_image)
{
    const char *const engines[] = {"--device cpu", "--device cpu --engine direct --threads 2",
                                   "--device cpu --threads 1"};
    char out[256];
    for (int i = 0; i < 3; i++) {
        char options[128];
        dvk_volume *got = NULL;
        snprintf(out, sizeof out, "%s/mean%d.nii.gz", scratch_folder(), i);
        snprintf(options, sizeof options, "--units none %s", engines[i]);
        ck_assert_int_eq(convolve(options, out), 0);
        ck_ok(dvk_volume_read(out, &got));
        ck_assert(difference(got, "nifti/convolution/ibsi_ref_1_a_1.nii") <= 1e-5);
        ck_assert(difference(got, "nifti/convolution/ibsi_ref_1_a_3.nii") > 0.1);
        dvk_volume_free(got);
    }
    ck_assert_int_eq(convolve("--units none", out), 73);
    ck_assert_int_eq(convolve("--units none --force", out), 0);
    ck_assert_int_eq(convolve("--units Bq.s/mL --force", out), 66); /* the kernel has no record */
    ck_assert_int_eq(convolve("--force", out), 65);                 /* nothing says the map's unit */
    ck_assert_int_eq(convolve("--units Gy --force", out), 2);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("ibsi")};
    shared_file("nifti/convolution/ibsi_ref_1_a_1.nii"); /* skips here, before any child */
    tcase_add_test(cases[0], zeros_outside_the_image);
    return run_suite("ibsi", cases, 1, false);
}
