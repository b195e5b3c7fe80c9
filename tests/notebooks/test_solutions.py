"""The solutions that stand in the notebooks are right, also where each cell is run twice, as learners do.

Cells that train for more than two seconds are run once.
"""

import time

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError
from notebook_files import NOTEBOOKS, exercises_in, load, printed, solution_in

WITH_EXERCISES = [path for path in NOTEBOOKS if exercises_in(load(path))]
LONG = 2  # seconds
EACH = pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)


@EACH
def test_the_untouched_stub_is_not_attempted_yet(path):
    notebook = load(path)
    for exercise in exercises_in(notebook):
        assert printed(notebook.nb.cells[exercise.check]).startswith(f"○ {exercise.number} not attempted yet")


def run_each_cell_twice(nb, folder):
    client = NotebookClient(nb, kernel_name="python3", timeout=100, resources={"metadata": {"path": str(folder)}})
    with client.setup_kernel():
        for i, cell in enumerate(nb.cells):
            if cell.cell_type == "code":
                start = time.monotonic()
                client.execute_cell(cell, i)  # raises where the cell does, and names it
                if time.monotonic() - start < LONG:
                    client.execute_cell(cell, i)


@EACH
def test_the_solutions_pass_their_checks_and_every_cell_can_be_run_twice(path, tmp_path):
    notebook = load(path)
    nb = nbformat.reads(notebook.raw.decode("utf-8"), as_version=4)
    for exercise in exercises_in(notebook):
        nb.cells[exercise.stub].source = solution_in(nb.cells[exercise.task].source)
    try:
        run_each_cell_twice(nb, tmp_path)
    except CellTimeoutError:  # on a busy machine a kernel's answer can be lost
        run_each_cell_twice(nb, tmp_path)
    for exercise in exercises_in(notebook):
        assert printed(nb.cells[exercise.check]).startswith(f"✓ {exercise.number}")
