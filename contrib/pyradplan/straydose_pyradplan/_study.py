"""CT, structures and plan of a pyRadPlan case as DICOM files."""

from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, RTPlanStorage, RTStructureSetStorage, generate_uid
from pyRadPlan.cst import StructureSet
from pyRadPlan.ct import CT
from pyRadPlan.io.dicom import DicomExporter
from pyRadPlan.stf import SteeringInformation

from ._apertures import Sequence, sequence

#: Structures of these names are the patient's outline; pyRadPlan knows no type for it.
_OUTLINES = ("body", "external", "skin", "outline")


def write(folder: Path, ct: CT, cst: StructureSet, stf: SteeringInformation, mu_per_weight: float) -> Path:
    """Write a study; the path of the plan is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    DicomExporter(str(folder)).save(ct=ct, cst=cst)
    structures = folder / "RTSTRUCT.dcm"
    set_ = pydicom.dcmread(structures)
    of_number = {roi.ROINumber: roi.ROIName for roi in set_.StructureSetROISequence}
    for observation in set_.RTROIObservationsSequence:
        if of_number[observation.ReferencedROINumber].lower() in _OUTLINES:
            observation.RTROIInterpretedType = "EXTERNAL"
    set_.save_as(structures, enforce_file_format=True)

    plan = _plan(set_)
    plan.BeamSequence = []
    given = []
    for number, beam in enumerate(stf.beams, start=1):
        sweep = _sweep(beam)
        plan.BeamSequence.append(_beam(number, beam, sweep))
        reference = Dataset()
        reference.ReferencedBeamNumber = number
        reference.BeamMeterset = round(sweep.total * mu_per_weight, 6)
        given.append(reference)
    group = plan.FractionGroupSequence[0]
    group.NumberOfBeams = len(given)
    group.ReferencedBeamSequence = given
    path = folder / "RTPLAN.dcm"
    plan.save_as(path, enforce_file_format=True)
    return path


def _sweep(beam) -> Sequence:
    bixels = [(ray.ray_pos_bev, bixel.weight) for ray in beam.rays for bixel in ray.beamlets]
    places, weights = zip(*bixels)
    # pyRadPlan's beam's-eye view is (x, along the beam, towards the head at couch 0); IEC's is (x, y towards the gantry).
    x, y = ([float(place[axis]) for place in places] for axis in (0, 2))
    try:
        return sequence(np.array(x), np.array(y), np.array(weights, dtype=float), float(beam.bixel_width))
    except ValueError as error:
        raise ValueError(f"beam at gantry {beam.gantry_angle}, couch {beam.couch_angle}: {error}") from error


def _plan(structures: Dataset) -> Dataset:
    plan = Dataset()
    plan.file_meta = FileMetaDataset()
    plan.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    plan.file_meta.MediaStorageSOPClassUID = plan.SOPClassUID = RTPlanStorage
    plan.file_meta.MediaStorageSOPInstanceUID = plan.SOPInstanceUID = generate_uid()
    for keyword in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientName", "PatientID", "PatientBirthDate", "PatientSex"):
        setattr(plan, keyword, getattr(structures, keyword))
    plan.SpecificCharacterSet = "ISO_IR 192"
    plan.SeriesInstanceUID = generate_uid()
    plan.Modality = "RTPLAN"
    plan.StudyDate = plan.StudyTime = plan.StudyID = plan.AccessionNumber = plan.ReferringPhysicianName = ""
    plan.SeriesNumber = 4
    plan.Manufacturer = "straydose_pyradplan"
    plan.RTPlanLabel = "pyRadPlan"
    plan.RTPlanDate, plan.RTPlanTime = datetime.now().strftime("%Y%m%d %H%M%S").split()
    plan.RTPlanGeometry = "PATIENT"
    reference = Dataset()
    reference.ReferencedSOPClassUID = RTStructureSetStorage
    reference.ReferencedSOPInstanceUID = structures.SOPInstanceUID
    plan.ReferencedStructureSetSequence = [reference]
    setup = Dataset()
    setup.PatientSetupNumber = 1
    setup.PatientPosition = "HFS"
    plan.PatientSetupSequence = [setup]
    group = Dataset()
    group.FractionGroupNumber = 1
    group.NumberOfFractionsPlanned = 1
    group.NumberOfBrachyApplicationSetups = 0
    plan.FractionGroupSequence = [group]
    return plan


def _beam(number: int, beam, sweep: Sequence) -> Dataset:
    item = Dataset()
    item.BeamNumber = number
    item.BeamName = f"G{beam.gantry_angle:g} C{beam.couch_angle:g}"
    item.Manufacturer = ""
    item.TreatmentMachineName = "pyRadPlan"
    item.PrimaryDosimeterUnit = "MU"
    item.SourceAxisDistance = f"{beam.sad:g}"
    item.BeamType = "DYNAMIC"
    item.RadiationType = "PHOTON"
    item.TreatmentDeliveryType = "TREATMENT"
    item.NumberOfWedges = item.NumberOfCompensators = item.NumberOfBoli = item.NumberOfBlocks = 0
    item.ReferencedPatientSetupNumber = 1
    item.BeamLimitingDeviceSequence = [_device("ASYMX", 1), _device("ASYMY", 1), _device("MLCX", sweep.low_mm.shape[1])]
    item.BeamLimitingDeviceSequence[2].LeafPositionBoundaries = [_ds(side) for side in sweep.boundaries_mm]
    item.FinalCumulativeMetersetWeight = "1"
    points = []
    ends = [0.0, *(sweep.weights.cumsum() / sweep.weights.sum())]
    ends[-1] = 1.0
    for which in range(len(sweep.weights)):
        leaves = [*sweep.low_mm[which], *sweep.high_mm[which]]
        # The aperture stands from one meterset to the next; then it changes without dose.
        for meterset in (ends[which], ends[which + 1]):
            point = Dataset()
            point.ControlPointIndex = len(points)
            point.CumulativeMetersetWeight = _ds(meterset)
            point.BeamLimitingDevicePositionSequence = [_position("MLCX", leaves)]
            points.append(point)
    first = points[0]
    first.NominalBeamEnergy = _ds(beam.rays[0].beamlets[0].energy)
    first.GantryAngle, first.PatientSupportAngle = _ds(beam.gantry_angle % 360), _ds(beam.couch_angle % 360)
    first.BeamLimitingDeviceAngle = first.TableTopEccentricAngle = "0"
    for keyword in ("Gantry", "PatientSupport", "BeamLimitingDevice", "TableTopEccentric"):
        setattr(first, f"{keyword}RotationDirection", "NONE")
    first.IsocenterPosition = [_ds(place) for place in beam.iso_center]
    x_low, x_high, y_low, y_high = sweep.jaws_mm
    first.BeamLimitingDevicePositionSequence = [
        _position("ASYMX", [x_low, x_high]),
        _position("ASYMY", [y_low, y_high]),
        *first.BeamLimitingDevicePositionSequence,
    ]
    item.NumberOfControlPoints = len(points)
    item.ControlPointSequence = points
    return item


def _device(kind: str, pairs: int) -> Dataset:
    device = Dataset()
    device.RTBeamLimitingDeviceType = kind
    device.NumberOfLeafJawPairs = pairs
    return device


def _position(kind: str, places_mm: list[float]) -> Dataset:
    position = Dataset()
    position.RTBeamLimitingDeviceType = kind
    position.LeafJawPositions = [_ds(place) for place in places_mm]
    return position


def _ds(number: float) -> str:
    """A decimal string: at most sixteen characters."""
    return f"{float(number):.10g}"
