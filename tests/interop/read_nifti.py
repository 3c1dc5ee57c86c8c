"""Runs `straydose transport` on a small case and reads its images with nibabel and SimpleITK.

Usage: read_nifti.py PATH_OF_STRAYDOSE

A dense voxel marks where the case's box lies; both libraries must find it at the same millimetres, with no flips, and
nibabel must say that qform and sform are set and equal.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy
import SimpleITK

CASE = """
[grid]
min_cm = [-1.0, 2.0, -7.0]
voxel_cm = [0.5, 1.0, 2.0]
shape = [6, 5, 4]
material = "water"

[source]
kind = "parallel"
position_cm = [1.25, -3.0, -2.0]
direction = [0.0, 1.0, 0.0]
field_cm = [0.0, 0.0]
spectrum = { mono_mev = 1.0 }

[run]
histories = 20000
batches = 8
variance_reduction = "off"
"""


def main(straydose: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.toml"
        case.write_text(CASE)
        out = Path(folder) / "out"
        subprocess.run([straydose, "transport", case, "--out", out, "--backend", "cpu", "--quiet"], check=True)

        # The pencil enters at x 1.25 cm, y 2 cm, z -2 cm: voxel (4, 0, 2), whose centre is 12.5, 25, -20 mm.
        brightest, centre_mm = (4, 0, 2), numpy.array([12.5, 25.0, -20.0])

        image = nibabel.load(out / "kerma.nii.gz")
        kerma = image.get_fdata()
        assert kerma.shape == (6, 5, 4), kerma.shape
        assert numpy.unravel_index(kerma.argmax(), kerma.shape) == brightest
        numpy.testing.assert_allclose(image.affine @ [*brightest, 1.0], [*centre_mm, 1.0], atol=1e-4)
        assert image.get_qform(coded=True)[1] > 0 and image.get_sform(coded=True)[1] > 0
        numpy.testing.assert_allclose(image.get_qform(), image.get_sform(), atol=1e-4)
        assert nibabel.aff2axcodes(image.affine) == ("R", "A", "S")
        assert image.get_data_dtype() == numpy.float32

        other = SimpleITK.ReadImage(str(out / "kerma.nii.gz"))
        lps = numpy.array(other.TransformIndexToPhysicalPoint([int(i) for i in brightest]))
        # SimpleITK's world is LPS: x and y change sign.
        numpy.testing.assert_allclose(lps * [-1, -1, 1], centre_mm, atol=1e-4)
        assert other.GetPixel(*[int(i) for i in brightest]) == numpy.float32(kerma[brightest])

        sigma = nibabel.load(out / "sigma.nii.gz").get_fdata()
        assert ((sigma >= 0) & (sigma <= 1)).all() and sigma[brightest] < 0.05
    print("test result: ok. 1 passed; 0 failed")


if __name__ == "__main__":
    main(sys.argv[1])
