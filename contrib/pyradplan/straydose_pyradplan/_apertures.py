"""A beam's bixel weights as a sequence of MLC apertures that gives just these weights.

Leaves are as wide as bixels and move along x of the beam's-eye view, once, from low to high x. In a row with weights
f_i, bixel i is open from a_i to b_i, counted in weight:

    a_i = sum over j <= i of max(f_{j-1} - f_j, 0),   b_i = sum over j <= i of max(f_j - f_{j-1}, 0)

so that b_i - a_i = f_i; both rise with i, so what is open at any time is one gap (unidirectional leaf sweep,
e.g. Spirou and Chui, Med. Phys. 21, 1031 (1994), quoted from memory). Between two times at which nothing opens or closes the aperture stands.
"""

from dataclasses import dataclass

import numpy as np

#: Bixels may lie this much beside their grid (in bixels).
_TOLERANCE = 1e-3
#: Leaves reach this far in the isocentre plane (mm), or to the last bixel.
_REACH_MM = 200.0


@dataclass(frozen=True)
class Sequence:
    """A beam as apertures; millimetres in the isocentre plane, IEC 61217 beam limiting device at 0 degrees."""

    #: Sides of the leaf pairs along y, rising: pairs + 1.
    boundaries_mm: np.ndarray
    #: Weight for which each aperture stands: apertures.
    weights: np.ndarray
    #: Tips of the leaves on the low and high side: apertures x pairs.
    low_mm: np.ndarray
    high_mm: np.ndarray
    #: Jaws: x low, x high, y low, y high.
    jaws_mm: tuple[float, float, float, float]

    @property
    def total(self) -> float:
        """Weight of the whole sequence: the beam-on time of an open bixel of weight 1 is 1."""
        return float(self.weights.sum())


def sequence(x_mm: np.ndarray, y_mm: np.ndarray, weights: np.ndarray, width_mm: float) -> Sequence:
    """The apertures for bixels of the given centres, weights and width."""
    if not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError("bixel weights must be finite and not negative")
    if not np.any(weights > 0):
        raise ValueError("every bixel of the beam has weight 0")
    x0, y0 = float(x_mm.min()), float(y_mm.min())
    fluence = np.zeros((_index(y_mm, y0, width_mm).max() + 1, _index(x_mm, x0, width_mm).max() + 1))
    np.add.at(fluence, (_index(y_mm, y0, width_mm), _index(x_mm, x0, width_mm)), weights)
    rows, columns = fluence.shape

    steps = np.diff(fluence, axis=1, prepend=0.0)
    closes = np.cumsum(np.maximum(-steps, 0.0), axis=1)  # a
    opens = np.cumsum(np.maximum(steps, 0.0), axis=1)  # b
    # Sums that differ by rounding alone are one time.
    times = np.unique(np.round(np.concatenate([closes.ravel(), opens.ravel()]) / fluence.max(), 9)) * fluence.max()
    middles = (times[:-1] + times[1:]) / 2

    edges = x0 - width_mm / 2 + width_mm * np.arange(columns + 1)
    low = np.empty((len(middles), rows))
    high = np.empty_like(low)
    for row in range(rows):
        first = np.searchsorted(opens[row], middles, side="right")
        end = np.searchsorted(closes[row], middles, side="right")
        low[:, row] = edges[np.minimum(first, columns)]
        high[:, row] = np.maximum(edges[end], low[:, row])
    is_open = np.any(high > low, axis=1)

    below = max(0, int(np.ceil((y0 - width_mm / 2 + _REACH_MM) / width_mm)))
    above = max(0, int(np.ceil((_REACH_MM - y0 - width_mm * (rows - 0.5)) / width_mm)))
    boundaries = y0 - width_mm / 2 + width_mm * np.arange(-below, rows + above + 1)
    middle_of_field = edges[columns // 2]
    pad = ((0, 0), (below, above))
    used_rows = np.flatnonzero(fluence.any(axis=1))
    used_columns = np.flatnonzero(fluence.any(axis=0))
    return Sequence(
        boundaries_mm=boundaries,
        weights=np.diff(times)[is_open],
        low_mm=np.pad(low, pad, constant_values=middle_of_field)[is_open],
        high_mm=np.pad(high, pad, constant_values=middle_of_field)[is_open],
        jaws_mm=(
            float(edges[used_columns[0]]),
            float(edges[used_columns[-1] + 1]),
            float(boundaries[below + used_rows[0]]),
            float(boundaries[below + used_rows[-1] + 1]),
        ),
    )


def _index(place_mm: np.ndarray, first_mm: float, width_mm: float) -> np.ndarray:
    places = (np.asarray(place_mm, dtype=float) - first_mm) / width_mm
    whole = np.round(places)
    if np.any(np.abs(places - whole) > _TOLERANCE):
        raise ValueError(f"bixels do not lie on a grid of {width_mm} mm")
    return whole.astype(int)
