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

/* The text of an object, two blanks of indent, keys in the order they were set, a line break at the end; dvk_free it.
 */
dvk_status dvk_json_text(const json_t *object, char **out) DVK_MUST_USE;

#endif
