/* Buffers, and programs from the embedded sources: built once for an open device, launched with checked arguments. */
#include <stdio.h>
#include <string.h>

#include "backend/opencl/opencl.h"

enum { MOST_KERNELS = 16, NAME_SIZE = 32, KEY_SIZE = 256 };

struct dvk_cl_program {
    dvk_cl_program *next;
    char key[KEY_SIZE]; /* file and options */
    cl_program program;
    size_t count; /* kernels made so far */
    struct {
        char name[NAME_SIZE];
        cl_kernel kernel;
    } kernel[MOST_KERNELS];
};

bool dvk_kernels_cl_find(const char *name, const unsigned char **bytes, size_t *count);

/* --- buffers --- */

dvk_status dvk_cl_buffer(dvk_backend *b, size_t bytes, cl_mem *out)
{
    dvk_status status = DVK_OK;
    CL_MAKE(*out, clCreateBuffer(b->context, CL_MEM_READ_WRITE, bytes ? bytes : 1, NULL, &cl_made));
done:
    return status;
}

void dvk_cl_buffer_free(cl_mem *buffer)
{
    if (*buffer)
        clReleaseMemObject(*buffer);
    *buffer = NULL;
}

dvk_status dvk_cl_write(dvk_backend *b, cl_mem to, size_t offset, const void *from, size_t bytes)
{
    dvk_status status = DVK_OK;
    CL_TRY(clEnqueueWriteBuffer(b->queue, to, CL_TRUE, offset, bytes, from, 0, NULL, NULL));
done:
    return status;
}

dvk_status dvk_cl_read(dvk_backend *b, cl_mem from, size_t offset, void *to, size_t bytes)
{
    dvk_status status = DVK_OK;
    CL_TRY(clEnqueueReadBuffer(b->queue, from, CL_TRUE, offset, bytes, to, 0, NULL, NULL));
done:
    return status;
}

/* --- programs --- */

/* The first line of the compiler's log that speaks of an error, for a message of one line. */
static dvk_status fail_build(dvk_backend *b, const char *file, cl_program program)
{
    char *log = NULL;
    size_t size = 0;
    clGetProgramBuildInfo(program, b->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    DVK_TRY(dvk_alloc(size + 1, 1, &log));
    clGetProgramBuildInfo(program, b->id, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    const char *at = strstr(log, "error");
    while (at && at > log && at[-1] != '\n')
        at--;
    if (!at)
        at = log;
    const dvk_status status =
        dvk_fail(DVK_ERR_RETRY, "%s: the OpenCL compiler refuses it: %.*s", file, (int)strcspn(at, "\n"), at);
    dvk_free(log);
    return status;
}

static dvk_status build(dvk_backend *b, const dvk_cl_source *source, dvk_cl_program *p)
{
    dvk_status status = DVK_OK;
    const unsigned char *bytes = NULL;
    size_t count = 0;
    char options[KEY_SIZE];
    if (!dvk_kernels_cl_find(source->file, &bytes, &count))
        return dvk_fail(DVK_ERR_INTERNAL, "%s is not in this build", source->file);
    const char *text = (const char *)bytes;
    snprintf(options, sizeof options, "-cl-std=CL1.2 %s", source->options);
    CL_MAKE(p->program, clCreateProgramWithSource(b->context, 1, &text, &count, &cl_made));
    const cl_int code =
        dvk_cl_call_fails() ? CL_OUT_OF_RESOURCES : clBuildProgram(p->program, 1, &b->id, options, NULL, NULL);
    if (code == CL_BUILD_PROGRAM_FAILURE)
        status = fail_build(b, source->file, p->program);
    else if (code != CL_SUCCESS)
        status = dvk_cl_fail(code, "clBuildProgram");
done:
    return status;
}

static void free_program(dvk_cl_program *p)
{
    for (size_t i = 0; i < p->count; i++)
        clReleaseKernel(p->kernel[i].kernel);
    if (p->program)
        clReleaseProgram(p->program);
    dvk_free(p);
}

static dvk_status find_program(dvk_backend *b, const dvk_cl_source *source, dvk_cl_program **out)
{
    dvk_cl_program *p = b->programs;
    char key[KEY_SIZE];
    snprintf(key, sizeof key, "%s %s", source->file, source->options);
    while (p && strcmp(p->key, key) != 0)
        p = p->next;
    if (!p) {
        DVK_TRY(dvk_alloc(1, sizeof *p, &p));
        memcpy(p->key, key, sizeof p->key);
        const dvk_status status = build(b, source, p);
        if (status != DVK_OK) {
            free_program(p);
            return status;
        }
        p->next = b->programs;
        b->programs = p;
    }
    *out = p;
    return DVK_OK;
}

dvk_status dvk_cl_kernel(dvk_backend *b, const dvk_cl_source *source, const char *name, cl_kernel *out)
{
    dvk_status status = DVK_OK;
    dvk_cl_program *p = NULL;
    DVK_TRY(find_program(b, source, &p));
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->kernel[i].name, name) == 0) {
            *out = p->kernel[i].kernel;
            return DVK_OK;
        }
    if (p->count == MOST_KERNELS)
        return dvk_fail(DVK_ERR_INTERNAL, "%s has more kernels than expected", source->file);
    CL_MAKE(*out, clCreateKernel(p->program, name, &cl_made));
    snprintf(p->kernel[p->count].name, NAME_SIZE, "%s", name);
    p->kernel[p->count++].kernel = *out;
done:
    return status;
}

void dvk_cl_programs_free(dvk_backend *b)
{
    while (b->programs) {
        dvk_cl_program *p = b->programs;
        b->programs = p->next;
        free_program(p);
    }
}

/* --- launching --- */

dvk_status dvk_cl_enqueue(dvk_backend *b, const dvk_cl_source *source, const char *name, const size_t global[3],
                          const size_t local[3], const dvk_cl_arg *args, size_t count)
{
    dvk_status status = DVK_OK;
    cl_kernel kernel = NULL;
    DVK_TRY(dvk_cl_kernel(b, source, name, &kernel));
    for (size_t i = 0; i < count; i++)
        CL_TRY(clSetKernelArg(kernel, (cl_uint)i, args[i].size, args[i].value));
    CL_TRY(clEnqueueNDRangeKernel(b->queue, kernel, 3, NULL, global, local, 0, NULL, NULL));
done:
    return status;
}

dvk_status dvk_cl_launch(dvk_backend *b, const dvk_cl_source *source, const char *name, const size_t points[3],
                         const dvk_cl_arg *args, size_t count)
{
    const size_t local[3] = {DVK_CL_GROUP, 1, 1};
    const size_t global[3] = {(points[0] + DVK_CL_GROUP - 1) / DVK_CL_GROUP * DVK_CL_GROUP, points[1], points[2]};
    return dvk_cl_enqueue(b, source, name, global, local, args, count);
}
