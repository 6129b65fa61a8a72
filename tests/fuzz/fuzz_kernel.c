/* Kernels in other programs' formats: the first byte chooses, the rest is the file. */
#include <math.h>

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x.txt", "Lu177_a_b_4.8mm_2x2x2.csv", "x.raw", "x.nii"};
    if (size == 0)
        return 0;
    const int format = data[0] % 4;
    dvk_kernel_import how = {.path = fuzz_file(names[format], data + 1, size - 1),
                             .format = (dvk_kernel_format)format,
                             .nuclide = "Lu-177",
                             .density_g_mL = 1.04};
    dvk_kernel *k = NULL;
    if (format >= DVK_KERNEL_RAW) {
        how.units = "Gy/(Bq.s)";
        how.voxel_mm[0] = how.voxel_mm[1] = how.voxel_mm[2] = 4.8;
    }
    fuzz_expect(dvk_kernel_import_file(&how, &k));
    dvk_kernel_free(k);
    return 0;
}
