"""Opened in a kernel without rnnlib, a notebook answers with one sentence that says what to do."""

import importlib.util

import pytest
from IPython.core.interactiveshell import InteractiveShell
from notebook_files import NOTEBOOKS, load


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_cell_says_what_to_do(path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    first = load(path).code_cells[0][1].source
    InteractiveShell.instance().run_cell(first)
    (line,) = capsys.readouterr().out.splitlines()
    assert "start the course with `make lab` as its README says" in line.replace(",", "")


@pytest.mark.parametrize("path", NOTEBOOKS[1:], ids=lambda path: path.stem)
def test_nothing_is_run_after_it_then(path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="rnnlib is missing"):
        exec(load(path).code_cells[0][1].source, {})
