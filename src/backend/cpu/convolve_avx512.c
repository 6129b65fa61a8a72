/* The convolution's passes for AVX-512. */
#include <immintrin.h>
#include <stdbool.h>

static bool usable(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

#define LANES 16
#define LEVEL dvk_conv_avx512
#define LEVEL_NAME "AVX-512"
#define LEVEL_USABLE usable
#define STREAM(to, v) _mm512_stream_ps(to, (__m512)(v))
#define STREAM_END() _mm_sfence()
#include "backend/cpu/convolve_body.h"
