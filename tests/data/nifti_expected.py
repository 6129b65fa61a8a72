#!/usr/bin/env python3
"""Makes tests/unit/nifti_expected.h: what nibabel and NumPy read from the shared NIfTI files that dvkit must accept.

    nifti_expected.py SHARED > tests/unit/nifti_expected.h

Independent of dvkit: voxels are slope * stored + intercept in double, rounded to float32 and hashed x fastest; the affine
is the sform's, else the qform's, in mm. Which files must be accepted is listed here by hand; test_nifti.c lists the
others with the words of their refusal, and fails when a file is in neither list.
"""
import gzip
import hashlib
import io
import logging
import os
import sys

import nibabel
import numpy as np

ACCEPTED = """
good/ibsi_STS001_PET_image.nii.gz good/ibsi_STS001_PET_mask.nii.gz good/nibabel_anatomical.nii
good/nibabel_example_nifti2.nii.gz good/nibabel_functional.nii good/nibabel_reoriented_anat_moved.nii
good/nibabel_resampled_anat_moved.nii good/nibabel_standard.nii.gz good/niftijs_big.nii.gz good/niftijs_little.nii.gz
good/niftijs_with_extension.nii.gz good/niftirs_27_float64.nii good/niftirs_27_int16.nii good/niftirs_27_int64.nii
good/niftirs_27_int8.nii good/niftirs_27_uint16.nii good/niftirs_27_uint32.nii good/niivue_ras.hdr
good/niivue_space_LIA.nii.gz good/niivue_space_PIR.nii.gz good/niivue_space_RAS.nii.gz
good/totalseg_example_seg.nii.gz good/totalseg_kidney_left.nii.gz good/totalseg_kidney_right.nii.gz
malformed/big_endian.nii.gz malformed/ext_flag_no_ext.nii malformed/good.nii.gz malformed/gz_two_members.nii.gz
malformed/nifti2.nii.gz malformed/one_slice.nii.gz malformed/one_voxel.nii.gz malformed/plain_named_gz.nii.gz
malformed/qfac_0.nii malformed/series4d.nii.gz malformed/slope_0.nii malformed/slope_nan.nii malformed/slope_neg.nii
malformed/vox_allzero.nii.gz malformed/vox_denormal.nii.gz malformed/vox_huge.nii.gz malformed/vox_neg.nii.gz
malformed/xyzt_meter.nii malformed/xyzt_micron.nii malformed/xyzt_msec.nii
convolution/ibsi_checkerboard.nii.gz convolution/ibsi_impulse.nii.gz convolution/ibsi_orientation.nii.gz
convolution/ibsi_ref_1_a_1.nii convolution/ibsi_ref_1_a_3.nii
""".split()


def load(path):
    if path.endswith(".hdr"):
        return nibabel.load(path)
    data = open(path, "rb").read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    order = "little" if int.from_bytes(data[:4], "little") in (348, 540) else "big"
    two = int.from_bytes(data[:4], order) == 540
    return (nibabel.Nifti2Image if two else nibabel.Nifti1Image).from_bytes(data)


def raw(path, image):
    """The stored numbers, slope and intercept, from the file's bytes at the header's offset."""
    header = image.header
    data_path = path[:-4] + ".img" if path.endswith(".hdr") else path
    data = open(data_path, "rb").read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    own = open(path, "rb").read()
    own = gzip.decompress(own) if own[:2] == b"\x1f\x8b" else own
    stored_header = type(header).from_fileobj(io.BytesIO(own), check=False)
    slope, intercept = float(stored_header["scl_slope"]), float(stored_header["scl_inter"])
    if slope == 0 or np.isnan(slope):
        slope, intercept = 1.0, 0.0
    count = int(np.prod(header.get_data_shape()))
    stored = np.frombuffer(data, header.get_data_dtype(), count, int(stored_header["vox_offset"]))
    return stored, slope, intercept


def text_of(image):
    parts = [e._raw if hasattr(e, "_raw") else e.get_content() for e in image.header.extensions]
    parts = [p if isinstance(p, bytes) else p.encode() for p in parts]
    return b"\n".join(p.lstrip(b"\0").split(b"\0")[0] for p in parts)


def entry(shared, name):
    path = os.path.join(shared, "nifti", name)
    image = load(path)
    stored, slope, intercept = raw(path, image)
    values = stored.astype(np.float64)
    if (slope, intercept) != (1, 0):
        values = slope * values + intercept
    voxels = values.astype("<f4")
    shape = list(image.header.get_data_shape()) + [1, 1, 1, 1]
    unit = {1: 1000.0, 3: 0.001}.get(int(image.header["xyzt_units"]) & 7, 1.0)
    affine = ", ".join(repr(float(x)) for x in (image.affine[:3] * unit).ravel())
    text = text_of(image)
    return (f'    {{"{name}",\n     {{{shape[0]}, {shape[1]}, {shape[2]}}},\n     {shape[3]},\n     {{{affine}}},\n'
            f'     "{hashlib.sha256(voxels.tobytes()).hexdigest()}",\n'
            f'     {{{np.isnan(values).sum()}, {np.isinf(values).sum()}, {(values < 0).sum()}}},\n'
            f'     "{hashlib.sha256(text).hexdigest() if text else ""}"}},\n')


def main():
    logging.getLogger("nibabel.global").setLevel(logging.CRITICAL)
    shared = sys.argv[1]
    print("/* Made by tests/data/nifti_expected.py with nibabel; do not edit. */")
    print("/* clang-format off */")
    print("static const accepted_file accepted_files[] = {")
    print("".join(entry(shared, name) for name in ACCEPTED), end="")
    print("};")


main()
