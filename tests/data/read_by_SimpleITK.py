"""read_by_SimpleITK.py MAP...: complains of a map that ITK places elsewhere than its sform says."""
import gzip
import struct
import sys

import numpy
import SimpleITK

for path in sys.argv[1:]:
    image = SimpleITK.ReadImage(path)
    sform = numpy.array(struct.unpack_from("<12f", gzip.open(path).read(400), 280)).reshape(3, 4)
    for corner in ((0, 0, 0), tuple(n - 1 for n in image.GetSize()[:3])):
        place = numpy.array(image.TransformIndexToPhysicalPoint(corner)) * (-1, -1, 1)  # LPS
        if not numpy.allclose(place, sform @ (*corner, 1), atol=1e-3):
            print(f"SimpleITK: {path}: voxel {corner} lies at {place}")
