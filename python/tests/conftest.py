"""What the tests run on: the program beside the wheel, and small made-up cases."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import straydose

PROGRAM = os.environ.get("STRAYDOSE_PROGRAM", "straydose")
#: As little as still goes through all stages.
SMALL = {"histories": 20_000, "voxel_mm": 10.0, "seed": 7, "backend": "cpu"}


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Monitor units are computed once, and those of the user are left alone."""
    os.environ["STRAYDOSE_CACHE"] = str(tmp_path_factory.mktemp("cache"))


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the program."""
    words = [str(argument) for argument in arguments]
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)


def options(**given: object) -> list[str]:
    """Keyword arguments as the command line's."""
    return [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", str(value))]


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's study."""
    return straydose.demo_case(tmp_path_factory.mktemp("demo") / "study")


@pytest.fixture(scope="session")
def box() -> straydose.Image:
    """A box of water around the isocentre of the demo's plan, in air; edges of unequal voxels."""
    shape, spacing, origin = (40, 44, 48), (5.0, 6.0, 6.25), (-120.0, -100.0, 410.0)
    hu = np.full(shape, -1000, np.int16)
    hu[4:-4, 5:-5, 6:-6] = 0
    hu[10:14, 10:20, 8:20] = 700
    return straydose.Image(hu, spacing, origin)


@pytest.fixture(scope="session")
def balls(box: straydose.Image) -> dict[str, straydose.Image]:
    """Two regions in the box."""
    k, j, i = np.indices(box.array.shape)
    made = {}
    for name, centre in {"Heart": (20, 22, 24), "Liver": (26, 14, 12)}.items():
        inside = (k - centre[0]) ** 2 + (j - centre[1]) ** 2 + (i - centre[2]) ** 2 < 25
        made[name] = straydose.Image(inside.astype(np.uint8), box.spacing, box.origin)
    return made


@pytest.fixture(scope="session")
def files(box: straydose.Image, balls: dict[str, straydose.Image], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The box and its regions as NIfTI files that nibabel wrote: `ct.nii.gz`, `masks/NAME.nii.gz`."""
    import nibabel

    folder = tmp_path_factory.mktemp("files")
    (folder / "masks").mkdir()
    nibabel.save(nifti(box), folder / "ct.nii.gz")
    for name, ball in balls.items():
        nibabel.save(nifti(ball), folder / "masks" / f"{name}.nii.gz")
    return folder


def nifti(image: straydose.Image):
    """The same image of nibabel's."""
    import nibabel

    lps = np.array(image.direction).reshape(3, 3) @ np.diag(image.spacing)
    affine = np.eye(4)
    affine[:3] = np.diag([-1, -1, 1]) @ np.column_stack([lps, image.origin])
    return nibabel.Nifti1Image(np.ascontiguousarray(image.array.T), affine)


def written(path: Path) -> np.ndarray:
    """The array `[z, y, x]`, or `[part, z, y, x]`, of a file along the axes of DICOM; the program writes RAS."""
    import nibabel

    image = nibabel.load(path)
    assert nibabel.aff2axcodes(image.affine) == ("R", "A", "S")
    return np.asarray(image.dataobj)[::-1, ::-1].T


def sitk(image: straydose.Image):
    """The same image of SimpleITK's."""
    import SimpleITK

    made = SimpleITK.GetImageFromArray(image.array)
    made.SetSpacing(image.spacing)
    made.SetOrigin(image.origin)
    made.SetDirection(image.direction)
    return made
