/*
 * How libdvk reports failure: a status code, and one line that says what is wrong and what to do.
 *
 * Every function that can fail returns dvk_status and must be checked. Where the fact is known, the line is set for the
 * calling thread; dvk_last_message() lends it. The library never prints and never exits.
 */
#ifndef DVK_STATUS_H
#define DVK_STATUS_H

#if defined(__GNUC__)
#define DVK_API __attribute__((visibility("default")))
#define DVK_MUST_USE __attribute__((warn_unused_result))
#define DVK_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define DVK_API
#define DVK_MUST_USE
#define DVK_PRINTF(text, first)
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef enum dvk_status {
    DVK_OK = 0,
    DVK_ERR_USAGE,       /* an option or argument value is wrong */
    DVK_ERR_INVALID,     /* an input's content is wrong */
    DVK_ERR_MISSING,     /* an input is missing or cannot be read */
    DVK_ERR_DEVICE,      /* no usable device */
    DVK_ERR_CREATE,      /* an output cannot be created */
    DVK_ERR_IO,          /* reading or writing failed: disk full, device error */
    DVK_ERR_MEMORY,      /* host memory ran out */
    DVK_ERR_RETRY,       /* a device was lost or busy: the same call may succeed later */
    DVK_ERR_INTERRUPTED, /* the caller's cancel flag was seen */
    DVK_ERR_INTERNAL     /* a bug in dvkit */
} dvk_status;

/* The process exit code of the contract for a status: 0, 2, 65, 66, 69, 73, 74, 75, 75, 130 and 1. */
DVK_API int dvk_exit_code(dvk_status status);

/* Lends the calling thread's last message, "" if none. It stays valid until the thread's next failing call. */
DVK_API const char *dvk_last_message(void);

#ifdef __cplusplus
}
#endif
#endif
