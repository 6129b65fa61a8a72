"""dose.py SCAN... --voi FILE -o DIR: runs dvkit, and reads what it wrote with NumPy and nibabel.

Nothing but files and JSON lies between: no binding to keep in step. The options are those of `dvkit dose`.
"""
import json
import subprocess
import sys

import nibabel
import numpy


def run(arguments):
    """The summary; dvkit's own line and exit code where it fails."""
    done = subprocess.run(["dvkit", "dose", *arguments, "--json"], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def main(arguments):
    summary = run(arguments)
    folder = arguments[arguments.index("-o") + 1]
    image = nibabel.load(f"{folder}/dose.nii.gz")
    dose = image.get_fdata()
    voxel_ml = numpy.prod(image.header.get_zooms()) / 1000
    print(f"{summary['nuclide']}, {summary['injected_activity_MBq']:g} MBq, scans at {summary['times_h']} h")
    for roi in summary["rois"]:
        bed = "unknown" if roi["bed_Gy"] is None else f"{roi['bed_Gy']:.3f} Gy"  # null where there is no curve with terms
        print(f"{roi['name']:<13} {roi['volume_mL']:7.1f} mL  {roi['dose_mean_Gy']:.3f} Gy  BED {bed}")
    hot = dose > 0.5 * dose.max()
    print(f"above half of the largest dose, {dose.max():.3f} Gy: {hot.sum() * voxel_ml:.1f} mL")


main(sys.argv[1:])
