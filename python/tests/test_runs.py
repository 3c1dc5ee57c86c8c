"""Progress, stopping, threads."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import SMALL, options, program

import straydose

#: Minutes of work, and a second or so until it is stopped.
LONG = {"histories": 1e9, "voxel_mm": 10.0, "backend": "cpu", "seed": 7}
#: "About a second", on a machine that has other work too.
SOON_S = 3.0


@pytest.fixture(scope="module")
def case(study: Path) -> straydose.Case:
    case = straydose.Case(study, voxel_mm=10.0)
    # The monitor unit of this seed is in the cache from here on.
    case.estimate(histories=20_000, backend="cpu", seed=7)
    return case


def test_progress_is_what_the_program_tells(study: Path, tmp_path: Path, case: straydose.Case) -> None:
    events: list[dict] = []
    here = threading.current_thread()
    threads = set()

    def progress(event: dict) -> None:
        threads.add(threading.current_thread())
        events.append(event)

    straydose.estimate(study, progress=progress, **SMALL)
    ran = program("estimate", "--study", study, "--out", tmp_path / "out", "--progress", "json", *options(**SMALL))
    told = [json.loads(line) for line in ran.stderr.splitlines()]

    def words(events: list[dict]) -> list[dict]:
        """All but the times, and how far the transport is, which is told when some time has passed."""
        return [
            {key: value for key, value in event.items() if key != "seconds"}
            for event in events
            if event["stage"] != "transport"
        ]

    # The program adds its last words.
    of_program = [line for line in words(told) if not line.get("message", "").startswith(("note: ", "warning: "))]
    assert words(events) == of_program and len(of_program) > 15
    moving = [event for event in events if event["stage"] == "transport"]
    assert len(moving) > 3 and all(0 <= event["done"] <= event["total"] for event in moving)
    assert threads == {here}
    assert all(event["stage"] and event.get("seconds", 0.0) >= 0.0 for event in events)


def test_false_stops_the_run(case: straydose.Case) -> None:
    stopped = []

    def progress(event: dict) -> bool:
        stopped.append(time.monotonic())
        return not (event["stage"] == "transport" and event.get("done", 0) > 0)

    with pytest.raises(straydose.Cancelled, match="interrupted; nothing was written") as raised:
        case.estimate(progress=progress, **{name: LONG[name] for name in ("histories", "backend", "seed")})
    assert time.monotonic() - stopped[-1] < SOON_S
    assert raised.value.exit_status == 130


def test_an_exception_of_the_callback_comes_through(case: straydose.Case) -> None:
    def progress(event: dict) -> None:
        if event["stage"] == "transport":
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        case.estimate(histories=1e9, backend="cpu", seed=7, progress=progress)


def test_ctrl_c_stops_the_run(study: Path, case: straydose.Case) -> None:
    # A shell starts what runs in its background with the signal ignored, and Python leaves that as it is.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for work in (
        lambda: case.estimate(histories=1e9, backend="cpu", seed=7),
        lambda: straydose.phantom(10, "F", voxel_mm=1.5),
    ):
        pressed: list[float] = []

        def press() -> None:
            pressed.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(0.7, press)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            work()
        assert time.monotonic() - pressed[0] < SOON_S
    # And the next run is as good as any.
    assert straydose.phantom(10, "F", voxel_mm=20).hu.size


def test_other_threads_go_on_meanwhile(case: straydose.Case) -> None:
    beats: list[float] = []
    over = threading.Event()

    def beat() -> None:
        while not over.is_set():
            beats.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=beat)
    thread.start()
    began = time.monotonic()
    case.estimate(histories=400_000, backend="cpu", seed=7)
    ended = time.monotonic()
    over.set()
    thread.join()
    during = [at for at in beats if began < at < ended]
    # With the lock held there would be no beat at all.
    assert len(during) > 0.05 * (ended - began) / 0.01, (len(during), ended - began)


def test_two_runs_at_once_are_as_good_as_one_after_the_other(study: Path, tmp_path: Path, case: straydose.Case) -> None:
    alone = {histories: case.estimate(histories=histories, backend="cpu", seed=7) for histories in (20_000, 30_000)}
    together: dict[int, straydose.Dose] = {}

    def run(histories: int) -> None:
        together[histories] = case.estimate(histories=histories, backend="cpu", seed=7)
        together[histories].save(tmp_path / str(histories))

    threads = [threading.Thread(target=run, args=(histories,)) for histories in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(together[histories].gy, dose.gy) for histories, dose in alone.items())
    assert not np.array_equal(alone[20_000].gy, alone[30_000].gy)
    assert {path.name for path in tmp_path.iterdir()} == {"20000", "30000"}
    assert all((folder / "run.json").exists() for folder in tmp_path.iterdir())
