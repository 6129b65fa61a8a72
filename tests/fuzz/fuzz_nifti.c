/* A whole image: header gate, gzip, extensions, voxels. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file("x.nii", data, size);
    dvk_geometry g;
    size_t frames = 0;
    dvk_volume *v = NULL;
    fuzz_expect(dvk_volume_read_header(path, &g, &frames));
    fuzz_expect(dvk_volume_read(path, &v));
    dvk_volume_free(v);
    return 0;
}
