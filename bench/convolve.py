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

from common import AXES, Native, Oracle, good_length, machine, make_volume, moved_bytes, pointer, sizes

PROBLEMS = [  # voxels, half-widths; x y z
    *(((n,) * 3, (half,) * 3) for n, halves in ((64, (5, 25, 63)), (128, (5, 25, 63, 127))) for half in halves),
    ((192, 160, 96), (63, 63, 50)),
    ((256, 256, 128), (25, 25, 13)),
    *(((256,) * 3, (half,) * 3) for half in (5, 25, 63)),
]
LARGE = [((256,) * 3, (255,) * 3), *(((512,) * 3, (half,) * 3) for half in (5, 25, 63))]
VOXEL_MM = 2.0
TOLERANCE = 1e-6  # of the maximum


class Call:
    """A candidate that is a Python function of the volume."""

    def __init__(self, function):
        self.function, self.setup, self.handle = function, 0.0, True

    def run(self, volume, out):
        return self.function(volume)

    def free(self):
        pass


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


def cupy_candidate(volume, taps):
    """On the GPU, the kernel's spectrum kept there; transfers count."""
    import cupy

    full = [good_length(v + t // 2) for v, t in zip(volume.shape, taps.shape)]
    wrapped = cupy.zeros(full, cupy.float32)
    wrapped[tuple(slice(0, t) for t in taps.shape)] = cupy.asarray(taps)
    spectrum = cupy.fft.rfftn(cupy.roll(wrapped, [-(t // 2) for t in taps.shape], AXES))
    inside = tuple(slice(0, v) for v in volume.shape)
    return lambda image: cupy.asnumpy(cupy.fft.irfftn(cupy.fft.rfftn(cupy.asarray(image), full) * spectrum, full)[inside])


def candidates(library, n, half, volume, taps, threads):
    shape, reach, voxel = sizes(n), sizes(half), ctypes.c_double(VOXEL_MM)

    def dvkit(device, count):
        make = lambda: library.bench_dvkit_make(device.encode(), count, shape, reach, voxel)
        return Native(library, "dvkit", make)

    def fftw(way):
        make = lambda: library.bench_fftw_make(way.encode(), threads, shape, reach, pointer(taps))
        return Native(library, "fftw", make)

    def clfft():
        return Native(library, "clfft", lambda: library.bench_clfft_make(shape, reach, pointer(taps)))

    return {
        f"dvkit CPU, {threads} threads": lambda: dvkit("cpu", threads),
        "dvkit CPU, 1 thread": lambda: dvkit("cpu", 1),
        "dvkit OpenCL": lambda: dvkit("opencl", threads),
        "FFTW ordinary (least good size, measured)": lambda: fftw("ordinary"),
        "FFTW textbook (power of 2, estimated)": lambda: fftw("textbook"),
        "clFFT ordinary (least good size), OpenCL": clfft,
        f"SciPy fftconvolve float32, {threads} workers": lambda: Call(scipy_candidate(taps, threads)),
        "NumPy rfftn float32": lambda: Call(numpy_candidate(volume, taps)),
        "SimpleITK FFTConvolution": lambda: Call(itk_candidate(taps, threads)),
        "PyTorch rfftn": lambda: Call(torch_candidate(volume, taps, threads)),
        "CuPy rfftn": lambda: Call(cupy_candidate(volume, taps)),
    }


def timed(candidate, volume, out):
    start = time.perf_counter()
    result = candidate.run(volume, out)
    return time.perf_counter() - start, result


def admit(makers, volume, oracle, limit):
    """Those that are here and right, with their error; says why another is left out. One that takes longer than the
    limit, also in a second call, which finds everything compiled, is not called again."""
    admitted, slow, out = {}, {}, np.empty_like(volume)
    for name, make in makers.items():
        try:
            candidate = make()
            if not candidate.handle:
                raise RuntimeError("not in this build, or no device")
            seconds, result = timed(candidate, volume, out)
            error = oracle.error(result)
            if seconds > limit:
                seconds, _ = timed(candidate, volume, out)
        except (ImportError, RuntimeError, MemoryError) as reason:
            print(f"  left out: {name}: {reason}")
            continue
        if not error <= TOLERANCE:
            print(f"  left out: {name}: off by {error:.1e} of the maximum")
            candidate.free()
        elif seconds > limit and admitted:
            slow[name] = (seconds, error)
            candidate.free()
        else:
            admitted[name] = (candidate, error)
    return admitted, slow


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


def report(name, times, firsts, error, setup):
    """One line of the table, and the same for the JSON file; `firsts`: what the first candidate took in the same rounds."""
    ratio = statistics.median(t / f for t, f in zip(times, firsts))
    row = {"name": name, "median_ms": 1e3 * statistics.median(times), "least_ms": 1e3 * min(times), "ratio": ratio,
           "calls": len(times)}
    text = f"  {name:46s} {row['median_ms']:10.2f} ms  least {row['least_ms']:10.2f}  x {ratio:7.2f}"
    if error is not None:
        row |= {"setup_ms": 1e3 * setup, "worst_error": error}
        text += f"  {error:.1e}"
    print(text + ("  one value" if len(times) == 1 else ""))
    return row


def run_problem(library, n, half, arguments):
    print(f"{n[0]} x {n[1]} x {n[2]}, half-widths {half[0]}, {half[1]}, {half[2]}", flush=True)
    volume = make_volume(n)
    taps = np.empty([2 * h + 1 for h in half[::-1]], np.float32)
    if library.bench_kernel(sizes(half), ctypes.c_double(VOXEL_MM), pointer(taps)) != 0:
        sys.exit("the kernel cannot be made")
    threads = arguments.threads
    makers = candidates(library, n, half, volume, taps, threads)
    if arguments.candidates:
        makers = {name: make for name, make in makers.items() if any(w in name for w in arguments.candidates.split(","))}
    oracle = Oracle(volume, taps)
    admitted, slow = admit(makers, volume, oracle, arguments.limit)
    if not admitted:
        sys.exit("no candidate is left")
    bytes_moved = moved_bytes(n, half)
    source, target = np.ones(bytes_moved // 2, np.uint8), np.ones(bytes_moved // 2, np.uint8)
    copy = lambda: library.bench_copy(threads, pointer(source), pointer(target), ctypes.c_size_t(source.size))
    seconds = measure(admitted, volume, copy, arguments.seconds, arguments.quiet)
    if not seconds["copy"]:
        sys.exit("no round was undisturbed: give more --seconds, or leave --quiet out")
    checked = "everywhere" if oracle.everywhere else f"at {len(oracle.want)} voxels"
    print(f"  {len(seconds['copy'])} rounds, results checked {checked}")
    firsts = seconds[next(iter(admitted))]
    rows = [report(name, seconds[name], firsts, error, one.setup) for name, (one, error) in admitted.items()]
    rows += [report(name, [took], [statistics.median(firsts)], error, 0) for name, (took, error) in slow.items()]
    rows.append(report(f"copy of {bytes_moved / 1e6:.0f} MB moved", seconds["copy"], firsts, None, None))
    for candidate, _ in admitted.values():
        candidate.free()
    sys.stdout.flush()
    return {"voxels": n, "half": half, "bytes_moved": bytes_moved, "candidates": rows}


def triple(text):
    """128 for 128 x 128 x 128, or 192x160x96."""
    values = [int(word) for word in text.split("x")]
    return tuple(values * 3 if len(values) == 1 else values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, default=15, help="time for the rounds of one problem")
    parser.add_argument("--quiet", action="store_true", help="throw rounds away in which other processes computed")
    parser.add_argument("--candidates", help="only those with one of these words in their names, such as dvkit,FFTW")
    parser.add_argument("--limit", type=float, default=5, help="seconds; what takes longer is called but twice (5)")
    parser.add_argument("--large", action="store_true", help="256^3 with its full kernel and 512^3 as well: 16 GB")
    parser.add_argument("--only", help="one problem, voxels and half-widths: 128,63 or 192x160x96,63x63x50")
    parser.add_argument("--json", help="where to write the numbers")
    arguments = parser.parse_args()
    library = ctypes.CDLL(arguments.library)
    problems = PROBLEMS + (LARGE if arguments.large else [])
    if arguments.only:
        problems = [tuple(triple(word) for word in arguments.only.split(","))]
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
