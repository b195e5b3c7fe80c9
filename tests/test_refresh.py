"""`make refresh` stores the same bytes every time, and refuses what must not be stored."""

import nbformat
import pytest
from nbformat import v4

from rnnlib.course.refresh import main

SHOW_WIDGET = "import ipywidgets\nipywidgets.IntSlider()"


def write(path, *sources, tags=()):
    """Write a notebook with a code cell for each source; ``tags`` are the last cell's."""
    cells = [v4.new_code_cell(source) for source in sources]
    cells[-1].metadata.update(tags=list(tags), lines_to_next_cell=1)
    nb = v4.new_notebook(cells=[v4.new_markdown_cell("# A title"), *cells])
    nb.metadata = {"language_info": {"name": "python", "version": "2.7"}, "widgets": {"state": {}}}
    nbformat.write(nb, path)


def test_the_same_bytes_every_time(tmp_path):
    path = tmp_path / "nb.ipynb"
    counting = "for k in range(3):\n    print(k, flush=True)"
    write(path, counting, "0.5", SHOW_WIDGET, tags=["nbval-ignore-output"])
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]

    assert main([str(path)]) == 0
    first = path.read_bytes()
    assert main([str(path)]) == 0
    assert path.read_bytes() == first

    nb = nbformat.read(path, as_version=4)
    assert nb.metadata.language_info == {"name": "python"}
    assert nb.metadata.kernelspec.name == "python3"
    assert set(nb.metadata) == {"kernelspec", "language_info"}
    assert [cell.id for cell in nb.cells] == ids
    assert [cell.execution_count for cell in nb.cells[1:]] == [1, 2, 3]
    assert nb.cells[1].outputs[0].text == "0\n1\n2\n"
    assert nb.cells[3].outputs == []
    assert nb.cells[3].metadata == {"tags": ["nbval-ignore-output"]}
    assert b"\r" not in first
    assert first.endswith(b"}\n")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("1 / 0", "cell 2 (1 / 0) raised ZeroDivisionError: division by zero"),
        ("import sys\nprint('careful', file=sys.stderr)", "cell 2 (import sys) wrote to stderr: careful"),
        (SHOW_WIDGET, "cell 2 (import ipywidgets) shows a widget and is not tagged nbval-ignore-output"),
    ],
    ids=["error", "stderr", "widget"],
)
def test_a_refused_notebook_is_left_as_it_is(tmp_path, capsys, source, sentence):
    path = tmp_path / "nb.ipynb"
    write(path, "print(1)", source)
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert path.read_bytes() == before
    assert f"nb.ipynb: not stored: {sentence}" in capsys.readouterr().err


def test_the_kernel_works_in_the_notebooks_folder(tmp_path):
    (tmp_path / "data.txt").write_text("7")
    path = tmp_path / "nb.ipynb"
    write(path, "print(open('data.txt').read())")
    assert main([str(path)]) == 0
    assert nbformat.read(path, as_version=4).cells[1].outputs[0].text == "7\n"


def test_a_missing_notebook_is_named(tmp_path, capsys):
    assert main([str(tmp_path / "none.ipynb")]) == 1
    assert "none.ipynb: not stored" in capsys.readouterr().err
