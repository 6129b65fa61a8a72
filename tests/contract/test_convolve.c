/* The contract of convolution, held by the CPU back end. */
#include "support/convolve_suite.h"

int main(void)
{
    TCase *cases[] = {convolve_case(&dvk_cpu_backend, "cpu")};
    return run_suite("convolve", cases, 1, false);
}
