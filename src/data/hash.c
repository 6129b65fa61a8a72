/* SHA-256 through libmd. */
#include "data/hash.h"

#include <errno.h>
#include <sha2.h>
#include <string.h>

#include "base/fail.h"

void dvk_sha256(const void *bytes, size_t count, char hex[65])
{
    SHA256Data(bytes, count, hex);
}

dvk_status dvk_sha256_file(const char *path, char hex[65])
{
    if (!SHA256File(path, hex))
        return dvk_fail(DVK_ERR_MISSING, "%s: cannot be read: %s", path, strerror(errno));
    return DVK_OK;
}
