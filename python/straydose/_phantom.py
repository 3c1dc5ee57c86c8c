"""Whole bodies by age, sex, height and weight."""

from __future__ import annotations

from . import _straydose
from ._estimate import Progress, _command


def phantom(
    age: float,
    sex: str,
    *,
    height_cm: float | None = None,
    weight_kg: float | None = None,
    arms: str = "down",
    voxel_mm: float = 4.0,
    progress: Progress | None = None,
) -> _straydose.Phantom:
    """A whole body: labels, CT numbers, organs with masses, active marrow. `sex` is F or M, `arms` down or up."""
    given = {
        "age": age,
        "sex": sex,
        "height_cm": height_cm,
        "weight_kg": weight_kg,
        "arms": arms,
        "voxel_mm": voxel_mm,
    }
    return _straydose.phantom(given, _command("phantom", given), progress)
