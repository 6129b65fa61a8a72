"""Would it pay to split the kernel: its near part on the grid, its far part on one of twice the voxel?

The far part is the kernel times 1 - exp(-(r/a)^4), which is smooth; the near part is what remains, within some 2 a. The
far part takes the volume to the coarse grid and the dose back by cubic interpolation. Printed for each problem: the
worst error over the maximum, for a SPECT-like volume and for one hot voxel; the bytes that the CPU design moves whole
and split; and, measured in turn, the time of the convolution whole and of the two that the split needs. The ways to the
coarse grid and back are counted in the bytes but not timed, in favour of the split. Called by bench/split.
"""
import argparse
import ctypes
import os
import statistics
import time

import numpy as np
import scipy.fft

from common import AXES, Native, good_length, machine, make_volume, moved_bytes, pointer, sizes

CUBIC = np.array([-7, 105, 35, -5]) / 128  # a quarter of a coarse voxel from the nearer of two middle points


def kernel_of(library, half, voxel_mm):
    taps = np.empty((2 * half + 1,) * 3, np.float32)
    assert library.bench_kernel(sizes((half,) * 3), ctypes.c_double(voxel_mm), pointer(taps)) == 0
    return taps.astype(np.float64)


def convolved(volume, taps):
    full = [good_length(v + t // 2) for v, t in zip(volume.shape, taps.shape)]
    wrapped = np.zeros(full)
    wrapped[tuple(slice(0, t) for t in taps.shape)] = taps
    wrapped = np.roll(wrapped, [-(t // 2) for t in taps.shape], AXES)
    product = scipy.fft.rfftn(volume, full, workers=2) * scipy.fft.rfftn(wrapped, workers=2)
    return scipy.fft.irfftn(product, full, workers=2)[tuple(slice(0, v) for v in volume.shape)]


def interpolation(fine):
    """Matrix from coarse elements, in the middle of pairs of fine ones and two more on each side, to the fine ones."""
    matrix = np.zeros((fine, fine // 2 + 4))
    for x in range(fine):
        for q, weight in enumerate(CUBIC):
            matrix[x, 2 + x // 2 + (q - 1 if x % 2 else 1 - q)] = weight
    return matrix


def along_axes(matrix, array):
    for axis in AXES:
        array = np.moveaxis(np.tensordot(matrix, array, (1, axis)), 0, axis)
    return array


def split(volume, taps, a):
    """The convolution by parts, in double, so that nothing but the split is seen; and the near part's half-width."""
    half = taps.shape[0] // 2
    offset = np.arange(-half, half + 1.0)
    r = np.sqrt(offset[:, None, None] ** 2 + offset[:, None] ** 2 + offset**2)
    near = taps * np.exp(-((r / a) ** 4))
    reach = min(half, int(np.ceil(2.2 * a)))  # exp(-2.2^4) = 7e-11
    inside = slice(half - reach, half + reach + 1)
    far = (taps - near)[(slice(half % 2, None, 2),) * 3]  # the taps at even offsets
    up = interpolation(volume.shape[0])
    coarse = convolved(along_axes(up.T, volume), far)
    return convolved(volume, near[inside, inside, inside]) + along_axes(up, coarse), reach


def error(volume, taps, a):
    want = convolved(volume, taps)
    got, reach = split(volume, taps, a)
    return np.abs(got - want).max() / want.max(), reach


def one_voxel(n):
    volume = np.zeros((n,) * 3)
    volume[n // 2, n // 2 + 1, n // 2] = 1
    return volume


def split_bytes(n, half, reach):
    """The near part, the far part, and the ways between the grids: volume in, coarse out; coarse in, result in and out."""
    coarse = n // 2
    return moved_bytes((n,) * 3, (reach,) * 3) + moved_bytes((coarse,) * 3, (half // 2,) * 3) + 4 * (3 * n**3 + 2 * coarse**3)


def seconds(library, problems, voxel_mm, threads, rounds):
    """Medians of dvkit's convolutions of (voxels, half-width), called in turn."""
    made, taken = [], [[] for _ in problems]
    for n, half in problems:
        make = lambda: library.bench_dvkit_make(b"cpu", threads, sizes((n,) * 3), sizes((half,) * 3), ctypes.c_double(voxel_mm))
        made.append((Native(library, "dvkit", make), make_volume((n,) * 3), np.empty((n,) * 3, np.float32)))
    for _ in range(rounds):
        for (candidate, volume, out), times in zip(made, taken):
            start = time.perf_counter()
            candidate.run(volume, out)
            times.append(time.perf_counter() - start)
    for candidate, _, _ in made:
        candidate.free()
    return [statistics.median(times) for times in taken]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--voxels", type=int, default=96, help="edge of the volumes on which errors are measured (96)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7, help="calls that a time is the median of (7)")
    parser.add_argument("--no-errors", action="store_true", help="bytes and times only")
    parser.add_argument("--large", action="store_true", help="512^3 with its full kernel as well: 8 GB")
    arguments = parser.parse_args()
    library, n = ctypes.CDLL(arguments.library), arguments.voxels
    print(f"{machine()['processor']}, {arguments.threads} threads\n\nworst error over the maximum, {n}^3, full kernel of 177Lu")
    for voxel_mm in () if arguments.no_errors else (2.0, 3.0, 4.8):
        taps = kernel_of(library, n - 1, voxel_mm)
        for a in (2, 3, 4, 6, 8):
            (patient, reach), (point, _) = (error(v, taps, a) for v in (make_volume((n,) * 3).astype(float), one_voxel(n)))
            print(f"  {voxel_mm} mm, a = {a} voxels, near part +-{reach:2d}: SPECT-like {patient:.1e}, one voxel {point:.1e}")
    print("\nbytes and time, whole against split, near part +-18")
    for size, half in [(128, 63), (128, 127), (256, 63), (256, 255)] + ([(512, 511)] if arguments.large else []):
        whole, parts = moved_bytes((size,) * 3, (half,) * 3), split_bytes(size, half, 18)
        t = seconds(library, [(size, half), (size, 18), (size // 2, half // 2)], 2.0, arguments.threads, arguments.rounds)
        print(f"  {size}^3, R = {half}: {whole / 1e6:.0f} MB against {parts / 1e6:.0f} MB ({whole / parts:.2f} x); "
              f"{1e3 * t[0]:.1f} ms against {1e3 * t[1]:.1f} + {1e3 * t[2]:.1f} ms ({t[0] / (t[1] + t[2]):.2f} x)", flush=True)


if __name__ == "__main__":
    main()
