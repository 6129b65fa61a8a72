/* Label tables: BIDS, 3D Slicer and ITK-SNAP, Caret XML, and the text of --labels. */
#include <string.h>

#include "base/alloc.h"
#include "data/labels.h"
#include "fuzz/fuzz.h"

static void read_text(dvk_status (*read)(const char *, dvk_labels *), const char *text)
{
    dvk_labels labels = {0};
    fuzz_expect(read(text, &labels));
    dvk_labels_clear(&labels);
}

static dvk_status caret(const char *xml, dvk_labels *out)
{
    return dvk_labels_caret(xml, "x.nii", out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = NULL;
    if (dvk_alloc(size + 1, 1, &text) != DVK_OK)
        return 0;
    memcpy(text, data, size);
    read_text(dvk_labels_read, fuzz_file("x.tsv", data, size));
    read_text(dvk_labels_read, fuzz_file("x.txt", data, size));
    read_text(caret, text);
    read_text(dvk_labels_parse, text);
    dvk_free(text);
    return 0;
}
