"""The RayStation script against a stand-in for `connect`, with a real run of the program.

Usage: STRAYDOSE=PROGRAM python -m unittest discover contrib/raystation
"""

import contextlib
import io
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path

import pydicom

PROGRAM = shutil.which(os.environ.get("STRAYDOSE", "straydose"))
SCRIPT = Path(__file__).with_name("straydose_raystation.py")


class Script(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.called = []

    def run_script(self, arguments):
        """Runs the script with these constants in a patient that `straydose cohort` made."""
        made = self.folder / "made"
        subprocess.run([PROGRAM, "cohort", "--n", "1", "--out", str(made), "--quiet"], check=True, capture_output=True)

        def export(**given):
            self.called.append("export")
            self.exported = given
            for file in (path for path in (made / "S00001").rglob("*") if path.is_file()):
                shutil.copy2(file, given["ExportFolderPath"])

        def take(**given):
            self.called.append("import")
            self.taken = given

        current = {
            "Patient": types.SimpleNamespace(Save=lambda: self.called.append("save"), ImportDataFromPath=take),
            "Case": types.SimpleNamespace(CaseName="CASE 1", ScriptableDicomExport=export),
            "BeamSet": types.SimpleNamespace(BeamSetIdentifier=lambda: "Plan:Set"),
            "Examination": types.SimpleNamespace(Name="CT 1"),
        }
        sys.modules["connect"] = types.SimpleNamespace(get_current=current.__getitem__)
        text = SCRIPT.read_text()
        for constant, value in (('"straydose"', repr(PROGRAM)), ("[]", repr(arguments)), ("None", repr(str(self.folder / "kept")))):
            text = text.replace(f" = {constant}\n", f" = {value}\n", 1)
        path = self.folder / "script.py"
        path.write_text(text)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            runpy.run_path(str(path))
        return said.getvalue()

    def test_the_dose_comes_back_under_the_plan(self):
        quick = ["--histories", "2000", "--voxel-mm", "20", "--scan-only"]
        said = self.run_script(quick)
        self.assertEqual(self.called, ["save", "export", "import"])
        self.assertEqual(self.exported["BeamSets"], ["Plan:Set"])
        self.assertEqual(self.exported["Examinations"], ["CT 1"])
        self.assertEqual(self.taken["CaseName"], "CASE 1")
        (file,) = Path(self.taken["Path"]).iterdir()
        dose = pydicom.dcmread(file)
        (series,) = self.taken["SeriesOrInstances"]
        self.assertEqual(series["SeriesInstanceUID"], dose.SeriesInstanceUID)
        self.assertEqual(series["PatientID"], dose.PatientID)
        self.assertIn("report.html", said)

    def test_a_refusal_imports_nothing(self):
        with self.assertRaisesRegex(RuntimeError, "abacus"):
            self.run_script(["--machine", "abacus"])
        self.assertEqual(self.called, ["save", "export"])


if __name__ == "__main__":
    unittest.main()
