/* The convolution's passes for the instruction set that the whole library is compiled for. */
#include <stdbool.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool usable(void)
{
    return true;
}

#define LANES 4
#define LEVEL dvk_conv_base
#define LEVEL_NAME "base"
#define LEVEL_USABLE usable
#ifdef __SSE2__
#define STREAM(to, v) _mm_stream_ps(to, (__m128)(v))
#define STREAM_END() _mm_sfence()
#endif
#include "backend/cpu/convolve_body.h"
