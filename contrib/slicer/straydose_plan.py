"""A SlicerRT plan as DICOM files: its own where it came from DICOM, else exported, with an RTPLAN of static beams."""

import logging
import shutil
from pathlib import Path

import pydicom
import slicer
import vtk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RTPlanStorage, generate_uid

#: Angles of a beam in Slicer and in its RTPLAN may differ by this much (degrees).
ANGLE_TOLERANCE = 0.05


class PlanError(ValueError):
    """Why a plan cannot be handed over."""


def beams_of(plan):
    """The beam nodes of a plan."""
    collection = vtk.vtkCollection()
    plan.GetBeams(collection)
    beams = [collection.GetItemAsObject(place) for place in range(collection.GetNumberOfItems())]
    if not beams:
        raise PlanError("the plan has no beam")
    return beams


def write_study(plan, ct, beams, folder, energy_mv, mu_per_weight):
    """Writes CT, structures and plan into a folder; the path of the plan is returned."""
    plan_files, ct_files = _files_of(plan), _files_of(ct)
    if plan_files and ct_files:
        segmentation = plan.GetSegmentationNode()
        structures = _files_of(segmentation) if segmentation else []
        if segmentation and not structures:
            logging.warning("straydose: structures that did not come from DICOM are left out beside a plan that did")
        original = _original(plan_files, beams)
        for file in [*ct_files, *structures]:
            shutil.copy2(file, folder)
        return Path(shutil.copy2(original, folder))
    _export(plan, ct, folder)
    return _write_plan(plan, beams, folder, energy_mv, mu_per_weight)


def _files_of(node):
    """The files of the DICOM series that a node was loaded from; none if it was not."""
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    series = hierarchy.GetItemUID(hierarchy.GetItemByDataNode(node), "DICOM")
    return list(slicer.dicomDatabase.filesForSeries(series)) if series else []


def _original(files, beams):
    """The RTPLAN that these beams were loaded from, unchanged since."""
    shown = [(beam.GetGantryAngle(), beam.GetCollimatorAngle(), beam.GetCouchAngle()) for beam in beams]
    fitting = [file for file in files if _same(_angles(pydicom.dcmread(file)), shown)]
    if len(fitting) != 1:
        raise PlanError(
            "the beams in Slicer are not those of the plan's DICOM file (number of beams, or gantry, collimator and couch "
            "angles); a changed plan cannot be calculated with the leaves and monitor units of the original\n"
            "  try: loading the plan again, or a plan made in Slicer"
        )
    return fitting[0]


def _angles(plan):
    """Gantry, collimator and couch of the beam nodes that SlicerRT makes of an RTPLAN: one for a static beam of two
    control points, else one for each control point (`vtkSlicerDicomRtImportExportModuleLogic.cxx`)."""
    angles = []
    for beam in plan.get("BeamSequence", []):
        points = beam.ControlPointSequence
        if beam.get("BeamType") == "STATIC" and len(points) == 2:
            points = points[:1]
        now = [0.0, 0.0, 0.0]
        for point in points:
            for place, keyword in enumerate(("GantryAngle", "BeamLimitingDeviceAngle", "PatientSupportAngle")):
                now[place] = float(point.get(keyword, now[place]))
            angles.append(tuple(now))
    return angles


def _same(planned, shown):
    def near(a, b):
        return abs((a - b + 180.0) % 360.0 - 180.0) <= ANGLE_TOLERANCE

    return len(planned) == len(shown) and all(near(a, b) for ours, theirs in zip(planned, shown) for a, b in zip(ours, theirs))


def _export(plan, ct, folder):
    """CT and structures by SlicerRT's own export."""
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    exportables = vtk.vtkCollection()
    for node, modality in ((ct, "CT"), (plan.GetSegmentationNode(), "RTSTRUCT")):
        if node is None:
            continue
        exportable = slicer.vtkSlicerDICOMExportable()
        exportable.SetSubjectHierarchyItemID(hierarchy.GetItemByDataNode(node))
        exportable.SetDirectory(str(folder))
        for tag, value in {
            "PatientName": "straydose",
            "PatientID": "straydose",
            "PatientSex": "",
            "StudyDate": "",
            "StudyTime": "",
            "StudyDescription": "straydose",
            "Modality": modality,
            "SeriesDescription": modality,
            "SeriesNumber": "1",
        }.items():
            exportable.SetTag(tag, value)
        exportables.AddItem(exportable)
    message = slicer.modules.dicomrtimportexport.logic().ExportDicomRTStudy(exportables)
    if message:
        raise PlanError(f"SlicerRT could not export the study: {message}")


def _write_plan(node, beams, folder, energy_mv, mu_per_weight):
    headers = [pydicom.dcmread(file, stop_before_pixels=True) for file in sorted(folder.rglob("*.dcm"))]
    ct = next((header for header in headers if header.Modality == "CT"), None)
    if ct is None:
        raise PlanError("SlicerRT's export holds no CT")
    isocentre = [0.0, 0.0, 0.0]
    if not node.GetIsocenterPosition(isocentre):
        raise PlanError("the plan has no isocentre\n  try: setting it in External Beam Planning")
    right, front, up = isocentre

    plan = Dataset()
    plan.file_meta = FileMetaDataset()
    plan.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    plan.SOPClassUID = plan.file_meta.MediaStorageSOPClassUID = RTPlanStorage
    plan.SOPInstanceUID = plan.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    for keyword in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientName", "PatientID"):
        setattr(plan, keyword, ct.get(keyword, ""))
    plan.SpecificCharacterSet = "ISO_IR 192"
    plan.SeriesInstanceUID = generate_uid()
    plan.Modality = "RTPLAN"
    plan.Manufacturer = "straydose"
    plan.RTPlanLabel = "SlicerRT"
    plan.RTPlanGeometry = "PATIENT"
    structures = next((header for header in headers if header.Modality == "RTSTRUCT"), None)
    if structures is not None:
        plan.ReferencedStructureSetSequence = [
            _item(ReferencedSOPClassUID=structures.SOPClassUID, ReferencedSOPInstanceUID=structures.SOPInstanceUID)
        ]
    plan.PatientSetupSequence = [_item(PatientSetupNumber=1, PatientPosition=ct.get("PatientPosition", "HFS"))]
    # RAS to DICOM's LPS.
    at = [_ds(-right), _ds(-front), _ds(up)]
    plan.BeamSequence = [_beam(number, beam, energy_mv, at) for number, beam in enumerate(beams, start=1)]
    plan.FractionGroupSequence = [
        _item(
            FractionGroupNumber=1,
            NumberOfFractionsPlanned=1,
            NumberOfBeams=len(beams),
            NumberOfBrachyApplicationSetups=0,
            ReferencedBeamSequence=[
                _item(ReferencedBeamNumber=number, BeamMeterset=_ds(beam.GetBeamWeight() * mu_per_weight))
                for number, beam in enumerate(beams, start=1)
            ],
        )
    ]
    path = folder / "straydose_plan.dcm"
    plan.save_as(path, enforce_file_format=True)
    return path


def _beam(number, node, energy_mv, isocentre):
    """A static beam of a beam node: jaws, leaves, angles."""
    devices = [_item(RTBeamLimitingDeviceType=kind, NumberOfLeafJawPairs=1) for kind in ("ASYMX", "ASYMY")]
    positions = [
        _item(RTBeamLimitingDeviceType="ASYMX", LeafJawPositions=[_ds(node.GetX1Jaw()), _ds(node.GetX2Jaw())]),
        _item(RTBeamLimitingDeviceType="ASYMY", LeafJawPositions=[_ds(node.GetY1Jaw()), _ds(node.GetY2Jaw())]),
    ]
    table = node.GetMultiLeafCollimatorTableNode()
    if table is not None:
        kind = "MLCY" if table.GetName().startswith("MLCY") else "MLCX"
        sides, low, high = ([float(value) for value in _column(table, place)] for place in ("Boundary", "1", "2"))
        devices.append(
            _item(
                RTBeamLimitingDeviceType=kind,
                NumberOfLeafJawPairs=len(sides) - 1,
                LeafPositionBoundaries=[_ds(side) for side in sides],
            )
        )
        # The last row of the table holds a boundary alone.
        leaves = [_ds(tip) for tip in [*low[:-1], *high[:-1]]]
        positions.append(_item(RTBeamLimitingDeviceType=kind, LeafJawPositions=leaves))
    first = _item(
        ControlPointIndex=0,
        CumulativeMetersetWeight="0",
        NominalBeamEnergy=_ds(energy_mv),
        GantryAngle=_ds(node.GetGantryAngle() % 360),
        GantryRotationDirection="NONE",
        BeamLimitingDeviceAngle=_ds(node.GetCollimatorAngle() % 360),
        BeamLimitingDeviceRotationDirection="NONE",
        PatientSupportAngle=_ds(node.GetCouchAngle() % 360),
        PatientSupportRotationDirection="NONE",
        TableTopEccentricAngle="0",
        TableTopEccentricRotationDirection="NONE",
        IsocenterPosition=isocentre,
        BeamLimitingDevicePositionSequence=positions,
    )
    return _item(
        BeamNumber=number,
        BeamName=node.GetName(),
        Manufacturer="",
        TreatmentMachineName="SlicerRT",
        PrimaryDosimeterUnit="MU",
        SourceAxisDistance=_ds(node.GetSAD()),
        BeamLimitingDeviceSequence=devices,
        BeamType="STATIC",
        RadiationType="PHOTON",
        TreatmentDeliveryType="TREATMENT",
        ReferencedPatientSetupNumber=1,
        **{f"NumberOf{what}": 0 for what in ("Wedges", "Compensators", "Boli", "Blocks")},
        FinalCumulativeMetersetWeight="1",
        NumberOfControlPoints=2,
        ControlPointSequence=[first, _item(ControlPointIndex=1, CumulativeMetersetWeight="1")],
    )


def _column(table, name):
    return slicer.util.arrayFromTableColumn(table, name)


def _item(**values):
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _ds(number):
    """A decimal string: at most sixteen characters."""
    return f"{float(number):.10g}"
