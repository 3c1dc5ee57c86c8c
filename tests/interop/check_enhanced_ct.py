"""A CT series that highdicom turned into one multi-frame file gives the same patient and dose as its single slices.

    check_enhanced_ct.py STRAYDOSE

Needs numpy, nibabel, pydicom and highdicom.
"""

import pathlib
import subprocess
import sys
import tempfile

import highdicom
import nibabel
import numpy
import pydicom

HISTORIES = "10000"


def main() -> None:
    program = sys.argv[1]
    folder = pathlib.Path(tempfile.mkdtemp())
    run(program, "demo", "--out", folder / "demo", "--histories", HISTORIES)
    files = folder / "demo" / "input"
    slices = [pydicom.dcmread(path) for path in sorted((files / "ct").iterdir())]
    for one in slices:
        # What a scanner writes and a phantom has not: highdicom copies it.
        for keyword in ("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "PatientBirthDate"):
            if keyword not in one:
                setattr(one, keyword, "")
    enhanced = highdicom.legacy.LegacyConvertedEnhancedCTImage(
        slices,
        series_instance_uid=pydicom.uid.generate_uid(),
        series_number=2,
        sop_instance_uid=pydicom.uid.generate_uid(),
        instance_number=1,
    )
    (folder / "ct").mkdir()
    enhanced.save_as(folder / "ct" / "enhanced.dcm")
    plan = ["--plan", files / "plan.dcm", "--structures", files / "structures.dcm"]
    for name, ct in (("single", files / "ct"), ("multi", folder / "ct")):
        run(program, "estimate", *plan, "--ct", ct, "--out", folder / name, "--histories", HISTORIES)
    for image in ("anatomy.nii.gz", "dose.nii.gz"):
        single, multi = (nibabel.load(folder / name / image) for name in ("single", "multi"))
        assert single.shape == multi.shape and numpy.allclose(single.affine, multi.affine, atol=1e-4), image
        assert numpy.array_equal(single.get_fdata(), multi.get_fdata()), image
    print(f"enhanced CT of {len(slices)} frames: same patient, same dose")


def run(*command: object) -> None:
    subprocess.run([*map(str, command), "--quiet", "--backend", "cpu"], check=True)


main()
