/* One anatomy stored in other axis orders and directions gives the same numbers through the whole case. */
#include <string.h>

#include "support/patient.h"

/* Stores a file's volume with axis a of the new one running along axis order[a] of the old, backwards where flip[a]. */
static void write_turned(const char *from, const char *to, const int order[3], const bool flip[3])
{
    dvk_volume *old = NULL, *turned = NULL;
    ck_ok(dvk_volume_read(from, &old));
    const dvk_geometry g = *dvk_volume_geometry(old);
    dvk_geometry t = g;
    const size_t stride[3] = {1, g.n[0], g.n[0] * g.n[1]};
    for (int a = 0; a < 3; a++) {
        const int source = order[a];
        t.n[a] = g.n[source];
        t.voxel_mm[a] = g.voxel_mm[source];
        for (int row = 0; row < 3; row++) {
            t.to_world[row][a] = (flip[a] ? -1 : 1) * g.to_world[row][source];
            if (flip[a])
                t.to_world[row][3] += g.to_world[row][source] * (double)(g.n[source] - 1);
        }
    }
    ck_ok(dvk_volume_create(&t, 1, &turned));
    size_t v = 0, at[3];
    for (at[2] = 0; at[2] < t.n[2]; at[2]++)
        for (at[1] = 0; at[1] < t.n[1]; at[1]++)
            for (at[0] = 0; at[0] < t.n[0]; at[0]++) {
                size_t s = 0;
                for (int a = 0; a < 3; a++)
                    s += stride[order[a]] * (flip[a] ? t.n[a] - 1 - at[a] : at[a]);
                dvk_volume_data(turned)[v++] = dvk_volume_values(old)[s];
            }
    ck_ok(dvk_volume_write(turned, to));
    dvk_volume_free(old);
    dvk_volume_free(turned);
}

static dvk_summary *run_turned(const int order[3], const bool flip[3])
{
    static char path[5][4200];
    static const char *scans[4] = {path[0], path[1], path[2], path[3]};
    static const double times_h[] = {4, 24, 96, 168};
    dvk_case_options o = patient_options("spect");
    for (int i = 0; i < 5; i++) {
        snprintf(path[i], sizeof path[i], "%s/turned-%d.nii", scratch_folder(), i);
        write_turned(i < 4 ? o.scans[i] : o.voi_sources[0].path, path[i], order, flip);
    }
    const dvk_voi_source labels = {.path = path[4]};
    o.scans = scans;
    o.voi_sources = &labels;
    o.voi.labels = "left=3,right=2";
    o.series.times = 4;
    o.series.times_h = times_h;
    o.series.units = "Bq/mL";
    o.series.reference = DVK_DECAY_SCAN;
    o.series.injected_MBq = 7400;
    o.series.nuclide = "Lu-177";
    return patient_run(&o, "cpu", NULL);
}

START_TEST(orientation_changes_no_number)
{
    static const int orders[][3] = {{2, 0, 1}, {1, 2, 0}, {1, 0, 2}};
    static const bool flips[][3] = {{true, false, false}, {false, true, true}, {true, true, true}};
    const dvk_case_options o = patient_options("spect");
    dvk_summary *plain = patient_run(&o, "cpu", NULL);
    for (int i = 0; i < 3; i++) {
        dvk_summary *turned = run_turned(orders[i], flips[i]);
        ck_assert_uint_eq(turned->roi_count, 2);
        for (size_t r = 0; r < 2; r++) {
            const dvk_roi_summary *a = &plain->rois[r], *b = patient_roi(turned, a->name);
            ck_close(b->volume_mL, a->volume_mL, 1e-6);
            ck_close(b->tia_MBqh, a->tia_MBqh, 1e-6);
            ck_close(b->dose_mean_Gy, a->dose_mean_Gy, 1e-6);
            ck_close(b->d98_Gy, a->d98_Gy, 1e-5);
            ck_close(b->bed_Gy, a->bed_Gy, 1e-6);
        }
        ck_close(turned->balance.energy_left_grid_J, plain->balance.energy_left_grid_J, 1e-5);
        dvk_summary_free(turned);
    }
    dvk_summary_free(plain);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("orientation")};
    tcase_add_test(cases[0], orientation_changes_no_number);
    patient_needed();
    return run_suite("orientation", cases, 1, false);
}
