/* See json.h. */
#include "data/json.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "data/table.h"

/* --- reading --- */

/* jansson tells of memory that ran out in a code, or (in its lexer) not at all. */
static dvk_status parse_failure(const char *path, const json_error_t *error)
{
    if (json_error_code(error) == json_error_out_of_memory || !error->text[0])
        return dvk_fail(DVK_ERR_MEMORY, "%s: out of memory: its JSON does not fit", path);
    return dvk_fail(DVK_ERR_INVALID, "%s: line %d is not JSON: %s", path, error->line, error->text);
}

dvk_status dvk_json_read(const char *path, json_t **out)
{
    json_error_t error;
    char *text = NULL;
    DVK_TRY(dvk_text_file_read(path, &text));
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    dvk_free(text);
    if (!root)
        return parse_failure(path, &error);
    if (!json_is_object(root)) {
        json_decref(root);
        return dvk_fail(DVK_ERR_INVALID, "%s: is not a JSON object", path);
    }
    *out = root;
    return DVK_OK;
}

/* --- building --- */

static _Thread_local bool incomplete;

void dvk_json_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        incomplete = true;
}

void dvk_json_add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        incomplete = true;
}

dvk_status dvk_json_check(void)
{
    const bool failed = incomplete;
    incomplete = false;
    return failed ? dvk_fail(DVK_ERR_MEMORY, "out of memory: a JSON object does not fit") : DVK_OK;
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
    for (size_t i = 0; i < count; i++)
        dvk_json_add(array, dvk_json_number(values[i]));
    return array;
}

json_t *dvk_json_string(const char *text)
{
    char *valid = NULL;
    if (dvk_text_utf8(text, &valid) != DVK_OK)
        return NULL;
    json_t *string = json_string(valid);
    dvk_free(valid);
    return string;
}

json_t *dvk_json_input(const char *role, const char *path, const char *sha256)
{
    json_t *input = json_object();
    dvk_json_put(input, "role", dvk_json_string(role));
    dvk_json_put(input, "path", dvk_json_string(path));
    dvk_json_put(input, "sha256", dvk_json_string(sha256));
    return input;
}

/* --- writing --- */

dvk_status dvk_json_text(const json_t *object, char **out)
{
    const size_t flags = JSON_INDENT(2) | JSON_REAL_PRECISION(17);
    *out = NULL;
    DVK_TRY(dvk_json_check());
    const size_t size = json_dumpb(object, NULL, 0, flags);
    if (size > 0)
        DVK_TRY(dvk_alloc(size + 2, 1, out));
    if (size == 0 || json_dumpb(object, *out, size, flags) != size) {
        dvk_free(*out);
        *out = NULL;
        return dvk_fail(DVK_ERR_MEMORY, "out of memory: a JSON text does not fit");
    }
    (*out)[size] = '\n';
    return DVK_OK;
}

dvk_status dvk_json_give(json_t *object, char **out)
{
    const dvk_status status = dvk_json_text(object, out);
    json_decref(object);
    return status;
}
