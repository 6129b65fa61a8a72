"""read_by_nibabel.py MAP...: complains of a map that nibabel reads with another meaning than dvkit wrote it with."""
import gzip
import struct
import sys

import nibabel
import numpy

for path in sys.argv[1:]:
    image = nibabel.load(path)
    header = image.header
    raw = gzip.open(path).read()
    shape = tuple(n for n in struct.unpack_from("<8h", raw, 40)[1:] if n > 0)
    code = struct.unpack_from("<h", raw, 70)[0]
    voxels = numpy.frombuffer(raw, {16: "<f4", 2: "<u1"}[code], offset=352).reshape(image.shape, order="F")
    problems = {
        "shape": image.shape != shape[: len(image.shape)],
        "voxels": not numpy.array_equal(image.get_fdata(), voxels),
        "slope": header.get_slope_inter() not in ((1.0, 0.0), (None, None)),
        "forms": header["sform_code"] == 0 or header["qform_code"] == 0
        or not numpy.allclose(header.get_sform(), header.get_qform(), atol=1e-3),
        "voxel size": not numpy.allclose(header.get_zooms()[:3], nibabel.affines.voxel_sizes(image.affine), rtol=1e-5),
        "units": header.get_xyzt_units()[0] != "mm",
    }
    for name, wrong in problems.items():
        if wrong:
            print(f"nibabel: {path}: {name}")
