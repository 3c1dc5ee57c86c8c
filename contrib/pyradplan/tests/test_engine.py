"""The engine in the released pyRadPlan, on its own TG-119 phantom, against the program run by hand.

Usage: STRAYDOSE=PROGRAM python -m unittest discover contrib/pyradplan/tests, with this package installed.
"""

import os
import shutil
import subprocess
import tempfile
import unittest
import warnings
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import straydose_pyradplan
    from pyRadPlan import PhotonPlan, calc_dose_forward, calc_dose_influence, generate_stf, load_tg119
    from pyRadPlan.core import ComputeCancelledError
    from pyRadPlan.dose.engines import get_available_engines, get_engine
    from straydose_pyradplan._study import write as write_study

PROGRAM = shutil.which(os.environ.get("STRAYDOSE", "straydose"))
HISTORIES = 200_000.0


def setUpModule():
    global CT, CST, STF, WEIGHTS, FOLDER
    CT, CST = load_tg119()
    plan = PhotonPlan(machine="Generic", prop_stf={"gantry_angles": [0.0, 90.0], "couch_angles": [0.0, 0.0]})
    STF = generate_stf(CT, CST, plan)
    # A ramp over each beam, so that rows, columns and their signs matter.
    WEIGHTS = np.concatenate(
        [[1.0 + 0.25 * (ray.ray_pos_bev[0] > 0) + 0.5 * (ray.ray_pos_bev[2] > 0) for ray in beam.rays] for beam in STF.beams]
    )
    FOLDER = Path(tempfile.mkdtemp())


def tearDownModule():
    shutil.rmtree(FOLDER)


def plan_with(**options):
    options = {"engine": "straydose", "program": PROGRAM, "num_histories_direct": HISTORIES, "voxel_mm": 6.0} | options
    return PhotonPlan(machine="Generic", prop_dose_calc=options)


def estimate(study, name, seed):
    """The program by hand on the exported study."""
    out = FOLDER / name
    line = [PROGRAM, "estimate", "--study", str(study), "--out", str(out), "--machine", "varian-millennium120", "--scan-only"]
    line += ["--voxel-mm", "6", "--histories", str(int(HISTORIES)), "--seed", str(seed), "--quiet"]
    subprocess.run(line, check=True)
    return out


class TheEngine(unittest.TestCase):
    def test_pyradplan_lists_it(self):
        self.assertIs(get_available_engines("photons")["straydose"], straydose_pyradplan.StraydoseEngine)
        self.assertNotIn("straydose", get_available_engines("protons"))
        self.assertIsInstance(get_engine(plan_with()), straydose_pyradplan.StraydoseEngine)

    def test_the_dose_of_tg119_is_the_programs(self):
        kept = FOLDER / "kept"
        result = calc_dose_forward(CT, CST, STF, plan_with(keep=str(kept), seed=5), WEIGHTS)
        own = sitk.ReadImage(kept / "result" / "dose.nii.gz", sitk.sitkFloat32)

        # The same study, the same seed: the same bytes; a test of what the engine calls the program with.
        again = sitk.ReadImage(estimate(kept / "study", "again", 5) / "dose.nii.gz", sitk.sitkFloat32)
        np.testing.assert_array_equal(sitk.GetArrayFromImage(own), sitk.GetArrayFromImage(again))

        # The same voxels as the CT's, and there what the program's image holds, through the dose grid's interpolation.
        dose = result["physical_dose"]
        self.assertEqual((dose.GetSize(), dose.GetOrigin()), (CT.cube_hu.GetSize(), CT.cube_hu.GetOrigin()))
        ours = sitk.GetArrayFromImage(dose)
        theirs = sitk.GetArrayFromImage(sitk.Resample(again, CT.cube_hu, sitk.Transform(), sitk.sitkLinear, 0.0))
        target = next(voi for voi in CST.vois if voi.voi_type == "TARGET").indices_numpy
        body = next(voi for voi in CST.vois if voi.name == "BODY").indices_numpy
        for region, within in ((target, 0.02), (body, 0.02)):
            ratio = ours.ravel()[region].mean() / theirs.ravel()[region].mean()
            self.assertAlmostEqual(ratio, 1.0, delta=within)

        # Another seed: within the statistics of both, over the voxels that receive a tenth of the maximum.
        other = estimate(kept / "study", "other", 6)
        chi2, voxels = chi2_per_voxel(kept / "result", other)
        print(f"\nTG-119, other seed: chi² per voxel {chi2:.3f} of {voxels} voxels", end=" ")
        self.assertGreater(voxels, 500)
        self.assertAlmostEqual(chi2, 1.0, delta=0.15)

        # Components and sigma came along and fit the dose.
        parts = sum(sitk.GetArrayFromImage(result[f"straydose_{name}"]) for name in ("in_field", "head_scatter", "collimator", "leakage"))
        self.assertAlmostEqual(parts.ravel()[body].mean() / theirs.ravel()[body].mean(), 1.0, delta=1e-4)
        sigma = sitk.GetArrayFromImage(result["straydose_relative_sigma"]).ravel()[target]
        self.assertTrue(0.0 < np.median(sigma) < 0.5, np.median(sigma))
        spread = np.sqrt(sitk.GetArrayFromImage(result["physical_dose_var"]).ravel()[target]) / ours.ravel()[target]
        self.assertAlmostEqual(np.median(spread) / np.median(sigma), 1.0, delta=0.2)

        self.check_place(ours, target)

    def check_place(self, dose, target):
        """The dose lies on the target, not beside it."""
        inside = dose.ravel()[target].mean()
        for axis, shift in ((0, 12), (0, -12), (1, 12), (1, -12), (2, 12), (2, -12)):
            moved = np.roll(dose, shift, axis=axis).ravel()[target].mean()
            self.assertGreater(inside, moved, f"shifted by {shift} voxels along {axis} the target receives more")

    def test_the_plan_says_what_pyradplans_beams_and_weights_say(self):
        bixels = [bixel for beam in STF.beams for ray in beam.rays for bixel in ray.beamlets]
        for bixel, weight in zip(bixels, WEIGHTS, strict=True):
            bixel.weight = weight
        plan = pydicom.dcmread(write_study(FOLDER / "plan alone", CT, CST, STF, 100.0))
        mu = [float(given.BeamMeterset) for given in plan.FractionGroupSequence[0].ReferencedBeamSequence]
        for beam, planned, given in zip(STF.beams, plan.BeamSequence, mu):
            point = planned.ControlPointSequence[0]
            self.assertEqual(float(point.GantryAngle), beam.gantry_angle)
            np.testing.assert_allclose([float(place) for place in point.IsocenterPosition], beam.iso_center, atol=1e-6)
            places = np.array([ray.ray_pos_bev for ray in beam.rays])
            jaws = [float(tip) for device in point.BeamLimitingDevicePositionSequence[:2] for tip in device.LeafJawPositions]
            wide = [places[:, 0].min() - 2.5, places[:, 0].max() + 2.5, places[:, 2].min() - 2.5, places[:, 2].max() + 2.5]
            np.testing.assert_allclose(jaws, wide)
            # 100 MU open a bixel of weight 1; rows of this ramp rise from left to right and close at once.
            self.assertAlmostEqual(given, 100.0 * WEIGHTS.max(), places=6)

    def test_an_influence_matrix_is_refused_with_a_way_out(self):
        with self.assertRaisesRegex(NotImplementedError, "calc_dose_forward"):
            calc_dose_influence(CT, CST, STF, plan_with())

    def test_the_programs_refusal_is_the_exception(self):
        with self.assertRaisesRegex(straydose_pyradplan.StraydoseError, "abacus"):
            calc_dose_forward(CT, CST, STF, plan_with(linac="abacus"), WEIGHTS)
        with self.assertRaisesRegex(straydose_pyradplan.StraydoseError, "not found as 'nowhere'"):
            calc_dose_forward(CT, CST, STF, plan_with(program="nowhere"), WEIGHTS)

    def test_it_can_be_cancelled(self):
        kept = FOLDER / "cancelled"
        engine = get_engine(plan_with(num_histories_direct=1e9, keep=str(kept)))
        # Once photons are on their way, and files of the result are begun.
        told = []
        engine.add_report_observer(lambda report: told.append(report.data["stage"]))
        engine.set_cancel_check(lambda: "transport" in told)
        with self.assertRaises(ComputeCancelledError):
            engine.calc_dose_forward(CT, CST, STF, WEIGHTS)
        self.assertEqual([path.name for path in kept.iterdir()], ["study"])


def chi2_per_voxel(one, other):
    """Mean of the squared differences over their variances, where the dose is a tenth of its maximum or more."""
    (a, b), (u, v) = (
        [sitk.GetArrayFromImage(sitk.ReadImage(folder / name)).astype(float) for folder in (one, other)]
        for name in ("dose.nii.gz", "sigma.nii.gz")
    )
    where = (a + b) / 2 > 0.1 * a.max()
    variance = (a * u) ** 2 + (b * v) ** 2
    return float(np.mean((a - b)[where] ** 2 / variance[where])), int(where.sum())


if __name__ == "__main__":
    unittest.main()
