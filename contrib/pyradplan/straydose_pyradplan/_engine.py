"""The engine: a forward dose of bixel weights by ``straydose estimate``."""

import tempfile
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import SimpleITK as sitk
from pydantic import Field
from pyRadPlan.core import ComputeCancelledError
from pyRadPlan.cst import StructureSet
from pyRadPlan.ct import CT
from pyRadPlan.dij import Dij
from pyRadPlan.dose.engines._base_montecarlo import MonteCarloEngineAbstract
from pyRadPlan.stf import SteeringInformation

from . import _program, _study

#: The volumes of ``components.nii.gz``, in their order.
COMPONENTS = ("in_field", "head_scatter", "collimator", "leakage")


class StraydoseEngine(MonteCarloEngineAbstract):
    """Photon Monte Carlo of the whole patient, with head scatter, transmission and leakage.

    Weights are applied as a leaf sweep with leaves as wide as bixels. A weight of 1 is an open fluence of
    ``mu_per_weight`` MU, and the dose is that of one application of the weights (one fraction).

    ``calc_dose_forward`` returns ``physical_dose`` (Gy) and ``physical_dose_var`` (Gy²) as every engine does, and beside
    them ``straydose_relative_sigma`` and ``straydose_<component>`` (Gy) for the components of the dose, on the CT's grid.
    """

    short_name = "straydose"
    name = "straydose photon Monte Carlo"
    possible_radiation_modes: ClassVar[list[str]] = ["photons"]

    #: Source photons.
    num_histories_direct: Annotated[float, Field(ge=1000.0)] = 1e7
    #: Edge of a voxel of the transport (mm); the dose is then interpolated to the dose grid.
    voxel_mm: Annotated[float, Field(ge=1.0, le=20.0)] = 4.0
    #: Seed of the random numbers.
    seed: Annotated[int, Field(ge=0)] = 1
    #: A machine of the program, or a machine file.
    linac: str = "varian-millennium120"
    #: Monitor units that a weight of 1 stands for; 100 MU are 1 Gy at the reference point of the built-in machines.
    mu_per_weight: Annotated[float, Field(gt=0.0)] = 100.0
    #: The patient; with an age the body is completed beyond the CT.
    age: float | None = None
    sex: Literal["F", "M"] | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    #: The program; else the environment's STRAYDOSE, else the one on PATH.
    program: str | None = None
    #: A folder to keep the study (``study``) and all results (``result``) in.
    keep: str | None = None
    #: Further arguments of ``straydose estimate``.
    arguments: list[str] = []

    def calc_dose_forward(self, ct: CT, cst: StructureSet, stf: SteeringInformation, w: np.ndarray) -> dict:
        """As every engine's, with the relative standard error and the components of the dose beside it."""
        result = super().calc_dose_forward(ct, cst, stf, w)
        result.update({name: _on(image, ct.cube_hu) for name, image in self._beside.items()})
        return result

    def _calc_dose(self, ct: CT, cst: StructureSet, stf: SteeringInformation) -> Dij:
        if not self._calc_dose_direct:
            raise NotImplementedError(
                "straydose gives no dose influence matrix: each bixel would be a whole-patient Monte Carlo run of its own.\n"
                "  try: another engine for the optimisation, then calc_dose_forward with straydose and the weights found"
            )
        if ct.num_of_ct_scen != 1:
            raise NotImplementedError("straydose calculates one CT scenario")
        program = _program.find(self.program)
        dij = self._init_dose_calc(ct, cst, stf)
        with tempfile.TemporaryDirectory(prefix="straydose-") as temporary:
            folder = Path(self.keep or temporary)
            _study.write(folder / "study", ct, cst, stf, self.mu_per_weight)
            _program.estimate(program, self.command(folder), self._told)
            dose = sitk.ReadImage(folder / "result" / "dose.nii.gz", sitk.sitkFloat32)
            sigma = sitk.ReadImage(folder / "result" / "sigma.nii.gz", sitk.sitkFloat32)
            parts = sitk.ReadImage(folder / "result" / "components.nii.gz", sitk.sitkFloat32)
        self._beside = {"straydose_relative_sigma": sigma}
        size = [*parts.GetSize()[:3], 0]
        for place, name in enumerate(COMPONENTS):
            self._beside[f"straydose_{name}"] = sitk.Extract(parts, size, [0, 0, 0, place])
        grid = self._image_of_grid()
        return self._finalize_dose(
            dij
            | {
                # One column: the plan as a whole.
                "num_of_beams": 1,
                **{of: np.zeros(1, dtype=int) for of in ("bixel_num", "ray_num", "beam_num")},
                "physical_dose": self._column(_on(dose, grid)),
                "physical_dose_var": self._column(_on(sitk.Square(dose * sigma), grid)),
            }
        )

    def command(self, folder: Path) -> list[str]:
        """What ``straydose estimate`` is called with for the study that lies in a folder."""
        patient = {"age": self.age, "sex": self.sex, "height-cm": self.height_cm, "weight-kg": self.weight_kg}
        known = [word for name, value in patient.items() if value is not None for word in (f"--{name}", str(value))]
        return [
            *("--study", str(folder / "study"), "--out", str(folder / "result")),
            *("--machine", self.linac, "--voxel-mm", f"{self.voxel_mm:g}", "--seed", str(self.seed)),
            *("--histories", str(int(self.num_histories_direct))),
            *(known if self.age is not None else [*known, "--scan-only"]),
            *self.arguments,
        ]

    def _told(self, progress: dict) -> None:
        if not self.checkpoint():
            raise ComputeCancelledError("cancelled; straydose was stopped and wrote nothing")
        self.report_status(**({"message": progress["stage"]} | progress))

    def _image_of_grid(self) -> sitk.Image:
        image = sitk.Image([int(n) for n in self.dose_grid.dimensions], sitk.sitkFloat32)
        image.SetSpacing([float(self.dose_grid.resolution[axis]) for axis in "xyz"])
        image.SetOrigin([float(place) for place in self.dose_grid.origin])
        image.SetDirection([float(cosine) for cosine in np.asarray(self.dose_grid.direction).ravel()])
        return image

    def _column(self, image: sitk.Image) -> np.ndarray:
        column = np.empty(self.mult_scen.scen_mask.shape, dtype=object)
        column.flat[0] = sitk.GetArrayFromImage(image).reshape(-1, 1)
        return column


def _on(image: sitk.Image, grid: sitk.Image) -> sitk.Image:
    """An image interpolated linearly at the voxels of another, 0 beyond its own."""
    return sitk.Resample(image, grid, sitk.Transform(), sitk.sitkLinear, 0.0, image.GetPixelID())
