/*
 * A map of time-integrated activity to a dose map with libdvk, and the dose of its hottest voxel.
 *   cc -std=c11 convolve.c -o convolve $(pkg-config --cflags --libs dvk)
 *   ./convolve tia.nii.gz Lu-177 dose.nii.gz            # TIA in Bq.s/mL
 */
#include <dvk/dvk.h>
#include <stdio.h>

/* The kernel of the nuclide for the image's voxel, reaching from any voxel to any other. */
static dvk_status make_kernel(const char *nuclide, const dvk_geometry *g, dvk_kernel **kernel)
{
    dvk_kernel_spec spec = {.nuclide = nuclide, .density_g_mL = 1.04};
    for (int i = 0; i < 3; i++) {
        spec.voxel_mm[i] = g->voxel_mm[i];
        spec.half[i] = g->n[i] - 1;
    }
    return dvk_kernel_make(&spec, kernel);
}

static double largest(const dvk_volume *v)
{
    const float *value = dvk_volume_values(v);
    double most = value[0];
    for (size_t i = 1; i < dvk_geometry_voxels(dvk_volume_geometry(v)); i++)
        most = value[i] > most ? value[i] : most;
    return most;
}

/* Every handle is freed once, whatever failed; dvk_*_free(NULL) is nothing. */
static dvk_status convolve(const char *tia_path, const char *nuclide, const char *dose_path)
{
    dvk_volume *tia = NULL, *dose = NULL;
    dvk_kernel *kernel = NULL;
    dvk_context *context = NULL;
    dvk_status status = dvk_context_open(&(dvk_context_options){.device = "auto"}, &context);
    if (status == DVK_OK)
        status = dvk_volume_read(tia_path, &tia);
    if (status == DVK_OK)
        status = make_kernel(nuclide, dvk_volume_geometry(tia), &kernel);
    if (status == DVK_OK) /* D = sum of S TIA V: the scale is the voxel's volume in mL */
        status = dvk_convolve(context, tia, kernel, DVK_ENGINE_AUTO, dvk_geometry_voxel_mL(dvk_volume_geometry(tia)),
                              true, &dose, NULL);
    if (status == DVK_OK)
        status = dvk_volume_write(dose, dose_path);
    if (status == DVK_OK)
        printf("%s: hottest voxel %.4f Gy, on %s\n", dose_path, largest(dose), dvk_context_device(context));
    dvk_volume_free(dose);
    dvk_kernel_free(kernel);
    dvk_volume_free(tia);
    dvk_context_close(context);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return fputs("usage: convolve TIA NUCLIDE DOSE\n", stderr), dvk_exit_code(DVK_ERR_USAGE);
    const dvk_status status = convolve(argv[1], argv[2], argv[3]);
    if (status != DVK_OK)
        fprintf(stderr, "convolve: %s\n", dvk_last_message());
    return dvk_exit_code(status);
}
