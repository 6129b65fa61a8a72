/*
 * What the fuzz targets share. Each fuzz_NAME.c reads one kind of file through the library's public or internal reader;
 * clang's libFuzzer drives it (option DVK_FUZZ), and replay.c runs the corpus through it under any compiler.
 */
#ifndef DVK_TESTS_FUZZ_H
#define DVK_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "dvk/dvk.h"

/* The driver's entry; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the input under that name into a folder of this process; the path is lent until the next call. */
const char *fuzz_file(const char *name, const uint8_t *data, size_t size);

/* A call that may succeed or fail, but fails with a line that says why, of an input's or a device's kind: an internal
 * error is a finding. */
void fuzz_expect(dvk_status status);

#endif
