/* Programs from the embedded sources: built once for an open device, launched with checked arguments. */
#include "backend/opencl/cl_program.h"

#include <stdio.h>
#include <string.h>

#include "backend/opencl/cl_binary.h"

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

dvk_status dvk_cl_source_text(const char *file, dvk_span *out)
{
    const unsigned char *bytes = NULL;
    if (!dvk_kernels_cl_find(file, &bytes, &out->count))
        return dvk_fail(DVK_ERR_INTERNAL, "%s is not in this build", file);
    out->at = bytes;
    return DVK_OK;
}

static dvk_status build(dvk_backend *b, const dvk_cl_source *source, dvk_cl_program *p)
{
    dvk_status status = DVK_OK;
    dvk_span span;
    char options[KEY_SIZE];
    DVK_TRY(dvk_cl_source_text(source->file, &span));
    const char *text = span.at;
    snprintf(options, sizeof options, "-cl-std=CL1.2 %s", source->options);
    if (dvk_cl_binary_load(b, &span, options, &p->program))
        return DVK_OK;
    CL_MAKE(p->program, clCreateProgramWithSource(b->context, 1, &text, &span.count, &cl_made));
    const cl_int code =
        dvk_cl_call_fails() ? CL_OUT_OF_RESOURCES : clBuildProgram(p->program, 1, &b->id, options, NULL, NULL);
    if (code == CL_BUILD_PROGRAM_FAILURE)
        status = fail_build(b, source->file, p->program);
    else if (code != CL_SUCCESS)
        status = dvk_cl_fail(code, "clBuildProgram");
    else
        dvk_cl_binary_keep(b, &span, options, p->program);
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
