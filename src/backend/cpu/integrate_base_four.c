/* Voxelwise integration of four scans for any machine; src/CMakeLists.txt gives the compiler's options. */
#define DVK_LANES 4
#define DVK_SPAN dvk_integrate_span_base_four
#define DVK_POINTS 4
#include "backend/cpu/integrate_body.h"
