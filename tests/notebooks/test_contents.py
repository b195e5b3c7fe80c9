"""The one list of the course's notebooks names those that exist, as they call themselves."""

import re

import pytest
from notebook_files import NOTEBOOKS, load

from rnnlib.course import contents


def test_the_notebooks_are_those_that_exist():
    assert [notebook.file for notebook in contents.NOTEBOOKS] == [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_opens_with_its_title_and_its_minutes(path):
    notebook = next(notebook for notebook in contents.NOTEBOOKS if notebook.file == path.name)
    opening = load(path).nb.cells[0].source
    assert opening.startswith(f"# {notebook.number} · {notebook.title}\n")
    minutes = f"**Time** {notebook.minutes} minutes, exercises {notebook.exercise_minutes} more"
    assert re.search(rf"{re.escape(minutes)}\b", opening)
