"""Running a notebook with its solutions in place of the stubs, as a learner does who runs each cell twice."""

import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from notebook_files import NOTEBOOKS, exercises_in, load, printed, solution_in

LONG = 0.2  # seconds; cells that take longer are run once
WITH_EXERCISES = [path for path in NOTEBOOKS if exercises_in(load(path))]


def check_solutions(path: Path, folder: Path) -> None:
    """Assert that the solutions that stand in a notebook pass their checks, and that its cells can be run twice."""
    notebook = load(path)
    nb = nbformat.reads(notebook.raw.decode("utf-8"), as_version=4)
    for exercise in exercises_in(notebook):
        nb.cells[exercise.stub].source = solution_in(nb.cells[exercise.task].source)
    try:
        run_each_cell_twice(nb, folder)
    except CellTimeoutError:  # on a busy machine a kernel's answer can be lost
        run_each_cell_twice(nb, folder)
    for exercise in exercises_in(notebook):
        assert printed(nb.cells[exercise.check]).startswith(f"✓ {exercise.number}")


def run_each_cell_twice(nb: nbformat.NotebookNode, folder: Path) -> None:
    """Run the cells in order in one kernel that works in `folder`."""
    client = NotebookClient(nb, kernel_name="python3", timeout=100, resources={"metadata": {"path": str(folder)}})
    with client.setup_kernel():
        for i, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                start = time.monotonic()
                client.execute_cell(cell, i)  # raises where the cell does, and names it
                if time.monotonic() - start < LONG:
                    client.execute_cell(cell, i)
