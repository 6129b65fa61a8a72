"""Voxelwise time integration: dvkit side by side with what a user would pick instead.

Every voxel of a 128^3 series of four scans is alive: uptake and clearance of random half-lives, with noise. One process
runs every candidate once a round, as in convolve.py. Before any timing each model's map is checked, on a sample of its
voxels, against SciPy's curve_fit in double from several starts. Called by bench/fit.
"""
import argparse
import ctypes
import json
import os
import statistics
import struct
import sys
import tempfile
import time

import numpy as np
from scipy.optimize import curve_fit

from convolve import machine, measure, pointer

TIMES = np.array([4.0, 24.0, 96.0, 168.0])  # h
EDGE = 128
SAMPLE = 200  # voxels that curve_fit gets, the best of several starts each
PHYSICAL = np.log(2) / 159.528  # 1/h, Lu-177
CLEAR = 4 * np.log(2) / TIMES[0]  # the bounds of dvkit's rates; see docs/integration.md
UPTAKE = 5 * CLEAR

MODELS = ["mono", "uptake-clearance", "uptake-clearance2", "biexp", "auto", "trapezoid", "physical"]
CURVES = {  # f(t, unknowns) with ln(rates) last, lower and upper bounds, starts of the rates
    "mono": (lambda t, a, u: a * np.exp(-np.exp(u) * t), 1, [PHYSICAL], [CLEAR], [[0.01], [0.03]]),
    "uptake-clearance": (
        lambda t, a, u, v: a * (np.exp(-np.exp(u) * t) - np.exp(-np.exp(v) * t)), 1,
        [PHYSICAL, PHYSICAL], [CLEAR, UPTAKE], [[0.01, 0.3], [0.03, 0.1], [0.006, 1.5]]),
}


def write_series(folder, frames):
    """Uncompressed NIfTI-1 files with sidecars, so that the library reads them as a user's."""
    paths = []
    for hours, frame in zip(TIMES, frames):
        path = os.path.join(folder, f"scan_{int(hours):03d}h.nii")
        header = bytearray(352)
        struct.pack_into("<i", header, 0, 348)
        struct.pack_into("<8h", header, 40, 3, *frame.shape[::-1], 1, 1, 1, 1)
        struct.pack_into("<2h", header, 70, 16, 32)
        struct.pack_into("<8f", header, 76, 1, 4, 4, 4, 0, 0, 0, 0)
        struct.pack_into("<3f", header, 108, 352, 1, 0)
        header[123] = 2
        struct.pack_into("<2h", header, 252, 1, 1)
        for row in range(3):
            struct.pack_into("<4f", header, 280 + 16 * row, *[4.0 * (row == column) for column in range(4)])
        header[344:348] = b"n+1\0"
        with open(path, "wb") as file:
            file.write(header + frame.tobytes())
        facts = {"Units": "Bq/mL", "TimeZero": "12:00:00", "InjectionStart": 0, "ScanStart": hours * 3600,
                 "FrameTimesStart": [hours * 3600], "FrameDuration": [1800], "ImageDecayCorrected": True,
                 "ImageDecayCorrectionTime": hours * 3600, "InjectedRadioactivity": 7400,
                 "InjectedRadioactivityUnits": "MBq", "TracerRadionuclide": "Lu177"}
        with open(path[:-4] + ".json", "w") as file:
            json.dump(facts, file)
        paths.append(path)
    return paths


def make_frames():
    random = np.random.default_rng(11)
    shape = (EDGE,) * 3
    clear, uptake = np.log(2) / random.uniform(30, 110, shape), np.log(2) / random.uniform(0.5, 5, shape)
    level = 10 ** random.uniform(4, 6, shape)
    frames = []
    for t in TIMES:
        clean = level * (np.exp(-clear * t) - np.exp(-uptake * t))
        frames.append((clean * (1 + 0.04 * random.standard_normal(shape))).astype(np.float32))
    return frames


def fit_with_scipy(model, y):
    """Best of several starts: TIA and residual sum of squares."""
    curve, amplitudes, low, high, starts = CURVES[model]
    best = (np.inf, np.nan)
    scale = y.max()
    for start in starts:
        guess = [1.0] * amplitudes + list(np.log(start))
        bounds = ([-np.inf] * amplitudes + list(np.log(low)), [np.inf] * amplitudes + list(np.log(high)))
        try:
            x, _ = curve_fit(curve, TIMES, y / scale, guess, bounds=bounds, xtol=1e-12, ftol=1e-12, gtol=1e-12)
        except RuntimeError:
            continue
        left = np.sum((curve(TIMES, *x) - y / scale) ** 2)
        rate = np.exp(x[amplitudes:])
        tia = x[0] / rate[0] if len(rate) == 1 else x[0] * (1 / rate[0] - 1 / rate[1])
        best = min(best, (left, tia * scale))
    return best


def log_linear(frames):
    """ln y = ln A - l t by least squares weighted with y^2, in closed form over whole arrays: TIA in Bq.s/mL."""
    y = np.maximum(np.stack(frames), np.float32(1e-3))
    w, z, t = y * y, np.log(y), TIMES.astype(np.float32).reshape(-1, 1, 1, 1)
    s, st, sz = w.sum(0), (w * t).sum(0), (w * z).sum(0)
    stt, stz = (w * t * t).sum(0), (w * t * z).sum(0)
    slope = (s * stz - st * sz) / (s * stt - st * st)
    level = (sz - slope * st) / s
    return np.exp(level) / np.maximum(-slope, np.float32(PHYSICAL)) * np.float32(3600)


class Fit:
    """A model on a device."""

    def __init__(self, library, device, threads, model, paths):
        self.library = library
        library.bench_fit_make.restype = ctypes.c_void_p
        names = (ctypes.c_char_p * len(paths))(*[path.encode() for path in paths])
        start = time.perf_counter()
        self.handle = library.bench_fit_make(device.encode(), threads, model.encode(), names, len(paths))
        self.setup = time.perf_counter() - start

    def run(self, volume, out, copy=False):
        if self.library.bench_fit_run(ctypes.c_void_p(self.handle), pointer(out) if copy else None) != 0:
            raise RuntimeError("failed")
        return out

    def free(self):
        self.library.bench_fit_free(ctypes.c_void_p(self.handle))


class Numpy:
    setup, handle = 0.0, True

    def __init__(self, frames):
        self.frames = frames

    def run(self, volume, out, copy=False):
        return log_linear(self.frames)

    def free(self):
        pass


class Scipy:
    """curve_fit for a few voxels; timed for those and scaled to all."""

    setup, handle = 0.0, True

    def __init__(self, model, samples):
        self.curve, self.amplitudes, self.low, self.high, self.starts = CURVES[model]
        self.samples = samples

    def run(self, volume, out, copy=False):
        guess = [1.0] * self.amplitudes + list(np.log(self.starts[0]))
        for y in self.samples:
            try:
                curve_fit(self.curve, TIMES, y / y.max(), guess)
            except RuntimeError:
                pass

    def free(self):
        pass


def check(model, result, picked, samples, reference):
    """Share of the sample whose TIA is curve_fit's to 1e-3, or whose fit curve_fit did not find."""
    ours = result.reshape(-1)[picked] / 3600
    apart = np.abs(ours - reference) / np.abs(reference)
    return float(np.mean(apart < 1e-3)), float(np.median(apart))


def candidates(library, model, paths, threads, frames, samples):
    makers = {
        f"dvkit CPU, {threads} threads": lambda: Fit(library, "cpu", threads, model, paths),
        "dvkit CPU, 1 thread": lambda: Fit(library, "cpu", 1, model, paths),
        "dvkit OpenCL": lambda: Fit(library, "opencl", threads, model, paths),
    }
    if model == "mono":
        makers["NumPy log-linear, whole arrays"] = lambda: Numpy(frames)
    if model in CURVES:
        makers[f"SciPy curve_fit, {len(samples)} voxels"] = lambda: Scipy(model, samples)
    return makers


def run_model(library, model, paths, frames, arguments):
    voxels = EDGE**3
    picked = np.random.default_rng(5).choice(voxels, SAMPLE, replace=False)
    samples = np.stack(frames).reshape(len(TIMES), -1)[:, picked].T.astype(np.float64)
    out = np.empty((EDGE,) * 3, np.float32)
    print(model)
    admitted, first_result, row_checks = {}, None, {}
    reference = np.array([fit_with_scipy(model, y)[1] for y in samples]) if model in CURVES else None
    for name, make in candidates(library, model, paths, arguments.threads, frames, samples[:20]).items():
        candidate = make()
        if not candidate.handle:
            print(f"  left out: {name}: not in this build, or no device")
            continue
        if isinstance(candidate, Fit):
            result = candidate.run(None, out, copy=True).copy()
            if reference is not None:
                share, median = check(model, result, picked, samples, reference)
                row_checks[name] = {"within_1e-3_of_curve_fit": share, "median_apart": median}
                if share < 0.97:
                    print(f"  left out: {name}: only {100 * share:.0f} % of the sample agree with curve_fit")
                    continue
            if first_result is None:
                first_result = result
            elif not np.mean(np.abs(result - first_result) <= 1e-5 * np.abs(first_result)) > 0.999:
                print(f"  left out: {name}: differs from the first")
                continue
        admitted[name] = (candidate, 0.0)
    moved = voxels * (4 * len(TIMES) + 4 + 1)
    source, target = np.ones(moved // 2, np.uint8), np.ones(moved // 2, np.uint8)
    copy = lambda: library.bench_copy(arguments.threads, pointer(source), pointer(target), ctypes.c_size_t(source.size))
    seconds = measure(admitted, out, copy, arguments.seconds, arguments.quiet)
    rows = []
    for name, times in seconds.items():
        if not times or not seconds["copy"]:
            print(f"  {name}: not one round in which no other process computed")
            continue
        share = 20 / voxels if name.startswith("SciPy") else 1
        median, least = statistics.median(times) / share, min(times) / share
        ratio = statistics.median(t / share / c for t, c in zip(times, seconds["copy"]))
        rows.append({"name": name, "median_ms": 1e3 * median, "least_ms": 1e3 * least, "Mvoxels_per_s": voxels / median / 1e6,
                     "times_copy": ratio, "rounds": len(times), **row_checks.get(name, {})})
        text = f"copy of {moved / 1e6:.0f} MB moved" if name == "copy" else name
        agree = f"  {100 * row_checks[name]['within_1e-3_of_curve_fit']:.1f} % as curve_fit" if name in row_checks else ""
        print(f"  {text:34s} {1e3 * median:12.2f} ms  least {1e3 * least:12.2f}  {voxels / median / 1e6:9.4g} Mvoxel/s"
              f"  x copy {ratio:8.3g}{agree}")
    for candidate, _ in admitted.values():
        candidate.free()
    sys.stdout.flush()
    return {"model": model, "voxels": voxels, "scans": len(TIMES), "bytes_moved": moved, "candidates": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, default=5, help="time for the rounds of one model")
    parser.add_argument("--quiet", action="store_true", help="throw rounds away in which other processes computed")
    parser.add_argument("--models", help="only these, such as mono,auto")
    parser.add_argument("--json", help="where to write the numbers")
    arguments = parser.parse_args()
    library = ctypes.CDLL(arguments.library)
    frames = make_frames()
    result = {"machine": machine(), "threads": arguments.threads, "models": []}
    print(f"{result['machine']['processor']}, {arguments.threads} threads, load {result['machine']['load']:.1f}\n"
          f"{EDGE}^3 voxels, {len(TIMES)} scans; medians; x copy: ratio to copying the same bytes\n")
    with tempfile.TemporaryDirectory() as folder:
        paths = write_series(folder, frames)
        for model in arguments.models.split(",") if arguments.models else MODELS:
            result["models"].append(run_model(library, model, paths, frames, arguments))
    if arguments.json:
        with open(arguments.json, "w") as out:
            json.dump(result, out, indent=1)


if __name__ == "__main__":
    main()
