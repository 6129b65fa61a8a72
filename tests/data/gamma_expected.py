#!/usr/bin/env python3
"""Writes tests/unit/gamma_expected.h: gamma of two made maps by pymedphys (0.41, MIT licence).

pip install pymedphys; python3 tests/data/gamma_expected.py > tests/unit/gamma_expected.h
pymedphys looks at spheres around a voxel, dvkit at a lattice: with steps of a tenth (here a twentieth) of the distance
they agree to a fraction of a step, not in each digit.
"""
import sys
import warnings

import numpy as np
import pymedphys

N, H = (24, 20, 16), (3.0, 3.5, 4.0)


def maps():
    x, y, z = np.meshgrid(*[(np.arange(n) - (n - 1) / 2) * h for n, h in zip(N, H)], indexing="ij")
    b = 10 * np.exp(-(x**2 + y**2 + z**2) / (2 * 15**2))
    a = 10.3 * np.exp(-((x - 1) ** 2 + (y + 0.5) ** 2 + z**2) / (2 * 14.5**2)) + 0.2 * np.sin(x / 5) * np.cos(y / 4)
    return a.astype(np.float32), b.astype(np.float32)


def main():
    warnings.simplefilter("ignore")
    a, b = maps()
    axes = tuple(np.arange(n) * h for n, h in zip(N, H))
    print("/* Made by tests/data/gamma_expected.py with pymedphys %s. */" % pymedphys.__version__)
    print("#include <stdbool.h>\n#include <stddef.h>\n")
    print("typedef struct gamma_case {\n    double dose, distance_mm;\n    bool local;\n    size_t voxels;")
    print("    double passed, mean, at[6];\n} gamma_case;")
    places = [(12, 10, 8), (6, 10, 8), (15, 7, 5), (12, 4, 9), (9, 13, 11), (17, 12, 7)]
    print("static const size_t gamma_places[6][3] = {%s};" % ", ".join("{%d, %d, %d}" % p for p in places))
    print("static const gamma_case gamma_cases[] = {")
    for dose, distance, local in [(3, 3, False), (2, 2, False), (3, 3, True), (1, 1, False)]:
        g = pymedphys.gamma(axes, b, axes, a, dose, distance, lower_percent_dose_cutoff=10, interp_fraction=20,
                            max_gamma=2, local_gamma=local, quiet=True)
        v = g[~np.isnan(g)]
        print("    {%g, %g, %s, %d, %.9g, %.9g, {%s}}," % (dose / 100, distance, str(local).lower(), v.size,
              np.mean(v <= 1), v.mean(), ", ".join("%.7g" % g[p] for p in places)))
    print("};")


main()
