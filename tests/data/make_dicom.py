"""make_dicom.py SCAN.nii.gz HOURS FOLDER: a scan as a scanner would send it, one multi-frame NM file in Bq/mL.

Written with pydicom, read in the tests by dcm2niix only: dvkit itself reads no DICOM.
"""
import datetime
import os
import sys

import nibabel
import numpy
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
INJECTION = datetime.datetime(2026, 3, 2, 9)


def geometry(dataset, affine, slices):
    lps = numpy.diag([-1, -1, 1]) @ affine[:3]  # DICOM's x and y point to the left and back
    size = numpy.linalg.norm(lps[:, :3], axis=0)
    detector = Dataset()
    detector.ImagePositionPatient = [f"{v:.9g}" for v in lps[:, 3]]
    detector.ImageOrientationPatient = [f"{v:.9g}" for v in (lps[:, :2] / size[:2]).T.ravel()]
    dataset.DetectorInformationSequence = [detector]
    dataset.PixelSpacing = [f"{size[1]:.9g}", f"{size[0]:.9g}"]
    dataset.SliceThickness = dataset.SpacingBetweenSlices = f"{size[2]:.9g}"
    dataset.NumberOfFrames = dataset.NumberOfSlices = slices
    dataset.SliceVector = list(range(1, slices + 1))
    dataset.FrameIncrementPointer = [0x00540080]


def pixels(dataset, voxels):
    slope = float(f"{voxels.max() / 32767:.10g}")
    dataset.Columns, dataset.Rows = voxels.shape[:2]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.Units = slope, 0, "BQML"
    dataset.PixelData = numpy.round(voxels / slope).astype("<i2").tobytes(order="F")


def main(scan, hours, folder):
    image = nibabel.load(scan)
    start = INJECTION + datetime.timedelta(hours=float(hours))
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, NUCLEAR_MEDICINE
    meta.MediaStorageSOPInstanceUID = generate_uid()
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "nm.dcm")
    dataset = FileDataset(path, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = NUCLEAR_MEDICINE, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.Modality, dataset.Manufacturer, dataset.PatientName, dataset.PatientID = "NM", "SIEMENS", "Phantom", "1"
    dataset.ImageType, dataset.SeriesNumber = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"], 1
    dataset.StudyDate = dataset.AcquisitionDate = start.strftime("%Y%m%d")
    dataset.StudyTime = dataset.AcquisitionTime = start.strftime("%H%M%S")
    dataset.DecayCorrection, dataset.ActualFrameDuration = "START", 1800000
    geometry(dataset, image.affine, image.shape[2])
    pixels(dataset, image.get_fdata())
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    dataset.save_as(path)


main(*sys.argv[1:])
