"""Runs notebooks from the first to the last cell; with `--keep FOLDER` the pages with what they show are kept there.

Needs nbclient and ipykernel beside what the notebooks need. In the repository notebooks have no outputs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("notebooks", type=Path, nargs="*", default=sorted(Path(__file__).parent.glob("*.ipynb")))
    given = arguments.parse_args()
    # The kernel of this interpreter, whatever is installed elsewhere.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for path in given.notebooks:
        notebook = nbformat.read(path, as_version=4)
        if any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells):
            raise SystemExit(f"{path.name} has outputs; clear them before it is committed")
        began = time.monotonic()
        NotebookClient(notebook, timeout=1200, kernel_name="python3").execute()
        print(f"{path.name}: {time.monotonic() - began:.0f} s")
        if given.keep:
            given.keep.mkdir(exist_ok=True)
            nbformat.write(notebook, given.keep / path.name)


if __name__ == "__main__":
    main()
