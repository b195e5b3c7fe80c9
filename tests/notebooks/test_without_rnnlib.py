"""Opened in a kernel without rnnlib, a notebook says what to do: on the reader's computer, and on Colab or a hub."""

import importlib.util

import pytest
from IPython.core.interactiveshell import InteractiveShell
from notebook_files import NOTEBOOKS, load


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_cell_says_what_to_do(path, monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    first = load(path).code_cells[0][1].source
    InteractiveShell.instance().run_cell(first)
    said = capsys.readouterr().out
    assert "Traceback" not in said
    assert "On your computer: close" in said
    assert '%pip install "FOLDER[course]"' in said


@pytest.mark.parametrize("path", NOTEBOOKS[1:], ids=lambda path: path.stem)
def test_nothing_is_run_after_it_then(path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="rnnlib is missing"):
        exec(load(path).code_cells[0][1].source, {})
