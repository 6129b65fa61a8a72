/* summary.json as the course reads it. */
#include <string.h>

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char provenance[] = "{\"inputs\": []}";
    const dvk_course_options o = dvk_course_options_default();
    char folder[128];
    const char *folders[] = {folder};
    dvk_course *c = NULL;
    fuzz_file("provenance.json", (const uint8_t *)provenance, strlen(provenance));
    strcpy(folder, fuzz_file("summary.json", data, size));
    *strrchr(folder, '/') = '\0';
    dvk_status status = dvk_course_read(folders, 1, &c);
    fuzz_expect(status);
    if (status == DVK_OK) {
        char *text = NULL;
        fuzz_expect(dvk_course_compute(c, &o));
        fuzz_expect(dvk_course_json(c, &text));
        dvk_course_text_free(text);
    }
    dvk_course_free(c);
    return 0;
}
