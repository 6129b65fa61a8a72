/*
 * JSON through jansson: reading a file with one clear line on what is wrong, and writing numbers in full, NaN as null.
 */
#ifndef DVK_DATA_JSON_H
#define DVK_DATA_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "dvk/status.h"

/* Reads one JSON object; DVK_ERR_MISSING or DVK_ERR_INVALID. The caller calls json_decref. */
dvk_status dvk_json_read(const char *path, json_t **out) DVK_MUST_USE;

/* A number, or null for NaN and infinities. Whole numbers are written without a fraction. */
json_t *dvk_json_number(double value);
json_t *dvk_json_numbers(const double *values, size_t count);

/* A text; bytes that are not UTF-8, as a file's name may hold, become U+FFFD each. */
json_t *dvk_json_string(const char *text);

/* {"role", "path", "sha256"}: a file that a result was made from. */
json_t *dvk_json_input(const char *role, const char *path, const char *sha256);

/*
 * Building an object or array, without a test after every key: both take the reference to `value`, and where there is
 * no value or no room the thread remembers it. What was built is whole only if dvk_json_check, which forgets, then says
 * DVK_OK and not DVK_ERR_MEMORY; dvk_json_text asks it by itself.
 */
void dvk_json_put(json_t *object, const char *key, json_t *value);
void dvk_json_add(json_t *array, json_t *value);
dvk_status dvk_json_check(void) DVK_MUST_USE;

/* The text of an object, two blanks of indent, keys in the order they were set, a line break at the end; dvk_free it.
 */
dvk_status dvk_json_text(const json_t *object, char **out) DVK_MUST_USE;

/* The same of an object that was just made, which it lets go. */
dvk_status dvk_json_give(json_t *object, char **out) DVK_MUST_USE;

#endif
