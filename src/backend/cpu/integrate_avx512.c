/* Voxelwise integration for AVX-512; src/CMakeLists.txt gives the compiler's options. */
#define DVK_LANES 16
#define DVK_SPAN dvk_integrate_span_avx512
#include "backend/cpu/integrate_body.h"
