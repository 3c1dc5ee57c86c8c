"""The stray dose of the open beam set, from RayStation and back into it.

**Never run in RayStation**: none was at hand. The calls of its scripting interface are those of public clinical scripts
(`ScriptableDicomExport`, `ImportDataFromPath`, `BeamSetIdentifier`; docs/hosts.md names them), tried only against a stand-in
(`test_raystation.py`). Try it on a research database first.

Needs RayStation's CPython, pydicom in its environment, and the program straydose. Set the constants below.
"""

import subprocess
import tempfile
from pathlib import Path

import pydicom
from connect import get_current

#: The program.
PROGRAM = "straydose"
#: Further arguments of `straydose estimate`, for instance ["--age", "7", "--sex", "F", "--machine", "elekta-agility"].
ARGUMENTS: list[str] = []
#: Where study and results are kept; none: a temporary folder that is left for you to look at.
FOLDER: str | None = None


def main() -> None:
    """Export, estimate, import."""
    patient, case, beam_set = get_current("Patient"), get_current("Case"), get_current("BeamSet")
    folder = Path(FOLDER or tempfile.mkdtemp(prefix="straydose-"))
    study, result, returned = folder / "study", folder / "result", folder / "returned"
    study.mkdir(parents=True)
    returned.mkdir()

    # An export is of what is saved.
    patient.Save()
    beam_sets = [beam_set.BeamSetIdentifier()]
    case.ScriptableDicomExport(
        ExportFolderPath=str(study),
        Examinations=[get_current("Examination").Name],
        RtStructureSetsReferencedFromBeamSets=beam_sets,
        BeamSets=beam_sets,
        PhysicalBeamSetDoseForBeamSets=beam_sets,
        IgnorePreConditionWarnings=True,
    )
    line = [PROGRAM, "estimate", "--study", str(study), "--out", str(result), "--quiet", *ARGUMENTS]
    ended = subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False)
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr.strip() or f"straydose ended with status {ended.returncode}")

    dose = pydicom.dcmread(result / "dose.dcm")
    (returned / "dose.dcm").write_bytes((result / "dose.dcm").read_bytes())
    series = {keyword: str(dose[keyword].value) for keyword in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")}
    patient.ImportDataFromPath(Path=str(returned), CaseName=case.CaseName, SeriesOrInstances=[series])
    print(f"open {result / 'report.html'}")


main()
