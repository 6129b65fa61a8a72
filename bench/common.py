"""What the benchmarks of the convolution share: problems, the double oracle, and candidates behind candidates.h."""
import ctypes
import os
import time

import numpy as np

AXES = (0, 1, 2)
ORACLE_POINTS = 2e8  # some 5 GB and a minute


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def sizes(values):
    return (ctypes.c_size_t * 3)(*values)


class Native:
    """A candidate of candidates.h."""

    def __init__(self, library, kind, make):
        self.run_function = getattr(library, f"bench_{kind}_run")
        self.free_function = getattr(library, f"bench_{kind}_free")
        getattr(library, f"bench_{kind}_make").restype = ctypes.c_void_p
        start = time.perf_counter()
        self.handle = make()
        self.setup = time.perf_counter() - start

    def run(self, volume, out):
        if self.run_function(ctypes.c_void_p(self.handle), pointer(volume), pointer(out)) != 0:
            raise RuntimeError("failed")
        return out

    def free(self):
        if self.handle:
            self.free_function(ctypes.c_void_p(self.handle))


def good_length(least, primes=(2, 3, 5), step=1):
    length = -(-least // step) * step
    while True:
        rest = length
        for prime in primes:
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return length
        length += step


def moved_bytes(n, half):
    """What the CPU design reads and writes: the volume, the result, and its work volume four times."""
    padded = [good_length(n[a] + min(half[a], n[a] - 1), step=2 if a == 1 else 1) for a in range(3)]
    return 4 * 2 * n[0] * n[1] * n[2] + 4 * 8 * padded[0] * (padded[1] // 2) * n[2]


def sums_at(places, volume, taps):
    """The convolution by its definition, in double, at a few voxels."""
    start, flipped = [t // 2 for t in taps.shape], taps[::-1, ::-1, ::-1]
    sums = []
    for place in places:
        low = [max(0, p - s) for p, s in zip(place, start)]
        high = [min(v, p + s + 1) for p, s, v in zip(place, start, volume.shape)]
        part = volume[tuple(slice(a, b) for a, b in zip(low, high))].astype(np.float64)
        sums.append(np.sum(part * flipped[tuple(slice(a - p + s, b - p + s) for a, b, p, s in zip(low, high, place, start))]))
    return np.array(sums)


class Oracle:
    """The convolution in double: everywhere, padded so far that nothing wraps, and held to the definition at 20 voxels;
    where that would take more than ORACLE_POINTS points, by the definition at those voxels and the hottest one only."""

    def __init__(self, volume, taps):
        full = [good_length(v + t - 1) for v, t in zip(volume.shape, taps.shape)]
        places = np.random.default_rng(1).integers(0, volume.shape, (20, 3))
        self.everywhere = np.prod(np.array(full, float)) <= ORACLE_POINTS
        if not self.everywhere:
            places = np.vstack([places, np.unravel_index(np.argmax(volume), volume.shape)])
        self.places, exact = tuple(places.T), sums_at(places, volume, taps)
        self.want = exact
        if self.everywhere:
            spectrum = np.fft.rfftn(volume.astype(np.float64), full, AXES)
            spectrum *= np.fft.rfftn(taps.astype(np.float64), full, AXES)
            inside = tuple(slice(t // 2, t // 2 + v) for t, v in zip(taps.shape, volume.shape))
            self.want = np.fft.irfftn(spectrum, full, AXES)[inside].copy()
            off = np.abs(self.want[self.places] - exact).max()
            assert off <= 1e-12 * np.abs(self.want).max(), "the oracle is wrong"

    def error(self, result):
        """The worst error over the maximum."""
        got = result if self.everywhere else result[self.places]
        return float(np.abs(got - self.want).max() / np.abs(self.want).max())


def make_volume(n):
    """SPECT-like: two hot blobs on a low background, zeros outside a body."""
    z, y, x = (np.linspace(-1, 1, n[a], dtype=np.float32).reshape([-1 if i == 2 - a else 1 for i in range(3)]) for a in (2, 1, 0))
    body = (x / 0.8) ** 2 + (y / 0.6) ** 2 + 0 * z < 1
    blobs = sum(np.exp(-((x - c) ** 2 + y**2 + z**2) / 0.02) for c in (-0.4, 0.4))
    noise = np.random.default_rng(7).random((n[2], n[1], n[0]), np.float32)
    return np.ascontiguousarray(np.where(body, 1e7 * (0.05 + blobs) * (0.5 + noise), 0).astype(np.float32))


def machine():
    with open("/proc/cpuinfo") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return {"processor": names[0] if names else "?", "processors": os.cpu_count(), "load": os.getloadavg()[0]}
