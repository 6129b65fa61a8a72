"""Convolution: dvkit side by side with what a user would pick instead.

One process runs every candidate once a round (A B C ... A B C ...), so that what else the machine does falls on all
alike; only medians and ratios within rounds count. Before any timing each candidate's result is checked against a
convolution in double, which is itself checked against the definition. Called by bench/convolve.
"""
import argparse
import ctypes
import json
import os
import statistics
import sys
import time

import numpy as np

PROBLEMS = [  # voxels, half-widths; x y z
    ((64, 64, 64), (63, 63, 63)),
    ((128, 128, 128), (5, 5, 5)),
    ((128, 128, 128), (25, 25, 25)),
    ((128, 128, 128), (63, 63, 63)),
    ((128, 128, 128), (127, 127, 127)),
    ((192, 160, 96), (63, 63, 50)),
    ((256, 256, 256), (63, 63, 63)),
]
LARGE = [((256, 256, 256), (255, 255, 255)), ((512, 512, 512), (63, 63, 63))]
VOXEL_MM = 2.0
TOLERANCE = 1e-6  # of the maximum
AXES = (0, 1, 2)


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


class Call:
    """A candidate that is a Python function of the volume."""

    def __init__(self, function):
        self.function, self.setup, self.handle = function, 0.0, True

    def run(self, volume, out):
        return self.function(volume)

    def free(self):
        pass


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
    padded = [good_length(n[a] + min(half[a], n[a] - 1), step=2 if a == 0 else 1) for a in range(3)]
    return 4 * 2 * n[0] * n[1] * n[2] + 4 * 8 * (padded[0] // 2) * padded[1] * n[2]


def oracle(volume, taps):
    """In double, padded so far that nothing wraps; then a few voxels by the definition."""
    full = [good_length(v + t - 1) for v, t in zip(volume.shape, taps.shape)]
    spectrum = np.fft.rfftn(volume.astype(np.float64), full, AXES)
    spectrum *= np.fft.rfftn(taps.astype(np.float64), full, AXES)
    start = [t // 2 for t in taps.shape]
    want = np.fft.irfftn(spectrum, full, AXES)[tuple(slice(s, s + v) for s, v in zip(start, volume.shape))].copy()
    places = np.random.default_rng(1).integers(0, volume.shape, (20, 3))
    for place in places:
        low = [max(0, p - s) for p, s in zip(place, start)]
        high = [min(v, p + s + 1) for p, s, v in zip(place, start, volume.shape)]
        part = volume[tuple(slice(a, b) for a, b in zip(low, high))].astype(np.float64)
        flipped = taps[::-1, ::-1, ::-1]
        under = flipped[tuple(slice(a - p + s, b - p + s) for a, b, p, s in zip(low, high, place, start))]
        exact = np.sum(part * under)
        assert abs(want[tuple(place)] - exact) <= 1e-12 * np.abs(want).max(), "the oracle is wrong"
    return want


def numpy_candidate(volume, taps):
    full = [good_length(v + t // 2) for v, t in zip(volume.shape, taps.shape)]
    wrapped = np.zeros(full, np.float32)
    wrapped[tuple(slice(0, t) for t in taps.shape)] = taps
    spectrum = np.fft.rfftn(np.roll(wrapped, [-(t // 2) for t in taps.shape], AXES), axes=AXES)
    inside = tuple(slice(0, v) for v in volume.shape)
    return lambda image: np.fft.irfftn(np.fft.rfftn(image, full, AXES) * spectrum, full, AXES)[inside]


def scipy_candidate(taps, workers):
    import scipy.fft
    import scipy.signal

    def run(image):
        with scipy.fft.set_workers(workers):
            return scipy.signal.fftconvolve(image, taps, mode="same")

    return run


def itk_candidate(taps, threads):
    import SimpleITK as sitk

    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    kernel = sitk.GetImageFromArray(taps)
    work = sitk.FFTConvolutionImageFilter()
    work.SetBoundaryCondition(sitk.FFTConvolutionImageFilter.ZERO_PAD)
    return lambda image: sitk.GetArrayFromImage(work.Execute(sitk.GetImageFromArray(image), kernel))


def torch_candidate(volume, taps, threads):
    import torch

    torch.set_num_threads(threads)
    full = [good_length(v + t // 2) for v, t in zip(volume.shape, taps.shape)]
    wrapped = torch.zeros(full)
    wrapped[tuple(slice(0, t) for t in taps.shape)] = torch.from_numpy(taps)
    spectrum = torch.fft.rfftn(torch.roll(wrapped, [-(t // 2) for t in taps.shape], AXES))
    inside = tuple(slice(0, v) for v in volume.shape)
    return lambda image: torch.fft.irfftn(torch.fft.rfftn(torch.from_numpy(image), full) * spectrum, full)[inside].numpy()


def candidates(library, n, half, volume, taps, threads):
    shape, reach, voxel = sizes(n), sizes(half), ctypes.c_double(VOXEL_MM)

    def dvkit(device, count):
        make = lambda: library.bench_dvkit_make(device.encode(), count, shape, reach, voxel)
        return Native(library, "dvkit", make)

    def fftw(way):
        make = lambda: library.bench_fftw_make(way.encode(), threads, shape, reach, pointer(taps))
        return Native(library, "fftw", make)

    return {
        f"dvkit CPU, {threads} threads": lambda: dvkit("cpu", threads),
        "dvkit CPU, 1 thread": lambda: dvkit("cpu", 1),
        "dvkit OpenCL": lambda: dvkit("opencl", threads),
        "FFTW ordinary (least good size, measured)": lambda: fftw("ordinary"),
        "FFTW textbook (power of 2, estimated)": lambda: fftw("textbook"),
        f"SciPy fftconvolve float32, {threads} workers": lambda: Call(scipy_candidate(taps, threads)),
        "NumPy rfftn float32": lambda: Call(numpy_candidate(volume, taps)),
        "SimpleITK FFTConvolution": lambda: Call(itk_candidate(taps, threads)),
        "PyTorch rfftn": lambda: Call(torch_candidate(volume, taps, threads)),
    }


def admit(makers, volume, want):
    """Those that are here and right, with their error; says why another is left out."""
    admitted, out = {}, np.empty_like(volume)
    for name, make in makers.items():
        try:
            candidate = make()
            if not candidate.handle:
                raise RuntimeError("not in this build, or no device")
            error = float(np.abs(candidate.run(volume, out) - want).max() / np.abs(want).max())
        except (ImportError, RuntimeError) as reason:
            print(f"  left out: {name}: {reason}")
            continue
        if not error <= TOLERANCE:
            print(f"  left out: {name}: off by {error:.1e} of the maximum")
            candidate.free()
            continue
        admitted[name] = (candidate, error)
    return admitted


def others_seconds():
    """Processor time that all other processes have used so far."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, steal = (int(word) for word in stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK") - time.process_time()


def measure(admitted, volume, copy, budget, quiet):
    """Seconds of each candidate and of the copy, round by round; `quiet`: of the rounds that nobody else disturbed."""
    out = np.empty_like(volume)
    seconds = {name: [] for name in [*admitted, "copy"]}
    stop = time.perf_counter() + budget
    rounds = 0
    while rounds < 3 or (time.perf_counter() < stop and len(seconds["copy"]) < 401):
        rounds += 1
        taken, others, begin = {}, others_seconds(), time.perf_counter()
        for name in seconds:
            start = time.perf_counter()
            copy() if name == "copy" else admitted[name][0].run(volume, out)
            taken[name] = time.perf_counter() - start
        disturbed = others_seconds() - others > 0.1 * (time.perf_counter() - begin) + 0.02
        if quiet and disturbed:
            time.sleep(0.2)
            continue
        for name in seconds:
            seconds[name].append(taken[name])
    return seconds


def make_volume(n):
    """SPECT-like: two hot blobs on a low background, zeros outside a body."""
    z, y, x = (np.linspace(-1, 1, n[a], dtype=np.float32).reshape([-1 if i == 2 - a else 1 for i in range(3)]) for a in (2, 1, 0))
    body = (x / 0.8) ** 2 + (y / 0.6) ** 2 + 0 * z < 1
    blobs = sum(np.exp(-((x - c) ** 2 + y**2 + z**2) / 0.02) for c in (-0.4, 0.4))
    noise = np.random.default_rng(7).random((n[2], n[1], n[0]), np.float32)
    return np.ascontiguousarray(np.where(body, 1e7 * (0.05 + blobs) * (0.5 + noise), 0).astype(np.float32))


def run_problem(library, n, half, arguments):
    volume = make_volume(n)
    taps = np.empty([2 * h + 1 for h in half[::-1]], np.float32)
    if library.bench_kernel(sizes(half), ctypes.c_double(VOXEL_MM), pointer(taps)) != 0:
        sys.exit("the kernel cannot be made")
    print(f"{n[0]} x {n[1]} x {n[2]}, half-widths {half[0]}, {half[1]}, {half[2]}")
    threads = arguments.threads
    makers = candidates(library, n, half, volume, taps, threads)
    if arguments.candidates:
        makers = {name: make for name, make in makers.items() if any(w in name for w in arguments.candidates.split(","))}
    admitted = admit(makers, volume, oracle(volume, taps))
    bytes_moved = moved_bytes(n, half)
    source, target = np.ones(bytes_moved // 2, np.uint8), np.ones(bytes_moved // 2, np.uint8)
    copy = lambda: library.bench_copy(threads, pointer(source), pointer(target), ctypes.c_size_t(source.size))
    seconds = measure(admitted, volume, copy, arguments.seconds, arguments.quiet)
    if not seconds["copy"]:
        sys.exit("no round was undisturbed: give more --seconds, or leave --quiet out")
    first = next(iter(admitted))
    print(f"  {len(seconds['copy'])} rounds")
    rows = []
    for name, times in seconds.items():
        ratio = statistics.median(t / f for t, f in zip(times, seconds[first]))
        row = {"name": name, "median_ms": 1e3 * statistics.median(times), "least_ms": 1e3 * min(times), "ratio": ratio,
               "rounds": len(times)}
        if name != "copy":
            row |= {"setup_ms": 1e3 * admitted[name][0].setup, "worst_error": admitted[name][1]}
        rows.append(row)
        text = f"copy of {bytes_moved / 1e6:.0f} MB moved" if name == "copy" else name
        error = f"{row['worst_error']:.1e}" if "worst_error" in row else ""
        print(f"  {text:46s} {row['median_ms']:10.2f} ms  least {row['least_ms']:10.2f}  x {ratio:7.2f}  {error}")
    for candidate, _ in admitted.values():
        candidate.free()
    sys.stdout.flush()
    return {"voxels": n, "half": half, "bytes_moved": bytes_moved, "candidates": rows}


def machine():
    with open("/proc/cpuinfo") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return {"processor": names[0] if names else "?", "processors": os.cpu_count(), "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, default=15, help="time for the rounds of one problem")
    parser.add_argument("--quiet", action="store_true", help="throw rounds away in which other processes computed")
    parser.add_argument("--candidates", help="only those with one of these words in their names, such as dvkit,FFTW")
    parser.add_argument("--large", action="store_true", help="256^3 with its full kernel and 512^3 as well")
    parser.add_argument("--only", help="one problem, such as 128,63 (voxels and half-width of each axis)")
    parser.add_argument("--json", help="where to write the numbers")
    arguments = parser.parse_args()
    library = ctypes.CDLL(arguments.library)
    problems = PROBLEMS + (LARGE if arguments.large else [])
    if arguments.only:
        size, half = (int(word) for word in arguments.only.split(","))
        problems = [((size,) * 3, (half,) * 3)]
    result = {"machine": machine(), "threads": arguments.threads, "problems": []}
    print(f"{result['machine']['processor']}, {arguments.threads} threads, load {result['machine']['load']:.1f}\n"
          "medians; x: ratio to the first, median over rounds; last: worst error over the maximum, against double\n")
    for n, half in problems:
        result["problems"].append(run_problem(library, n, half, arguments))
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(result, file, indent=2)


if __name__ == "__main__":
    main()
