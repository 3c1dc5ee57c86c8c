"""The SlicerRT engine in a stand-in for Slicer (`host.py`), with real runs of the program on a made-up child.

Needs pydicom, nibabel, numpy. Usage: STRAYDOSE=PROGRAM python -m unittest discover contrib/slicer/tests
"""

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import nibabel
import numpy as np
import pydicom

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
from host import Beam, Node, Plan, ScriptedEngine, Slicer, Table, Volume

PROGRAM = shutil.which(os.environ.get("STRAYDOSE", "straydose"))
QUICK = {"program": PROGRAM, "histories": "0.02", "voxelMm": "20", "scanOnly": "true", "seed": "3"}


def setUpModule():
    global FOLDER, STUDY, FILES
    FOLDER = Path(tempfile.mkdtemp())
    subprocess.run([PROGRAM, "cohort", "--n", "1", "--out", str(FOLDER), "--quiet"], check=True, capture_output=True)
    STUDY = FOLDER / "S00001"
    FILES = {}
    for file in sorted(path for path in STUDY.rglob("*") if path.is_file()):
        FILES.setdefault(pydicom.dcmread(file, stop_before_pixels=True).Modality, []).append(file)


def tearDownModule():
    shutil.rmtree(FOLDER)


class Host(unittest.TestCase):
    def setUp(self):
        self.slicer = Slicer()
        for name in ("straydose_run", "straydose_plan", "StraydoseDoseEngine"):
            sys.modules.pop(name, None)
        self.module = importlib.import_module("StraydoseDoseEngine")
        self.engine = ScriptedEngine(self.module, "StraydoseDoseEngine")

    def from_dicom(self):
        """A plan as SlicerRT loads it, with its beams and its nodes' series."""
        ct = self.slicer.of_series(Volume("ct", np.zeros((4, 5, 6), dtype=np.float32)), FILES["CT"])
        structures = self.slicer.of_series(Node("structures"), FILES["RTSTRUCT"])
        plan = self.slicer.of_series(Plan(ct, structures), FILES["RTPLAN"])
        for beam in pydicom.dcmread(FILES["RTPLAN"][0]).BeamSequence:
            points = beam.ControlPointSequence
            single = beam.BeamType == "STATIC" and len(points) == 2
            gantry = None
            for place, point in enumerate(points[:1] if single else points):
                gantry = float(point.get("GantryAngle", gantry))
                first = points[0]
                Beam(
                    plan,
                    f"{beam.BeamName} : CP{place}",
                    gantry=gantry,
                    collimator=float(first.BeamLimitingDeviceAngle),
                    couch=float(first.PatientSupportAngle),
                )
        return plan

    def calculate(self, plan, **typed):
        for beam in plan.beams:
            self.engine.add_to(beam, **(QUICK | typed))
        return self.engine.calculate_plan(plan)

    def by_hand(self, *arguments):
        out = Path(tempfile.mkdtemp(dir=FOLDER)) / "result"
        line = [PROGRAM, "estimate", "--out", str(out), "--histories", "20000", "--voxel-mm", "20", "--seed", "3", "--scan-only"]
        subprocess.run([*line, *arguments], check=True, capture_output=True)
        return nibabel.load(out / "dose.nii.gz")

    def assert_is(self, volume, image):
        np.testing.assert_array_equal(volume.ijk_to_ras, image.affine)
        np.testing.assert_allclose(volume.image.array, image.get_fdata(dtype=np.float32).T, rtol=1e-6)
        self.assertGreater(volume.image.array.max(), 0.0)


class OfAPlanFromDicom(Host):
    def test_the_sum_over_weighted_beams_is_the_dose_of_the_program(self):
        plan = self.from_dicom()
        self.assertGreater(len(plan.beams), 1)
        plan.beams[0].weight, plan.beams[1].weight = 0.25, 7.0
        total, returned = self.calculate(plan)
        self.assertEqual(set(returned), {""}, self.slicer.errors)
        self.assert_is(total, self.by_hand("--study", str(STUDY)))
        self.assertEqual(self.slicer.scene, [], "the loaded volume is left in the scene")
        self.assertTrue(all(dialog.is_closed for dialog in self.slicer.dialogs))
        self.assertEqual(len(self.slicer.dialogs), 1, "one run gives the dose of all beams")
        self.assertTrue(any("open beam" in label for label in self.slicer.dialogs[0].labels))
        self.assertTrue(any(0 < value <= 100 for value in self.slicer.dialogs[0].values))

    def test_a_beam_that_was_turned_in_slicer_is_refused(self):
        plan = self.from_dicom()
        plan.beams[-1].angles = (plan.beams[-1].angles[0] + 1.0, *plan.beams[-1].angles[1:])
        total, returned = self.calculate(plan)
        self.assertIsNone(total)
        self.assertIn("not those of the plan's DICOM file", returned[0])
        self.assertEqual(self.slicer.errors, [returned[0]])

    def test_the_programs_own_refusal_is_shown(self):
        _, returned = self.calculate(self.from_dicom(), machine="abacus")
        self.assertIn("abacus", returned[0])
        self.assertIn("straydose: ", returned[0])
        self.assertEqual(len(self.slicer.errors), 1, "one message for one plan")

    def test_options_reach_the_program(self):
        kept = Path(tempfile.mkdtemp(dir=FOLDER)) / "kept"
        typed = {"scanOnly": "false", "age": "7.5", "sex": "2", "heightCm": "125", "weightKg": "26", "keep": str(kept)}
        _, returned = self.calculate(self.from_dicom(), **typed)
        self.assertEqual(set(returned), {""}, self.slicer.errors)
        text = (kept / "result" / "run.json").read_text()
        for said in ('"--age"', '"7.5"', '"--sex"', '"M"', '"--height-cm"', '"125"', '"--weight-kg"', '"26"'):
            self.assertIn(said, text)
        self.assertTrue((kept / "result" / "report.html").exists())

    def test_cancel_ends_the_program_and_leaves_nothing(self):
        # Once photons are on their way, and files of the result are begun.
        self.slicer.cancel_when = lambda dialog: bool(dialog.values)
        kept = Path(tempfile.mkdtemp(dir=FOLDER)) / "kept"
        _, returned = self.calculate(self.from_dicom(), histories="1000", keep=str(kept))
        self.assertIn("cancelled", returned[0])
        self.assertEqual([path.name for path in kept.iterdir()], ["study"])
        self.assertTrue(self.slicer.dialogs[0].is_closed)


class OfAPlanMadeInSlicer(Host):
    def test_jaws_leaves_angles_weights_and_isocentre_become_an_rtplan(self):
        original = pydicom.dcmread(FILES["RTPLAN"][0]).BeamSequence[0].ControlPointSequence[0]
        left, back, up = (float(place) for place in original.IsocenterPosition)
        ct, structures = Volume("ct", np.zeros((4, 5, 6), dtype=np.float32)), Node("structures")
        self.slicer.export_of = {ct.GetID(): FILES["CT"], structures.GetID(): FILES["RTSTRUCT"]}
        plan = Plan(ct, structures, isocentre_ras=(-left, -back, up))
        sides = [float(side) for side in np.arange(-200, 201, 5)]
        low, high = [-30.0 - pair % 3 for pair in range(80)] + [0.0], [31.0 + pair % 2 for pair in range(80)] + [0.0]
        table = Table("MLCX_BoundaryAndPosition", {"Boundary": sides, "1": low, "2": high})
        Beam(plan, "one", gantry=370.0, collimator=10.0, couch=350.0, jaws=(-35.0, 36.0, -40.0, 45.0), weight=2.0, mlc=table)
        Beam(plan, "two", gantry=90.0, jaws=(-50.0, 50.0, -20.0, 25.0), weight=0.5, mlc=table)
        kept = Path(tempfile.mkdtemp(dir=FOLDER)) / "kept"
        total, returned = self.calculate(plan, keep=str(kept), energyMv="6", muPerWeight="50", machine="elekta-agility")
        self.assertEqual(set(returned), {""}, self.slicer.errors)
        self.assert_is(total, nibabel.load(kept / "result" / "dose.nii.gz"))

        written = pydicom.dcmread(kept / "study" / "straydose_plan.dcm")
        self.assertEqual(written.FrameOfReferenceUID, pydicom.dcmread(FILES["CT"][0]).FrameOfReferenceUID)
        given = written.FractionGroupSequence[0].ReferencedBeamSequence
        self.assertEqual([float(beam.BeamMeterset) for beam in given], [100.0, 25.0])
        point = written.BeamSequence[0].ControlPointSequence[0]
        angles = (point.GantryAngle, point.BeamLimitingDeviceAngle, point.PatientSupportAngle, point.NominalBeamEnergy)
        self.assertEqual([float(angle) for angle in angles], [10.0, 10.0, 350.0, 6.0])
        np.testing.assert_allclose([float(place) for place in point.IsocenterPosition], [left, back, up], atol=1e-6)
        jaws_x, jaws_y, leaves = point.BeamLimitingDevicePositionSequence
        self.assertEqual([float(tip) for tip in jaws_x.LeafJawPositions], [-35.0, 36.0])
        self.assertEqual([float(tip) for tip in jaws_y.LeafJawPositions], [-40.0, 45.0])
        self.assertEqual([float(tip) for tip in leaves.LeafJawPositions], low[:-1] + high[:-1])
        mlc = written.BeamSequence[0].BeamLimitingDeviceSequence[2]
        self.assertEqual([float(side) for side in mlc.LeafPositionBoundaries], sides)

        # The dose lies around the isocentre of the patient.
        k, j, i = np.indices(total.image.array.shape)
        at = np.einsum("ab,bkji->akji", total.ijk_to_ras, [i, j, k, np.ones_like(i)])[:3]
        away = np.linalg.norm(at - np.array([-left, -back, up])[:, None, None, None], axis=0)
        dose = total.image.array
        self.assertGreater(dose[away < 40].mean(), 20 * dose[(away > 150) & (dose > 0)].mean())

    def test_a_first_beam_without_weight_is_refused(self):
        plan = Plan(Volume("ct", np.zeros((2, 2, 2), dtype=np.float32)))
        Beam(plan, "one", weight=0.0)
        _, returned = self.calculate(plan)
        self.assertIn("weight", returned[0])


class TheProgramAndTheList(Host):
    def test_the_program_is_the_parameters_then_the_settings_then_paths(self):
        # A refusal of the program's own shows that it was found.
        plan, wrong = self.from_dicom(), {"machine": "abacus"}
        self.slicer.environment["PATH"] = ""
        _, returned = self.calculate(plan, program="", **wrong)
        self.assertIn("not found as 'straydose'", returned[0])
        self.slicer.settings["straydose/program"] = PROGRAM
        _, returned = self.calculate(plan, program="", **wrong)
        self.assertIn("abacus", returned[0])
        self.slicer.settings.clear()
        _, returned = self.calculate(plan, program=PROGRAM, **wrong)
        self.assertIn("abacus", returned[0])
        self.assertEqual(self.slicer.settings, {"straydose/program": PROGRAM})

    def test_install_puts_the_engine_on_slicers_list_once(self):
        self.module.install()
        self.module.install()
        import DoseEngines
        import slicer

        self.assertEqual(slicer.modules.doseEngineNames, ["StraydoseDoseEngine"])
        # External Beam Planning reads `__file__` of what `from DoseEngines import *` gives it.
        self.assertTrue(DoseEngines.StraydoseDoseEngine.__file__.endswith("StraydoseDoseEngine.py"))


if __name__ == "__main__":
    unittest.main()
