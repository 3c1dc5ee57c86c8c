"""Arrays are views of the dose's own memory."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

import straydose


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


@pytest.fixture
def large(study: Path) -> straydose.Dose:
    """8 million voxels of a millimetre."""
    hu = np.zeros((200, 200, 200), np.float32)
    hu[:, :20] = -1000.0
    water = straydose.Image(hu, (1.0, 1.0, 1.0), (-99.5, -74.5, 430.5))
    return straydose.estimate(
        plan=study / "plan.dcm", ct=water, scan_only=True, voxel_mm=1.0, histories=1000, backend="cpu", seed=7
    )


def test_a_large_dose_crosses_without_a_copy(large: straydose.Dose) -> None:
    first, again = large.gy, large.gy
    assert first.size >= 180 * 200 * 200 and first.dtype == np.float32 and first.flags.c_contiguous
    assert address(first) == address(again) and np.shares_memory(first, again)
    assert not first.flags.owndata and not first.flags.writeable
    with pytest.raises(ValueError):
        first[0, 0, 0] = 1.0
    with pytest.raises(ValueError):
        first.setflags(write=True)
    base = first
    while isinstance(base, np.ndarray):
        base = base.base
    assert base is large
    total = float(first.sum(dtype=np.float64))
    assert total > 0.0
    # The array keeps the memory though the dose has no name any more.
    del large, again, base
    gc.collect()
    other = [np.full(first.shape, 7.0, np.float32) for _ in range(3)]
    assert float(first.sum(dtype=np.float64)) == total and len(other) == 3


def test_every_array_is_a_view() -> None:
    phantom = straydose.phantom(1, "M", voxel_mm=20)
    for name in ("hu", "labels"):
        array = getattr(phantom, name)
        assert address(array) == address(getattr(phantom, name)) and not array.flags.writeable
