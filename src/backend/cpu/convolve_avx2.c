/* The convolution's passes for AVX2 and FMA. */
#include <immintrin.h>
#include <stdbool.h>

static bool usable(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#define LANES 8
#define LEVEL dvk_conv_avx2
#define LEVEL_NAME "AVX2"
#define LEVEL_USABLE usable
#define STREAM(to, v) _mm256_stream_ps(to, (__m256)(v))
#define STREAM_END() _mm_sfence()
#include "backend/cpu/convolve_body.h"
