/* Methods share work: what each of them gives is to the byte what it gives alone. */
#include <string.h>

#include "support/files.h"
#include "support/support.h"
#include "support/tiny_case.h"

static dvk_context *context;

/* Half of the grid only, so that the rest fills up with the medium; and label maps of organs that move. */
static void write_more(char density[512], char kernel[512], char vois[3][512])
{
    enum { NX = 12, NY = 10, NZ = 8, VOXELS = NX * NY * NZ };
    const dvk_geometry g = plain_geometry(NX, NY, NZ, 10, 10, 10), half = plain_geometry(6, NY, NZ, 10, 10, 10);
    const dvk_kernel_spec spec = {.nuclide = "Lu-177", .voxel_mm = {10, 10, 10}, .radius_mm = 35, .density_g_mL = 1.1};
    dvk_kernel *k = NULL;
    ck_ok(dvk_kernel_make(&spec, &k));
    snprintf(kernel, 512, "%s", scratch_file("heavy.nii.gz"));
    ck_ok(dvk_kernel_write(k, kernel));
    dvk_kernel_free(k);
    snprintf(density, 512, "%s", write_image("half.nii.gz", &half, 1, (const float[]){60}, 1));
    for (int scan = 0; scan < 3; scan++) {
        float values[VOXELS];
        char name[32];
        for (int v = 0; v < VOXELS; v++) {
            const int x = v % NX - scan, y = v / NX % NY;
            values[v] = y < 2 || y > 6 ? 0 : x >= 1 && x <= 3 ? 1 : x >= 6 && x <= 8 ? 2 : 0;
        }
        snprintf(name, sizeof name, "moved_%d.nii.gz", scan);
        snprintf(vois[scan], 512, "%s", write_image(name, &g, 1, values, VOXELS));
    }
}

/* A run of its own with the choices of one method. */
static dvk_methods *alone(const dvk_methods *m, size_t i, const dvk_methods_options *of_all)
{
    dvk_methods_options o = *of_all;
    dvk_methods *own = NULL;
    for (int a = 0; a < DVK_AXES; a++)
        o.choices[a] = m->axis[a].label[dvk_methods_choice(m, i, (dvk_axis_of)a)];
    ck_ok(dvk_methods_run(context, &o, &own));
    ck_assert_uint_eq(own->count, 1);
    return own;
}

static void check_method(const dvk_methods *m, size_t i, const dvk_methods_options *of_all)
{
    dvk_methods *own = alone(m, i, of_all);
    for (size_t v = 0; v < m->voi_count; v++)
        for (int q = 0; q < DVK_QUANTITIES; q++) {
            const double got = dvk_methods_value(m, i, v, (dvk_quantity_of)q);
            const double want = dvk_methods_value(own, 0, v, (dvk_quantity_of)q);
            ck_assert_msg(got > 0 && memcmp(&got, &want, sizeof got) == 0,
                          "points %s, kernel %s, engine %s, density %s: %s, quantity %d: %.17g, alone %.17g",
                          own->axis[DVK_AXIS_POINTS].label[0], own->axis[DVK_AXIS_KERNEL].label[0],
                          own->axis[DVK_AXIS_ENGINE].label[0], own->axis[DVK_AXIS_DENSITY].label[0], m->voi[v].name, q,
                          got, want);
        }
    dvk_methods_free(own);
}

START_TEST(every_method_as_alone)
{
    char density[512], kernel[512], vois[3][512], kernels[600], densities[600];
    const char *at[] = {vois[0], vois[1], vois[2]};
    dvk_methods_options o = dvk_methods_default();
    dvk_methods *m = NULL;
    tiny_case_write(1);
    write_more(density, kernel, vois);
    ck_ok(tiny_context("cpu", DVK_FALLBACK_NONE, &context));
    o.of_case = tiny_case_options();
    o.of_case.kernel_path = o.of_case.density = NULL;
    o.of_case.write_sd = o.of_case.write_bed = false;
    o.of_case.voi.labels = "left=1,right=2";
    o.of_case.roi.curve.model = DVK_MODEL_MONO; /* two points carry it, and BED */
    o.of_case.voi_times = at;
    o.of_case.voi_times_count = 3;
    snprintf(kernels, sizeof kernels, "full,25mm,%s", kernel);
    snprintf(densities, sizeof densities, "none,%s", density);
    o.choices[DVK_AXIS_POINTS] = "1+3,all";
    o.choices[DVK_AXIS_CURVE] = "trapezoid+linear,mono+voi";
    o.choices[DVK_AXIS_TAIL] = "last2,physical";
    o.choices[DVK_AXIS_KERNEL] = kernels;
    o.choices[DVK_AXIS_ENGINE] = "fft,local,direct";
    o.choices[DVK_AXIS_DENSITY] = densities;
    o.choices[DVK_AXIS_VOI] = "scan,voi";
    ck_ok(dvk_methods_run(context, &o, &m));
    ck_assert_uint_eq(m->count, 2 * 2 * 2 * 3 * 3 * 2 * 2);
    for (size_t i = 0; i < m->count; i++)
        check_method(m, i, &o);
    dvk_methods_free(m);
    dvk_context_close(context);
}
END_TEST

/* BED = D (1 + G D / (alpha/beta)), G = T_repair / (T_repair + T_eff) for one exponential. */
START_TEST(truth_has_the_biology_of_each_voi)
{
    dvk_methods_options o = dvk_methods_default();
    dvk_methods *m = NULL;
    tiny_case_write(1);
    ck_ok(tiny_context("cpu", DVK_FALLBACK_NONE, &context));
    o.of_case = tiny_case_options(); /* its table gives the left kidney 2.5 Gy */
    o.of_case.kernel_path = o.of_case.density = NULL;
    o.of_case.write_sd = o.of_case.write_bed = false;
    o.truth = write_text("truth.tsv", "name\ttia_MBqh\tdose_mean_Gy\tterms_MBq_halflife_h\n"
                                      "kidney_left\t1\t4\t10@50\nkidney_right\t1\t6\t10@60\n");
    ck_ok(dvk_methods_run(context, &o, &m));
    ck_close(m->voi[0].truth[DVK_OF_BED], 4 * (1 + 2.8 / (2.8 + 50) * 4 / 2.5), 1e-12);
    ck_close(m->voi[1].truth[DVK_OF_BED], 6 * (1 + 2.8 / (2.8 + 60) * 6 / 2.6), 1e-12);
    dvk_methods_free(m);
    dvk_context_close(context);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("shared");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_method_as_alone);
    tcase_add_test(t, truth_has_the_biology_of_each_voi);
    return run_suite("methods_shared", &t, 1, true);
}
