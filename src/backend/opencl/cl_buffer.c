/* Buffers on the device, counted, and plain transfers. */
#include "backend/opencl/opencl.h"

dvk_status dvk_cl_buffer(dvk_backend *b, size_t bytes, cl_mem *out)
{
    dvk_status status = DVK_OK;
    const size_t size = bytes ? bytes : 1;
    CL_MAKE(*out, clCreateBuffer(b->context, CL_MEM_READ_WRITE, size, NULL, &cl_made));
    b->used += size;
    dvk_cl_memory_used(b->used);
done:
    return status;
}

void dvk_cl_buffer_free(dvk_backend *b, cl_mem *buffer)
{
    size_t size = 0;
    if (!*buffer)
        return;
    if (clGetMemObjectInfo(*buffer, CL_MEM_SIZE, sizeof size, &size, NULL) == CL_SUCCESS)
        b->used -= size;
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

dvk_status dvk_cl_wrap(dvk_backend *b, void *at, size_t bytes, bool written, cl_mem *out)
{
    dvk_status status = DVK_OK;
    const cl_mem_flags flags = CL_MEM_USE_HOST_PTR | (written ? CL_MEM_WRITE_ONLY : CL_MEM_READ_ONLY);
    CL_MAKE(*out, clCreateBuffer(b->context, flags, bytes, at, &cl_made));
done:
    return status;
}

/* Mapping waits for the kernels and brings the host's memory up to date. */
dvk_status dvk_cl_wrap_read(dvk_backend *b, cl_mem buffer, size_t bytes)
{
    dvk_status status = DVK_OK;
    void *at = NULL;
    CL_MAKE(at, clEnqueueMapBuffer(b->queue, buffer, CL_TRUE, CL_MAP_READ, 0, bytes, 0, NULL, NULL, &cl_made));
    CL_TRY(clEnqueueUnmapMemObject(b->queue, buffer, at, 0, NULL, NULL));
    CL_TRY(clFinish(b->queue));
done:
    return status;
}
