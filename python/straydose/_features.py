"""Radiomic features, and models of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import _straydose
from ._estimate import Progress
from ._sources import Sources

#: Columns of scores that hold words; all others hold numbers.
_WORDS = {"patient", "lesion", "verdict", "reason", "flags", "notice"}


@dataclass(frozen=True)
class Prediction:
    """Scores of lesions and of their patients, as dicts of columns."""

    #: One row a lesion: score, lower, upper, verdict, reason, contributions; NaN where the model has no answer.
    lesions: dict[str, Any]
    #: One row a patient: the aggregates.
    patients: dict[str, Any]
    #: What should be known.
    notes: list[str]
    #: Whether model or table were made up.
    is_synthetic: bool


def radiomics(
    image: Any,
    mask: Any,
    *,
    preset: str | None = None,
    config: Any = None,
    roi: str | None = None,
    wide: bool = False,
    modality: str | None = None,
    pet: str = "suv",
    any_frame: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Radiomic features (IBSI) of the regions of an image, as a dict of columns that `pandas.DataFrame` takes.

    `mask`: labels, a dict of masks, an RTSTRUCT or a DICOM SEG. What is extracted, `preset` says (ibsi-A, ...) or
    `config`, a recipe's file.
    """
    with Sources() as sources:
        given = {
            "image": sources.image(image, "image"),
            "mask": sources.regions(mask, "mask"),
            "preset": preset,
            "config": _path(config),
            "roi": roi,
            "wide": wide,
            "modality": modality,
            "pet": pet,
            "any_frame": any_frame,
        }
        return _straydose.radiomics(given, progress)


def predict(
    model: Any,
    *,
    features: Any = None,
    image: Any = None,
    mask: Any = None,
    roi: str | None = None,
    group: str = "patient_id",
    join: Any = None,
    given: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Prediction:
    """Scores of a model's file on `features` (a table, columns, a data frame), or on an `image` with a `mask`.

    `given` holds for all rows, such as `{"age": 61}`. A lesion out of the model's scope has no score but a reason.
    """
    _either(features, image, mask)
    with Sources() as sources:
        arguments = {
            "model": os.fspath(model),
            "features": sources.table(features, "features"),
            "image": sources.image(image, "image"),
            "mask": sources.regions(mask, "mask"),
            "roi": roi,
            "group": group,
            "join": sources.table(join, "join"),
            "given": [f"{name}={value}" for name, value in (given or {}).items()],
        }
        lesions, patients, notes, is_synthetic = _straydose.predict(arguments, progress)
    return Prediction(_table(*lesions), _table(*patients), notes, is_synthetic)


def train(
    table: Any,
    out: Any,
    *,
    target: str,
    kind: str,
    time: str | None = None,
    yes: Iterable[str] = (),
    group: str = "patient_id",
    join: Any = None,
    recipe: Any = None,
    card: Any = None,
    clinical: Iterable[str] = (),
    acquisition: Iterable[str] = (),
    variables: str | None = None,
    leave_out: str | None = None,
    volume: str | None = None,
    site: str | None = None,
    repeat: Any = None,
    missing: str = "refuse",
    folds: int = 5,
    least_events: int = 20,
    bootstraps: int = 200,
    recalibrate: bool = False,
    seed: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Trains a model of your own table; returns the path of `model.json` in the folder `out`."""
    with Sources() as sources:
        arguments = {
            "table": sources.table(table, "table"),
            "out": os.fspath(out),
            "target": target,
            "kind": kind,
            "time": time,
            "yes": list(yes),
            "group": group,
            "join": sources.table(join, "join"),
            "recipe": _path(recipe),
            "card": _path(card),
            "clinical": list(clinical),
            "acquisition": list(acquisition),
            "variables": variables,
            "leave_out": leave_out,
            "volume": volume,
            "site": site,
            "repeat": sources.table(repeat, "repeat"),
            "missing": missing,
            "folds": folds,
            "least_events": least_events,
            "bootstraps": bootstraps,
            "recalibrate": recalibrate,
            "seed": seed,
        }
        _straydose.train(arguments, progress)
    return Path(out) / "model.json"


def example_cohort(out: Any, *, patients: int = 80, seed: int = 1, progress: Progress | None = None) -> Path:
    """Writes virtual lesions to learn on into a new folder, and returns it; no clinical meaning."""
    _straydose.example_cohort({"out": os.fspath(out), "patients": patients, "seed": seed}, progress)
    return Path(out)


def _path(source: Any) -> str | None:
    return None if source is None else os.fspath(source)


def _either(features: Any, image: Any, mask: Any) -> None:
    from ._errors import Misused

    if (features is None) == (image is None) or (image is None) != (mask is None):
        raise Misused("there is nothing to score, or too much", remedy="--features, or --image with --mask")


def _table(names: list[str], rows: list[list[str]]) -> dict[str, Any]:
    columns = dict(zip(names, zip(*rows))) if rows else {name: () for name in names}
    return {name: list(cells) if name in _WORDS else _numbers(cells) for name, cells in columns.items()}


def _numbers(cells: Iterable[str]) -> Any:
    return np.array([float(cell) if cell else np.nan for cell in cells], dtype=float)
