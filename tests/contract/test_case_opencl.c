/* The main job on OpenCL against the CPU, on the patient-shaped case: maps to 1e-5 of the maximum, status the same. */
#include <math.h>
#include <stdlib.h>

#include "support/patient.h"

static dvk_volume *read_map(const char *folder, const char *name)
{
    char path[4300];
    dvk_volume *v = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    ck_ok(dvk_volume_read(path, &v));
    return v;
}

static double largest_difference(const char *a, const char *b, const char *name)
{
    dvk_volume *x = read_map(a, name), *y = read_map(b, name);
    double largest = 0, most = 0;
    for (size_t v = 0; v < dvk_geometry_voxels(dvk_volume_geometry(x)); v++) {
        largest = fmax(largest, fabs((double)dvk_volume_values(x)[v]));
        most = fmax(most, fabs((double)dvk_volume_values(x)[v] - (double)dvk_volume_values(y)[v]));
    }
    dvk_volume_free(x);
    dvk_volume_free(y);
    return most / largest;
}

START_TEST(both_back_ends_give_the_same_case)
{
    const dvk_case_options o = patient_options("spect");
    const char *folder = NULL;
    char on_cpu[4200];
    dvk_summary *cpu = patient_run(&o, "cpu", &folder);
    snprintf(on_cpu, sizeof on_cpu, "%s", folder);
    dvk_summary *opencl = patient_run(&o, "opencl", &folder);
    ck_assert_str_eq(opencl->backend, "opencl");
    ck_assert(largest_difference(on_cpu, folder, "tia.nii.gz") < 1e-5);
    ck_assert(largest_difference(on_cpu, folder, "dose.nii.gz") < 1e-5);
    ck_assert(largest_difference(on_cpu, folder, "status.nii.gz") == 0);
    ck_close(patient_roi(opencl, "kidney_left")->bed_Gy, patient_roi(cpu, "kidney_left")->bed_Gy, 1e-6);
    dvk_summary_free(cpu);
    dvk_summary_free(opencl);
}
END_TEST

int main(void)
{
    const dvk_context_options options = {.device = "opencl", .fallback = DVK_FALLBACK_NONE};
    dvk_context *c = NULL;
    patient_needed();
    if (dvk_context_open(&options, &c) != DVK_OK) {
        printf("skipped: %s\n", dvk_last_message());
        return 77;
    }
    dvk_context_close(c);
    TCase *cases[] = {tcase_create("case")};
    tcase_add_test(cases[0], both_back_ends_give_the_same_case);
    return run_suite("case on OpenCL", cases, 1, true);
}
