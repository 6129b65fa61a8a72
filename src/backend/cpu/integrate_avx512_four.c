/* Voxelwise integration of four scans for AVX-512; src/CMakeLists.txt gives the compiler's options. */
#define DVK_LANES 16
#define DVK_SPAN dvk_integrate_span_avx512_four
#define DVK_POINTS 4
#include "backend/cpu/integrate_body.h"
