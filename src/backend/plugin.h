/*
 * Brings in the OpenCL back end, a shared object of its own, so that the library starts on a machine without OpenCL.
 */
#ifndef DVK_BACKEND_PLUGIN_H
#define DVK_BACKEND_PLUGIN_H

#include "backend/backend.h"

/* Loads the back end once for the life of the process. DVK_ERR_DEVICE, with the reason, when it cannot be loaded: not
 * installed, or a library that it needs is missing. Looked for in $DVK_BACKEND_DIR where that is set, else beside the
 * library, in dvk/ below that, and where it was installed. */
dvk_status dvk_plugin_load(const dvk_backend_ops **ops) DVK_MUST_USE;

/* For tests: the n-th device call from now fails (1: the next; 0: none does); returns what was left of the last count.
 */
long dvk_device_fail_at(long n);

/* For tests: DVK_QUIRK_* of backend.h. */
void dvk_device_quirks(unsigned quirks);

/* For tests: the most bytes of device memory in use at once since this was last asked. */
size_t dvk_device_memory_peak(void);

/* For tests: bytes of device memory to make do with; 0: all there is. */
void dvk_device_memory_limit(size_t bytes);

#endif
