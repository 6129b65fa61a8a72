/*
 * Every NIfTI file of the shared folder is read exactly (against nibabel, nifti_expected.h) or refused with its own
 * message. Headers made here go through test_nifti_made.c.
 */
#include <dirent.h>
#include <string.h>

#include "data/hash.h"
#include "data/volume.h"
#include "support/support.h"

typedef struct accepted_file {
    const char *name;
    size_t n[3], frames;
    double affine[12];
    const char *voxels; /* SHA-256 of the float32 voxels */
    size_t counts[3];   /* NaN, infinite, negative */
    const char *text;   /* SHA-256 of the header extensions' text, "" for none */
} accepted_file;

#include "nifti_expected.h"

typedef struct refused_file {
    const char *name, *words; /* words that its message must have */
} refused_file;

static const refused_file refused_files[] = {
    {"good/niftirs_complex32.nii", "complex64"},
    {"good/niftirs_rgb3D.nii", "RGB24"},
    {"good/niftirs_minimal.nii", "neither sform nor qform"},
    {"good/niivue_ras.img", "name the .hdr"},
    {"good/niivue_shear.nii.gz", "sheared (axes j and k"},
    {"malformed/bitpix_lie.nii", "bitpix is 8, but float32 has 32"},
    {"malformed/datatype_0.nii", "datatype 0"},
    {"malformed/datatype_binary.nii", "binary"},
    {"malformed/datatype_complex64.nii", "complex64"},
    {"malformed/datatype_unknown.nii", "datatype 999"},
    {"malformed/dim0_0.nii", "dim[0] is 0"},
    {"malformed/dim0_8.nii", "dim[0] is 8"},
    {"malformed/dim5_vector.nii.gz", "dim[5] is 2"},
    {"malformed/dim_bigger_than_file.nii", "holds 11104 bytes, but its header promises 12000"},
    {"malformed/dim_huge.nii", "promises 140724603847004"},
    {"malformed/dim_zero.nii", "dim[2] is 0"},
    {"malformed/empty.nii", "is empty"},
    {"malformed/empty.nii.gz", "is empty"},
    {"malformed/ext_esize_neg.nii", "header extension at byte 352 has size -16"},
    {"malformed/ext_esize_past_vox.nii", "header extension at byte 352 has size 1024"},
    {"malformed/gz_bitrot_stored.nii.gz", "damaged"},
    {"malformed/gz_crc_bad.nii.gz", "damaged"},
    {"malformed/gz_trailing_garbage.nii.gz", "7 bytes of something else follow"},
    {"malformed/html_named_nifti.nii.gz", "is not NIfTI"},
    {"malformed/magic_bad.nii", "magic"},
    {"malformed/nifti2_dim0_200.nii", "dim[0] is 200"},
    {"malformed/pixdim_inf.nii", "pixdim[3] is inf"},
    {"malformed/pixdim_zero.nii", "pixdim[1] is 0"},
    {"malformed/qs_disagree_flip.nii", "disagree by 30 voxels"},    /* 2 * 15 voxels along i */
    {"malformed/qs_disagree_shift.nii", "disagree by 20.9 voxels"}, /* 100 mm / 4.7952 mm */
    {"malformed/quat_invalid.nii", "quaternion (2, 2, 2)"},
    {"malformed/sizeof_hdr_0.nii", "is not NIfTI"},
    {"malformed/trunc_00000.nii", "is empty"},
    {"malformed/trunc_00010.nii.gz", "after 0 bytes"},
    {"malformed/trunc_00018.nii.gz", "within its header"},
    {"malformed/trunc_00100.nii", "after 100 bytes"},
    {"malformed/trunc_00351.nii", "holds 351 bytes"},
    {"malformed/trunc_00352.nii", "holds 352 bytes"},
    {"malformed/trunc_00353.nii", "holds 353 bytes"},
    {"malformed/trunc_09777.nii.gz", "cut short"},
    {"malformed/trunc_09781.nii.gz", "cut short"},
    {"malformed/trunc_09784.nii.gz", "cut short"},
    {"malformed/voxoff_0.nii", "vox_offset is 0"},
    {"malformed/voxoff_1e30.nii", "vox_offset is 1e+30"},
    {"malformed/voxoff_inf.nii", "vox_offset is inf"},
    {"malformed/voxoff_nan.nii", "vox_offset is nan"},
    {"malformed/voxoff_neg.nii", "vox_offset is -100"},
};

enum {
    ACCEPTED = sizeof accepted_files / sizeof accepted_files[0],
    REFUSED = sizeof refused_files / sizeof refused_files[0]
};

static const char *nifti_file(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "nifti/%s", name);
    return shared_file(path);
}

static void check_grid(const accepted_file *want, const dvk_geometry *g, size_t frames)
{
    ck_assert_uint_eq(frames, want->frames);
    for (int a = 0; a < 3; a++)
        ck_assert_uint_eq(g->n[a], want->n[a]);
    for (int i = 0; i < 12; i++)
        ck_assert_double_eq_tol(g->to_world[i / 4][i % 4], want->affine[i], 1e-12 * (1 + fabs(want->affine[i])));
}

START_TEST(reads_exactly)
{
    const accepted_file *want = &accepted_files[_i];
    const char *path = nifti_file(want->name);
    dvk_volume *v = NULL;
    dvk_geometry g;
    size_t frames = 0;
    char hash[65];
    ck_ok(dvk_volume_read(path, &v));
    check_grid(want, dvk_volume_geometry(v), dvk_volume_frames(v));
    dvk_sha256(dvk_volume_values(v), want->n[0] * want->n[1] * want->n[2] * want->frames * sizeof(float), hash);
    ck_assert_str_eq(hash, want->voxels);
    const dvk_voxel_counts counts = dvk_volume_counts(v);
    ck_assert_uint_eq(counts.nan, want->counts[0]);
    ck_assert_uint_eq(counts.infinite, want->counts[1]);
    ck_assert_uint_eq(counts.negative, want->counts[2]);
    const char *text = dvk_volume_extension(v);
    dvk_sha256(text, strlen(text), hash);
    ck_assert_str_eq(text[0] ? hash : "", want->text);
    dvk_volume_free(v);

    ck_ok(dvk_volume_read_header(path, &g, &frames));
    check_grid(want, &g, frames);
}
END_TEST

START_TEST(refuses_with_its_own_message)
{
    const char *path = nifti_file(refused_files[_i].name);
    dvk_volume *v = NULL;
    ck_fails(dvk_volume_read(path, &v), DVK_ERR_INVALID);
    ck_assert_ptr_null(v);
    const char *message = dvk_last_message();
    ck_assert_msg(strstr(message, refused_files[_i].words) != NULL, "%s", message);
    ck_assert_msg(strstr(message, path) == message, "%s", message);
}
END_TEST

static bool is_listed(const char *name)
{
    for (int i = 0; i < ACCEPTED; i++)
        if (strcmp(accepted_files[i].name, name) == 0)
            return true;
    for (int i = 0; i < REFUSED; i++)
        if (strcmp(refused_files[i].name, name) == 0)
            return true;
    return strcmp(name, "good/niivue_ras.img") == 0;
}

START_TEST(no_file_is_left_out)
{
    static const char *const rooms[] = {"good", "malformed", "convolution"};
    char path[4096];
    snprintf(path, sizeof path, "%s", nifti_file(rooms[_i]));
    DIR *dir = opendir(path);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        char name[512];
        snprintf(name, sizeof name, "%s/%s", rooms[_i], entry->d_name);
        if (entry->d_name[0] != '.' && !strstr(name, ".json"))
            ck_assert_msg(is_listed(name), "%s is in neither table", name);
    }
    closedir(dir);
}
END_TEST

static double labelled_mm3(const char *name, float label)
{
    dvk_volume *v = NULL;
    ck_ok(dvk_volume_read(nifti_file(name), &v));
    size_t count = 0;
    for (size_t i = 0; i < dvk_geometry_voxels(dvk_volume_geometry(v)); i++)
        count += dvk_volume_values(v)[i] == label;
    const double mm3 = (double)count * dvk_geometry_voxel_mL(dvk_volume_geometry(v)) * 1000;
    dvk_volume_free(v);
    return mm3;
}

/* The volumes that TotalSegmentator states itself (totalseg_statistics.json); the multi-label file gives some of the
 * right kidney's border to a neighbour, so only its left one is as stated. */
START_TEST(totalsegmentator_volumes)
{
    ck_close(labelled_mm3("good/totalseg_kidney_right.nii.gz", 1), 107892, 1e-12);
    ck_close(labelled_mm3("good/totalseg_kidney_left.nii.gz", 1), 99252, 1e-12);
    ck_close(labelled_mm3("good/totalseg_example_seg.nii.gz", 3), 99252, 1e-12);
}
END_TEST

START_TEST(totalsegmentator_names)
{
    dvk_volume *v = NULL;
    ck_ok(dvk_volume_read(nifti_file("good/totalseg_example_seg.nii.gz"), &v));
    const char *text = dvk_volume_extension(v);
    ck_assert_ptr_nonnull(strstr(text, "Key=\"2\""));
    ck_assert_ptr_nonnull(strstr(text, "kidney_left"));
    dvk_volume_free(v);
}
END_TEST

/* One anatomy in three axis orders: the centre of its values in the world, to the micrometre of float32 affines. */
START_TEST(three_axis_orders_are_one_image)
{
    static const char *const names[] = {"good/niivue_space_RAS.nii.gz", "good/niivue_space_LIA.nii.gz",
                                        "good/niivue_space_PIR.nii.gz"};
    double moment[3][4] = {{0}};
    for (int f = 0; f < 3; f++) {
        dvk_volume *v = NULL;
        ck_ok(dvk_volume_read(nifti_file(names[f]), &v));
        const dvk_geometry *g = dvk_volume_geometry(v);
        const float *value = dvk_volume_values(v);
        for (size_t k = 0, at = 0; k < g->n[2]; k++)
            for (size_t j = 0; j < g->n[1]; j++)
                for (size_t i = 0; i < g->n[0]; i++, at++) {
                    moment[f][3] += (double)value[at];
                    for (int r = 0; r < 3; r++)
                        moment[f][r] +=
                            (double)value[at] * (g->to_world[r][0] * (double)i + g->to_world[r][1] * (double)j +
                                                 g->to_world[r][2] * (double)k + g->to_world[r][3]);
                }
        dvk_volume_free(v);
    }
    for (int f = 1; f < 3; f++)
        for (int r = 0; r < 4; r++)
            ck_assert_double_eq_tol(moment[f][r], moment[0][r], 1e-3 * moment[0][3]);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("files")};
    tcase_set_timeout(cases[0], 60);
    tcase_add_loop_test(cases[0], reads_exactly, 0, ACCEPTED);
    tcase_add_loop_test(cases[0], refuses_with_its_own_message, 0, REFUSED);
    tcase_add_loop_test(cases[0], no_file_is_left_out, 0, 3);
    tcase_add_test(cases[0], totalsegmentator_volumes);
    tcase_add_test(cases[0], totalsegmentator_names);
    tcase_add_test(cases[0], three_axis_orders_are_one_image);
    nifti_file("good"); /* skips the whole program, not one forked test, where the folder is missing */
    return run_suite("nifti", cases, 1, false);
}
