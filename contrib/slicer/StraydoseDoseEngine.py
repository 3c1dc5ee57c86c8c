"""straydose as a dose engine of SlicerRT's External Beam Planning.

One run gives the dose of the whole plan: the first beam of the plan receives it, divided by the beam's weight, all others
receive zero, so that SlicerRT's weighted sum is the plan's dose. A plan that came from DICOM is calculated from its own
files; one that was made in Slicer is written as an RTPLAN of static beams. README.md says how to install this file.
"""

import logging
import shutil
import tempfile
from pathlib import Path

import slicer
import straydose_plan
import straydose_run
import vtk
from DoseEngines import AbstractScriptedDoseEngine

#: The tab of the beam's parameters.
TAB = "straydose"
#: Where the program's path is kept between sessions.
SETTING = "straydose/program"
SEXES = ("from the CT", "F", "M")


def install():
    """Puts the engine on the list that External Beam Planning makes its engines from when it is opened first."""
    import sys

    import DoseEngines

    DoseEngines.StraydoseDoseEngine = sys.modules[__name__]
    if not hasattr(slicer.modules, "doseEngineNames"):
        slicer.modules.doseEngineNames = []
    if "StraydoseDoseEngine" not in slicer.modules.doseEngineNames:
        slicer.modules.doseEngineNames.append("StraydoseDoseEngine")


class StraydoseDoseEngine(AbstractScriptedDoseEngine):
    """Out-of-field dose of photon plans by Monte Carlo."""

    def __init__(self, scriptedEngine):
        scriptedEngine.name = "straydose"
        AbstractScriptedDoseEngine.__init__(self, scriptedEngine)

    def defineBeamParameters(self):
        """The parameters that the first beam of a plan is asked for."""
        engine = self.scriptedEngine
        kept = slicer.app.userSettings().value(SETTING, "") or ""
        engine.addBeamParameterLineEdit(TAB, "program", "Program:", "straydose; empty: the one on PATH", kept)
        engine.addBeamParameterSpinBox(
            TAB, "histories", "Source photons (millions):", "More are slower and surer", 0.001, 1e5, 10.0, 1.0, 3
        )
        engine.addBeamParameterSpinBox(TAB, "voxelMm", "Voxels (mm):", "Edge of a voxel of the transport", 1.0, 20.0, 4.0, 1.0, 1)
        engine.addBeamParameterSpinBox(TAB, "seed", "Seed:", "The same seed gives the same dose", 0.0, 1e9, 1.0, 1.0, 0)
        engine.addBeamParameterLineEdit(
            TAB, "machine", "Machine:", "A machine of straydose or a machine file; empty: the one that fits", ""
        )
        for name, label in (("age", "Age (years):"), ("heightCm", "Height (cm):"), ("weightKg", "Weight (kg):")):
            engine.addBeamParameterLineEdit(TAB, name, label, "Empty: from the CT's header", "")
        engine.addBeamParameterComboBox(TAB, "sex", "Sex:", "Of the patient", list(SEXES), 0)
        engine.addBeamParameterCheckBox(TAB, "scanOnly", "Scan only:", "Without a model of the body beyond the scan", False)
        engine.addBeamParameterLineEdit(
            TAB, "keep", "Keep in folder:", "A folder for the files and the report; empty: they are removed", ""
        )
        engine.addBeamParameterSpinBox(TAB, "energyMv", "Energy (MV):", "Of a plan that was made in Slicer", 4.0, 25.0, 6.0, 1.0, 1)
        engine.addBeamParameterSpinBox(TAB, "muPerWeight", "MU per weight:", "Of a plan that was made in Slicer", 0.1, 1e5, 100.0, 10.0, 1)

    def calculateDoseUsingEngine(self, beamNode, resultDoseVolumeNode):
        """The dose of the plan in the result node of its first beam, zero in all others; a message where it failed.

        SlicerRT drops what a scripted engine returns (`qSlicerScriptedDoseEngine.cxx` tests it for being a float), so the
        message is shown as well.
        """
        try:
            self._calculate(beamNode, resultDoseVolumeNode)
        except (straydose_run.StraydoseError, straydose_plan.PlanError) as error:
            logging.error("straydose: %s", error)
            slicer.util.errorDisplay(str(error), windowTitle="straydose")
            return str(error)
        return ""

    def _calculate(self, beam, result):
        plan = beam.GetParentPlanNode()
        ct = plan.GetReferenceVolumeNode() if plan else None
        if ct is None or ct.GetImageData() is None:
            raise straydose_plan.PlanError("the plan has no reference volume\n  try: choosing the CT in External Beam Planning")
        beams = straydose_plan.beams_of(plan)
        if beam.GetID() != beams[0].GetID():
            _fill_with_zero(result, ct)
            return
        weight = beam.GetBeamWeight()
        if weight <= 0.0:
            raise straydose_plan.PlanError(
                f"beam {beam.GetName()!r}, the first of the plan, has weight {weight:g}; it receives the plan's dose divided by "
                "its weight\n  try: another beam first, or a weight above 0"
            )
        program = self._program(beam)
        kept = self.scriptedEngine.parameter(beam, "keep")
        folder = Path(kept or tempfile.mkdtemp(prefix="straydose-"))
        try:
            study = folder / "study"
            study.mkdir(parents=True, exist_ok=True)
            energy_mv = self.scriptedEngine.doubleParameter(beam, "energyMv")
            mu_per_weight = self.scriptedEngine.doubleParameter(beam, "muPerWeight")
            plan_file = straydose_plan.write_study(plan, ct, beams, study, energy_mv, mu_per_weight)
            out = folder / "result"
            command = [program, "estimate", "--study", str(study), "--plan", str(plan_file), "--out", str(out)]
            straydose_run.run(command + self._options(beam))
            _load(result, out / "dose.nii.gz", 1.0 / weight)
        finally:
            if not kept:
                shutil.rmtree(folder, ignore_errors=True)

    def _program(self, beam):
        """The program of the parameter, which becomes the setting; else of the setting; else on PATH."""
        settings = slicer.app.userSettings()
        typed = self.scriptedEngine.parameter(beam, "program").strip()
        found = straydose_run.find(typed or settings.value(SETTING, "") or "straydose")
        if typed:
            settings.setValue(SETTING, typed)
        return found

    def _options(self, beam):
        engine = self.scriptedEngine
        options = [
            *("--histories", str(round(1e6 * engine.doubleParameter(beam, "histories")))),
            *("--voxel-mm", f"{engine.doubleParameter(beam, 'voxelMm'):g}"),
            *("--seed", str(round(engine.doubleParameter(beam, "seed")))),
        ]
        texts = {"machine": "--machine", "age": "--age", "heightCm": "--height-cm", "weightKg": "--weight-kg"}
        for name, flag in texts.items():
            value = engine.parameter(beam, name).strip()
            if value:
                options += [flag, value]
        sex = SEXES[engine.integerParameter(beam, "sex")]
        if sex != SEXES[0]:
            options += ["--sex", sex]
        if engine.booleanParameter(beam, "scanOnly"):
            options.append("--scan-only")
        return options


def _load(result, file, factor):
    """The image of a file, times a factor, as the content of a volume node."""
    loaded = slicer.util.loadVolume(str(file), properties={"show": False})
    if loaded is None:
        raise straydose_run.StraydoseError(f"Slicer could not load {file}")
    try:
        result.CopyOrientation(loaded)
        image = vtk.vtkImageData()
        image.DeepCopy(loaded.GetImageData())
        result.SetAndObserveImageData(image)
    finally:
        slicer.mrmlScene.RemoveNode(loaded)
    slicer.util.arrayFromVolume(result)[:] *= factor
    slicer.util.arrayFromVolumeModified(result)


def _fill_with_zero(result, ct):
    """A dose of zero on the CT's voxels."""
    result.CopyOrientation(ct)
    image = vtk.vtkImageData()
    image.SetDimensions(ct.GetImageData().GetDimensions())
    image.AllocateScalars(vtk.VTK_FLOAT, 1)
    image.GetPointData().GetScalars().Fill(0)
    result.SetAndObserveImageData(image)
