/* See json.h. */
#include "data/json.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

dvk_status dvk_json_read(const char *path, json_t **out)
{
    json_error_t error;
    FILE *file = fopen(path, "rb");
    if (!file)
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path, strerror(errno));
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    fclose(file);
    if (!root)
        return dvk_fail(DVK_ERR_INVALID, "%s: line %d is not JSON: %s", path, error.line, error.text);
    if (!json_is_object(root)) {
        json_decref(root);
        return dvk_fail(DVK_ERR_INVALID, "%s: is not a JSON object", path);
    }
    *out = root;
    return DVK_OK;
}

json_t *dvk_json_number(double value)
{
    if (!isfinite(value))
        return json_null();
    if (value == floor(value) && fabs(value) < 1e15)
        return json_integer((json_int_t)value);
    return json_real(value);
}

json_t *dvk_json_numbers(const double *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < count; i++)
        json_array_append_new(array, dvk_json_number(values[i]));
    return array;
}

dvk_status dvk_json_text(const json_t *object, char **out)
{
    const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(17);
    const size_t size = json_dumpb(object, NULL, 0, flags);
    if (size == 0)
        return dvk_fail(DVK_ERR_MEMORY, "out of memory: a JSON text does not fit");
    DVK_TRY(dvk_alloc(size + 2, 1, out));
    json_dumpb(object, *out, size, flags);
    (*out)[size] = '\n';
    return DVK_OK;
}
