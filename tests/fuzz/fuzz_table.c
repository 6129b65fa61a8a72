/* Tables: any TSV with every cell looked at, then the three kinds that options take. */
#include "data/table.h"
#include "fuzz/fuzz.h"

static void read_cells(const char *path)
{
    dvk_table *t = NULL;
    fuzz_expect(dvk_table_read(path, &t));
    for (size_t row = 0; t && row < t->rows; row++)
        for (size_t c = 0; c < t->columns; c++) {
            double value = 0;
            fuzz_expect(dvk_table_number(t, row, c, &value));
        }
    dvk_table_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file("x.tsv", data, size);
    dvk_biology_table *biology = NULL;
    dvk_recovery *recovery = NULL;
    dvk_shape *shape = NULL;
    read_cells(path);
    fuzz_expect(dvk_biology_table_read(path, &biology));
    fuzz_expect(dvk_recovery_parse(path, &recovery));
    fuzz_expect(dvk_shape_read(path, &shape));
    dvk_biology_table_free(biology);
    dvk_recovery_free(recovery);
    dvk_shape_free(shape);
    return 0;
}
