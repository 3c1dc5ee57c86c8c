"""`straydose.estimate` is the program's computation, on files and on objects."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from conftest import SMALL, nifti, options, program, sitk, written

import straydose


@pytest.fixture(scope="module")
def dose(study: Path) -> straydose.Dose:
    return straydose.estimate(study, **SMALL)


def test_it_writes_the_bytes_of_the_program(study: Path, dose: straydose.Dose, tmp_path: Path) -> None:
    ran = program("estimate", "--study", study, "--out", tmp_path / "program", *options(**SMALL))
    assert ran.returncode == 0, ran.stderr
    dose.save(tmp_path / "package")
    names = sorted(path.name for path in (tmp_path / "program").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "package").iterdir())
    assert {"dose.nii.gz", "dose.dcm", "organs.csv", "marrow.csv"} <= set(names)
    # The record holds times and the command; the report is made of it.
    for name in sorted(set(names) - {"run.json", "report.html"}):
        assert (tmp_path / "program" / name).read_bytes() == (tmp_path / "package" / name).read_bytes(), name
    of_program, of_package = (json.loads((tmp_path / who / "run.json").read_text()) for who in ("program", "package"))
    for record in (of_program, of_package):
        del record["command"], record["stage_seconds"]
    assert of_program == of_package


def test_arrays_and_tables_hold_what_the_files_hold(dose: straydose.Dose, tmp_path: Path) -> None:
    import SimpleITK

    dose.save(tmp_path)
    image = SimpleITK.DICOMOrient(SimpleITK.ReadImage(str(tmp_path / "dose.nii.gz")), "LPS")
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), dose.gy)
    assert image.GetSpacing() == pytest.approx(dose.spacing)
    assert image.GetOrigin() == pytest.approx(dose.origin)
    assert image.GetDirection() == pytest.approx(tuple(dose.direction))
    assert np.array_equal(written(tmp_path / "sigma.nii.gz"), dose.sigma)
    assert np.array_equal(written(tmp_path / "components.nii.gz"), np.stack(list(dose.components.values())))
    assert np.array_equal(written(tmp_path / "anatomy.nii.gz"), dose.labels)
    for name, rows in {"organs.csv": dose.organs, "marrow.csv": dose.marrow}.items():
        with (tmp_path / name).open() as file:
            table = list(csv.DictReader(file))
        assert len(table) == len(rows) > 3
        for line, row in zip(table, rows):
            assert list(line) == list(row)
            for cell, value in zip(line.values(), row.values()):
                if value is None:
                    assert cell == ""
                elif isinstance(value, str):
                    assert cell == value
                else:
                    assert float(cell) == pytest.approx(value, rel=1e-5, abs=1e-6)
    doses, volumes = dose.dvh[dose.organs[0]["organ"]]
    assert volumes[0] == pytest.approx(dose.organs[0]["volume_cm3"], rel=1e-6) and (np.diff(doses) > 0).all()


def test_pydicom_datasets_are_as_good_as_their_files(study: Path, dose: straydose.Dose) -> None:
    slices = [pydicom.dcmread(path) for path in (study / "ct").iterdir()]
    of_objects = straydose.estimate(
        plan=pydicom.dcmread(study / "plan.dcm"),
        ct=slices,
        structures=pydicom.dcmread(study / "structures.dcm"),
        **SMALL,
    )
    assert np.array_equal(of_objects.gy, dose.gy) and of_objects.organs == dose.organs
    assert straydose.read_plan(pydicom.dcmread(study / "plan.dcm")).uid == straydose.Case(study).plan.uid


@pytest.mark.parametrize("kind", [lambda image: image, sitk, nifti], ids=["numpy", "SimpleITK", "nibabel"])
def test_image_objects_are_as_good_as_their_files(kind, study: Path, box, balls, files: Path) -> None:
    part = (slice(18, 24), slice(18, 24), slice(20, 28))
    corner = [o + s * a.start for o, s, a in zip(box.origin, box.spacing, part[::-1])]
    planned = straydose.Image(np.where(box.array[part] == 0, 1.5, 0.0), box.spacing, corner)
    import nibabel

    nibabel.save(nifti(planned), files / "dose.nii.gz")
    rest = {"plan": study / "plan.dcm", "scan_only": True, **SMALL}
    of_files = straydose.estimate(ct=files / "ct.nii.gz", masks=files / "masks", dose=files / "dose.nii.gz", **rest)
    masks = {name: kind(ball) for name, ball in balls.items()}
    of_objects = straydose.estimate(ct=kind(box), masks=masks, dose=kind(planned), **rest)
    assert of_objects.gy.max() > 0.0
    assert np.array_equal(of_objects.gy, of_files.gy)
    assert (of_objects.spacing, of_objects.origin) == (of_files.spacing, of_files.origin)
    assert {row["organ"] for row in of_objects.organs} >= set(balls) and of_objects.organs == of_files.organs
    assert of_objects.record["planned_dose"] == of_files.record["planned_dose"] is not None


def test_axes_may_point_anywhere(study: Path, box) -> None:
    """The same voxels at the same places, stored from the other ends, with axes exchanged, and askew."""
    rest = {"plan": study / "plan.dcm", "scan_only": True, **SMALL}
    straight = straydose.estimate(ct=box, **rest)
    far = [o + (n - 1) * s for o, n, s in zip(box.origin, box.array.shape[::-1], box.spacing)]
    turned = straydose.Image(
        box.array[::-1, :, ::-1], box.spacing, (far[0], box.origin[1], far[2]), (-1, 0, 0, 0, 1, 0, 0, 0, -1)
    )
    # The array's axes are y, x, z.
    exchanged = straydose.Image(
        box.array.transpose(0, 2, 1),
        (box.spacing[1], box.spacing[0], box.spacing[2]),
        box.origin,
        (0, 1, 0, 1, 0, 0, 0, 0, 1),
    )
    for image in (turned, exchanged, sitk(turned), nifti(turned), nifti(exchanged)):
        assert np.array_equal(straydose.estimate(ct=image, **rest).gy, straight.gy)
    c, s = np.cos(0.2), np.sin(0.2)
    askew = straydose.Image(box.array, box.spacing, box.origin, (c, -s, 0, s, c, 0, 0, 0, 1))
    made = [straydose.estimate(ct=kind(askew), **rest) for kind in (lambda image: image, sitk, nifti)]
    assert made[0].direction == pytest.approx(askew.direction, abs=1e-6)
    assert all(np.array_equal(one.gy, made[0].gy) for one in made)


def test_a_case_shows_its_plan_and_anatomy(study: Path) -> None:
    case = straydose.Case(study, voxel_mm=10.0)
    assert case.plan.label == "brain arc" and case.plan.position == "HFS" and case.plan.left_out == []
    (beam,) = case.plan.beams
    assert beam["nominal_mv"] == 6.0 and beam["fractions"] == 30 and not beam["fff"]
    anatomy = case.anatomy
    assert 15_000 < anatomy.mass_g < 25_000 and "female of 5" in anatomy.model
    assert anatomy.density.shape == anatomy.labels.shape
    names = [organ["organ"] for organ in anatomy.organs]
    brain = anatomy.labels == names.index("Brain") + 1
    volume = next(organ for organ in anatomy.organs if organ["organ"] == "Brain")["volume_cm3"]
    assert brain.sum() * np.prod(anatomy.spacing) / 1000 == pytest.approx(volume, rel=0.1)
    assert any("plan.dcm" in line for line in case.took) and isinstance(case.left, list)


def test_the_record_names_no_folder(study: Path, box, tmp_path: Path) -> None:
    dose = straydose.estimate(plan=study / "plan.dcm", ct=box, scan_only=True, **SMALL)
    dose.save(tmp_path / "result")
    text = (tmp_path / "result" / "run.json").read_text()
    command = json.loads(text)["command"]
    assert command[:5] == ["straydose.estimate", "--plan", "plan.dcm", "--ct", "ct.nii"]
    assert "/" not in " ".join(command) and str(study) not in text and "straydose-" not in text
