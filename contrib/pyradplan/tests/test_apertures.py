"""Weights of bixels as apertures: what the apertures open is what was asked for."""

import unittest

import numpy as np
from straydose_pyradplan._apertures import sequence

WIDTH_MM = 5.0


def opened(apertures, x_mm, y_mm):
    """The weight for which each place is open."""
    pair = np.searchsorted(apertures.boundaries_mm, y_mm) - 1
    x = np.asarray(x_mm)[None, :]
    is_open = (apertures.low_mm[:, pair] < x) & (x < apertures.high_mm[:, pair])
    return apertures.weights @ is_open


def field(seed):
    """Bixels of a field with holes, and random weights, a fifth of them 0."""
    random = np.random.default_rng(seed)
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(-40, 46, 5.0), np.arange(-45, 46, 5.0)))
    kept = random.random(x.size) < 0.9
    weights = random.random(x.size) * (random.random(x.size) < 0.8)
    return x[kept], y[kept], weights[kept]


class Apertures(unittest.TestCase):
    def test_they_open_each_bixel_for_its_weight(self):
        for seed in range(5):
            x, y, weights = field(seed)
            apertures = sequence(x, y, weights, WIDTH_MM)
            np.testing.assert_allclose(opened(apertures, x, y), weights, atol=1e-8)

    def test_nothing_is_open_beside_the_bixels(self):
        x, y, weights = field(7)
        apertures = sequence(x, y, weights, WIDTH_MM)
        low, high, bottom, top = apertures.jaws_mm
        self.assertEqual((low, high, bottom, top), (-42.5, 47.5, -47.5, 47.5))
        self.assertEqual(opened(apertures, np.array([-45.0, 50.0, 0.0, 0.0]), np.array([0.0, 0.0, -50.0, 50.0])).max(), 0.0)

    def test_leaves_close_towards_each_other_and_move_one_way(self):
        apertures = sequence(*field(3), WIDTH_MM)
        self.assertTrue(np.all(apertures.high_mm >= apertures.low_mm))
        self.assertTrue(np.all(np.diff(apertures.low_mm, axis=0) >= 0))
        self.assertGreaterEqual(apertures.boundaries_mm[-1], 200.0)
        self.assertLessEqual(apertures.boundaries_mm[0], -200.0)
        np.testing.assert_allclose(np.diff(apertures.boundaries_mm), WIDTH_MM)

    def test_equal_weights_are_one_aperture(self):
        apertures = sequence(*np.array([(a, b) for a in (-5.0, 0.0, 5.0) for b in (0.0, 5.0)]).T, np.full(6, 0.3), WIDTH_MM)
        self.assertEqual(len(apertures.weights), 1)
        self.assertAlmostEqual(apertures.total, 0.3)

    def test_wrong_weights_and_places_are_refused(self):
        x, y = np.array([0.0, 5.0]), np.array([0.0, 0.0])
        for places, weights, said in (
            ((x, y), [1.0, -1.0], "negative"),
            ((x, y), [np.nan, 1.0], "finite"),
            ((x, y), [0.0, 0.0], "weight 0"),
            ((x + [0.0, 1.0], y), [1.0, 1.0], "grid"),
        ):
            with self.assertRaisesRegex(ValueError, said):
                sequence(*places, np.array(weights), WIDTH_MM)


if __name__ == "__main__":
    unittest.main()
