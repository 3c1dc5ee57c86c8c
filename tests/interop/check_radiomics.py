"""DICOM SEG made by highdicom goes through `straydose radiomics`; Parquet made by it is read with pyarrow.

Usage: check_radiomics.py PATH_OF_STRAYDOSE

A CT of 8 x 7 x 6 voxels whose HU tell the place, and masks of it as binary, fractional and label map segmentations, with and
without their empty frames, one of them compressed. The statistics of each must be those of numpy.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import highdicom as hd
import numpy
import pyarrow.parquet
import pydicom
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, RLELossless, generate_uid

RECIPE = "dimension = '3D'\n[discretise]\nmethod = 'fixed-bin-size'\nwidth = 25.0\n[features]\nfamilies = ['morphology', 'intensity']\n"
SHAPE = (6, 7, 8)  # planes, rows, columns
SPACING = (2.5, 1.5, 1.25)


def ct(folder: Path) -> tuple[list[pydicom.Dataset], numpy.ndarray]:
    """Slices in two axes turned, so that an error of order shows, and their HU."""
    hu = numpy.arange(numpy.prod(SHAPE), dtype=numpy.int16).reshape(SHAPE) * 3 - 400
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    slices = []
    for k in range(SHAPE[0]):
        one = pydicom.Dataset()
        one.file_meta = pydicom.dataset.FileMetaDataset()
        one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        one.file_meta.MediaStorageSOPClassUID = one.SOPClassUID = pydicom.uid.CTImageStorage
        one.file_meta.MediaStorageSOPInstanceUID = one.SOPInstanceUID = generate_uid()
        one.StudyInstanceUID, one.SeriesInstanceUID, one.FrameOfReferenceUID = study, series, frame
        one.Modality, one.PatientID, one.PatientName = "CT", "phantom", "Phantom^One"
        one.PatientBirthDate = one.PatientSex = one.StudyID = one.AccessionNumber = ""
        one.StudyDate, one.StudyTime, one.InstanceNumber = "20240301", "120000", k + 1
        one.ReferringPhysicianName = ""
        one.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
        one.ImagePositionPatient = [10.0 - SPACING[0] * k, -20.0, 30.0]
        one.PixelSpacing, one.SliceThickness = [SPACING[1], SPACING[2]], SPACING[0]
        one.Rows, one.Columns, one.SamplesPerPixel = SHAPE[1], SHAPE[2], 1
        one.PhotometricInterpretation, one.PixelRepresentation = "MONOCHROME2", 1
        one.BitsAllocated = one.BitsStored = 16
        one.HighBit, one.RescaleSlope, one.RescaleIntercept = 15, 1, 0
        one.PixelData = hu[k].tobytes()
        one.save_as(folder / f"{k}.dcm", enforce_file_format=True)
        slices.append(one)
    return slices, hu


def segment(number: int, label: str) -> hd.seg.SegmentDescription:
    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Neoplasm,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
    )


def write(path: Path, slices: list[pydicom.Dataset], pixels: numpy.ndarray, kind: str, **options) -> None:
    hd.seg.Segmentation(
        source_images=slices,
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=[segment(1, "near"), segment(2, "far")],
        series_instance_uid=generate_uid(),
        series_number=2,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="nobody",
        manufacturer_model_name="none",
        software_versions="0",
        device_serial_number="0",
        **options,
    ).save_as(path)


def main(straydose: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ct").mkdir()
        (folder / "recipe.toml").write_text(RECIPE)
        slices, hu = ct(folder / "ct")
        masks = numpy.zeros((*SHAPE, 2), dtype=numpy.uint8)
        masks[1:3, 2:5, 1:4, 0] = 1
        masks[5, 6, 7, 0] = 1
        masks[4:, :2, 5:, 1] = 1
        labels = masks[..., 0] + 2 * masks[..., 1]
        fractions = masks * 0.75
        fractions[0, 0, 0, 0] = 0.25
        made = {
            "binary": (masks, "BINARY", {}),
            "binary_all_frames": (masks, "BINARY", {"omit_empty_frames": False}),
            "fractional": (fractions, "FRACTIONAL", {}),
            "fractional_rle": (fractions, "FRACTIONAL", {"transfer_syntax_uid": RLELossless}),
            "label_map": (labels, "LABELMAP", {}),
        }
        for name, (pixels, kind, options) in made.items():
            write(folder / f"{name}.dcm", slices, pixels, kind, **options)
            command = [straydose, "radiomics", "--image", folder / "ct", "--mask", folder / f"{name}.dcm"]
            out = folder / f"{name}.parquet"
            subprocess.run([*command, "--config", folder / "recipe.toml", "--out", out, "--quiet"], check=True)
            table = pyarrow.parquet.read_table(out)
            values = {(row["region"], row["ibsi_id"]): row["value"] for row in table.to_pylist()}
            for number, region in enumerate(["near", "far"]):
                inside = hu[masks[..., number] == 1].astype(float)
                volume = inside.size * numpy.prod(SPACING)
                numpy.testing.assert_allclose(values[region, "Q4LE"], inside.mean(), rtol=1e-12, err_msg=name)
                numpy.testing.assert_allclose(values[region, "ECT3"], inside.var(), rtol=1e-12, err_msg=name)
                numpy.testing.assert_allclose(values[region, "YEKZ"], volume, rtol=1e-12, err_msg=name)
        metadata = pyarrow.parquet.read_schema(folder / "binary.parquet").metadata
        assert b"fixed-bin-size" in metadata[b"straydose.recipe"] and metadata[b"straydose.version"]

        wide, patients = folder / "wide.parquet", folder / "patients.parquet"
        command = [straydose, "radiomics", "--image", folder / "ct", "--mask", folder / "binary.dcm", "--quiet"]
        command += ["--config", folder / "recipe.toml", "--wide", "--out", wide, "--per-patient", patients]
        subprocess.run(command, check=True)
        table = pyarrow.parquet.read_table(wide)
        assert table.column("region").to_pylist() == ["near", "far"]
        expected = [float(hu[masks[..., n] == 1].mean()) for n in range(2)]
        numpy.testing.assert_allclose(table.column("stat_mean").to_pylist(), expected, rtol=1e-12)
        columns = json.loads(table.schema.metadata[b"straydose.columns"])
        assert columns["stat_mean"]["ibsi_id"] == "Q4LE" and columns["morph_volume"]["unit"] == "mm3"
        table = pyarrow.parquet.read_table(patients)
        numpy.testing.assert_allclose(table.column("stat_mean.mean").to_pylist(), [sum(expected) / 2], rtol=1e-12)
    print("DICOM SEG of highdicom is read, Parquet is read by pyarrow")


if __name__ == "__main__":
    main(sys.argv[1])
