"""The extension module; use the names of the package `straydose`."""

from collections.abc import Callable
from os import PathLike
from typing import Any, final

import numpy as np
import numpy.typing as npt

_Progress = Callable[[dict[str, Any]], Any] | None
_Table = tuple[list[str], list[list[str]]]

__version__: str

@final
class Case:
    @staticmethod
    def read(given: dict[str, Any], progress: _Progress = None) -> Case: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def anatomy(self) -> Anatomy: ...
    @property
    def took(self) -> list[str]: ...
    @property
    def left(self) -> list[tuple[str, str]]: ...
    @property
    def notes(self) -> list[str]: ...
    def estimate(self, given: dict[str, Any], command: list[str], progress: _Progress = None) -> Dose: ...

@final
class Plan:
    """A treatment plan."""

    @staticmethod
    def _read(path: str | PathLike[str] | None) -> Plan: ...
    @property
    def label(self) -> str:
        """RT Plan Label."""
    @property
    def uid(self) -> str:
        """SOP Instance UID."""
    @property
    def position(self) -> str:
        """How the patient lies, such as HFS."""
    @property
    def beams(self) -> list[dict[str, Any]]:
        """The beams that treat: number, name, machine, nominal_mv, fff, mu, fractions, control_points."""
    @property
    def left_out(self) -> list[tuple[str, str]]:
        """Beams of the file that do not treat: name and reason."""
    @property
    def notes(self) -> list[str]:
        """What was assumed where the file is silent."""

@final
class Anatomy:
    """A patient as materials, densities and organs; completed beyond the scan as far as the patient is known."""

    @property
    def density(self) -> npt.NDArray[np.float32]:
        """Density of each voxel `[z, y, x]` (g/cm³): a read-only view."""
    @property
    def labels(self) -> npt.NDArray[np.uint16]:
        """Number of the organ that each voxel shows, 0 for none: a read-only view."""
    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distances of voxel centres along x, y, z (mm)."""
    @property
    def origin(self) -> tuple[float, float, float]:
        """Centre of the first voxel (mm, LPS)."""
    @property
    def direction(self) -> list[float]:
        """The matrix whose columns are the directions of x, y, z, row by row."""
    @property
    def mass_g(self) -> float:
        """Mass of the body (g)."""
    @property
    def model(self) -> str | None:
        """Whose body goes on beyond the scan; `None` where it ends with the scan."""
    @property
    def organs(self) -> list[dict[str, Any]]:
        """The organs: label, organ, original_name, from (ct, model, both), volume_cm3, mass_g."""

@final
class Dose:
    """The dose of the whole course in the whole patient."""

    @property
    def gy(self) -> npt.NDArray[np.float32]:
        """The dose `[z, y, x]` (Gy): a read-only view, which keeps the dose alive."""
    @property
    def sigma(self) -> npt.NDArray[np.float32]:
        """Its relative standard error, statistics only; 1 where nothing was scored: a read-only view."""
    @property
    def components(self) -> dict[str, npt.NDArray[np.float32]]:
        """Its parts (Gy), read-only views: in_field (with its scatter), head_scatter, collimator, leakage."""
    @property
    def electrons(self) -> npt.NDArray[np.float32] | None:
        """The surface term of contaminating electrons (Gy), a part of the head scatter: a read-only view."""
    @property
    def labels(self) -> npt.NDArray[np.uint16]:
        """Number of the organ that each voxel shows, 0 for none: a read-only view."""
    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distances of voxel centres along x, y, z (mm)."""
    @property
    def origin(self) -> tuple[float, float, float]:
        """Centre of the first voxel (mm, LPS)."""
    @property
    def direction(self) -> list[float]:
        """The matrix whose columns are the directions of x, y, z, row by row."""
    @property
    def organs(self) -> list[dict[str, Any]]:
        """One dict an organ, with the columns of organs.csv; `None` where a value is not known."""
    @property
    def marrow(self) -> list[dict[str, Any]]:
        """The same of the active marrow of each site, where the body was completed."""
    @property
    def dvh(self) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
        """By organ: doses (Gy), and the volumes (cm³) that receive at least these."""
    @property
    def warnings(self) -> list[str]:
        """What limits the trust in the numbers."""
    @property
    def remarks(self) -> list[str]:
        """What was decided on the way."""
    @property
    def histories(self) -> int:
        """Source photons followed."""
    @property
    def seed(self) -> int:
        """Seed of the random numbers."""
    @property
    def reference_gy(self) -> float:
        """What isodoses are parts of (Gy): the highest mean of a small cube."""
    @property
    def record(self) -> dict[str, Any]:
        """What run.json holds: version, backend, machines, warnings, SHA-256 of what was read."""
    def save(self, folder: str | PathLike[str]) -> None:
        """Writes what `straydose estimate` writes into a folder, which is made if missing."""

@final
class Phantom:
    """A body in voxels."""

    @property
    def hu(self) -> npt.NDArray[np.float32]:
        """CT numbers `[z, y, x]` (HU): a read-only view."""
    @property
    def labels(self) -> npt.NDArray[np.uint8]:
        """Label of each voxel's centre, 0 outside the body: a read-only view."""
    @property
    def spacing(self) -> tuple[float, float, float]:
        """Distances of voxel centres along x, y, z (mm)."""
    @property
    def origin(self) -> tuple[float, float, float]:
        """Centre of the first voxel (mm, LPS)."""
    @property
    def direction(self) -> list[float]:
        """The matrix whose columns are the directions of x, y, z, row by row."""
    @property
    def age_years(self) -> float:
        """Age (years)."""
    @property
    def sex(self) -> str:
        """F or M."""
    @property
    def height_cm(self) -> float:
        """Height (cm)."""
    @property
    def weight_kg(self) -> float:
        """Weight that was asked for, or the reference's (kg)."""
    @property
    def mass_g(self) -> float:
        """Mass of all voxels (g), shared ones counted by share."""
    @property
    def organs(self) -> list[dict[str, Any]]:
        """One dict an organ or layer: label, organ, material, volume_cm3, mass_g, density_g_cm3, target_g."""
    @property
    def marrow_g(self) -> dict[str, float]:
        """Active marrow of each site (g)."""
    def save(self, folder: str | PathLike[str], *, dicom: bool = False) -> None:
        """Writes what `straydose phantom` writes into a folder; with `dicom` also a CT and an RTSTRUCT."""

def demo_case(folder: str | PathLike[str]) -> None: ...
def phantom(given: dict[str, Any], command: list[str], progress: _Progress = None) -> Phantom: ...
def radiomics(given: dict[str, Any], progress: _Progress = None) -> dict[str, Any]: ...
def predict(given: dict[str, Any], progress: _Progress = None) -> tuple[_Table, _Table, list[str], bool]: ...
def train(given: dict[str, Any], progress: _Progress = None) -> None: ...
def example_cohort(given: dict[str, Any], progress: _Progress = None) -> None: ...
