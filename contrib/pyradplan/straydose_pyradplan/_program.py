"""The program straydose as a process: found, run, stopped."""

import json
import logging
import os
import shutil
import signal
import subprocess
from collections.abc import Callable

logger = logging.getLogger(__name__)

#: Seconds that the program has to stop and clean up.
_PATIENCE_S = 10


class StraydoseError(RuntimeError):
    """What the program said when it refused or failed."""


def find(program: str | None) -> str:
    """The program: the one named, else the environment's ``STRAYDOSE``, else the one on PATH."""
    wish = program or os.environ.get("STRAYDOSE") or "straydose"
    found = shutil.which(wish)
    if found is None:
        raise StraydoseError(
            f"the program straydose is not found as {wish!r}\n"
            "  try: the engine's option `program`, the environment variable STRAYDOSE, or a PATH that holds it"
        )
    return found


def estimate(program: str, arguments: list[str], told: Callable[[dict], None]) -> None:
    """Run ``straydose estimate``; its refusal becomes an exception.

    ``told`` gets every line of its progress: ``stage`` with ``done``, ``total`` and ``seconds``, or with ``message`` where
    ``stage`` is ``note``. What it raises stops the program.
    """
    process = subprocess.Popen(
        [program, "estimate", *arguments, "--progress", "json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    said: list[str] = []
    try:
        for line in process.stderr:
            try:
                progress = json.loads(line)
            except ValueError:
                said.append(line.rstrip())
                continue
            if progress.get("stage") == "note":
                logger.info("%s", progress["message"])
            told(progress)
        status = process.wait()
    except BaseException:
        # Ctrl-C and whatever else stops us stops the program, which then leaves nothing half-written.
        process.send_signal(signal.SIGINT if os.name != "nt" else signal.SIGTERM)
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
        raise
    finally:
        process.stderr.close()
    if status != 0:
        raise StraydoseError("\n".join(said) or f"straydose ended with status {status}")
