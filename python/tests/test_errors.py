"""Exceptions say what the program says, with its exit statuses."""

from __future__ import annotations

import pickle
from pathlib import Path

import nibabel
import numpy as np
import pytest
from conftest import nifti, options, program, sitk

import straydose


def both(tmp_path: Path, **given: object) -> tuple[straydose.Error, str]:
    """What the package raises and the program prints for the same arguments."""
    ran = program("estimate", "--out", tmp_path / "out", *options(**given))
    with pytest.raises(straydose.Error) as raised:
        straydose.estimate(**given)
    assert ran.returncode == raised.value.exit_status, ran.stderr
    assert not (tmp_path / "out").exists()
    return raised.value, ran.stderr.rstrip("\n")


@pytest.fixture
def wrong(study: Path, files: Path, box, tmp_path: Path) -> dict[str, tuple[type, dict]]:
    (tmp_path / "text.dcm").write_text("no DICOM")
    sheared = nibabel.load(files / "ct.nii.gz").affine.copy()
    sheared[0, 1] = 2.0
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(box.array.T), sheared), tmp_path / "sheared.nii")
    plan, ct = study / "plan.dcm", study / "ct"
    (tmp_path / "machine.toml").write_text("name = 3")
    return {
        "nothing": (straydose.Misused, {}),
        "no CT": (straydose.Misused, {"plan": plan}),
        "voxels": (straydose.Misused, {"study": study, "voxel_mm": 0.1}),
        "age": (straydose.Misused, {"study": study, "age": 200}),
        "histories": (straydose.Misused, {"study": study, "histories": 10}),
        "fractions": (straydose.Misused, {"study": study, "fractions": 0}),
        "missing file": (straydose.Refused, {"plan": tmp_path / "none.dcm", "ct": ct}),
        "no DICOM": (straydose.Refused, {"plan": tmp_path / "text.dcm", "ct": ct}),
        "structures for a plan": (straydose.Refused, {"plan": study / "structures.dcm", "ct": ct}),
        "sheared": (straydose.Refused, {"plan": plan, "ct": tmp_path / "sheared.nii"}),
        "empty folder": (straydose.Refused, {"study": tmp_path}),
        "machine file": (straydose.Refused, {"study": study, "machine": tmp_path / "machine.toml"}),
        "machine name": (straydose.Refused, {"study": study, "machine": "no such machine"}),
        "nobody": (straydose.Refused, {"study": study, "age": 5, "height_cm": 200}),
        "no GPU": (straydose.MissingEnvironment, {"study": study, "backend": "gpu", "device": 999, "voxel_mm": 20}),
    }


def test_the_messages_are_the_program_s(wrong, tmp_path: Path) -> None:
    for name, (kind, given) in wrong.items():
        error, printed = both(tmp_path, **given)
        assert type(error) is kind, (name, printed)
        # Before its message the program may say what it took from a folder.
        assert printed.endswith("straydose: " + str(error)), name
        assert error.problem in str(error) and (error.place or error.remedy)


def test_objects_are_refused_as_their_files_are(wrong, study: Path, tmp_path: Path) -> None:
    image = nibabel.load(tmp_path / "sheared.nii")
    with pytest.raises(straydose.Refused) as of_object:
        straydose.Case(plan=study / "plan.dcm", ct=image)
    with pytest.raises(straydose.Refused) as of_file:
        straydose.Case(plan=study / "plan.dcm", ct=tmp_path / "sheared.nii")
    assert "not perpendicular" in of_object.value.problem
    assert of_object.value.problem == of_file.value.problem.replace(str(tmp_path / "sheared.nii"), "ct.nii")
    assert of_object.value.place == "ct.nii" and of_file.value.place == "sheared.nii"


def test_one_hierarchy() -> None:
    for kind, status in [
        (straydose.Misused, 2),
        (straydose.Refused, 3),
        (straydose.Failed, 4),
        (straydose.MissingEnvironment, 5),
        (straydose.Cancelled, 130),
    ]:
        assert issubclass(kind, straydose.Error) and kind.exit_status == status
    assert issubclass(straydose.Misused, ValueError)
    error = straydose.Refused("a", "b", "c")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is straydose.Refused and str(again) == str(error) == "a\n  in b\n  try: c"


def test_wrong_objects_are_named(study: Path, box, balls) -> None:
    plan = study / "plan.dcm"
    for problem, kind, given in [
        ("ct: builtins.int", TypeError, {"ct": 3}),
        ("plan: builtins.list", TypeError, {"plan": [plan]}),
        ("masks: ", TypeError, {"masks": [1]}),
        ("age: ", TypeError, {"age": "five"}),
        ("histories: ", TypeError, {"histories": 1.5e3 + 0.5}),
        ("2 dimensions", straydose.Misused, {"ct": straydose.Image(np.zeros((3, 3)), (1, 1, 1))}),
        ("complex", straydose.Misused, {"ct": straydose.Image(np.zeros((3, 3, 3), complex), (1, 1, 1))}),
        ("spacing of 2", straydose.Misused, {"ct": straydose.Image(box.array, (1, 1))}),
        ("'../x'", straydose.Misused, {"masks": {"../x": balls["Heart"]}}),
        ("pydicom datasets", straydose.Misused, {"ct": []}),
        ("--masks and --structures", straydose.Misused, {"masks": balls, "structures": study / "structures.dcm"}),
        ("--backend", straydose.Misused, {"backend": "tpu", "scan_only": True, "voxel_mm": 20}),
        ("--threads 0", straydose.Misused, {"threads": 0, "scan_only": True, "voxel_mm": 20}),
        ("--sex", straydose.Misused, {"sex": "X"}),
        ("belong together", straydose.Misused, {"phantom": sitk(box)}),
        (
            "histories cannot",
            straydose.Misused,
            {"histories": 1e6, "target_uncertainty": 3, "scan_only": True, "voxel_mm": 20},
        ),
    ]:
        with pytest.raises(kind) as raised:
            straydose.estimate(**{"plan": plan, "ct": box, **given})
        assert problem in str(raised.value), (problem, str(raised.value))


def test_spacings_that_are_none_are_refused(study: Path, box) -> None:
    for spacing in [(0.0, 1.0, 1.0), (float("nan"), 1.0, 1.0), (-1.0, 1.0, 1.0)]:
        with pytest.raises(straydose.Error):
            straydose.Case(plan=study / "plan.dcm", ct=straydose.Image(box.array, spacing))
    assert nifti(box).shape == box.array.shape[::-1]
