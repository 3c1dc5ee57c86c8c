"""Writes the small CT slices beside this file, plain and compressed: make.py (needs pydicom and python-gdcm)."""
import os
import shutil
import tempfile

import gdcm
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(1)


def ct_slice(z_mm):
    d = Dataset()
    d.file_meta = FileMetaDataset()
    d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    d.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    d.SOPInstanceUID = f"2.25.{100 + z_mm}"
    d.file_meta.MediaStorageSOPClassUID = d.SOPClassUID
    d.file_meta.MediaStorageSOPInstanceUID = d.SOPInstanceUID
    d.Modality, d.PatientName, d.PatientID = "CT", "", "synthetic"
    d.SeriesInstanceUID, d.StudyInstanceUID, d.FrameOfReferenceUID = "2.25.7", "2.25.8", "2.25.9"
    d.ImagePositionPatient, d.ImageOrientationPatient = [0, 0, z_mm], [1, 0, 0, 0, 1, 0]
    d.PixelSpacing, d.SliceThickness = [1, 1], 2
    d.Rows, d.Columns, d.SamplesPerPixel, d.PhotometricInterpretation = 16, 12, 1, "MONOCHROME2"
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 16, 15, 1
    d.RescaleSlope, d.RescaleIntercept = 1, 0
    y, x = np.mgrid[0:16, 0:12]
    d.PixelData = (x * 70 + y * 30 - 1000 + rng.integers(-5, 6, (16, 12))).astype("<i2").tobytes()
    return d


SYNTAXES = {
    "jpeg_lossless": gdcm.TransferSyntax.JPEGLosslessProcess14_1,
    "jpeg_2000": gdcm.TransferSyntax.JPEG2000Lossless,
    "rle": gdcm.TransferSyntax.RLELossless,
    "jpeg_ls": gdcm.TransferSyntax.JPEGLSLossless,
}
with tempfile.TemporaryDirectory() as folder:
    for z_mm in (0, 2):
        plain = os.path.join(folder, "plain.dcm")
        ct_slice(z_mm).save_as(plain, enforce_file_format=True)
        shutil.copy(plain, os.path.join(HERE, f"ct_plain_{z_mm}.dcm"))
        for name, syntax in SYNTAXES.items():
            reader = gdcm.ImageReader()
            reader.SetFileName(plain)
            assert reader.Read()
            change = gdcm.ImageChangeTransferSyntax()
            change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
            change.SetInput(reader.GetImage())
            assert change.Change(), name
            writer = gdcm.ImageWriter()
            writer.SetFileName(os.path.join(HERE, f"ct_{name}_{z_mm}.dcm"))
            writer.SetFile(reader.GetFile())
            writer.SetImage(change.GetOutput())
            assert writer.Write()
