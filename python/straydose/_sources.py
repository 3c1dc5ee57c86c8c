"""What users have in hand, as the files that the readers read.

Paths go through as they are. Objects in memory (SimpleITK, nibabel, numpy, pydicom) become files in a folder that
only this user may read and that is removed after reading, so that every input takes the same way and is refused for
the same reasons. None of these libraries is imported here: an object is known by what it can do.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ._errors import Error, Misused

_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Image:
    """A numpy array `[z, y, x]` with its place, as SimpleITK says it (mm, LPS)."""

    array: Any
    #: Distances of voxel centres along x, y, z (mm).
    spacing: tuple[float, float, float]
    #: Centre of the first voxel (mm).
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    #: The matrix whose columns are the directions of x, y, z, row by row.
    direction: tuple[float, ...] = _IDENTITY


class Sources:
    """Turns objects into paths; the files exist as long as the context is open."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Sources:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            if isinstance(error, Error):
                error.without(self._folder.name + os.sep)
            self._folder.cleanup()

    def _new(self, name: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="straydose-")
        return Path(self._folder.name) / name

    def dicom(self, source: Any, name: str) -> str | None:
        """A DICOM object: a path or a pydicom dataset."""
        if source is None or _is_path(source):
            return _path(source)
        if not _is_dataset(source):
            raise _unknown(name, source, "a path or a pydicom dataset")
        path = self._new(f"{name}.dcm")
        _write_dataset(source, path)
        return str(path)

    def image(self, source: Any, name: str, extra: str = "") -> str | None:
        """An image: a path, a DICOM series as datasets, or an image object."""
        if source is None or _is_path(source):
            return _path(source)
        if _is_dataset(source):
            return self.dicom(source, name)
        image = _as_image(source)
        if image is not None:
            path = self._new(f"{name}.nii")
            path.write_bytes(_nifti(image, name))
            return str(path)
        if isinstance(source, Iterable) and not isinstance(source, (Mapping, np.ndarray)):
            return self._series(list(source), name)
        raise _unknown(
            name, source, f"a path, a SimpleITK or nibabel image, a straydose.Image{extra}, or pydicom datasets"
        )

    def _series(self, slices: list[Any], name: str) -> str:
        if not slices or not all(map(_is_dataset, slices)):
            raise Misused(f"--{name} is a list, and not one of pydicom datasets", remedy="the datasets of one series")
        folder = self._new(name)
        folder.mkdir()
        for number, dataset in enumerate(slices):
            _write_dataset(dataset, folder / f"{number:05d}.dcm")
        return str(folder)

    def masks(self, source: Any, name: str) -> str | None:
        """A folder of masks: a path, or a dict from names to images."""
        if source is None or _is_path(source):
            return _path(source)
        if not isinstance(source, Mapping):
            raise _unknown(name, source, "a path or a dict from names to images")
        folder = self._new(name)
        folder.mkdir()
        for region, mask in source.items():
            image = _as_image(mask)
            if image is None:
                raise _unknown(f"{name}[{region!r}]", mask, "a SimpleITK or nibabel image or a straydose.Image")
            if not isinstance(region, str) or not region or os.sep in region or region.startswith("."):
                raise Misused(f"--{name} names a region {region!r}", remedy="a name that a file can have")
            (folder / f"{region}.nii").write_bytes(_nifti(image, f"{name}[{region!r}]"))
        return str(folder)

    def regions(self, source: Any, name: str) -> str | None:
        """Regions of an image: a path, labels, a dict of masks, an RTSTRUCT or SEG dataset."""
        if isinstance(source, Mapping) and not _is_dataset(source):
            return self.masks(source, name)
        return self.image(source, name, extra=", a dict of masks")

    def table(self, source: Any, name: str) -> str | None:
        """A table: a path, a dict of columns, or a pandas or polars frame."""
        if source is None or _is_path(source):
            return _path(source)
        columns = _columns(source)
        if columns is None:
            raise _unknown(name, source, "a path, a dict of columns, or a data frame")
        path = self._new(f"{name}.csv")
        _write_table(columns, path, name)
        return str(path)


def _is_path(source: Any) -> bool:
    return isinstance(source, (str, os.PathLike))


def _path(source: Any) -> str | None:
    return None if source is None else os.fspath(source)


def _unknown(name: str, source: Any, wanted: str) -> TypeError:
    return TypeError(f"{name}: {type(source).__module__}.{type(source).__qualname__} is not {wanted}")


def _is_dataset(source: Any) -> bool:
    return hasattr(source, "save_as") and hasattr(source, "SOPClassUID")


def _write_dataset(dataset: Any, path: Path) -> None:
    """As a DICOM file: with its own preamble and meta information where it has them."""
    meta = getattr(dataset, "file_meta", None)
    if meta is not None and getattr(meta, "TransferSyntaxUID", None) is not None:
        try:
            dataset.save_as(path, enforce_file_format=True)
        except TypeError:  # pydicom before 3.0
            dataset.save_as(path, write_like_original=False)
        return
    # A dataset that was never in a file: bare, in the default encoding of DICOM.
    try:
        dataset.save_as(path, implicit_vr=True, little_endian=True)
    except TypeError:
        dataset.is_implicit_VR, dataset.is_little_endian = True, True
        dataset.save_as(path)


def _as_image(source: Any) -> Image | None:
    """The array and its place, where the object has both."""
    if isinstance(source, Image):
        return source
    if all(hasattr(source, name) for name in ("GetSpacing", "GetOrigin", "GetDirection", "GetSize")):
        library = sys.modules[type(source).__module__.partition(".")[0]]
        view = library.GetArrayViewFromImage(source)
        return Image(view, source.GetSpacing(), source.GetOrigin(), source.GetDirection())
    if hasattr(source, "affine") and hasattr(source, "dataobj"):
        return _of_affine(np.asanyarray(source.dataobj), np.asarray(source.affine, dtype=float))
    return None


def _of_affine(array: Any, affine: Any) -> Image:
    """From nibabel's order [x, y, z] and RAS."""
    columns = np.diag([-1.0, -1.0, 1.0]) @ affine[:3, :3]
    spacing = np.linalg.norm(columns, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        direction = (columns / spacing).ravel()
    origin = np.array([-1.0, -1.0, 1.0]) * affine[:3, 3]
    return Image(np.asarray(array).T, tuple(spacing), tuple(origin), tuple(direction))


def _nifti(image: Image, name: str) -> bytes:
    """A NIfTI-1 file: 32-bit floats, the place in sform, RAS."""
    array = np.asarray(image.array)
    if array.ndim != 3:
        raise Misused(f"--{name} has {array.ndim} dimensions", remedy="an array [z, y, x] of one number a voxel")
    if array.dtype.kind not in "biuf":
        raise Misused(f"--{name} holds {array.dtype}", remedy="an array of numbers")
    if len(image.spacing) != 3 or len(image.origin) != 3 or len(image.direction) != 9:
        raise Misused(
            f"--{name} has a spacing of {len(image.spacing)}, an origin of {len(image.origin)} and a direction of "
            f"{len(image.direction)} numbers",
            remedy="3, 3 and 9, as SimpleITK has them",
        )
    numbers = np.array([*image.spacing, *image.origin, *image.direction], dtype=float)
    if not np.isfinite(numbers).all() or (numbers[:3] <= 0.0).any():
        raise Misused(
            f"--{name} has no place: spacing {tuple(image.spacing)} mm, origin {tuple(image.origin)} mm",
            remedy="finite numbers, and spacings above 0",
        )
    shape = array.shape[::-1]
    affine = np.array(image.direction, dtype=float).reshape(3, 3) @ np.diag(np.array(image.spacing, dtype=float))
    rows = np.diag([-1.0, -1.0, 1.0]) @ np.column_stack([affine, np.array(image.origin, dtype=float)])
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *shape, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 16, 32)  # float32
    struct.pack_into("<8f", header, 76, 1.0, *map(float, image.spacing), 0.0, 0.0, 0.0, 0.0)
    struct.pack_into("<3f", header, 108, 352.0, 1.0, 0.0)  # vox_offset, scl_slope, scl_inter
    header[123] = 2  # millimetres
    struct.pack_into("<2h", header, 252, 0, 1)  # no qform; sform: scanner
    struct.pack_into("<12f", header, 280, *rows.ravel())
    header[344:348] = b"n+1\0"
    return bytes(header) + np.ascontiguousarray(array, dtype="<f4").tobytes()


def _columns(source: Any) -> dict[str, list[Any]] | None:
    if isinstance(source, Mapping):
        return {str(name): list(values) for name, values in source.items()}
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):
        return {str(name): list(source[name]) for name in source.columns}
    return None


def _write_table(columns: dict[str, list[Any]], path: Path, name: str) -> None:
    import csv

    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise Misused(f"--{name} has columns of {sorted(lengths)} rows", remedy="columns of one length")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in zip(*columns.values(), strict=True))


def _cell(value: Any) -> str:
    """A number with all its digits; nothing where there is none."""
    if value is None or value != value:
        return ""
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return str(value)
