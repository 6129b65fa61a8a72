/* Made by tests/data/gamma_expected.py with pymedphys 0.41.0. */
#include <stdbool.h>
#include <stddef.h>

typedef struct gamma_case {
    double dose, distance_mm;
    bool local;
    size_t voxels;
    double passed, mean, at[6];
} gamma_case;
static const size_t gamma_places[6][3] = {{12, 10, 8}, {6, 10, 8}, {15, 7, 5}, {12, 4, 9}, {9, 13, 11}, {17, 12, 7}};
static const gamma_case gamma_cases[] = {
    {0.03, 3, false, 3376, 1, 0.248340976, {0.3759434, 0.4084224, 0.1511601, 0.08740232, 0.2000108, 0.1501674}},
    {0.02,
     2,
     false,
     3376,
     0.984597156,
     0.367127759,
     {0.5667649, 0.6126335, 0.2005701, 0.1000063, 0.2916956, 0.2000074}},
    {0.03, 3, true, 3376, 1, 0.278335227, {0.3759434, 0.4273243, 0.1539456, 0.104831, 0.2000621, 0.1507691}},
    {0.01, 1, false, 3376, 0.721563981, 0.72350122, {1.127819, 1.224764, 0.4010742, 0.2000004, 0.5655045, 0.3900721}},
};
