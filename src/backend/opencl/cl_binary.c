/* See cl_binary.h. */
#include "backend/opencl/cl_binary.h"

#include <string.h>

enum { KEY_SPANS = 5 };

/* Everything that the compiled bytes depend on; line ends keep the texts apart. */
static void make_key(const dvk_backend *b, const dvk_span *source, const char *options, dvk_span key[KEY_SPANS])
{
    key[0] = (dvk_span){b->identity, strlen(b->identity)};
    key[1] = (dvk_span){"\n", 1};
    key[2] = (dvk_span){options, strlen(options)};
    key[3] = (dvk_span){"\n", 1};
    key[4] = *source;
}

bool dvk_cl_binary_load(dvk_backend *b, const dvk_span *source, const char *options, cl_program *out)
{
    dvk_span key[KEY_SPANS];
    dvk_buffer file;
    cl_int taken = CL_INVALID_BINARY, made = CL_INVALID_BINARY;
    *out = NULL;
    make_key(b, source, options, key);
    if (!b->keeps_binaries || !dvk_cache_load("program", key, KEY_SPANS, &file))
        return false;
    const unsigned char *bytes = file.at;
    if (!dvk_cl_call_fails())
        *out = clCreateProgramWithBinary(b->context, 1, &b->id, &file.count, &bytes, &taken, &made);
    if (taken == CL_SUCCESS && made == CL_SUCCESS && !dvk_cl_call_fails())
        made = clBuildProgram(*out, 1, &b->id, options, NULL, NULL);
    dvk_buffer_free(&file);
    if (taken == CL_SUCCESS && made == CL_SUCCESS)
        return true;
    if (*out)
        clReleaseProgram(*out);
    *out = NULL;
    return false;
}

void dvk_cl_binary_keep(dvk_backend *b, const dvk_span *source, const char *options, cl_program program)
{
    dvk_span key[KEY_SPANS];
    unsigned char *bytes = NULL;
    size_t count = 0;
    make_key(b, source, options, key);
    if (!b->keeps_binaries ||
        clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof count, &count, NULL) != CL_SUCCESS || count == 0 ||
        dvk_alloc(count, 1, &bytes) != DVK_OK)
        return;
    const dvk_span binary = {bytes, count};
    if (clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof bytes, &bytes, NULL) == CL_SUCCESS) {
        const dvk_status kept = dvk_cache_store("program", key, KEY_SPANS, &binary);
        (void)kept; /* no folder, or a full disk: the next run compiles again */
    }
    dvk_free(bytes);
}
