"""A stand-in for 3D Slicer with SlicerRT, as thin as the engine lets it be.

What the real classes do was read from their sources and is done here: `qSlicerAbstractDoseEngine.cxx` (parameters are
attributes of the beam, named after engine and parameter, strings as QVariant writes them; a result node is made for each
beam), `qSlicerScriptedDoseEngine.cxx` (what Python returns is dropped unless it is a float, so a message never
arrives), `qSlicerDoseEngineLogic.cxx` (the dose of a plan is the sum of its beams' doses, each times the beam's
weight) and `vtkSlicerDicomRtImportExportModuleLogic.cxx` (one beam node for a static beam of two control points, else one a
control point; weights of 1). Voxels and files are real: numpy, nibabel, pydicom.
"""

import os
import shutil
import sys
import types
from pathlib import Path

import nibabel
import numpy as np
import pydicom


class Collection(list):
    def AddItem(self, item):
        self.append(item)

    def GetNumberOfItems(self):
        return len(self)

    def GetItemAsObject(self, place):
        return self[place]


class ImageData:
    """x fastest, as VTK has it; `array` is indexed z, y, x."""

    def __init__(self):
        self.array = None

    def DeepCopy(self, other):
        self.array = other.array.copy()

    def SetDimensions(self, dimensions):
        self.shape = tuple(reversed(dimensions))

    def GetDimensions(self):
        return tuple(reversed(self.array.shape))

    def AllocateScalars(self, kind, components):
        assert (kind, components) == ("float", 1)
        self.array = np.full(self.shape, np.nan, dtype=np.float32)

    def GetPointData(self):
        return self

    def GetScalars(self):
        return self

    def Fill(self, value):
        self.array[:] = value


class Node:
    count = 0

    def __init__(self, name=""):
        Node.count += 1
        self.id, self.name, self.attributes = f"node{Node.count}", name, {}

    def GetID(self):
        return self.id

    def GetName(self):
        return self.name

    def SetAttribute(self, name, value):
        self.attributes[name] = value

    def GetAttribute(self, name):
        return self.attributes.get(name)


class Volume(Node):
    def __init__(self, name="", array=None, affine=None):
        super().__init__(name)
        self.image, self.ijk_to_ras = None, np.eye(4) if affine is None else affine
        if array is not None:
            self.image = ImageData()
            self.image.array = array

    def GetImageData(self):
        return self.image

    def SetAndObserveImageData(self, image):
        self.image = image

    def CopyOrientation(self, other):
        self.ijk_to_ras = other.ijk_to_ras.copy()


class Table(Node):
    def __init__(self, name, columns):
        super().__init__(name)
        self.columns = columns


class Beam(Node):
    def __init__(self, plan, name, *, gantry=0.0, collimator=0.0, couch=0.0, jaws=(-50.0, 50.0, -50.0, 50.0), weight=1.0, mlc=None):
        super().__init__(name)
        self.plan, self.angles, self.jaws, self.weight, self.mlc = plan, (gantry, collimator, couch), jaws, weight, mlc
        self.result = None
        plan.beams.append(self)

    GetParentPlanNode = lambda self: self.plan
    GetGantryAngle = lambda self: self.angles[0]
    GetCollimatorAngle = lambda self: self.angles[1]
    GetCouchAngle = lambda self: self.angles[2]
    GetBeamWeight = lambda self: self.weight
    GetSAD = lambda self: 1000.0
    GetX1Jaw, GetX2Jaw = (lambda self: self.jaws[0]), (lambda self: self.jaws[1])
    GetY1Jaw, GetY2Jaw = (lambda self: self.jaws[2]), (lambda self: self.jaws[3])
    GetMultiLeafCollimatorTableNode = lambda self: self.mlc


class Plan(Node):
    def __init__(self, ct, segmentation=None, isocentre_ras=(0.0, 0.0, 0.0)):
        super().__init__("plan")
        self.ct, self.segmentation, self.isocentre, self.beams = ct, segmentation, isocentre_ras, []

    GetReferenceVolumeNode = lambda self: self.ct
    GetSegmentationNode = lambda self: self.segmentation

    def GetBeams(self, collection):
        collection.extend(self.beams)

    def GetIsocenterPosition(self, place):
        place[:] = self.isocentre
        return True


class ScriptedEngine:
    """`qSlicerScriptedDoseEngine`, made with `setPythonSource` of the engine's file."""

    def __init__(self, module, class_name):
        self.defaults = {}
        self.name = None
        self.python = getattr(module, class_name)(self)
        self.python.defineBeamParameters()

    def _add(self, name, default):
        assert name not in self.defaults, name
        self.defaults[name] = default

    # In Qt's order of arguments, all of them positional, as PythonQt wants them.
    def addBeamParameterSpinBox(self, tab, name, label, tooltip, least, most, default, step, precision, /):
        assert least <= default <= most and isinstance(precision, int), name
        self._add(name, f"{float(default):g}")

    def addBeamParameterComboBox(self, tab, name, label, tooltip, options, index, /):
        assert all(isinstance(option, str) for option in options) and 0 <= index < len(options)
        self._add(name, str(index))

    def addBeamParameterCheckBox(self, tab, name, label, tooltip, default, /):
        self._add(name, str(bool(default)).lower())

    def addBeamParameterLineEdit(self, tab, name, label, tooltip, default, /):
        assert isinstance(default, str), name
        self._add(name, default)

    def add_to(self, beam, **values):
        """`addBeamParameterAttributesToBeamNode`, then what a user types."""
        for name, value in (self.defaults | values).items():
            assert name in self.defaults, f"the engine has no parameter {name}"
            beam.SetAttribute(f"{self.name}.{name}", value)

    def parameter(self, beam, name):
        value = beam.GetAttribute(f"{self.name}.{name}")
        assert value is not None, f"parameter {name} cannot be found for beam {beam.GetName()}"
        return value

    def integerParameter(self, beam, name):
        return int(self.parameter(beam, name))

    def doubleParameter(self, beam, name):
        return float(self.parameter(beam, name))

    def booleanParameter(self, beam, name):
        return {"true": True, "false": False}[self.parameter(beam, name)]

    def calculate_plan(self, plan):
        """`qSlicerDoseEngineLogic::calculateDose`: the sum, or the messages that a user of the C++ would not see."""
        returned = []
        for beam in plan.beams:
            beam.result = Volume(f"{beam.GetName()}_Dose")
            message = self.python.calculateDoseUsingEngine(beam, beam.result)
            assert isinstance(message, str), "a string is expected"
            returned.append(message)
        if any(beam.result.GetImageData() is None for beam in plan.beams):
            return None, returned
        first = plan.beams[0].result
        total = np.zeros_like(first.image.array)
        for beam in plan.beams:
            own = beam.result
            if own is first:
                total += beam.weight * own.image.array
            else:
                # Doses on other voxels are resampled by Slicer; of the engine's they are zero everywhere.
                assert not own.image.array.any(), "a dose on other voxels that is not zero"
        return Volume("total", total, first.ijk_to_ras), returned


class ProgressDialog:
    def __init__(self, cancel_when, **given):
        self.given, self.values, self.labels, self.is_closed = given, [], [], False
        self.cancel_when = cancel_when

    value = property(lambda self: self.values[-1], lambda self, value: self.values.append(value))
    labelText = property(lambda self: self.labels[-1], lambda self, text: self.labels.append(text))

    @property
    def wasCanceled(self):
        return self.cancel_when(self)

    def close(self):
        self.is_closed = True


class Slicer:
    """The state behind the modules `slicer`, `vtk` and `DoseEngines`."""

    def __init__(self):
        self.settings, self.series, self.series_of, self.scene = {}, {}, {}, []
        self.dialogs, self.errors, self.exported = [], [], []
        self.cancel_when = lambda dialog: False
        self.environment = dict(os.environ)
        self.modules = {"slicer": self._slicer(), "vtk": self._vtk(), "DoseEngines": self._engines()}
        sys.modules.update(self.modules)

    def of_series(self, node, files):
        """The node was loaded from these files."""
        uid = str(pydicom.dcmread(files[0], stop_before_pixels=True).SeriesInstanceUID)
        self.series[uid], self.series_of[node.GetID()] = [str(file) for file in files], uid
        return node

    def _vtk(self):
        return types.SimpleNamespace(vtkCollection=Collection, vtkImageData=ImageData, VTK_FLOAT="float")

    def _engines(self):
        module = types.ModuleType("DoseEngines")

        class AbstractScriptedDoseEngine:
            def __init__(self, scriptedEngine):
                self.scriptedEngine = scriptedEngine

        module.AbstractScriptedDoseEngine = AbstractScriptedDoseEngine
        return module

    def _slicer(self):
        here = self
        hierarchy = types.SimpleNamespace(
            GetItemByDataNode=lambda node: node.GetID(),
            GetItemUID=lambda item, kind: here.series_of.get(item, "") if kind == "DICOM" else "",
        )
        settings = types.SimpleNamespace(
            value=lambda key, default=None: here.settings.get(key, default), setValue=here.settings.__setitem__
        )

        class Exportable:
            def __init__(self):
                self.tags = {}

            def SetSubjectHierarchyItemID(self, item):
                self.item = item

            def SetDirectory(self, folder):
                self.folder = folder

            def SetTag(self, name, value):
                self.tags[name] = value

        def export(exportables):
            for exportable in exportables:
                here.exported.append(exportable)
                for file in here.export_of[exportable.item]:
                    shutil.copy2(file, exportable.folder)
            return ""

        def load(path, properties):
            image = nibabel.load(path)
            node = Volume(Path(path).name, np.ascontiguousarray(image.get_fdata(dtype=np.float32).T), image.affine)
            here.scene.append(node)
            return node

        def dialog(parent=None, **given):
            here.dialogs.append(ProgressDialog(here.cancel_when, **given))
            return here.dialogs[-1]

        self.export_of = {}
        return types.SimpleNamespace(
            app=types.SimpleNamespace(userSettings=lambda: settings, processEvents=lambda: None),
            dicomDatabase=types.SimpleNamespace(filesForSeries=lambda uid: here.series[uid]),
            modules=types.SimpleNamespace(
                dicomrtimportexport=types.SimpleNamespace(logic=lambda: types.SimpleNamespace(ExportDicomRTStudy=export))
            ),
            mrmlScene=types.SimpleNamespace(GetSubjectHierarchyNode=lambda: hierarchy, RemoveNode=lambda node: here.scene.remove(node)),
            util=types.SimpleNamespace(
                startupEnvironment=lambda: dict(here.environment),
                errorDisplay=lambda text, windowTitle=None: here.errors.append(text),
                createProgressDialog=dialog,
                loadVolume=load,
                arrayFromVolume=lambda node: node.GetImageData().array,
                arrayFromVolumeModified=lambda node: None,
                arrayFromTableColumn=lambda table, name: np.array(table.columns[name]),
            ),
            vtkSlicerDICOMExportable=Exportable,
        )
