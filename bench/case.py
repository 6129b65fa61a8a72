"""A whole case: `dvkit dose` side by side with its codecs alone and with nibabel and SciPy doing the same job.

One program after the other once a round (A B C A B C ...), so that what else the machine does falls on all alike;
medians and ratios within rounds count. dvkit is timed as a user meets it, from the start of the process to its end,
once with kernel and spectrum in the cache of an earlier run and once without a cache (the default model). The
floor is inflating the inputs and deflating the outputs, nothing else, in memory that was used before. SciPy's time
leaves out the interpreter, its imports, and the making of its kernel. Called by bench/case.
"""
import argparse
import ctypes
import glob
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import nibabel
import numpy as np
import scipy.fft
import scipy.signal

RULE = ["--model", "trapezoid", "--tail", "physical"]  # what a short script does; dvkit's default is timed as well
TOLERANCE = 2e-6  # of the largest dose: both convolve in float32


def image(path):
    return nibabel.load(path)


def values(path):
    return np.asarray(image(path).dataobj, np.float32)


def make_case(arguments, folder):
    size = ",".join([str(arguments.size)] * 3)
    subprocess.run([arguments.dvkit, "phantom", "kidneys", "--size", size, "--voxel", f"{arguments.voxel}mm", "--fwhm", "11mm",
                    "--counts", "2e7", "-o", f"{folder}/in", "--device", "cpu", "-q"], check=True)
    return sorted(glob.glob(f"{folder}/in/scan_*.nii.gz")), f"{folder}/in/kidneys_dseg.nii.gz"


class Dvkit:
    """The command, with what each stage took."""

    def __init__(self, arguments, scans, labels, threads, options, out, cache):
        self.environment = os.environ | {"DVK_CACHE_DIR": cache}
        self.command = [arguments.dvkit, "dose", *scans, "--voi", labels, "-o", out, "--device", "cpu", "--force", "-q",
                        "-v", "--threads", str(threads), *options]
        self.out, self.stages = out, []

    def run(self):
        start = time.perf_counter()
        said = subprocess.run(self.command, check=True, stderr=subprocess.PIPE, text=True, env=self.environment).stderr
        seconds = time.perf_counter() - start
        stages = {name: float(ms) for name, ms in re.findall(r"^dvkit dose: (\S+) +([0-9.]+) ms$", said, re.M)}
        self.stages.append(stages | {"start and end": 1e3 * seconds - sum(stages.values())})
        return seconds

    def split(self):
        return {name: statistics.median(s[name] for s in self.stages) for name in self.stages[0]}


class Codec:
    """Inflating the inputs and deflating the outputs."""

    def __init__(self, library, inputs, outputs, threads):
        paths = [os.fsencode(p) for p in inputs + outputs]
        library.bench_codec_make.restype = ctypes.c_void_p
        self.library, self.threads, self.parts = library, threads, []
        self.handle = library.bench_codec_make(ctypes.c_size_t(len(inputs)), ctypes.c_size_t(len(outputs)),
                                               (ctypes.c_char_p * len(paths))(*paths))
        if not self.handle:
            sys.exit("bench/case: the case's files cannot be read back")

    def run(self):
        seconds = (ctypes.c_double * 2)()
        if self.library.bench_codec_run(ctypes.c_void_p(self.handle), self.threads, seconds) != 0:
            sys.exit("bench/case: the codec failed")
        self.parts.append(list(seconds))
        return sum(seconds)

    def split(self):
        return {name: 1e3 * statistics.median(p[i] for p in self.parts) for i, name in enumerate(["inflate", "deflate"])}


class Scipy:
    """The job as one writes it in an afternoon: trapezoids and a physical tail, one convolution, kidney statistics."""

    def __init__(self, arguments, scans, labels, folder, summary):
        self.scans, self.labels, self.folder, self.threads = scans, labels, folder, arguments.threads
        self.times = [3600.0 * t for t in summary["times_h"]]
        self.decay = np.log(2) / (3600 * summary["half_life_h"])
        half = [round(r / arguments.voxel - 0.5) for r in [summary["kernel"]["radius_mm"]]][0]
        path = f"{folder}/kernel.nii.gz"
        subprocess.run([arguments.dvkit, "kernel", "--nuclide", "Lu-177", "--voxel", f"{arguments.voxel}mm", "--kernel-radius",
                        f"{half * arguments.voxel}mm", "-o", path, "-q", "--force"], check=True)
        self.kernel = values(path) * np.float32(arguments.voxel**3 / 1000)

    def run(self):
        start = time.perf_counter()
        frames = [values(path) for path in self.scans]
        tia = frames[0] * np.float32(self.times[0]) + frames[-1] / np.float32(self.decay)
        for before, after, t, u in zip(frames, frames[1:], self.times, self.times[1:]):
            tia += (before + after) * np.float32((u - t) / 2)
        with scipy.fft.set_workers(self.threads):
            self.dose = scipy.signal.fftconvolve(tia, self.kernel, mode="same")
        labels = np.asarray(image(self.labels).dataobj)
        self.means = [float(self.dose[labels == label].mean()) for label in np.unique(labels) if label]
        affine = image(self.scans[0]).affine
        for name, data in (("tia", tia), ("dose", self.dose)):
            nibabel.save(nibabel.Nifti1Image(data, affine), f"{self.folder}/{name}.nii.gz")
        return time.perf_counter() - start

    def split(self):
        return {}


def check(scipy_case, folder):
    """The two results are one and the same, or nothing is timed."""
    dose = values(f"{folder}/dose.nii.gz")
    worst = float(np.abs(dose - scipy_case.dose).max() / dose.max())
    if not worst <= TOLERANCE:
        sys.exit(f"bench/case: dvkit and SciPy differ by {worst:.2g} of the largest dose: nothing is timed")
    return worst


def candidates(arguments, folder):
    scans, labels = make_case(arguments, folder)
    library = ctypes.CDLL(f"{arguments.build}/bench/libdvk_bench_codec.so")
    made, counts = {}, sorted({1, arguments.threads})
    for name, options, cache in (("trapezoid", RULE, f"{folder}/cache"), ("default model", [], f"{folder}/cache"), ("uncached", [], "")):
        for threads in counts:
            made[f"dvkit dose, {name}, {threads} threads"] = Dvkit(arguments, scans, labels, threads, options, f"{folder}/{name[:4]}", cache)
    for case in made.values():
        case.run()
        case.stages.clear()
    with open(f"{folder}/trap/summary.json") as file:
        summary = json.load(file)
    outputs = [f"{folder}/trap/{map}.nii.gz" for map in ("tia", "status", "dose")]
    for threads in counts:
        made[f"codec alone, {threads} threads"] = Codec(library, scans + [labels], outputs, threads)
    if not arguments.no_scipy:
        made[f"nibabel and SciPy, {arguments.threads} workers"] = slow = Scipy(arguments, scans, labels, folder, summary)
        slow.run()
        print(f"dvkit and SciPy agree to {check(slow, f'{folder}/trap'):.1e} of the largest dose")
    return made


def machine():
    with open("/proc/cpuinfo") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return {"processor": names[0] if names else "?", "processors": os.cpu_count(), "load": os.getloadavg()[0]}


def report(arguments, made, seconds):
    floor = seconds[f"codec alone, {arguments.threads} threads"]
    rows = []
    for name, times in seconds.items():
        ratio = statistics.median(t / f for t, f in zip(times, floor))
        rows.append({"name": name, "median_ms": 1e3 * statistics.median(times), "least_ms": 1e3 * min(times), "ratio": ratio,
                     "split_ms": made[name].split()})
        print(f"{name:38s} {rows[-1]['median_ms']:9.1f} ms  least {rows[-1]['least_ms']:9.1f}  x {ratio:7.2f}")
    for row in rows:
        if row["split_ms"]:
            print(f"{row['name']}: " + ", ".join(f"{stage} {ms:.1f}" for stage, ms in row["split_ms"].items()))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--size", type=int, default=128, help="voxels an axis (default 128)")
    parser.add_argument("--voxel", type=float, default=4.42, help="mm; smaller: the body fills more of the grid (default 4.42)")
    parser.add_argument("--folder", default="/dev/shm" if os.path.isdir("/dev/shm") else None, help="for the files (default /dev/shm)")
    parser.add_argument("--no-scipy", action="store_true", help="leave the slow one out")
    parser.add_argument("--json", help="where to write the numbers")
    arguments = parser.parse_args()
    arguments.dvkit = f"{arguments.build}/bin/dvkit"
    folder = tempfile.mkdtemp(prefix="dvkit-case-", dir=arguments.folder)
    try:
        made = candidates(arguments, folder)
        seconds = {name: [] for name in made}
        for _ in range(arguments.rounds):
            for name, case in made.items():
                seconds[name].append(case.run())
        result = {"machine": machine(), "size": arguments.size, "voxel_mm": arguments.voxel, "rounds": arguments.rounds}
        print(f"{result['machine']['processor']}, {arguments.size}^3 voxels of {arguments.voxel} mm, 4 scans; x: ratio to the codec alone")
        result["programs"] = report(arguments, made, seconds)
    finally:
        shutil.rmtree(folder)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(result, file, indent=2)


main()
