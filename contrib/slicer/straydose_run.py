"""The program straydose as a process inside Slicer: found, run with a progress dialog, cancelled."""

import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import threading
import time

import slicer

#: Seconds between two looks at the process and at Slicer's events.
LOOK_EVERY_S = 0.05
#: Seconds that the program has to stop and clean up.
PATIENCE_S = 10


class StraydoseError(RuntimeError):
    """What the program said when it refused or failed, or that it was cancelled."""


def find(name):
    """The path of the program."""
    found = shutil.which(name, path=slicer.util.startupEnvironment().get("PATH"))
    if found is None:
        raise StraydoseError(f"the program straydose is not found as {name!r}\n  try: its path as the beam's parameter Program")
    return found


def run(command):
    """Runs the program to its end behind a progress dialog with a Cancel button."""
    flags = {"creationflags": subprocess.CREATE_NO_WINDOW} if os.name == "nt" else {}
    # Slicer's own library paths are not the program's.
    process = subprocess.Popen(
        [*command, "--progress", "json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=slicer.util.startupEnvironment(),
        **flags,
    )
    lines = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stderr, lines), daemon=True)
    reader.start()
    dialog = slicer.util.createProgressDialog(labelText="straydose", windowTitle="straydose", maximum=100, autoClose=False, autoReset=False)
    said = []
    try:
        while process.poll() is None:
            _tell(lines, dialog, said)
            slicer.app.processEvents()
            if dialog.wasCanceled:
                raise StraydoseError("cancelled; nothing was calculated")
            time.sleep(LOOK_EVERY_S)
        reader.join()
        _tell(lines, dialog, said)
    finally:
        _stop(process)
        reader.join()
        process.stderr.close()
        dialog.close()
    if process.returncode != 0:
        raise StraydoseError("\n".join(said) or f"straydose ended with status {process.returncode}")


def _read(stream, lines):
    for line in stream:
        lines.put(line.rstrip())


def _tell(lines, dialog, said):
    """Shows what the program said since the last look; what is no progress is kept."""
    while True:
        try:
            line = lines.get_nowait()
        except queue.Empty:
            return
        try:
            told = json.loads(line)
        except ValueError:
            said.append(line)
            continue
        if told.get("stage") == "note":
            logging.info("straydose: %s", told["message"])
            dialog.labelText = told["message"]
        elif told.get("stage") == "transport":
            dialog.value = int(100 * told["done"] / max(1, told["total"]))


def _stop(process):
    """Ends the program if it still runs; it then leaves nothing half-written."""
    if process.poll() is not None:
        return
    if os.name == "nt":
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
