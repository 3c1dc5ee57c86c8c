"""Repeats two estimates with other seeds and compares the scatter of their differences with the errors that `straydose compare` claims.

    python3 tools/repeat_compare.py PROGRAM REPEATS OUT -- OPTIONS OF BOTH -- OPTIONS OF A -- OPTIONS OF B

Needs nothing but Python 3.10. Repeats that lie in OUT already are taken as they are. All runs share the calibration of the
monitor unit (--unit-seed 1), so its error is not tested. Prints, for each part of the dose and over all organs of which
every run has a share of it: the mean of found over claimed variance, and how many differences lie within their own 95 % interval of
the mean of all, where n - 1 of n repeats are independent of that mean.
"""

from __future__ import annotations

import csv
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

COVERAGE = 1.959964


def estimate(program: str, options: list[str], seed: int, out: Path) -> None:
    """One run, unless it is there."""
    if not (out / "run.json").exists():
        command = [program, "estimate", *options, "--seed", str(seed), "--unit-seed", "1", "--out", str(out), "--quiet"]
        subprocess.run(command, check=True)


def differences(program: str, a: Path, b: Path, out: Path) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Organ and part: the difference, its claimed statistical error, and the dose in A (Gy)."""
    if not (out / "differences.csv").exists():
        subprocess.run([program, "compare", str(a), str(b), "--out", str(out), "--quiet"], check=True)
    with open(out / "differences.csv", newline="") as table:
        return {
            (row["organ"], row["part"]): (float(row["difference_gy"]), float(row["stat_gy"]), float(row["against_gy"]))
            for row in csv.DictReader(table)
        }


def main() -> None:
    program, repeats, out = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    rest = " ".join(sys.argv[5:]).split(" -- ")
    both, of_a, of_b = ([word for word in part.split() if word] for part in rest)
    found: defaultdict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for repeat in range(repeats):
        a, b = out / f"a{repeat}", out / f"b{repeat}"
        estimate(program, both + of_a, 1000 + 2 * repeat, a)
        estimate(program, both + of_b, 1001 + 2 * repeat, b)
        for key, value in differences(program, a, b, out / f"c{repeat}").items():
            found[key].append(value)
    print("organ, part, found/claimed variance, within 95 %")
    over_parts: defaultdict[str, list[tuple[float, int, int]]] = defaultdict(list)
    for (organ, part), values in found.items():
        if len(values) < repeats or any(stat <= 0.0 for _, stat, _ in values):
            continue
        mean = statistics.fmean(value for value, _, _ in values)
        claimed = statistics.fmean(stat**2 for _, stat, _ in values)
        ratio = statistics.variance(value for value, _, _ in values) / claimed
        # A value lies nearer to a mean that it is part of, by the root of (n - 1) / n.
        shrink = ((repeats - 1) / repeats) ** 0.5
        within = sum(abs(value - mean) <= COVERAGE * shrink * stat for value, stat, _ in values)
        over_parts[part].append((ratio, within, len(values)))
        print(f"{organ}, {part}, {ratio:.2f}, {within} of {len(values)}")
    for part, values in over_parts.items():
        ratios = [ratio for ratio, _, _ in values]
        within, all_of = sum(w for _, w, _ in values), sum(n for _, _, n in values)
        print(
            f"all {len(values)} organs, {part}: found/claimed variance mean {statistics.fmean(ratios):.2f},"
            f" median {statistics.median(ratios):.2f}; within {within} of {all_of} ({100 * within / all_of:.1f} %)"
        )


if __name__ == "__main__":
    main()
