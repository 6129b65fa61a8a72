/* The convolution's passes for the instruction set that the whole library is compiled for. */
#include <stdbool.h>

static bool usable(void)
{
    return true;
}

#define LANES 4
#define LEVEL dvk_conv_base
#define LEVEL_NAME "base"
#define LEVEL_USABLE usable
#include "backend/cpu/convolve_body.h"
