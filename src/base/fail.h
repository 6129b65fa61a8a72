/*
 * Setting the one-line message that goes with a failing status, and handing failures up.
 */
#ifndef DVK_BASE_FAIL_H
#define DVK_BASE_FAIL_H

#include <stdarg.h>

#include "dvk/status.h"

/* Sets the thread's message, "FILE: what is wrong: what to do", and returns `status`. */
dvk_status dvk_fail(dvk_status status, const char *format, ...) DVK_PRINTF(2, 3);
dvk_status dvk_vfail(dvk_status status, const char *format, va_list args) DVK_PRINTF(2, 0);

#ifdef __clang_analyzer__ /* which sees one file at a time, and would think that a failure may be DVK_OK */
#define dvk_fail(status, ...) ((void)dvk_fail(status, __VA_ARGS__), (status))
#endif

/* Puts "PREFIX: " before the thread's message and returns `status`: for a caller who knows the file's name. */
dvk_status dvk_fail_prefix(dvk_status status, const char *prefix);

/* Returns from the function, or jumps to `done:`, when a call fails. The second wants a local `dvk_status status`. */
#define DVK_TRY(call)                                                                                                  \
    do {                                                                                                               \
        dvk_status try_status = (call);                                                                                \
        if (try_status != DVK_OK)                                                                                      \
            return try_status;                                                                                         \
    } while (0)

#define DVK_TRY_DONE(call)                                                                                             \
    do {                                                                                                               \
        status = (call);                                                                                               \
        if (status != DVK_OK)                                                                                          \
            goto done;                                                                                                 \
    } while (0)

#endif
