"""Plan and patient to dose."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import _straydose
from ._sources import Sources

#: Called with what is going on; `False` stops the run.
Progress = Callable[[dict[str, Any]], Any]


class Case:
    """A plan with its patient: what `straydose estimate` reads and builds before it transports.

    `study` is a folder with everything in any order; `plan` (RTPLAN), `ct`, `structures` (RTSTRUCT) or `masks`, and
    `dose` (the planning system's) name or replace its parts. With an age, from the CT's header or given, the body is
    completed beyond the scan.
    """

    def __init__(
        self,
        study: Any = None,
        *,
        plan: Any = None,
        ct: Any = None,
        structures: Any = None,
        masks: Any = None,
        dose: Any = None,
        age: float | None = None,
        sex: str | None = None,
        height_cm: float | None = None,
        weight_kg: float | None = None,
        phantom: Any = None,
        phantom_table: Any = None,
        scan_only: bool = False,
        without_electrons: bool = False,
        machine: Any = None,
        voxel_mm: float = 4.0,
        progress: Progress | None = None,
    ) -> None:
        with Sources() as sources:
            given = {
                "study": sources.dicom(study, "study"),
                "plan": sources.dicom(plan, "plan"),
                "ct": sources.image(ct, "ct"),
                "structures": sources.dicom(structures, "structures"),
                "masks": sources.masks(masks, "masks"),
                "dose": sources.image(dose, "dose"),
                "age": age,
                "sex": sex,
                "height_cm": height_cm,
                "weight_kg": weight_kg,
                "phantom": sources.image(phantom, "phantom"),
                "phantom_table": None if phantom_table is None else os.fspath(phantom_table),
                "scan_only": scan_only or None,
                "without_electrons": without_electrons or None,
                "machine": None if machine is None else os.fspath(machine),
                "voxel_mm": voxel_mm,
            }
            self._case = _straydose.Case.read(given, progress)
        self._given = given

    @property
    def plan(self) -> _straydose.Plan:
        """What is to be given."""
        return self._case.plan

    @property
    def anatomy(self) -> _straydose.Anatomy:
        """The patient as materials, densities and organs."""
        return self._case.anatomy

    @property
    def took(self) -> list[str]:
        """What was taken from the study's folder, and by which link."""
        return self._case.took

    @property
    def left(self) -> list[tuple[str, str]]:
        """What was left there, and why."""
        return self._case.left

    @property
    def notes(self) -> list[str]:
        """Remarks of the readers."""
        return self._case.notes

    def estimate(
        self,
        *,
        histories: float | None = None,
        target_uncertainty: float | None = None,
        fractions: int | None = None,
        seed: int = 1,
        backend: str = "auto",
        device: int | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> _straydose.Dose:
        """The dose of the whole course in the whole patient.

        `histories` source photons (10 million), or as many as bring the least certain organ to `target_uncertainty`
        per cent. `backend` is auto, gpu or cpu. The interpreter's lock is free meanwhile; `progress` is called on
        this thread, and stops the run by `False`.
        """
        options = {
            "histories": _whole(histories),
            "target_uncertainty": target_uncertainty,
            "fractions": fractions,
            "seed": seed,
            "backend": backend,
            "device": device,
            "threads": threads,
        }
        return self._case.estimate(options, _command("estimate", {**self._given, **options}), progress)

    def __repr__(self) -> str:
        return f"<straydose.Case {self.plan!r}, {self.anatomy!r}>"


def estimate(
    study: Any = None,
    *,
    plan: Any = None,
    ct: Any = None,
    structures: Any = None,
    masks: Any = None,
    dose: Any = None,
    age: float | None = None,
    sex: str | None = None,
    height_cm: float | None = None,
    weight_kg: float | None = None,
    phantom: Any = None,
    phantom_table: Any = None,
    scan_only: bool = False,
    without_electrons: bool = False,
    machine: Any = None,
    voxel_mm: float = 4.0,
    histories: float | None = None,
    target_uncertainty: float | None = None,
    fractions: int | None = None,
    seed: int = 1,
    backend: str = "auto",
    device: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> _straydose.Dose:
    """The dose of a plan in a patient: a `Case` and its `estimate` in one."""
    case = Case(
        study,
        plan=plan,
        ct=ct,
        structures=structures,
        masks=masks,
        dose=dose,
        age=age,
        sex=sex,
        height_cm=height_cm,
        weight_kg=weight_kg,
        phantom=phantom,
        phantom_table=phantom_table,
        scan_only=scan_only,
        without_electrons=without_electrons,
        machine=machine,
        voxel_mm=voxel_mm,
        progress=progress,
    )
    return case.estimate(
        histories=histories,
        target_uncertainty=target_uncertainty,
        fractions=fractions,
        seed=seed,
        backend=backend,
        device=device,
        threads=threads,
        progress=progress,
    )


def read_plan(source: Any) -> _straydose.Plan:
    """An RTPLAN, from a path or a pydicom dataset."""
    with Sources() as sources:
        return _straydose.Plan._read(sources.dicom(source, "plan"))


def demo_case(folder: Any) -> Path:
    """Writes the study of a made-up girl of five: `ct/`, `structures.dcm`, `plan.dcm`; returns the folder."""
    path = Path(folder)
    _straydose.demo_case(path)
    return path


def _whole(number: float | None) -> int | float | None:
    """1e7 is 10000000; what is no whole number is left to be refused."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _command(name: str, given: dict[str, Any]) -> list[str]:
    """What was asked for, for the record: no folder of any path."""
    words = [f"straydose.{name}"]
    for option, value in given.items():
        if value is not None and (option, value) != ("backend", "auto"):
            words += [
                f"--{option.replace('_', '-')}",
                os.path.basename(value) if isinstance(value, str) else repr(value),
            ]
    return words
