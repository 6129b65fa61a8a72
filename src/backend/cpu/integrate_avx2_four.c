/* Voxelwise integration of four scans for AVX2; src/CMakeLists.txt gives the compiler's options. */
#define DVK_LANES 8
#define DVK_SPAN dvk_integrate_span_avx2_four
#define DVK_POINTS 4
#include "backend/cpu/integrate_body.h"
