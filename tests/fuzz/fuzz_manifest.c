/* An archive's manifest: the table, its ids, and each row as the options of a case. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "pipeline/archive/archive.h"

typedef struct place {
    const dvk_manifest *manifest;
    size_t row;
} place;

static const char *cell_of(const void *row, dvk_column column)
{
    const place *p = row;
    return dvk_manifest_cell(p->manifest, p->row, column);
}

/* What a run would make a folder of: one name, or two with a slash between, neither of them a way up. */
static void check_id(const dvk_manifest *m, size_t row)
{
    char id[DVK_CASE_ID_SIZE];
    dvk_manifest_id(m, row, id);
    const char *slash = strchr(id, '/');
    if (strncmp(id, "sub-", 4) != 0 || strpbrk(id, "\\\n\t ") || (slash && strncmp(slash, "/ses-", 5) != 0) ||
        (slash && strchr(slash + 1, '/')))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const dvk_case_options base = dvk_case_default();
    dvk_manifest m;
    const dvk_status status = dvk_manifest_read(fuzz_file("manifest.tsv", data, size), &m);
    fuzz_expect(status);
    for (size_t row = 0; status == DVK_OK && row < m.table->rows; row++) {
        const place p = {&m, row};
        dvk_archive_row read;
        check_id(&m, row);
        fuzz_expect(dvk_archive_row_read(&p, cell_of, m.folder, &base, &read));
        dvk_archive_row_clear(&read);
    }
    if (status == DVK_OK)
        dvk_manifest_close(&m);
    return 0;
}
