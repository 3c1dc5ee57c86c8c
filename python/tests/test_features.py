"""Phantoms, radiomics and predictors are the program's."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import nifti, program, sitk, written

import straydose


def test_a_phantom_is_the_program_s(tmp_path: Path) -> None:
    given = ["--age", 3, "--sex", "M", "--voxel-mm", 12, "--height-cm", 100]
    ran = program("phantom", *given, "--out", tmp_path / "program", "--dicom")
    assert ran.returncode == 0, ran.stderr
    phantom = straydose.phantom(3, "m", voxel_mm=12, height_cm=100)
    phantom.save(tmp_path / "package", dicom=True)
    names = sorted(
        path.relative_to(tmp_path / "program") for path in (tmp_path / "program").rglob("*") if path.is_file()
    )
    assert len(names) > 20
    for name in names:
        if name.name != "run.json":
            assert (tmp_path / "program" / name).read_bytes() == (tmp_path / "package" / name).read_bytes(), name
    assert np.array_equal(written(tmp_path / "program" / "hu.nii.gz"), phantom.hu)
    assert np.array_equal(written(tmp_path / "program" / "anatomy.nii.gz"), phantom.labels)
    assert len(phantom.organs) == phantom.labels.max() and sum(phantom.marrow_g.values()) > 100
    assert phantom.mass_g / 1000 == pytest.approx(phantom.weight_kg, rel=0.05) and phantom.height_cm == 100
    with pytest.raises(straydose.Refused):
        straydose.phantom(3, "M", height_cm=300)


@pytest.fixture(scope="module")
def texture(box: straydose.Image) -> straydose.Image:
    values = np.random.default_rng(1).normal(50, 20, box.array.shape).astype(np.float32)
    return straydose.Image(values, box.spacing, box.origin)


@pytest.fixture(scope="module")
def labels(box: straydose.Image, balls: dict) -> straydose.Image:
    made = sum((n + 1) * ball.array.astype(np.int16) for n, ball in enumerate(balls.values()))
    return straydose.Image(made, box.spacing, box.origin)


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("wide", [False, True])
def test_features_are_the_program_s(texture, labels, balls, wide: bool, tmp_path: Path) -> None:
    import nibabel
    import pandas

    nibabel.save(nifti(texture), tmp_path / "image.nii")
    nibabel.save(nifti(labels), tmp_path / "mask.nii")
    files = {"image": tmp_path / "image.nii", "mask": tmp_path / "mask.nii"}
    arguments = [word for name, path in files.items() for word in (f"--{name}", path)]
    ran = program("radiomics", *arguments, "--preset", "ibsi-C", "--out", tmp_path / "f.csv", *["--wide"] * wide)
    assert ran.returncode == 0, ran.stderr
    of_files = straydose.radiomics(**files, preset="ibsi-C", wide=wide)
    rows = table(tmp_path / "f.csv")
    assert list(rows[0]) == list(of_files) and len(rows) == len(of_files["image"])
    for name, column in of_files.items():
        for row, value in zip(rows, column):
            if isinstance(value, str):
                assert row[name] == value
            else:
                assert row[name] == "" and np.isnan(value) or float(row[name]) == value, (name, row[name], value)
    for kind in (lambda image: image, sitk, nifti):
        of_objects = straydose.radiomics(kind(texture), kind(labels), preset="ibsi-C", wide=wide)
        for name in set(of_files) - {"image", "image_sha256", "mask_sha256"}:
            assert np.array_equal(of_objects[name], of_files[name], equal_nan=not isinstance(of_files[name], list)), (
                name
            )
    of_masks = straydose.radiomics(
        texture, {name: sitk(ball) for name, ball in balls.items()}, preset="ibsi-C", wide=wide
    )
    assert set(of_masks["region"]) == set(balls)
    frame = pandas.DataFrame(of_files)
    assert len(frame) == len(rows) and frame["region"].nunique() == 2


def test_features_that_nobody_asked_for_are_refused(texture, labels) -> None:
    for given in (
        {},
        {"preset": "ibsi-C", "config": "x.toml"},
        {"preset": "none"},
        {"preset": "ibsi-A", "modality": "us"},
    ):
        with pytest.raises(straydose.Misused):
            straydose.radiomics(texture, labels, **given)
    with pytest.raises(straydose.Refused, match="no region"):
        straydose.radiomics(texture, labels, preset="ibsi-C", roi="7")


def test_a_dose_has_features_too(texture, labels) -> None:
    """What `Dose` and `Phantom` show goes back in."""
    phantom = straydose.phantom(1, "F", voxel_mm=15)
    brain = next(organ["label"] for organ in phantom.organs if organ["organ"] == "Brain")
    place = (phantom.spacing, phantom.origin, phantom.direction)
    features = straydose.radiomics(
        straydose.Image(phantom.hu, *place),
        {"Brain": straydose.Image(phantom.labels == brain, *place)},
        preset="ibsi-C",
    )
    assert set(features["region"]) == {"Brain"}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return straydose.example_cohort(tmp_path_factory.mktemp("cohort") / "example", patients=40)


def test_a_predictor_is_the_program_s(cohort: Path, tmp_path: Path) -> None:
    for folder in ("cohort", "new"):
        ran = program(
            *("radiomics", "--patients", cohort / folder, "--config", cohort / "recipe.toml"),
            *("--out", tmp_path / f"{folder}.csv", "--wide", "--quiet"),
        )
        assert ran.returncode == 0, ran.stderr
    model = straydose.train(
        tmp_path / "cohort.csv",
        tmp_path / "trained",
        join=cohort / "cohort.csv",
        recipe=cohort / "recipe.toml",
        card=cohort / "card.toml",
        target="cd8",
        kind="linear",
        bootstraps=20,
    )
    assert model.exists() and (tmp_path / "trained" / "report.html").exists()
    assert "pytest" not in (tmp_path / "trained" / "run.json").read_text()
    ran = program(
        "predict", "apply", "--model", model, "--features", tmp_path / "new.csv", "--out", tmp_path / "scored"
    )
    assert ran.returncode == 0, ran.stderr
    of_file = straydose.predict(model, features=tmp_path / "new.csv")
    frame = {name: [row[name] for row in table(tmp_path / "new.csv")] for name in table(tmp_path / "new.csv")[0]}
    of_frame = straydose.predict(model, features=frame)
    for name, columns in (("lesions.csv", of_file.lesions), ("patients.csv", of_file.patients)):
        rows = table(tmp_path / "scored" / name)
        assert list(rows[0]) == list(columns)
        for key, column in columns.items():
            for row, value in zip(rows, column):
                if isinstance(value, str):
                    assert row[key] == value
                else:
                    assert row[key] == "" and np.isnan(value) or float(row[key]) == value
    assert of_file.is_synthetic and np.array_equal(of_file.lesions["score"], of_frame.lesions["score"], equal_nan=True)
    assert np.isfinite(of_file.lesions["score"]).any()
    one = next((cohort / "new").iterdir())
    (image,), (mask,) = (
        [path for path in one.iterdir() if ("mask" in path.name) == is_mask] for is_mask in (False, True)
    )
    import nibabel

    of_image = straydose.predict(
        model, image=nibabel.load(image), mask=nibabel.load(mask), given={"patient_id": one.name}
    )
    mine = [n for n, patient in enumerate(of_file.lesions["patient"]) if patient == one.name]
    assert np.allclose(of_image.lesions["score"], of_file.lesions["score"][mine], rtol=1e-4, equal_nan=True)
    for wrong in ({}, {"features": "a.csv", "image": "b.nii", "mask": "c.nii"}, {"image": "b.nii"}):
        with pytest.raises(straydose.Misused):
            straydose.predict(model, **wrong)


def test_importing_needs_numpy_alone() -> None:
    script = """
import sys
import straydose
libraries = {"pydicom", "SimpleITK", "nibabel", "pandas"}
assert not libraries & set(sys.modules), libraries & set(sys.modules)
assert straydose.phantom(1, "F", voxel_mm=20).hu.ndim == 3
"""
    subprocess.run([sys.executable, "-c", script], check=True)
