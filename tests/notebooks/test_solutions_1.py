"""The solutions that stand in the notebooks of Part I are right, also where each cell is run twice, as learners do."""

import pytest
from notebook_files import exercises_in, load, printed
from solutions import WITH_EXERCISES, check_solutions


@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)
def test_the_untouched_stub_is_not_attempted_yet(path):
    notebook = load(path)
    for exercise in exercises_in(notebook):
        assert printed(notebook.nb.cells[exercise.check]).startswith(f"○ {exercise.number} not attempted yet")


@pytest.mark.parametrize("path", [path for path in WITH_EXERCISES if path.stem < "10"], ids=lambda path: path.stem)
def test_the_solutions_pass_their_checks_and_every_cell_can_be_run_twice(path, tmp_path):
    check_solutions(path, tmp_path)
