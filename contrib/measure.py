#!/usr/bin/env python3
"""Measures a registry run on made-up children: seconds a case, memory over the run, the same tables from one shard and from seven.

Usage: measure.py PATH_OF_STRAYDOSE FOLDER CASES [OPTIONS OF BATCH]        (Python 3.10, no packages)

The folder keeps everything, so that a measurement that was stopped goes on. Memory is the peak of each case's process and of `batch`
itself, in the order in which the cases were run; flat means that no peak after the tenth case is more than 5 % above
the highest until then. A case's peak hangs on the size of its child, so the trend over the run is given too: what one case more adds, which is
zero within its error if nothing is kept from case to case.
"""

import json
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

program, folder, cases = str(Path(sys.argv[1]).resolve()), Path(sys.argv[2]), int(sys.argv[3])
options = sys.argv[4:] or ["--histories", "2000", "--voxel-mm", "10", "--backend", "cpu"]
folder.mkdir(parents=True, exist_ok=True)


def hwm_mib(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def batch(out: str, *more: str) -> tuple[float, list[tuple[str, float]]]:
    """Runs it; gives its seconds, and its own peak of memory after each case."""
    began = time.monotonic()
    line = [program, "batch", "--manifest", "made-up/cohort.csv", "--out", out, *more, *options]
    run = subprocess.Popen(line, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    own = []
    for said in run.stderr:
        if " of " in said and " ok, " in said:
            own.append((said.split(": ")[1].split()[0], hwm_mib(run.pid)))
            with (folder / f"{out}.log").open("a") as log:
                log.write(f"{time.monotonic() - began:.1f} {own[-1][0]} {own[-1][1]:.1f}\n")
    assert run.wait() in (0, 3), f"batch ended with {run.returncode}"
    return time.monotonic() - began, own


def flat(what: str, peaks: list[float]) -> None:
    if len(peaks) > 10:
        first, rest = max(peaks[:10]), max(peaks[10:])
        print(f"{what}: {first:.0f} MiB at most in the first ten cases, {rest:.0f} MiB after them ({100 * (rest / first - 1):+.1f} %)")


def trend(what: str, peaks: list[float]) -> None:
    if len(peaks) > 2:
        order = range(len(peaks))
        slope, start = statistics.linear_regression(order, peaks)
        apart = sum((peak - start - slope * i) ** 2 for i, peak in zip(order, peaks)) / (len(peaks) - 2)
        error = (apart / sum((i - statistics.mean(order)) ** 2 for i in order)) ** 0.5
        print(f"{what}: {1024 * slope:+.0f} +- {1024 * error:.0f} KiB with each case more")


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


began = time.monotonic()
subprocess.run([program, "cohort", "--n", str(cases), "--seed", "1", "--out", "made-up", "--quiet"], cwd=folder, check=True)
used = processor_seconds()
print(f"{cases} studies are there after {time.monotonic() - began:.0f} s, {used:.0f} s of the processor", flush=True)
seconds, own = batch("one")
used = processor_seconds() - used
statuses = {s["case_id"]: s for s in (json.loads(path.read_text()) for path in (folder / "one").glob("*/status.json"))}
print(f"one shard: {len(own)} cases run in {seconds:.0f} s ({3600 * len(own) / seconds:.0f} an hour), {used:.0f} s of the processor")
for what, peaks in (("a case's process", [statuses[case]["peak_memory_mib"] for case, _ in own]), ("batch itself", [mib for _, mib in own])):
    flat(what, peaks)
    trend(what, peaks)
stages = sorted({stage for s in statuses.values() for stage in s["seconds"]})
mean = {stage: sum(s["seconds"].get(stage, 0.0) for s in statuses.values()) / len(statuses) for stage in stages}
print("mean wall seconds of a case: " + ", ".join(f"{stage} {mean[stage]:.2f}" for stage in stages), flush=True)
shards = random.Random(1).sample(range(1, 8), 7)
seconds = sum(batch("seven", "--shard", f"{shard}/7")[0] for shard in shards)
print(f"seven shards in the order {shards}: {seconds:.0f} s", flush=True)
for out in ("one", "seven"):
    subprocess.run([program, "gather", out, "--out", f"{out}-cohort", "--quiet"], cwd=folder, check=True)
for table in ("cases.parquet", "organs.parquet", "refused.csv", "unmapped.csv", "dictionary.csv", "cohort.html"):
    same = (folder / "one-cohort" / table).read_bytes() == (folder / "seven-cohort" / table).read_bytes()
    print(f"{table}: {'the same bytes' if same else 'OTHER BYTES'}")
