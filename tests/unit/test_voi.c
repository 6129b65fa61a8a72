/* VOIs: real label maps on many grids, names from every source, and everything that must be refused in one line. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "data/geometry.h"
#include "support/files.h"
#include "support/support.h"

#define SAID(text) ck_assert_msg(strstr(dvk_last_message(), text), "%s", dvk_last_message())

static dvk_voi_set *read_one(const char *path, const char *name, const dvk_voi_options *options,
                             const dvk_geometry *scan)
{
    const dvk_voi_source source = {.path = path, .name = name};
    dvk_voi_set *set = NULL;
    ck_ok(dvk_voi_read(&source, 1, options, scan, &set));
    return set;
}

static void refused(const char *path, const char *name, const dvk_voi_options *options, const dvk_geometry *scan,
                    const char *said)
{
    const dvk_voi_source source = {.path = path, .name = name};
    dvk_voi_set *set = NULL;
    ck_fails(dvk_voi_read(&source, 1, options, scan, &set), DVK_ERR_INVALID);
    ck_assert_ptr_null(set);
    SAID(said);
}

static dvk_geometry grid_of(const char *path)
{
    dvk_geometry g;
    size_t frames = 0;
    ck_ok(dvk_volume_read_header(path, &g, &frames));
    return g;
}

static double laid_mL(const dvk_voi *voi, const dvk_geometry *scan)
{
    double sum = 0;
    bool good = true;
    for (size_t v = 0; v < voi->count; v++) {
        good = good && voi->fraction[v] > 0 && voi->fraction[v] <= 1;
        good = good && (v == 0 || voi->index[v] > voi->index[v - 1]);
        sum += (double)voi->fraction[v];
    }
    ck_assert(good);
    return sum * dvk_geometry_voxel_mL(scan);
}

/* A grid of h mm voxels that covers `g`, turned about z, with its axes in another order where `swap`. */
static dvk_geometry covering(const dvk_geometry *g, double h, double degrees, bool swap)
{
    const double pi = acos(-1), cosine = cos(degrees * pi / 180), sine = sin(degrees * pi / 180);
    double middle[3], half = 0;
    for (int r = 0; r < 3; r++) {
        middle[r] = g->to_world[r][3];
        for (int c = 0; c < 3; c++)
            middle[r] += 0.5 * (double)(g->n[c] - 1) * g->to_world[r][c];
        half = fmax(half, 0.5 * g->voxel_mm[r] * (double)g->n[r]);
    }
    const size_t n = (size_t)(2 * 1.5 * half / h) + 3;
    const int x = swap ? 2 : 0, z = swap ? 0 : 2;
    dvk_geometry out = {.n = {n, n + 1, n + 2}, .voxel_mm = {h, h, h}};
    out.to_world[0][x] = h * cosine;
    out.to_world[1][x] = h * sine;
    out.to_world[0][1] = h * sine; /* mirrored along y */
    out.to_world[1][1] = -h * cosine;
    out.to_world[2][z] = -h;
    for (int r = 0; r < 3; r++) {
        out.to_world[r][3] = middle[r] + 0.123; /* no edge falls on another */
        for (int c = 0; c < 3; c++)
            out.to_world[r][3] -= 0.5 * (double)(out.n[c] - 1) * out.to_world[r][c];
    }
    return out;
}

static const struct {
    double h, degrees;
    bool swap;
} grids[] = {{4.42, 0, false}, {1.7, 0, true}, {7.1, 90, false}, {4.42, 17, false}, {2.9, -40, true}};

enum { GRIDS = sizeof grids / sizeof grids[0] };

/* The statistics file was made from the file of each organ. */
START_TEST(totalsegmentator_volumes_on_every_grid)
{
    char left[512], right[512];
    json_t *statistics = json_load_file(shared_file("nifti/good/totalseg_statistics.json"), 0, NULL);
    snprintf(left, sizeof left, "%s", shared_file("nifti/good/totalseg_kidney_left.nii.gz"));
    snprintf(right, sizeof right, "%s", shared_file("nifti/good/totalseg_kidney_right.nii.gz"));
    const dvk_voi_source sources[] = {{.path = left, .name = "kidney_left"}, {.path = right, .name = "kidney_right"}};
    const dvk_geometry own = grid_of(left);
    const dvk_voi_options wanted = {.kidneys_wanted = true};
    for (size_t i = 0; i <= GRIDS; i++) {
        const dvk_geometry scan = i ? covering(&own, grids[i - 1].h, grids[i - 1].degrees, grids[i - 1].swap) : own;
        dvk_voi_set *set = NULL;
        ck_ok(dvk_voi_read(sources, 2, &wanted, &scan, &set));
        for (size_t k = 0; k < 2; k++) {
            const dvk_voi *voi = dvk_voi_at(set, k);
            const double mm3 = json_at(json_object_get(statistics, voi->name), "volume");
            ck_close(voi->volume_mL, mm3 / 1000, 1e-6);
            ck_close(laid_mL(voi, &scan), mm3 / 1000, 1e-6);
            ck_assert(voi->outside_fraction == 0);
            ck_assert(i || voi->count == (size_t)mm3 / 27);
        }
        dvk_voi_set_free(set);
    }
    json_decref(statistics);
}
END_TEST

/* The map of all organs, whose names are in its header; each organ's volume is its number of voxels. */
START_TEST(totalsegmentator_map_on_every_grid)
{
    char path[512];
    size_t voxels[118] = {0}, organs = 0;
    dvk_volume *map = NULL;
    snprintf(path, sizeof path, "%s", shared_file("nifti/good/totalseg_example_seg.nii.gz"));
    ck_ok(dvk_volume_read(path, &map));
    const dvk_geometry own = *dvk_volume_geometry(map);
    for (size_t v = 0; v < dvk_geometry_voxels(&own); v++)
        voxels[(size_t)dvk_volume_values(map)[v]]++;
    for (int label = 1; label < 118; label++)
        organs += voxels[label] > 0;
    ck_assert_uint_gt(organs, 20);
    const dvk_voi_options wanted = {.kidneys_wanted = true};
    for (size_t i = 0; i < GRIDS; i++) { /* but the last, for time */
        const dvk_geometry scan = i ? covering(&own, grids[i - 1].h, grids[i - 1].degrees, grids[i - 1].swap) : own;
        dvk_voi_set *set = read_one(path, NULL, &wanted, &scan);
        ck_assert_uint_eq(dvk_voi_count(set), organs);
        ck_assert_int_eq(dvk_voi_named(set, "kidney_left")->label, 3);
        for (size_t k = 0; k < organs; k++) {
            const dvk_voi *voi = dvk_voi_at(set, k);
            ck_close(laid_mL(voi, &scan), 0.027 * (double)voxels[voi->label], 1e-6);
        }
        dvk_voi_set_free(set);
    }
    dvk_volume_free(map);
}
END_TEST

START_TEST(a_file_for_each_kidney)
{
    char left[512], right[512];
    snprintf(left, sizeof left, "%s", shared_file("nifti/good/totalseg_kidney_left.nii.gz"));
    snprintf(right, sizeof right, "%s", shared_file("nifti/good/totalseg_kidney_right.nii.gz"));
    const dvk_geometry own = grid_of(left);
    dvk_voi_source sources[] = {{.path = left, .name = "kidney_left"}, {.path = right, .name = "right"}};
    const dvk_voi_options wanted = {.kidneys_wanted = true};
    dvk_voi_set *set = NULL;
    ck_ok(dvk_voi_read(sources, 2, &wanted, &own, &set));
    ck_assert_uint_eq(dvk_voi_count(set), 2);
    const dvk_voi *voi = dvk_voi_named(set, "kidney_right");
    ck_assert_int_eq(voi->label, 0);
    ck_close(laid_mL(voi, &own), voi->volume_mL, 1e-7);
    ck_assert_uint_eq(strlen(dvk_voi_file_sha256(set, 1)), 64);
    dvk_voi_set_free(set);

    sources[0].name = "kidney_right";
    sources[1].name = "kidney_left";
    ck_fails(dvk_voi_read(sources, 2, &wanted, &own, &set), DVK_ERR_INVALID);
    SAID("to the patient's right of kidney_right");
    sources[1].name = "Kidney R";
    ck_fails(dvk_voi_read(sources, 2, &wanted, &own, &set), DVK_ERR_INVALID);
    SAID("kidney_right is also in");
}
END_TEST

START_TEST(one_anatomy_in_three_orders_of_axes)
{
    const char *const orders[] = {"RAS", "LIA", "PIR"};
    double volume[3] = {0}, centroid[3][3];
    float *laid[3];
    const dvk_geometry scan = plain_geometry(25, 27, 23, 7, 6.3, 8.1);
    for (int i = 0; i < 3; i++) {
        char name[64];
        dvk_volume *v = NULL;
        snprintf(name, sizeof name, "nifti/good/niivue_space_%s.nii.gz", orders[i]);
        ck_ok(dvk_volume_read(shared_file(name), &v));
        const dvk_geometry g = *dvk_volume_geometry(v);
        const size_t voxels = dvk_geometry_voxels(&g);
        for (size_t k = 0; k < voxels; k++)
            dvk_volume_data(v)[k] = dvk_volume_data(v)[k] > 30;
        const char *mask = write_image("brain.nii", &g, 1, dvk_volume_values(v), voxels);
        const dvk_voi_options any = {0};
        dvk_voi_set *set = read_one(mask, "brain", &any, &scan);
        const dvk_voi *voi = dvk_voi_at(set, 0);
        volume[i] = voi->volume_mL * (1 - voi->outside_fraction);
        ck_close(laid_mL(voi, &scan), volume[i], 1e-6);
        memcpy(centroid[i], voi->centroid_mm, sizeof centroid[i]);
        ck_ok(dvk_alloc(dvk_geometry_voxels(&scan), sizeof(float), &laid[i]));
        for (size_t k = 0; k < voi->count; k++)
            laid[i][voi->index[k]] = voi->fraction[k];
        dvk_voi_set_free(set);
        dvk_volume_free(v);
    }
    ck_assert(volume[0] > 500);
    for (int i = 1; i < 3; i++) {
        ck_close(volume[i], volume[0], 1e-6);
        for (int a = 0; a < 3; a++)
            ck_assert(fabs(centroid[i][a] - centroid[0][a]) < 1e-3);
        float apart = 0;
        for (size_t k = 0; k < dvk_geometry_voxels(&scan); k++)
            apart = fmaxf(apart, fabsf(laid[i][k] - laid[0][k]));
        ck_assert(apart < 2e-5f);
    }
    for (int i = 0; i < 3; i++)
        dvk_free(laid[i]);
}
END_TEST

START_TEST(the_patient_shaped_case)
{
    char path[512], ideal[512];
    snprintf(path, sizeof path, "%s", shared_file("cases/lu177-dotatate/kidneys_dseg.nii.gz"));
    snprintf(ideal, sizeof ideal, "%s", shared_file("cases/lu177-dotatate/ideal_004h.nii.gz"));
    const dvk_geometry scan = grid_of(ideal);
    const dvk_voi_options wanted = {.kidneys_wanted = true};
    dvk_voi_set *set = read_one(path, NULL, &wanted, &scan); /* the table lies beside it */
    const dvk_voi *left = dvk_voi_named(set, "kidney_left"), *right = dvk_voi_named(set, "kidney_right");
    ck_close(left->volume_mL, 138.3858, 1e-5); /* truth.tsv */
    ck_close(right->volume_mL, 168.1266, 1e-5);
    ck_assert(left->centroid_mm[0] < right->centroid_mm[0]); /* RAS+: x grows to the right */
    ck_assert(!left->touches_edge);
    dvk_volume *v = NULL;
    ck_ok(dvk_volume_read(ideal, &v));
    const double MBq = 1e-6 * dvk_voi_sum(left, dvk_volume_values(v), dvk_geometry_voxel_mL(&scan));
    ck_close(MBq, 101.621410, 1e-6); /* truth.tsv */
    dvk_volume_free(v);
    dvk_voi_set_free(set);

    dvk_voi_options typed = {.labels = "left=3,right=2", .kidneys_wanted = true};
    set = read_one(path, NULL, &typed, &scan);
    ck_assert_int_eq(dvk_voi_named(set, "kidney_left")->label, 3);
    dvk_voi_set_free(set);
    typed.labels = "left=2,right=3";
    refused(path, NULL, &typed, &scan, "kidney_left lies 115 mm to the patient's right of kidney_right");
    typed.labels = "left=3,right=7";
    refused(path, NULL, &typed, &scan, "kidney_right is label 7, which no voxel has; there are 2, 3");
    typed.labels = "left=3";
    refused(path, NULL, &typed, &scan,
            "no VOI is named kidney_right: give --labels left=N,right=N, or --missing right");
    typed.missing = "right";
    set = read_one(path, NULL, &typed, &scan);
    ck_assert_uint_eq(dvk_voi_count(set), 1);
    dvk_voi_set_free(set);
    typed.missing = "left";
    typed.labels = "left=3,right=2";
    refused(path, NULL, &typed, &scan, "kidney_left has 2052 voxels, but --missing says");
    refused(path, "kidney_left", &typed, &scan, "so it is no mask");
}
END_TEST

/* Two 2 x 2 x 2 kidneys in a 10 x 8 x 6 map: label 4 on the patient's right, 9 on the left. */
static const char *small_map(const dvk_geometry *g)
{
    float values[480] = {0};
    for (size_t v = 0; v < 480; v++) {
        const size_t i = v % 10, j = v / 10 % 8, k = v / 80;
        if (j / 2 == 1 && k / 2 == 1)
            values[v] = i / 2 == 0 ? 9 : i / 2 == 3 ? 4 : i / 2 == 4 ? 1 : 0;
    }
    return write_image("small.nii.gz", g, 1, values, 480);
}

START_TEST(names_and_nothing_else)
{
    const dvk_geometry g = plain_geometry(10, 8, 6, 5, 5, 5);
    const char *map = small_map(&g);
    dvk_voi_options o = {.kidneys_wanted = true};
    refused(map, NULL, &o, &g, "a number alone is not trusted");
    o.labels_table = write_text("names.txt", "4 0 0 0 1 1 1 \"Right Kidney\"\n9 0 0 0 1 1 1 \"Left Kidney\"\n"
                                             "3 0 0 0 1 1 1 \"Spleen\"\n");
    dvk_voi_set *set = read_one(map, NULL, &o, &g); /* label 1 has no name, the spleen no voxel */
    ck_assert_uint_eq(dvk_voi_count(set), 2);
    ck_assert(dvk_voi_named(set, "kidney_left")->touches_edge);
    ck_assert(!dvk_voi_named(set, "kidney_right")->touches_edge);
    ck_assert_uint_eq(dvk_voi_count(set), 2);
    ck_assert_ptr_null(dvk_voi_named(set, "spleen"));
    dvk_voi_set_free(set);

    o.labels_preset = "flare22"; /* goes before a table */
    refused(map, NULL, &o, &g, "kidney_right is label 2, which no voxel has; there are 1, 4, 9: check the labels, or");
    o.labels = "left=9,right=4,spleen=3"; /* goes before a preset, and each must be there */
    refused(map, NULL, &o, &g, "spleen is label 3, which no voxel has");

    const dvk_voi_source source = {.path = map};
    o.missing = "both";
    ck_fails(dvk_voi_read(&source, 1, &o, &g, &set), DVK_ERR_USAGE);
    o = (dvk_voi_options){.labels_preset = "total"};
    ck_fails(dvk_voi_read(&source, 1, &o, &g, &set), DVK_ERR_USAGE);
    o = (dvk_voi_options){0};
    write_text("small.tsv", "index\tname\n1\tspleen\n");
    set = read_one(map, NULL, &o, &g);
    ck_assert_str_eq(dvk_voi_at(set, 0)->name, "spleen");
    dvk_voi_set_free(set);
    ck_assert_int_eq(remove(scratch_file("small.tsv")), 0);
}
END_TEST

START_TEST(what_misses_the_scan)
{
    const dvk_geometry g = plain_geometry(10, 8, 6, 5, 5, 5);
    const char *map = small_map(&g);
    dvk_voi_options o = {.labels = "left=9,right=4", .kidneys_wanted = true};
    dvk_geometry scan = g;
    scan.to_world[0][3] += 5; /* the first plane of the left kidney lies off the grid */
    dvk_voi_set *set = read_one(map, NULL, &o, &scan);
    ck_close(dvk_voi_named(set, "kidney_left")->outside_fraction, 0.5, 1e-12);
    ck_close(dvk_voi_named(set, "kidney_left")->volume_mL, 1, 1e-12);
    ck_close(laid_mL(dvk_voi_named(set, "kidney_left"), &scan), 0.5, 1e-12);
    ck_assert(dvk_voi_named(set, "kidney_left")->touches_edge);
    ck_assert(dvk_voi_named(set, "kidney_right")->outside_fraction == 0);
    dvk_voi_set_free(set);

    scan.to_world[0][3] += 10;
    refused(map, NULL, &o, &scan, "kidney_left lies wholly off the scan's grid");
    o = (dvk_voi_options){.labels_table = write_text("w.tsv", "index\tname\n9\tbrain\n4\tliver\n")};
    set = read_one(map, NULL, &o, &scan);
    ck_assert_uint_eq(dvk_voi_count(set), 1);
    ck_assert_uint_eq(dvk_voi_warnings(set), 1);
    ck_assert_ptr_nonnull(strstr(dvk_voi_warning(set, 0), "brain lies wholly off the scan's grid and is left out"));
    ck_assert_ptr_null(dvk_voi_warning(set, 1));
    dvk_voi_set_free(set);
    scan.to_world[0][3] += 1000;
    refused(map, NULL, &o, &scan, "no named label has voxels on the scan's grid");
}
END_TEST

START_TEST(voxels_that_are_no_labels)
{
    const dvk_geometry g = plain_geometry(2, 2, 1, 5, 5, 5);
    const float bad[] = {0.5f, -1, NAN, INFINITY, 2e7f};
    const dvk_voi_options o = {.labels = "liver=3"}, preset = {.labels_preset = "moose"};
    for (size_t i = 0; i < 5; i++)
        refused(write_image("bad.nii", &g, 1, (const float[]){0, 3, bad[i], 0}, 4), NULL, &o, &g,
                "labels are whole numbers");
    refused(write_image("bad.nii", &g, 1, (const float[]){0, 3, NAN, 0}, 4), "liver", &o, &g, "so it is no mask");
    refused(write_image("bad.nii", &g, 1, (const float[]){0, 8, 40, 0}, 4), NULL, &preset, &g,
            "holds label 40, but the preset ends at 19");
    refused(write_image("bad.nii", &g, 1, (const float[]){0}, 1), "liver", &o, &g, "liver: the mask is empty");
    refused(write_image("bad.nii", &g, 2, (const float[]){3}, 1), NULL, &o, &g, "holds 2 frames");
    dvk_voi_set *set = read_one(write_image("mask.nii", &g, 1, (const float[]){0, 255, 255, 0}, 4), "Liver", &o, &g);
    ck_assert_str_eq(dvk_voi_at(set, 0)->name, "liver");
    ck_assert_uint_eq(dvk_voi_at(set, 0)->count, 2);
    dvk_voi_set_free(set);
    const dvk_voi_source none = {.path = scratch_file("nothing.nii")};
    ck_fails(dvk_voi_read(&none, 1, &o, &g, &set), DVK_ERR_MISSING);
}
END_TEST

START_TEST(memory_that_runs_out_is_handed_up)
{
    const dvk_geometry g = plain_geometry(10, 8, 6, 5, 5, 5);
    const char *map = small_map(&g);
    const dvk_voi_options o = {.labels = "left=9,right=4", .kidneys_wanted = true};
    const dvk_voi_source source = {.path = map};
    dvk_voi_set *set = NULL;
    long n = 1;
    for (; n < 300; n++) {
        dvk_alloc_fail_at(n);
        const dvk_status status = dvk_voi_read(&source, 1, &o, &g, &set);
        dvk_alloc_fail_at(0);
        if (status == DVK_OK)
            break;
        ck_assert_int_eq(status, DVK_ERR_MEMORY);
        ck_assert_ptr_null(set);
    }
    ck_assert_int_lt(n, 300);
    dvk_voi_set_free(set);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("real"), tcase_create("made")};
    tcase_add_test(cases[0], totalsegmentator_volumes_on_every_grid);
    tcase_add_test(cases[0], totalsegmentator_map_on_every_grid);
    tcase_add_test(cases[0], a_file_for_each_kidney);
    tcase_add_test(cases[0], one_anatomy_in_three_orders_of_axes);
    tcase_add_test(cases[0], the_patient_shaped_case);
    tcase_add_test(cases[1], names_and_nothing_else);
    tcase_add_test(cases[1], what_misses_the_scan);
    tcase_add_test(cases[1], voxels_that_are_no_labels);
    tcase_add_test(cases[1], memory_that_runs_out_is_handed_up);
    tcase_set_timeout(cases[0], 30);
    return run_suite("voi", cases, 2, false);
}
