/* The JSON beside an image. */
#include <stdio.h>
#include <string.h>

#include "data/sidecar.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dvk_sidecar s;
    double start_s = 0;
    char image[128];
    snprintf(image, sizeof image, "%s", fuzz_file("x.json", data, size));
    image[strlen(image) - strlen(".json")] = '\0';
    fuzz_expect(dvk_sidecar_read(image, &s));
    fuzz_expect(dvk_sidecar_frame_start(&s, 0, 1, &start_s));
    dvk_sidecar_clear(&s);
    return 0;
}
