"""The tables of `straydose gather` load in pandas, polars and pyarrow without a cast, and the dictionary names every column.

Usage: check_cohort.py PATH_OF_STRAYDOSE

Stub cases (contrib/stub.sh) go through batch and gather. R's arrow could not be had: its types are those of Arrow, so each column must be
one of the four that it maps to a vector of R (utf8: character, double: numeric, int64: integer, bool: logical), with no
dictionary, unsigned or nested type.
"""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas
import polars
import pyarrow
import pyarrow.parquet

ARROW = {"text": pyarrow.string(), "float64": pyarrow.float64(), "int64": pyarrow.int64(), "boolean": pyarrow.bool_()}
POLARS = {"text": polars.String, "float64": polars.Float64, "int64": polars.Int64, "boolean": polars.Boolean}
STUB = Path(__file__).parents[2] / "contrib" / "stub.sh"


def gathered(program: str, place: Path) -> Path:
    rows = ["case_id,study,age_years,sex"]
    for n in range(12):
        (place / f"studies/{n}").mkdir(parents=True)
        (place / f"studies/{n}/file").write_text("refuse" if n == 3 else f"ok {n}")
        rows.append(f"C{n:02},studies/{n},{n + 0.5 if n != 5 else ''},{'FM'[n % 2]}")
    (place / "cases.csv").write_text("\n".join(rows) + "\n")
    batch = [program, "batch", "--manifest", "cases.csv", "--out", "results", "--program", str(STUB), "--quiet", "--backend", "cpu"]
    ended = subprocess.run(batch, cwd=place, env={"RUNS": str(place / "runs"), "PATH": "/usr/bin:/bin"})
    assert ended.returncode == 3, ended.returncode
    subprocess.run([program, "gather", "results", "--out", "cohort", "--quiet"], cwd=place, check=True)
    return place / "cohort"


def check(table: Path, types: dict[str, str]) -> int:
    arrow = pyarrow.parquet.read_table(table)
    assert arrow.column_names == list(types), (table.name, set(arrow.column_names) ^ set(types))
    for field in arrow.schema:
        assert field.type == ARROW[types[field.name]], (table.name, field)
    frame = polars.read_parquet(table)
    assert dict(frame.schema) == {name: POLARS[kind] for name, kind in types.items()}, frame.schema
    panda = pandas.read_parquet(table)
    values = arrow.to_pydict()
    for name, kind in types.items():
        # Where a value is missing pandas has no whole numbers and no truth values of its own.
        whole = not panda[name].isna().any()
        expected = {"text": "OUT", "float64": "f", "int64": "i" if whole else "f", "boolean": "b" if whole else "O"}
        assert panda[name].isna().all() or panda[name].dtype.kind in expected[kind], (name, panda[name].dtype)
        assert frame[name].to_list() == values[name], name
        assert [None if pandas.isna(value) else value for value in panda[name]] == values[name], name
    return len(arrow)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cohort = gathered(str(Path(sys.argv[1]).resolve()), Path(folder))
        types: dict[str, dict[str, str]] = {}
        for row in csv.DictReader((cohort / "dictionary.csv").open(encoding="utf-8")):
            types.setdefault(row["table"], {})[row["column"]] = row["type"]
            assert row["meaning"], row
        assert check(cohort / "cases.parquet", types["cases.parquet"]) == 11
        assert check(cohort / "organs.parquet", types["organs.parquet"]) == 11
        for table in ("refused.csv", "unmapped.csv"):
            assert list(pandas.read_csv(cohort / table).columns) == list(types[table]), table
        columns = sum(len(table) for table in types.values())
    print(f"cohort: {columns} columns have the dictionary's types in pyarrow {pyarrow.__version__}, pandas {pandas.__version__}, polars {polars.__version__}")


main()
