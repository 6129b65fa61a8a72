"""What an archive costs, side by side: dvkit archive run, a loop of dvkit dose, the same pipeline in Python, the codec.

Rounds are interleaved (A B C A B C), each candidate's number is its median over the rounds; ratios are what to read. All
results go to a folder that is removed at the end.
"""
import argparse
import ctypes
import json
import multiprocessing.pool
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import nibabel
import numpy
import scipy.fft
import scipy.signal

SCANS = ("scan_004h", "scan_024h", "scan_096h", "scan_168h")
HALF_LIFE_H = 6.647 * 24
RULE = ("--model", "trapezoid", "--tail", "physical")  # what the Python pipeline does


def python_case(job):
    """One case as a careful person writes it: float32, vectorised, one worker a process, gzip at its fastest."""
    folder, kernel_path, out = job
    images = [nibabel.load(folder / f"{scan}.nii.gz") for scan in SCANS]
    times = [json.loads((folder / f"{scan}.json").read_text())["FrameTimesStart"][0] / 3600 for scan in SCANS]
    activity = numpy.stack([numpy.asarray(image.dataobj, dtype=numpy.float32) for image in images])
    tia = integrate(numpy.asarray(times), activity)
    kernel = numpy.asarray(nibabel.load(kernel_path).dataobj, dtype=numpy.float32)
    volume_mL = numpy.float32(abs(numpy.linalg.det(images[0].affine[:3, :3])) / 1000)
    with scipy.fft.set_workers(1):
        dose = scipy.signal.fftconvolve(tia, kernel, mode="same") * volume_mL
    labels = numpy.asarray(nibabel.load(folder / "kidneys_dseg.nii.gz").dataobj)
    rows = [(int(k), float(dose[labels == k].mean()), float(dose[labels == k].std())) for k in numpy.unique(labels) if k]
    out.mkdir(parents=True)
    for name, values in (("tia", tia), ("dose", dose.astype(numpy.float32))):
        nibabel.save(nibabel.Nifti1Image(values, images[0].affine), out / f"{name}.nii.gz")
    (out / "kidneys.json").write_text(json.dumps(rows))


def integrate(times_h, activity):
    """Bq.s/mL: constant until the first scan, trapezoids, a physical tail."""
    tia = activity[0] * numpy.float32(times_h[0]) + activity[-1] * numpy.float32(HALF_LIFE_H / numpy.log(2))
    for i in range(len(times_h) - 1):
        tia += (activity[i] + activity[i + 1]) * numpy.float32((times_h[i + 1] - times_h[i]) / 2)
    return tia * numpy.float32(3600)


def run(*command):
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL)


class Bench:
    def __init__(self, build, work, arguments):
        self.dvkit, self.codec = build / "bin" / "dvkit", load_codec(build.resolve() / "bench" / "libdvk_bench_codec.so")
        self.work, self.jobs, self.cases = work, arguments.jobs, arguments.cases
        size = f"{arguments.size},{arguments.size},{arguments.size}"
        run(self.dvkit, "phantom", "kidneys", "--cases", self.cases, "--size", size, "--truth", "tables", "--fwhm", "11mm",
            "--counts", "2e7", "-o", work / "trial", "-q")
        run(self.dvkit, "archive", "plan", work / "trial", "-o", work / "m.tsv", "-q")
        voxel = 4.42 * (arguments.size - 1)
        self.kernel = work / "kernel.nii.gz"
        run(self.dvkit, "kernel", "--nuclide", "Lu-177", "--voxel", "4.42mm", "--kernel-radius", f"{voxel}mm", "-o", self.kernel,
            "-q")
        self.folders = sorted((work / "trial").glob("sub-*/ses-*"))

    def archive(self, out, *options):
        run(self.dvkit, "archive", "run", self.work / "m.tsv", "-o", out, "--device", "cpu", "--jobs", self.jobs, "-q", *options)

    def trapezoid(self, out):
        self.archive(out, *RULE)

    def loop(self, out):
        for folder in self.folders:
            scans = [folder / f"{scan}.nii.gz" for scan in SCANS]
            run(self.dvkit, "dose", *scans, "--voi", folder / "kidneys_dseg.nii.gz", "-o", out / folder.parent.name, "--device",
                "cpu", "-q")

    def python(self, out):
        with multiprocessing.Pool(self.jobs) as pool:
            pool.map(python_case, [(f, self.kernel, out / f.parent.name) for f in self.folders], chunksize=1)

    def floor(self, results):
        """Seconds of all cases with the codec alone, a case a processor: (inflate, deflate)."""
        with multiprocessing.pool.ThreadPool(self.jobs) as pool:
            parts = pool.map(lambda f: self.floor_case(f, results), self.folders, chunksize=1)
        return tuple(sum(p[i] for p in parts) / self.jobs for i in range(2))

    def floor_case(self, folder, results):
        inputs = [folder / f"{scan}.nii.gz" for scan in SCANS] + [folder / "kidneys_dseg.nii.gz"]
        outputs = sorted((results / folder.parent.name / folder.name).glob("*.nii.gz"))
        paths = [os.fsencode(path) for path in inputs + outputs]
        handle = self.codec.bench_codec_make(len(inputs), len(outputs), (ctypes.c_char_p * len(paths))(*paths))
        seconds = (ctypes.c_double * 2)()
        if not handle or self.codec.bench_codec_run(handle, 1, seconds) != 0:
            raise RuntimeError(f"{folder}: the codec fails")
        self.codec.bench_codec_free(handle)
        return tuple(seconds)


def load_codec(path):
    codec = ctypes.CDLL(path)
    codec.bench_codec_make.restype = ctypes.c_void_p
    codec.bench_codec_make.argtypes = [ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p]
    codec.bench_codec_run.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    codec.bench_codec_free.argtypes = [ctypes.c_void_p]
    return codec


def measure(bench, rounds, scipy):
    candidates = {"dvkit archive run": bench.archive, "the same, trapezoids": bench.trapezoid, "a loop of dvkit dose": bench.loop}
    if scipy:
        candidates["nibabel + SciPy, trapezoids"] = bench.python
    seconds = {name: [] for name in candidates}
    floors = []
    for turn in range(rounds):
        for name, candidate in candidates.items():
            out = bench.work / f"out-{turn}"
            began = time.perf_counter()
            candidate(out)
            seconds[name].append(time.perf_counter() - began)
            if candidate == bench.archive:
                floors.append(bench.floor(out))
            shutil.rmtree(out)
    return {name: statistics.median(s) for name, s in seconds.items()}, [statistics.median(f) for f in zip(*floors)]


def show(bench, seconds, floor, size):
    best, least = seconds["dvkit archive run"], sum(floor)
    print(f"{bench.cases} cases of 4 x {size}^3, {bench.jobs} processes; the gzip floor is {1000 * least / bench.cases:.1f} ms a case\n")
    print("| candidate | s | cases an hour | ratio | of the floor |\n|---|---|---|---|---|")
    for name, s in seconds.items():
        print(f"| {name} | {s:.2f} | {3600 * bench.cases / s:.0f} | {s / best:.2f} | {100 * least / s:.0f} % |")
    print(f"| inflate and deflate alone | {least:.2f} | {3600 * bench.cases / least:.0f} | {least / best:.2f} | 100 % |")
    print(f"\ninflate {100 * floor[0] / best:.0f} %, deflate {100 * floor[1] / best:.0f} %, all else "
          f"{100 * (best - least) / best:.0f} % of dvkit archive run")


def main():
    parser = argparse.ArgumentParser(prog="bench/run archive", description=__doc__)
    parser.add_argument("build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cases", type=int, default=12)
    parser.add_argument("--size", type=int, default=128, help="voxels an axis (default 128)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes (default: the processors)")
    parser.add_argument("--no-scipy", action="store_true", help="leave the slow one out, for more cases")
    arguments = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="dvkit-bench-"))
    os.environ["DVK_CACHE_DIR"] = str(work / "cache")
    try:
        bench = Bench(arguments.build, work, arguments)
        show(bench, *measure(bench, arguments.rounds, not arguments.no_scipy), arguments.size)
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
