"""Reads the files of `cargo run -p formats --example write_rtdose -- DIR` with other people's programs.

check_rtdose.py DIR needs pydicom, SimpleITK, nibabel and highdicom; dciodvfy (Debian: dicom3tools) is used where it is installed.
Each dose must lie where expected.csv says, in pydicom by the standard's formulas and in SimpleITK by its own; the
16-bit files and the scan must pass dciodvfy without an error; every module that the standard requires must be complete.
"""
import csv
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict

import highdicom
import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk

FOLDER = sys.argv[1]


def standard(name):
    """One of the tables that highdicom derives from the standard."""
    path = os.path.join(os.path.dirname(highdicom.__file__), "_standard", name)
    with open(path, encoding="utf-8") as table:
        return json.load(table)


MODULE_ATTRIBUTE_MAP = standard("module_attribute_map.json")
IOD_MODULE_MAP = standard("iod_module_map.json")
SOP_CLASS_UID_IOD_KEY_MAP = standard("sop_class_iod_map.json")
problems = []
# DoseGridScaling's sixteen characters, and f32 in between.
ROUNDING = 1e-6


def expect(condition, what):
    if not condition:
        problems.append(what)


def pydicom_doses(dataset):
    """Points (mm) and doses (Gy) by PS3.3 C.7.6.2.1.1 and C.8.8.3.2."""
    position = np.array(dataset.ImagePositionPatient, float)
    row, column = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(row, column)
    between_rows, between_columns = map(float, dataset.PixelSpacing)
    dose = dataset.pixel_array * float(dataset.DoseGridScaling)
    for k, offset in enumerate(dataset.GridFrameOffsetVector):
        for j in range(dataset.Rows):
            for i in range(dataset.Columns):
                point = position + row * between_columns * i + column * between_rows * j + normal * float(offset)
                yield point, dose[k, j, i]


def check_positions(name, rows, resolution):
    path = os.path.join(FOLDER, name)
    dataset = pydicom.dcmread(path)
    expected = {tuple(round(float(row[c]), 4) for c in ("x_mm", "y_mm", "z_mm")): float(row["dose_gy"]) for row in rows}
    seen = 0
    for point, dose in pydicom_doses(dataset):
        wanted = expected.get(tuple(round(float(x), 4) for x in point))
        expect(wanted is not None, f"{name}: pydicom finds a voxel at {point}, where none should be")
        if wanted is not None:
            seen += 1
            expect(abs(dose - wanted) <= resolution, f"{name}: pydicom reads {dose} Gy at {point}, not {wanted}")
    expect(seen == len(expected), f"{name}: pydicom finds {seen} of {len(expected)} voxels")
    image = sitk.ReadImage(path)
    scale = float(dataset.DoseGridScaling)
    for point, wanted in expected.items():
        index = image.TransformPhysicalPointToContinuousIndex(point)
        nearest = [round(x) for x in index]
        inside = all(0 <= n < size for n, size in zip(nearest, image.GetSize()))
        expect(inside and np.allclose(index, nearest, atol=1e-3), f"{name}: SimpleITK has no voxel at {point}: {index}")
        if inside:
            # GDCM may apply DoseGridScaling itself.
            value = image.GetPixel(nearest)
            value = value if image.GetPixelID() in (sitk.sitkFloat32, sitk.sitkFloat64) else value * scale
            expect(abs(value - wanted) <= resolution + ROUNDING * wanted,
                   f"{name}: SimpleITK reads {value} Gy at {point}, not {wanted}")


def check_nifti(name, rows):
    """nibabel counts in RAS+, SimpleITK in DICOM's axes: both must find each value at its place."""
    path = os.path.join(FOLDER, name)
    volume = nibabel.load(path)
    values = volume.get_fdata()
    expect(np.allclose(volume.get_qform(), volume.get_sform(), atol=1e-4), f"{name}: qform and sform differ")
    image = sitk.ReadImage(path)
    for row in rows:
        x, y, z, wanted = (float(row[c]) for c in ("x_mm", "y_mm", "z_mm", "dose_gy"))
        index = np.linalg.solve(volume.affine, [-x, -y, z, 1.0])[:3]
        nearest = tuple(int(n) for n in np.round(index))
        expect(np.allclose(index, nearest, atol=1e-3), f"{name}: nibabel has no voxel at {x}, {y}, {z}")
        expect(np.isclose(values[nearest], wanted, rtol=1e-6), f"{name}: nibabel reads {values[nearest]}, not {wanted}")
        value = image.GetPixel(image.TransformPhysicalPointToIndex((x, y, z)))
        expect(np.isclose(value, wanted, rtol=1e-6), f"{name}: SimpleITK reads {value}, not {wanted}")


def check_modules(path):
    """Type 1 attributes are there with a value, type 2 attributes are there, in each mandatory module."""
    dataset = pydicom.dcmread(path)
    iod = SOP_CLASS_UID_IOD_KEY_MAP[dataset.SOPClassUID]
    names = {module["key"] for module in IOD_MODULE_MAP[iod] if module["usage"] == "M"}
    if dataset.Modality == "RTDOSE":
        names |= {"general-image", "image-plane", "image-pixel", "multi-frame"}
    for name in names:
        for attribute in MODULE_ATTRIBUTE_MAP[name]:
            if attribute["path"]:
                continue
            keyword, kind = attribute["keyword"], attribute["type"]
            if kind == "1":
                expect(keyword in dataset and not dataset[keyword].is_empty, f"{path}: {name} lacks {keyword}")
            if kind == "2":
                expect(keyword in dataset, f"{path}: {name} lacks {keyword} (type 2)")
    return len(names)


def check_dciodvfy(path):
    result = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
    for line in (result.stdout + result.stderr).splitlines():
        if line.startswith("Error"):
            problems.append(f"{path}: dciodvfy: {line}")


by_file = defaultdict(list)
with open(os.path.join(FOLDER, "expected.csv"), encoding="utf-8") as table:
    for row in csv.DictReader(table):
        by_file[row["file"]].append(row)
images = {name: by_file.pop(name) for name in list(by_file) if name.endswith(".nii.gz")}
for name, rows in images.items():
    check_nifti(name, rows)
for name, rows in by_file.items():
    maximum = max(float(row["dose_gy"]) for row in rows)
    levels = 65535 if name.endswith("_16.dcm") else 4294967295
    check_positions(name, rows, 0.51 * maximum / levels + (ROUNDING * maximum if levels == 65535 else 1e-7 * maximum))
doses = [os.path.join(FOLDER, name) for name in by_file]
scan = [os.path.join(FOLDER, "ct", name) for name in sorted(os.listdir(os.path.join(FOLDER, "ct")))]
modules = sum(check_modules(path) for path in doses + scan)
if shutil.which("dciodvfy"):
    for path in scan + [path for path in doses if path.endswith("_16.dcm")]:
        check_dciodvfy(path)
else:
    print("dciodvfy is not installed: its checks were skipped")
print(f"{len(doses)} doses, {len(images)} NIfTI images, {len(scan)} files of a scan, {modules} modules, {len(problems)} problems")
print("\n".join(problems[:40]))
sys.exit(bool(problems))
