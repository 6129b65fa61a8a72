/* The thread's last message, and the table of exit codes. */
#include "base/fail.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 1024 };

static _Thread_local char message[MESSAGE_SIZE];

/* A file name may hold a line break; a message is one line. */
static void keep_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ')
            *text = '?';
}

dvk_status dvk_vfail(dvk_status status, const char *format, va_list args)
{
    char fresh[MESSAGE_SIZE]; /* an argument may point into the old message */
    vsnprintf(fresh, sizeof fresh, format, args);
    keep_one_line(fresh);
    memcpy(message, fresh, sizeof message);
    return status;
}

dvk_status(dvk_fail)(dvk_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    dvk_vfail(status, format, args);
    va_end(args);
    return status;
}

dvk_status dvk_fail_prefix(dvk_status status, const char *prefix)
{
    return dvk_fail(status, "%s: %s", prefix, message);
}

const char *dvk_last_message(void)
{
    return message;
}

int dvk_exit_code(dvk_status status)
{
    switch (status) {
    case DVK_OK:
        return 0;
    case DVK_ERR_USAGE:
        return 2;
    case DVK_ERR_INVALID:
        return 65;
    case DVK_ERR_MISSING:
        return 66;
    case DVK_ERR_DEVICE:
        return 69;
    case DVK_ERR_CREATE:
        return 73;
    case DVK_ERR_IO:
        return 74;
    case DVK_ERR_MEMORY:
    case DVK_ERR_RETRY:
        return 75;
    case DVK_ERR_INTERRUPTED:
        return 130;
    case DVK_ERR_INTERNAL:
        break;
    }
    return 1;
}
