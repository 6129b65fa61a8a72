/* clFFT as its users use it: whole real transforms of a padded copy on the first OpenCL device, a GPU before others. */
#include "candidates.h"

#ifdef BENCH_CLFFT

#include <clFFT.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct candidate {
    size_t n[3], padded[3], row; /* row: reals of a padded row in place */
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel multiply;
    cl_mem data, kernel, scratch;
    clfftPlanHandle forward, backward;
} candidate;

static const char source[] =
    "kernel void multiply(global float2 *d, global const float2 *k) {\n"
    "    const size_t i = get_global_id(0);\n"
    "    d[i] = (float2)(d[i].x * k[i].x - d[i].y * k[i].y, d[i].x * k[i].y + d[i].y * k[i].x);\n"
    "}\n";

static bool first_device(cl_platform_id *platform, cl_device_id *device)
{
    cl_platform_id all[16];
    cl_uint count = 0;
    const cl_device_type wanted[2] = {CL_DEVICE_TYPE_GPU, CL_DEVICE_TYPE_ALL};
    if (clGetPlatformIDs(16, all, &count) != CL_SUCCESS)
        return false;
    for (int t = 0; t < 2; t++)
        for (cl_uint p = 0; p < count && p < 16; p++)
            if (clGetDeviceIDs(all[p], wanted[t], 1, device, NULL) == CL_SUCCESS) {
                *platform = all[p];
                return true;
            }
    return false;
}

/* Even along x, since rows are transformed in place. */
static size_t padded_length(size_t least, size_t step)
{
    for (size_t n = (least + step - 1) / step * step;; n += step) {
        size_t rest = n;
        for (size_t p = 2; p <= 7; p++)
            while (rest % p == 0)
                rest /= p;
        if (rest == 1)
            return n;
    }
}

static size_t reals(const candidate *c)
{
    return c->row * c->padded[1] * c->padded[2];
}

static bool make_plan(candidate *c, bool forward, clfftPlanHandle *plan)
{
    const size_t row = c->row / 2, rows = c->padded[1], all = rows * c->padded[2];
    size_t real[3] = {1, 2 * row, 2 * row * rows}, complex[3] = {1, row, row * rows};
    return clfftCreateDefaultPlan(plan, c->context, CLFFT_3D, c->padded) == CLFFT_SUCCESS &&
           clfftSetLayout(*plan, forward ? CLFFT_REAL : CLFFT_HERMITIAN_INTERLEAVED,
                          forward ? CLFFT_HERMITIAN_INTERLEAVED : CLFFT_REAL) == CLFFT_SUCCESS &&
           clfftSetResultLocation(*plan, CLFFT_INPLACE) == CLFFT_SUCCESS &&
           clfftSetPlanInStride(*plan, CLFFT_3D, forward ? real : complex) == CLFFT_SUCCESS &&
           clfftSetPlanOutStride(*plan, CLFFT_3D, forward ? complex : real) == CLFFT_SUCCESS &&
           clfftSetPlanDistance(*plan, (forward ? 2 : 1) * row * all, (forward ? 1 : 2) * row * all) == CLFFT_SUCCESS &&
           clfftBakePlan(*plan, 1, &c->queue, NULL, NULL) == CLFFT_SUCCESS;
}

static bool transform(candidate *c, bool forward, cl_mem *data)
{
    return clfftEnqueueTransform(forward ? c->forward : c->backward, forward ? CLFFT_FORWARD : CLFFT_BACKWARD, 1,
                                 &c->queue, 0, NULL, NULL, data, NULL, c->scratch) == CLFFT_SUCCESS;
}

static bool fill_with_zeros(candidate *c, cl_mem buffer)
{
    const float zero = 0;
    return clEnqueueFillBuffer(c->queue, buffer, &zero, sizeof zero, 0, reals(c) * sizeof zero, 0, NULL, NULL) ==
           CL_SUCCESS;
}

/* The kernel's centre at the origin, the rest wrapped around. */
static bool transform_kernel(candidate *c, const size_t half[3], const float *taps)
{
    const size_t *p = c->padded;
    float *wrapped = calloc(reals(c), sizeof *wrapped);
    if (!wrapped)
        return false;
    for (size_t z = 0; z <= 2 * half[2]; z++)
        for (size_t y = 0; y <= 2 * half[1]; y++)
            for (size_t x = 0; x <= 2 * half[0]; x++) {
                const size_t i = (x + p[0] - half[0]) % p[0], j = (y + p[1] - half[1]) % p[1];
                wrapped[((z + p[2] - half[2]) % p[2] * p[1] + j) * c->row + i] = *taps++;
            }
    const bool sent = clEnqueueWriteBuffer(c->queue, c->kernel, CL_TRUE, 0, reals(c) * sizeof *wrapped, wrapped, 0,
                                           NULL, NULL) == CL_SUCCESS;
    free(wrapped);
    return sent && transform(c, true, &c->kernel);
}

static bool open_queue(candidate *c)
{
    cl_platform_id platform = NULL;
    cl_device_id device = NULL;
    const char *text = source;
    if (!first_device(&platform, &device))
        return false;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0};
    c->context = clCreateContext(properties, 1, &device, NULL, NULL, NULL);
    c->queue = c->context ? clCreateCommandQueue(c->context, device, 0, NULL) : NULL;
    c->program = c->context ? clCreateProgramWithSource(c->context, 1, &text, NULL, NULL) : NULL;
    if (!c->queue || !c->program || clBuildProgram(c->program, 1, &device, "", NULL, NULL) != CL_SUCCESS)
        return false;
    c->multiply = clCreateKernel(c->program, "multiply", NULL);
    return c->multiply != NULL;
}

static bool prepare(candidate *c)
{
    size_t forward = 0, backward = 0;
    const clfftSetupData setup = {clfftVersionMajor, clfftVersionMinor, clfftVersionPatch, 0};
    if (!open_queue(c) || clfftSetup(&setup) != CLFFT_SUCCESS || !make_plan(c, true, &c->forward) ||
        !make_plan(c, false, &c->backward))
        return false;
    clfftGetTmpBufSize(c->forward, &forward);
    clfftGetTmpBufSize(c->backward, &backward);
    const size_t scratch = forward > backward ? forward : backward, bytes = reals(c) * sizeof(float);
    c->data = clCreateBuffer(c->context, CL_MEM_READ_WRITE, bytes, NULL, NULL);
    c->kernel = clCreateBuffer(c->context, CL_MEM_READ_WRITE, bytes, NULL, NULL);
    c->scratch = clCreateBuffer(c->context, CL_MEM_READ_WRITE, scratch ? scratch : 1, NULL, NULL);
    return c->data && c->kernel && c->scratch;
}

void bench_clfft_free(void *p)
{
    candidate *c = p;
    if (c->forward)
        clfftDestroyPlan(&c->forward);
    if (c->backward)
        clfftDestroyPlan(&c->backward);
    cl_mem all[] = {c->data, c->kernel, c->scratch};
    for (size_t i = 0; i < 3; i++)
        if (all[i])
            clReleaseMemObject(all[i]);
    if (c->multiply)
        clReleaseKernel(c->multiply);
    if (c->program)
        clReleaseProgram(c->program);
    if (c->queue)
        clReleaseCommandQueue(c->queue);
    if (c->context)
        clReleaseContext(c->context);
    free(c);
}

void *bench_clfft_make(const size_t n[3], const size_t half[3], const float *taps)
{
    candidate *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    for (int a = 0; a < 3; a++) {
        c->n[a] = n[a];
        c->padded[a] = padded_length(n[a] + half[a], a == 0 ? 2 : 1);
    }
    c->row = 2 * (c->padded[0] / 2 + 1);
    if (prepare(c) && transform_kernel(c, half, taps))
        return c;
    bench_clfft_free(c);
    return NULL;
}

/* clFFT's way back divides by the number of points. */
int bench_clfft_run(void *p, const float *in, float *out)
{
    candidate *c = p;
    const size_t origin[3] = {0, 0, 0}, region[3] = {c->n[0] * sizeof *in, c->n[1], c->n[2]};
    const size_t row = c->row * sizeof *in, plane = row * c->padded[1], points = reals(c) / 2;
    const bool done =
        fill_with_zeros(c, c->data) &&
        clEnqueueWriteBufferRect(c->queue, c->data, CL_FALSE, origin, origin, region, row, plane, 0, 0, in, 0, NULL,
                                 NULL) == CL_SUCCESS &&
        transform(c, true, &c->data) && clSetKernelArg(c->multiply, 0, sizeof c->data, &c->data) == CL_SUCCESS &&
        clSetKernelArg(c->multiply, 1, sizeof c->kernel, &c->kernel) == CL_SUCCESS &&
        clEnqueueNDRangeKernel(c->queue, c->multiply, 1, NULL, &points, NULL, 0, NULL, NULL) == CL_SUCCESS &&
        transform(c, false, &c->data) &&
        clEnqueueReadBufferRect(c->queue, c->data, CL_TRUE, origin, origin, region, row, plane, 0, 0, out, 0, NULL,
                                NULL) == CL_SUCCESS;
    return done ? 0 : -1;
}

#else

void *bench_clfft_make(const size_t n[3], const size_t half[3], const float *taps)
{
    (void)n, (void)half, (void)taps;
    return NULL;
}

int bench_clfft_run(void *candidate, const float *in, float *out)
{
    (void)candidate, (void)in, (void)out;
    return -1;
}

void bench_clfft_free(void *candidate)
{
    (void)candidate;
}

#endif
