/*
 * Text in and out, the same in every locale: numbers, appending, comparing names.
 */
#ifndef DVK_BASE_TEXT_H
#define DVK_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "dvk/status.h"

/* Reads a decimal number with a point, whatever the locale; *end is behind it. Hexadecimal, inf, nan and
 * what a double cannot hold (1e999) are not numbers. */
bool dvk_text_number(const char *text, double *out, const char **end);

/* The shortest decimal text that reads back as exactly `value`; "nan" or "inf" for others. Room for 32. */
void dvk_text_shortest(double value, char out[32]);

/* As "%.1f" is printed; from 1e25 on, and for what is not finite, as "%g". Room for 32. */
void dvk_text_tenths(double value, char out[32]);

/* A growing text; `data` is NUL-terminated once something was added. Free with dvk_text_free. */
typedef struct dvk_text {
    char *data;
    size_t length, room;
} dvk_text;

dvk_status dvk_text_add(dvk_text *t, const char *format, ...) DVK_MUST_USE DVK_PRINTF(2, 3);
dvk_status dvk_text_add_bytes(dvk_text *t, const char *bytes, size_t count) DVK_MUST_USE;
dvk_status dvk_text_add_number(dvk_text *t, double value) DVK_MUST_USE; /* shortest form */
void dvk_text_free(dvk_text *t);

/* Hands a text that was just made to the caller, or frees it where making it failed; `made` is handed on. */
dvk_status dvk_text_give(dvk_text *t, dvk_status made, char **out) DVK_MUST_USE;

/* A copy in which every byte that is no part of UTF-8 is U+FFFD; dvk_free it. */
dvk_status dvk_text_utf8(const char *text, char **out) DVK_MUST_USE;

/* Number of single-letter edits between two names, case aside: for "did you mean". */
size_t dvk_text_distance(const char *a, const char *b);

#endif
