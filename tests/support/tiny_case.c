/* See tiny_case.h. */
#include "support/tiny_case.h"

#include <string.h>

#include "support/files.h"

enum { NX = 12, NY = 10, NZ = 8, VOXELS = NX * NY * NZ, SCANS = 3 };

static const double hours[SCANS] = {4, 24, 96};
static char scan[SCANS][512], labels[512], kernel[512], biology[512], recovery[512], density[512];
static const char *scans[SCANS] = {scan[0], scan[1], scan[2]};
static dvk_voi_source voi = {.path = labels};

/* Left kidney 1 at world x < 0, right kidney 2; one voxel of margin all around. */
static int label_at(int x, int y, int z)
{
    if (y < 2 || y > 7 || z < 2 || z > 5 || x < 1 || x > 10)
        return 0;
    return x < 5 ? 1 : x > 6 ? 2 : 0;
}

static void keep(char to[512], const char *path)
{
    snprintf(to, 512, "%s", path);
}

static void write_scans(const dvk_geometry *g, double level)
{
    static const double Bq_mL[] = {2e4, 4e5, 5e5}, half_life_h[] = {30, 50, 55}; /* by label */
    for (int i = 0; i < SCANS; i++) {
        float values[VOXELS];
        char name[32], sidecar[512];
        size_t v = 0;
        for (int z = 0; z < NZ; z++)
            for (int y = 0; y < NY; y++)
                for (int x = 0; x < NX; x++) {
                    const int label = label_at(x, y, z);
                    const double texture = 1 + 0.01 * (double)((x * 7 + y * 3 + z) % 5);
                    values[v++] = (float)(level * Bq_mL[label] * texture * exp2(-hours[i] / half_life_h[label]));
                }
        snprintf(name, sizeof name, "scan_%d.nii.gz", i);
        snprintf(sidecar, sizeof sidecar,
                 "{'Units': 'Bq/mL', 'TimeZero': '10:00:00', 'InjectionStart': 0, 'ScanStart': %g, "
                 "'FrameTimesStart': [%g], 'FrameDuration': [1800], 'ImageDecayCorrected': true, "
                 "'ImageDecayCorrectionTime': %g, 'InjectedRadioactivity': 300, 'InjectedRadioactivityUnits': 'MBq', "
                 "'TracerRadionuclide': 'Lu177'}",
                 3600 * hours[i], 3600 * hours[i], 3600 * hours[i]);
        keep(scan[i], write_image(name, g, 1, values, VOXELS));
        write_sidecar(scan[i], sidecar);
    }
}

static void write_labels(const dvk_geometry *g)
{
    float values[VOXELS], ct[VOXELS];
    for (int v = 0; v < VOXELS; v++) {
        values[v] = (float)label_at(v % NX, v / NX % NY, v / NX / NY);
        ct[v] = 30;
    }
    keep(labels, write_image("kidneys_dseg.nii.gz", g, 1, values, VOXELS));
    write_text("kidneys_dseg.tsv", "index\tname\n1\tkidney_left\n2\tkidney_right\n");
    keep(density, write_image("ct.nii.gz", g, 1, ct, VOXELS));
}

void tiny_case_write(double level)
{
    const dvk_geometry g = plain_geometry(NX, NY, NZ, 10, 10, 10);
    const dvk_kernel_spec spec = {.nuclide = "Lu-177", .voxel_mm = {10, 10, 10}, .radius_mm = 25, .density_g_mL = 1.04};
    dvk_kernel *k = NULL;
    write_scans(&g, level);
    write_labels(&g);
    keep(kernel, scratch_file("kernel.nii.gz"));
    ck_ok(dvk_kernel_make(&spec, &k));
    ck_ok(dvk_kernel_write(k, kernel));
    dvk_kernel_free(k);
    keep(biology, write_text("biology.tsv", "name\talpha_beta_Gy\nkidney_left\t2.5\n"));
    keep(recovery, write_text("recovery.tsv", "volume_mL\trc\n1\t0.5\n300\t0.9\n"));
}

dvk_case_options tiny_case_options(void)
{
    dvk_case_options o = dvk_case_default();
    o.scans = scans;
    o.scan_count = SCANS;
    o.voi_sources = &voi;
    o.voi_source_count = 1;
    o.integration.model = DVK_MODEL_MONO;
    o.kernel_path = kernel;
    o.density = density;
    o.density_unit = DVK_DENSITY_HU;
    o.roi.biology_table = biology;
    o.roi.recovery = recovery;
    o.roi.u_calibration = 0.05;
    o.roi.fwhm_mm = 11;
    o.write_sd = o.write_bed = true;
    o.command = "dvkit dose";
    return o;
}

dvk_status tiny_context(const char *device, dvk_fallback fallback, dvk_context **out)
{
    return dvk_context_open(&(dvk_context_options){.device = device, .fallback = fallback, .threads = 1}, out);
}

dvk_status tiny_case_run(const char *out, dvk_summary **summary)
{
    dvk_case_options o = tiny_case_options();
    dvk_context *c = NULL;
    o.out = out;
    dvk_status status = tiny_context("cpu", DVK_FALLBACK_CPU, &c);
    if (status == DVK_OK)
        status = dvk_case_run(c, &o, summary);
    dvk_context_close(c);
    return status;
}
