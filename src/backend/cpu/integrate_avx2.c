/* Voxelwise integration for AVX2; src/CMakeLists.txt gives the compiler's options. */
#define DVK_LANES 8
#define DVK_SPAN dvk_integrate_span_avx2
#include "backend/cpu/integrate_body.h"
