"""A study through a real PACS: storescu -> Orthanc -> straydose serve -> the dose back in Orthanc, at its place.

Needs: Orthanc, storescu and echoscu (Debian: orthanc, dcmtk), pydicom. Usage: check_node.py PROGRAM
"""
import io
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pydicom

PATIENCE_S = 240
PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_for(what, is_so):
    end = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        if time.monotonic() > end:
            sys.exit(f"not within {PATIENCE_S} s: {what}")
        time.sleep(0.2)
    return found


class Orthanc:
    """A PACS with one modality, our node."""

    def __init__(self, folder, node_port):
        self.dicom, self.http = free_port(), free_port()
        settings = {
            "Name": "test", "DicomAet": "ORTHANC", "DicomPort": self.dicom, "HttpPort": self.http,
            "StorageDirectory": str(folder / "pacs"), "IndexDirectory": str(folder / "pacs"), "Plugins": [],
            "RemoteAccessAllowed": False, "AuthenticationEnabled": False, "DicomAlwaysAllowStore": True,
            "DicomModalities": {"straydose": ["STRAYDOSE", "127.0.0.1", node_port]},
        }
        path = folder / "orthanc.json"
        path.write_text(json.dumps(settings))
        self.process = subprocess.Popen(["Orthanc", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("Orthanc answers", lambda: self.get("/system"))

    def ask(self, path, body=None):
        data = body if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", data=data, timeout=120) as answer:
            return answer.read()

    def get(self, path):
        try:
            return json.loads(self.ask(path))
        except (urllib.error.URLError, ConnectionError):
            return None

    def instances(self, modality):
        return json.loads(self.ask("/tools/find", {"Level": "Instance", "Query": {"Modality": modality}}))


def check_dose(dose, plan, ct, estimated):
    """The dose that is in the PACS is the one that was estimated, names the plan, and lies on the patient."""
    reference = dose.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID
    assert reference == plan.SOPInstanceUID, (reference, plan.SOPInstanceUID)
    for keyword in ("StudyInstanceUID", "PatientID", "FrameOfReferenceUID"):
        assert getattr(dose, keyword) == getattr(plan, keyword), keyword
    assert dose.DoseSummationType == "PLAN" and dose.DoseUnits == "GY" and dose.BitsAllocated == 32
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "GridFrameOffsetVector"):
        assert getattr(dose, keyword) == getattr(estimated, keyword), keyword
    assert dose.pixel_array.tobytes() == estimated.pixel_array.tobytes()
    # The hottest voxel lies at the isocentre, in the patient's millimetres.
    gy = dose.pixel_array * float(dose.DoseGridScaling)
    k, j, i = (axis[0] for axis in (gy == gy.max()).nonzero())
    column, row = dose.PixelSpacing[1], dose.PixelSpacing[0]
    origin, cosines = dose.ImagePositionPatient, dose.ImageOrientationPatient
    assert [round(c) for c in cosines] == [1, 0, 0, 0, 1, 0], cosines
    at = [origin[0] + i * column, origin[1] + j * row, origin[2] + dose.GridFrameOffsetVector[k]]
    isocentre = plan.BeamSequence[0].ControlPointSequence[0].IsocenterPosition
    apart = sum((a - b) ** 2 for a, b in zip(at, isocentre)) ** 0.5
    assert apart < 60, f"the hottest voxel lies {apart:.0f} mm from the isocentre"
    planes = [float(slice.ImagePositionPatient[2]) for slice in ct]
    assert min(planes) < at[2] < max(planes)
    return apart


def check_report(report, plan):
    """The report that is in the PACS is a PDF about the plan, and names nobody."""
    assert report.StudyInstanceUID == plan.StudyInstanceUID and report.PatientID == plan.PatientID
    assert report.SourceInstanceSequence[0].ReferencedSOPInstanceUID == plan.SOPInstanceUID
    assert report.MIMETypeOfEncapsulatedDocument == "application/pdf"
    pdf = report.EncapsulatedDocument
    assert pdf.startswith(b"%PDF-") and b"Dose outside the field" in pdf and b"Glnd_Thyroid" in pdf
    assert str(plan.PatientName).encode() not in pdf and str(plan.PatientID).encode() not in pdf


def main():
    began = time.monotonic()
    folder = pathlib.Path(tempfile.mkdtemp())
    node_port = free_port()
    run = lambda *line: subprocess.run(line, check=True, capture_output=True, text=True)
    run(PROGRAM, "cohort", "--n", "1", "--out", str(folder / "made-up"), "--quiet")
    study = folder / "made-up" / "S00001"
    orthanc = Orthanc(folder, node_port)
    settings = folder / "node.toml"
    settings.write_text(f"""
listen = "127.0.0.1:{node_port}"
queue = "queue"
quiet_s = 1
[[caller]]
ae_title = "ORTHANC"
address = "127.0.0.1"
[peer]
ae_title = "ORTHANC"
address = "127.0.0.1:{orthanc.dicom}"
report = true
[estimate]
arguments = ["--histories", "2e4", "--voxel-mm", "20"]
""")
    log = folder / "log"
    node = subprocess.Popen([PROGRAM, "serve", str(settings)], stderr=log.open("w"))
    try:
        wait_for("the node listens", lambda: "listens at" in log.read_text())
        run(PROGRAM, "serve", str(settings), "--check-peer")
        orthanc.ask("/modalities/straydose/echo", {})
        stranger = subprocess.run(["echoscu", "-aet", "STRANGER", "-aec", "STRAYDOSE", "127.0.0.1", str(node_port)],
                                  capture_output=True)
        assert stranger.returncode != 0, "a stranger was let in"
        run("storescu", "-aet", "SENDER", "-aec", "ORTHANC", "+sd", "+r", "127.0.0.1", str(orthanc.dicom), str(study))
        sent = orthanc.get("/statistics")["CountInstances"]
        [patient_study] = orthanc.get("/studies")
        orthanc.ask("/modalities/straydose/store", patient_study)
        [dose_id] = wait_for("a dose in Orthanc", lambda: orthanc.instances("RTDOSE"))
        wait_for("the node knows", lambda: "dose sent to" in log.read_text())
        path = folder / "dose.dcm"
        path.write_bytes(orthanc.ask(f"/instances/{dose_id}/file"))
        [report_id] = wait_for("the report in Orthanc", lambda: orthanc.instances("DOC"))
        wait_for("the node knows of the report", lambda: "report sent to" in log.read_text())
        report = pydicom.dcmread(io.BytesIO(orthanc.ask(f"/instances/{report_id}/file")))
        [job] = [job for job in (folder / "queue" / "jobs").iterdir() if not job.name.startswith(".")]
        files = [pydicom.dcmread(file) for file in study.rglob("*.dcm")]
        plan = next(file for file in files if file.Modality == "RTPLAN")
        ct = [file for file in files if file.Modality == "CT"]
        apart = check_dose(pydicom.dcmread(path), plan, ct, pydicom.dcmread(job / "out" / "dose.dcm"))
        check_report(report, plan)
        # What the PACS has is sent to the node once more, the dose with it: nothing starts again.
        before = log.read_text().count(", runs")
        orthanc.ask("/modalities/straydose/store", patient_study)
        time.sleep(3)
        said = log.read_text()
        assert before == said.count(", runs") == 1, said
        names = {str(file.PatientName) for file in files}
        assert not any(name in said for name in names if name), "a name in the log"
        node.send_signal(signal.SIGTERM)
        assert node.wait(10) == 0, f"SIGTERM ends the node with {node.returncode}"
        took = time.monotonic() - began
        print(f"{sent} objects through Orthanc {orthanc.get('/system')['Version']} and back as a dose of the plan; "
              f"hottest voxel {apart:.0f} mm from the isocentre; {took:.0f} s")
    except BaseException:
        print(log.read_text(), file=sys.stderr)
        raise
    finally:
        node.kill()
        orthanc.process.terminate()
        orthanc.process.wait(20)


main()
