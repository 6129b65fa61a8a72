"""pictures_like_viewers.py CASE RESULT SIDE: the report's pictures are what a viewer shows.

The viewer is nibabel: the dose in canonical orientation (RAS+), looked at as radiologists do, the patient's right on the left.
Every picture of the report must be a crop of the viewer's, pixel by pixel, and no crop of its mirror image; the marks must say so;
the hottest places of scan and dose must lie in the kidney of SIDE, on that side of the body.
"""
import base64
import re
import struct
import sys
import zlib

import nibabel
import numpy

LABELS = {"right": 2, "left": 3}  # of the phantom


def canonical(path):
    return nibabel.as_closest_canonical(nibabel.load(path)).get_fdata()


def decode(png):
    """Pixels of an 8-bit PNG with a palette, as RGB."""
    at, chunks = 8, {}
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        chunks[kind] = chunks.get(kind, b"") + png[at + 8:at + 8 + length]
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour) == (8, 3), "not an 8-bit palette"
    raw, rows, above = zlib.decompress(chunks[b"IDAT"]), [], bytes(width)
    for y in range(height):
        kind, line = raw[y * (width + 1)], bytearray(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
        for x in range(width):
            left, up, corner = line[x - 1] if x else 0, above[x], above[x - 1] if x else 0
            near = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            line[x] = (line[x] + (0, left, up, (left + up) // 2, near)[kind]) % 256
        above = bytes(line)
        rows.append(list(line))
    return numpy.frombuffer(chunks[b"PLTE"], numpy.uint8).reshape(-1, 3)[numpy.array(rows)]


def crop_at(picture, whole):
    """Where the picture lies in the whole; None where it does not. One step of colour may be rounding."""
    for y in range(whole.shape[0] - picture.shape[0] + 1):
        for x in range(whole.shape[1] - picture.shape[1] + 1):
            if numpy.abs(whole[y:y + picture.shape[0], x:x + picture.shape[1]] - picture).max() <= 1:
                return y, x
    return None


def planes(dose, name):
    """What the viewer shows under that name, slice by slice: rows from the top, columns from the left."""
    seen = dose[::-1, ::-1, ::-1]  # to the patient's left, to the back, to the feet
    if name.startswith("Maximum"):
        return [seen.max(axis=1).T]
    axis = {"Coronal": 1, "Sagittal": 0, "Axial": 2}[name]
    return [numpy.take(seen, i, axis=axis).T for i in range(seen.shape[axis])]


case, result, side = sys.argv[1:]
dose, label = canonical(f"{result}/dose.nii.gz"), canonical(f"{case}/mine_dseg.nii.gz")
for name, data in (("dose", dose), ("scan", canonical(f"{case}/scan_024h.nii.gz"))):
    place = numpy.unravel_index(data.argmax(), data.shape)
    if label[place] != LABELS[side] or (place[0] < data.shape[0] / 2) != (side == "left"):
        print(f"{result}: the hottest voxel of the {name} is not in the {side} kidney")

page = open(f"{result}/report.html", encoding="utf-8").read()
top = float(re.search(r"Colour scale from 0 to ([0-9.]+) Gy.*?base64", page, re.S).group(1))
uri = r'href="data:image/png;base64,([^"]*)"'
ramp = decode(base64.b64decode(re.search(r'class="ramp".*?' + uri, page, re.S).group(1)))[0]
index_of = {tuple(c): i for i, c in enumerate(ramp)}
found = []
for figure in re.findall(r"<figure.*?</figure>", page, re.S):
    if 'class="slice"' not in figure:
        continue
    name = re.search(r"<title[^>]*>([^<]*)", figure).group(1)
    pixels = decode(base64.b64decode(re.search(uri, figure).group(1)))
    picture = numpy.array([[index_of[tuple(p)] for p in row] for row in pixels])
    wholes = [numpy.floor(255 * numpy.clip(p / top, 0, 1) + 0.5) for p in planes(dose, name)]
    if not any(crop_at(picture, w) for w in wholes):
        print(f"{result}: {name}: is not what a viewer shows")
    if any(crop_at(picture[:, ::-1], w) for w in wholes):
        print(f"{result}: {name}: its mirror image is shown as well")
    marks = re.findall(r'text-anchor="(start|end)">([A-Z])</text>', figure)
    if marks != ([("start", "A"), ("end", "P")] if name == "Sagittal" else [("start", "R"), ("end", "L")]):
        print(f"{result}: {name}: marks {marks}")
    hottest = numpy.unravel_index(picture.argmax(), picture.shape)[1]
    if name != "Sagittal" and (hottest > picture.shape[1] / 2) != (side == "left"):
        print(f"{result}: {name}: the hot kidney is not on the side of its mark")
    found.append(name)
print(result, ", ".join(found))
