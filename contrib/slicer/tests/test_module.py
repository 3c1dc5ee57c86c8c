"""`straydose --xml` by the rules of Slicer's parser, and a run as Slicer's module logic makes it.

The rules were read from `ModuleDescriptionParser.cxx` (SlicerExecutionModel) and `vtkSlicerCLIModuleLogic.cxx` (Slicer); no
Slicer was at hand. Needs nibabel, numpy, pydicom. Usage: STRAYDOSE=PROGRAM python -m unittest discover contrib/slicer/tests
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

PROGRAM = shutil.which(os.environ.get("STRAYDOSE", "straydose"))

OF_THE_MODULE = {"category", "title", "description", "version", "license", "contributor", "parameters"}
OF_A_GROUP = {"label", "description"}
OF_A_PARAMETER = {"name", "longflag", "label", "description", "default", "channel", "element"}
#: Types that the descriptor uses, and the attributes that the parser takes on them.
TYPES = {
    "boolean": {"hidden"},
    "string": {"hidden", "multiple"},
    "double": {"hidden", "multiple"},
    "string-enumeration": set(),
    "directory": {"multiple"},
    "file": {"multiple", "fileExtensions"},
    "image": {"multiple", "type", "fileExtensions", "hidden", "reference"},
}
#: Types whose flag is left out where the value is empty.
LEFT_OUT_IF_EMPTY = {"file", "directory", "string", "image"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def descriptor():
    """The XML, as Slicer asks for it."""
    ended = subprocess.run([PROGRAM, "--xml"], capture_output=True, text=True, timeout=5, check=False)
    assert ended.returncode == 0 and ended.stderr == "", ended
    return ended.stdout


def parameters(root):
    return [element for group in root.iter("parameters") for element in group if element.tag in TYPES]


def text(element, tag):
    found = element.find(tag)
    return "" if found is None or found.text is None else found.text.strip()


def command_line(root, values):
    """What Slicer calls for these values of parameters; images are files already."""
    line = [PROGRAM]
    for parameter in parameters(root):
        value = values.pop(text(parameter, "name"), text(parameter, "default"))
        flag = "--" + text(parameter, "longflag")
        if parameter.tag == "boolean":
            line += [flag] if value == "true" else []
        elif value or parameter.tag not in LEFT_OUT_IF_EMPTY:
            line += [flag, value]
    assert not values, f"no parameters: {values}"
    return line


def without_tags(stdout):
    """What Slicer shows as the module's output: stdout without complete tags, in its order of taking them out."""
    for tag in ("progress", "stage-progress", "name", "comment", "time", "start", "end"):
        stdout = re.sub(rf"<filter-{tag}>[^<]*</filter-{tag}>[ \t\n\r]*", "", stdout)
    return stdout


class TheDescriptor(unittest.TestCase):
    def test_slicers_parser_accepts_it(self):
        xml = descriptor()
        self.assertTrue(xml.startswith("<?xml "))
        root = ElementTree.fromstring(xml.encode())
        self.assertEqual(root.tag, "executable")
        self.assertLessEqual({element.tag for element in root}, OF_THE_MODULE)
        for group in root.iter("parameters"):
            self.assertLessEqual({element.tag for element in group}, OF_A_GROUP | set(TYPES))
        names = [text(parameter, "name") for parameter in parameters(root)]
        self.assertEqual(len(names), len(set(names)))
        for parameter in parameters(root):
            name = text(parameter, "name")
            self.assertLessEqual({element.tag for element in parameter}, OF_A_PARAMETER, name)
            self.assertLessEqual(set(parameter.attrib), TYPES[parameter.tag], name)
            for word in (name, text(parameter, "longflag")):
                self.assertIsNotNone(NAME.fullmatch(word), f"{word!r} is no variable for the parser")
            self.assertTrue(text(parameter, "label") and text(parameter, "description"), name)
            default = text(parameter, "default")
            if parameter.tag == "double":
                float(default)
            if parameter.tag == "string-enumeration":
                self.assertIn(default, [element.text for element in parameter.iter("element")])

    def test_it_shows_what_a_plain_estimate_needs(self):
        kinds = {text(one, "name"): (one.tag, text(one, "channel")) for one in parameters(ElementTree.fromstring(descriptor().encode()))}
        for name, kind in {
            "study": ("directory", "input"),
            "ct": ("image", "input"),
            "plan": ("file", "input"),
            "structures": ("file", "input"),
            "dose": ("file", "input"),
            "age": ("string", ""),
            "histories": ("string", ""),
            "voxel_mm": ("double", ""),
            "scan_only": ("boolean", ""),
            "out": ("directory", "output"),
            "dose_image": ("image", "output"),
        }.items():
            self.assertEqual(kinds[name], kind, name)


class ACall(unittest.TestCase):
    def setUp(self):
        self.root = ElementTree.fromstring(descriptor().encode())
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def call(self, **values):
        return subprocess.run(command_line(self.root, values), capture_output=True, text=True, check=False)

    def test_an_estimate_of_a_volume_of_the_scene_fills_another(self):
        import nibabel
        import pydicom

        made = ["cohort", "--n", "1", "--out", str(self.folder / "made"), "--quiet"]
        subprocess.run([PROGRAM, *made], check=True, capture_output=True)
        files = {}
        for file in (path for path in (self.folder / "made" / "S00001").rglob("*") if path.is_file()):
            files.setdefault(pydicom.dcmread(file, stop_before_pixels=True).Modality, []).append(file)
        ct = self.folder / "ct.nii.gz"
        _volume(files["CT"], ct)
        dose, out = self.folder / "dose.nii.gz", self.folder / "out"
        given = {"plan": str(files["RTPLAN"][0]), "structures": str(files["RTSTRUCT"][0]), "seed": "3", "histories": "2000"}
        ended = self.call(ct=str(ct), out=str(out), dose_image=str(dose), voxel_mm="20", scan_only="true", **given)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertEqual(dose.read_bytes(), (out / "dose.nii.gz").read_bytes())
        self.assertGreater(nibabel.load(dose).get_fdata().max(), 0.0)
        self.assertIn('"--seed","3"', (out / "run.json").read_text().replace(" ", "").replace("\n", ""))

        self.assertEqual(without_tags(ended.stdout), "", "something but tags is on stdout")
        parts = [float(part) for part in re.findall("<filter-progress>([^<]*)</filter-progress>", ended.stdout)]
        self.assertTrue(parts and all(0.0 <= part <= 1.0 for part in parts) and parts[-1] == 1.0, parts)
        self.assertIn("<filter-comment>open beam and its scatter</filter-comment>", ended.stdout)
        self.assertTrue(ended.stdout.startswith("<filter-start>") and ended.stdout.rstrip().endswith("</filter-end>"))
        # The loader of Vulkan drivers complains by itself where there is no desktop.
        said = [line for line in ended.stderr.splitlines() if "XDG_RUNTIME_DIR" not in line]
        self.assertEqual(said, [], "Slicer shows stderr as an error")

    def test_a_refusal_is_on_stderr_and_ends_with_its_status(self):
        ended = self.call(study=str(self.folder), out=str(self.folder / "out"))
        self.assertEqual(ended.returncode, 3, ended)
        self.assertIn("straydose: ", ended.stderr)
        ended = self.call(study=str(self.folder))
        self.assertEqual(ended.returncode, 2, "no folder for the results")
        self.assertIn("--out", ended.stderr)


def _volume(slices, path):
    """CT slices as the NIfTI file that Slicer writes of its volume: RAS, HU."""
    import nibabel
    import numpy as np
    import pydicom

    slices = sorted((pydicom.dcmread(file) for file in slices), key=lambda one: float(one.ImagePositionPatient[2]))
    first = slices[0]
    hu = np.stack([one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept) for one in slices])
    rows = float(slices[1].ImagePositionPatient[2]) - float(first.ImagePositionPatient[2])
    affine = np.diag([-float(first.PixelSpacing[1]), -float(first.PixelSpacing[0]), rows, 1.0])
    affine[:3, 3] = np.array(first.ImagePositionPatient, dtype=float) * [-1, -1, 1]
    nibabel.save(nibabel.Nifti1Image(hu.T.astype(np.float32), affine), path)


if __name__ == "__main__":
    unittest.main()
