/* Option values: the first byte chooses the parser, the rest is the text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz/fuzz.h"

static void check_quantity(const char *text, dvk_unit unit)
{
    double value = 0, list[8];
    size_t count = 0;
    dvk_status status = dvk_quantity_parse(text, unit, &value);
    fuzz_expect(status);
    if (status == DVK_OK && !isfinite(value))
        abort();
    status = dvk_quantity_list(text, unit, list, 8, &count);
    fuzz_expect(status);
    for (size_t i = 0; status == DVK_OK && i < count; i++)
        if (!isfinite(list[i]))
            abort();
}

static void check_names(const char *text)
{
    dvk_integration how = dvk_integration_default();
    dvk_shape *shape = NULL;
    dvk_recovery *recovery = NULL;
    const dvk_nuclide *nuclide = NULL;
    size_t shard = 0, shards = 0;
    fuzz_expect(dvk_nuclide_find(text, &nuclide));
    fuzz_expect(dvk_shard_parse(text, &shard, &shards));
    if (!strchr(text, '/')) { /* a path of the machine is not ours to open */
        fuzz_expect(dvk_integration_parse_model(&how, text, &shape));
        fuzz_expect(dvk_recovery_parse(text, &recovery));
    }
    dvk_shape_free(shape);
    dvk_recovery_free(recovery);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = NULL;
    if (size == 0 || dvk_alloc(size, 1, &text) != DVK_OK)
        return 0;
    memcpy(text, data + 1, size - 1);
    if (data[0] % 16 <= DVK_UNIT_ML)
        check_quantity(text, (dvk_unit)(data[0] % 16));
    else
        check_names(text);
    dvk_free(text);
    return 0;
}
