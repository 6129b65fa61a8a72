/*
 * A mask on a finer grid than the scan's: the same volume cut into more voxels gives the same VOI by fractions, and
 * nearly the same dose where the map is interpolated on the mask's own grid.
 */
#include <string.h>

#include "physics/roi.h"
#include "support/patient.h"

static char mask_path[4200];

/* The label map with each voxel cut into `factor` parts along each axis, and its names. */
static void write_finer_mask(const char *labels, size_t factor)
{
    char names[4200];
    dvk_volume *map = NULL, *fine = NULL;
    ck_ok(dvk_volume_read(labels, &map));
    dvk_geometry g = *dvk_volume_geometry(map);
    const dvk_geometry coarse = g;
    const double f = (double)factor;
    for (int a = 0; a < 3; a++) {
        g.n[a] *= factor;
        g.voxel_mm[a] /= f;
    }
    for (int row = 0; row < 3; row++)
        for (int a = 0; a < 3; a++) {
            g.to_world[row][a] /= f;
            g.to_world[row][3] -= g.to_world[row][a] * (f - 1) / 2; /* the first part's centre */
        }
    ck_ok(dvk_volume_create(&g, 1, &fine));
    size_t v = 0;
    for (size_t z = 0; z < g.n[2]; z++)
        for (size_t y = 0; y < g.n[1]; y++)
            for (size_t x = 0; x < g.n[0]; x++)
                dvk_volume_data(fine)[v++] =
                    dvk_volume_values(map)[x / factor + coarse.n[0] * (y / factor + coarse.n[1] * (z / factor))];
    snprintf(mask_path, sizeof mask_path, "%s/fine-%zu.nii.gz", scratch_folder(), factor);
    ck_ok(dvk_volume_write(fine, mask_path));
    snprintf(names, sizeof names, "%s/fine-%zu.tsv", scratch_folder(), factor);
    FILE *file = fopen(names, "w");
    ck_assert_ptr_nonnull(file);
    fputs("index\tname\n2\tkidney_right\n3\tkidney_left\n", file);
    ck_assert_int_eq(fclose(file), 0);
    dvk_volume_free(map);
    dvk_volume_free(fine);
}

/* mean[] gets the kidneys' mean doses by interpolation. */
static void compare_with_fine_mask(size_t factor, double mean[2])
{
    static const char *const kidneys[] = {"kidney_left", "kidney_right"};
    dvk_case_options o = patient_options("ideal");
    write_finer_mask(o.voi_sources[0].path, factor);
    dvk_summary *coarse = patient_run(&o, "cpu", NULL);
    const dvk_voi_source fine = {.path = mask_path};
    o.voi_sources = &fine;
    dvk_summary *fractions = patient_run(&o, "cpu", NULL);
    o.voi_grid = DVK_VOI_GRID_VOI;
    dvk_summary *interpolated = patient_run(&o, "cpu", NULL);
    for (int i = 0; i < 2; i++) {
        const dvk_roi_summary *c = patient_roi(coarse, kidneys[i]), *f = patient_roi(fractions, kidneys[i]);
        const dvk_roi_summary *n = patient_roi(interpolated, kidneys[i]);
        ck_close(f->volume_mL, c->volume_mL, 1e-6);
        ck_close(f->dose_mean_Gy, c->dose_mean_Gy, 1e-6); /* the same fractions, all 1 */
        ck_close(f->d95_Gy, c->d95_Gy, 1e-5);
        ck_close(n->volume_mL, c->volume_mL, 1e-6);
        ck_assert_uint_eq(n->voxels, c->voxels * factor * factor * factor);
        ck_close(n->tia_MBqh, c->tia_MBqh, 1e-6);
        mean[i] = n->dose_mean_Gy;
    }
    dvk_summary_free(coarse);
    dvk_summary_free(fractions);
    dvk_summary_free(interpolated);
}

START_TEST(finer_masks_agree)
{
    double twice[2], four_times[2];
    compare_with_fine_mask(2, twice);
    compare_with_fine_mask(4, four_times);
    for (int i = 0; i < 2; i++)
        ck_close(four_times[i], twice[i], 5e-3);
}
END_TEST

/* Linear interpolation gives a linear map exactly, whatever the mask's grid, and holds the border's value outside. */
START_TEST(a_linear_map_is_interpolated_exactly)
{
    const dvk_geometry scan = plain_geometry(9, 8, 7, 4, 5, 6);
    dvk_geometry fine = plain_geometry(20, 20, 20, 1.3, 1.1, 0.9);
    dvk_volume *dose = NULL, *mask = NULL;
    dvk_voi_set *set = NULL;
    char path[4200];
    ck_ok(dvk_volume_create(&scan, 1, &dose));
    for (size_t v = 0; v < dvk_geometry_voxels(&scan); v++) {
        const double x = 4 * ((double)(v % 9) - 4), z = 6 * ((double)(v / 72) - 3);
        dvk_volume_data(dose)[v] = (float)(100 + 2 * x + 3 * z);
    }
    for (int a = 0; a < 3; a++)
        fine.to_world[a][3] += 2.5;
    ck_ok(dvk_volume_create(&fine, 1, &mask));
    for (size_t v = 0; v < dvk_geometry_voxels(&fine); v++)
        dvk_volume_data(mask)[v] = 1;
    snprintf(path, sizeof path, "%s/cube.nii.gz", scratch_folder());
    ck_ok(dvk_volume_write(mask, path));
    const dvk_voi_source source = {.path = path, .name = "cube"};
    const dvk_voi_options options = {0};
    ck_ok(dvk_voi_read(&source, 1, &options, &scan, &set));
    dvk_roi_voxels voxels;
    ck_ok(dvk_roi_gather_drawn(dvk_voi_at(set, 0), dose, NULL, &voxels));
    ck_assert_uint_eq(voxels.count, dvk_geometry_voxels(&fine));
    for (size_t v = 0; v < voxels.count; v++) {
        const double x = 1.3 * ((double)(v % 20) - 9.5) + 2.5, z = 0.9 * ((double)(v / 400) - 9.5) + 2.5;
        ck_close(voxels.dose_Gy[v], 100 + 2 * x + 3 * z, 1e-6);
        ck_close(voxels.volume_mL[v], 1.3 * 1.1 * 0.9e-3, 1e-6);
    }
    dvk_roi_voxels_free(&voxels);
    dvk_voi_set_free(set);
    dvk_volume_free(dose);
    dvk_volume_free(mask);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("VOI grid")};
    tcase_add_test(cases[0], finer_masks_agree);
    tcase_add_test(cases[0], a_linear_map_is_interpolated_exactly);
    patient_needed();
    return run_suite("VOI grid", cases, 1, false);
}
