/* Voxelwise integration for any machine; src/CMakeLists.txt gives the compiler's options. */
#define DVK_LANES 4
#define DVK_SPAN dvk_integrate_span_base
#include "backend/cpu/integrate_body.h"
