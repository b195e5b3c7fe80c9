"""Every notebook has the structure of the course, and every rule of it can be broken."""

from collections.abc import Callable

import pytest
import structure
from nbformat import NotebookNode, v4
from notebook_files import COURSE, NOTEBOOKS, NotebookFile, load

ALL = pytest.mark.parametrize("rule", structure.RULES, ids=lambda rule: rule.__name__)


@ALL
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_keeps_the_rule(path, rule):
    assert list(rule(load(path))) == []


OPENING = """# 05 · A title

**You will** see. **You need** nothing. 10 minutes. [before](04_before.ipynb) [after](06_after.ipynb)"""
TASK = """### Exercise 5.{} · A task

<details><summary>Hint</summary>one</details>
<details><summary>Hint</summary>two</details>
<details><summary>Solution</summary>

```python
def step(x):
    return x
```

</details>"""


def good_notebook(tmp_path) -> NotebookFile:
    """Return a notebook that breaks no rule."""
    (tmp_path / "04_before.ipynb").touch()
    (tmp_path / "06_after.ipynb").touch()
    words = {"image/png": {"alt": "Figure 5.1. What is to be seen."}}
    picture = {"image/png": "aGk=", "text/plain": "<Figure size 640x480>"}
    shown = v4.new_output("display_data", picture, metadata=words)
    cells = [
        v4.new_markdown_cell(OPENING),
        v4.new_markdown_cell("## 5.1 One\n\n**Predict** it."),
        v4.new_code_cell("print(1)", outputs=[v4.new_output("stream", text="1\n")]),
        v4.new_markdown_cell("## 5.2 Two"),
        v4.new_code_cell("draw()", outputs=[shown]),
        v4.new_markdown_cell("*Figure 5.1. What is to be seen.*"),
        v4.new_code_cell("quizzes.show('one')", metadata={"tags": ["nbval-ignore-output"]}),
        v4.new_markdown_cell("## Your turn"),
        *_exercise(1),
        *_exercise(2),
        v4.new_markdown_cell("## We have seen\n\nOn: [after](06_after.ipynb)"),
    ]
    kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernelspec, "language_info": {"name": "python"}}
    nb = v4.new_notebook(cells=cells, metadata=metadata)
    for count, cell in enumerate((cell for cell in nb.cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
    return NotebookFile(tmp_path / "05_page.ipynb", nb, b"{\n}\n", "04_before.ipynb", "06_after.ipynb")


def _exercise(k: int) -> list[NotebookNode]:
    return [
        v4.new_markdown_cell(TASK.format(k)),
        v4.new_code_cell("def step(x):\n    ..."),
        v4.new_code_cell(f'exercises.check("5.{k}", step)'),
    ]


@ALL
def test_a_good_notebook_keeps_the_rule(tmp_path, rule):
    assert list(rule(good_notebook(tmp_path))) == []


def edit(cell: int, old: str, new: str) -> Callable[[NotebookFile], None]:
    """Return a change of a notebook that replaces ``old`` in the source of a cell."""

    def change(notebook: NotebookFile) -> None:
        assert old in notebook.nb.cells[cell].source
        notebook.nb.cells[cell].source = notebook.nb.cells[cell].source.replace(old, new)

    return change


def output(cell: int, kind: str, **fields) -> Callable[[NotebookFile], None]:
    """Return a change of a notebook that adds an output to a cell."""
    return lambda notebook: notebook.nb.cells[cell].outputs.append(v4.new_output(kind, **fields))


def figure_in(cell: int) -> Callable[[NotebookFile], None]:
    """Return a change of a notebook that gives a cell a figure without a caption."""
    return output(cell, "display_data", data={"image/png": "aGk="})


def rename(notebook: NotebookFile) -> None:
    notebook.path = notebook.path.with_name("05-Page.ipynb")


def renumber(notebook: NotebookFile) -> None:
    for cell in notebook.nb.cells[11:14]:
        cell.source = cell.source.replace("5.2", "5.3")


BROKEN = [
    ("file_name", rename),
    ("opening", edit(0, "05 · A title", "5 A title")),
    ("opening", edit(0, "**You will**", "You will")),
    ("opening", edit(0, "**You need**", "")),
    ("opening", edit(0, "10 minutes", "some time")),
    ("way_on", edit(0, "](04_", "] (04_")),
    ("way_on", edit(0, "](06_", "] (06_")),
    ("way_on", edit(-1, "](06_", "] (06_")),
    ("links", edit(1, "One", "[one](nowhere.md)")),
    ("links", edit(1, "One", "[one](..)")),
    ("links", edit(1, "One", '<img src="none.png">')),
    ("sections", edit(3, "5.2", "5.3")),
    ("sections", edit(3, "5.2", "4.2")),
    ("closing", edit(-1, "We have seen", "Summary")),
    ("closing", edit(7, "Your turn", "Exercises")),
    ("closing", edit(3, "## 5.2 Two", "## Your turn\n\n## 5.2 Two")),
    ("exercises", edit(13, "exercises.check", "print")),
    ("exercises", renumber),
    ("exercise_cells", edit(8, "### Exercise 5.1", "### 5.1")),
    ("exercise_cells", edit(9, "...", "return x")),
    ("exercise_cells", edit(8, "<details><summary>Hint</summary>one</details>", "")),
    ("exercise_cells", edit(8, "```python", "```")),
    ("one_clean_run", lambda notebook: notebook.nb.cells[4].update(execution_count=7)),
    ("one_clean_run", lambda notebook: notebook.nb.cells[4].update(execution_count=None)),
    ("no_errors", output(2, "error", ename="ValueError", evalue="", traceback=[])),
    ("no_errors", output(2, "stream", name="stderr", text="a warning")),
    ("cell_lengths", edit(2, "print(1)", "print(1)\n" * 26)),
    ("cell_lengths", lambda notebook: [c.update(source=c.source + "\nx" * 8) for _, c in notebook.code_cells]),
    ("tags", lambda notebook: notebook.nb.cells[2].metadata.update(tags=["nbval-ignore-output"])),
    ("tags", lambda notebook: notebook.nb.cells[6].metadata.update(tags=["raises-exception"])),
    ("tags", edit(2, "print(1)", "# NBVAL_IGNORE_OUTPUT\nprint(1)")),
    ("prose_lengths", edit(1, "One", "word " * 201)),
    ("predictions", edit(2, "print(1)", "print(1)\nproof('it is 1', 1, 1)")),
    ("predictions", edit(2, "print(1)", "print(1)\nmeasured('it is 1', 1, at_least=1)")),
    ("predictions", lambda notebook: notebook.nb.cells[2].update(outputs=[])),
    ("no_machine", output(2, "stream", text="<f at 0x7f3a5c0de0>")),
    ("no_machine", output(2, "stream", text="read from /home/me/x.csv")),
    ("no_machine", output(2, "execute_result", data={"text/plain": r"'C:\Users'"})),
    ("metadata", lambda notebook: notebook.nb.metadata.kernelspec.update(name="conda")),
    ("metadata", lambda notebook: notebook.nb.metadata.language_info.update(version="3.11.0")),
    ("captions", edit(5, "*Figure", "Figure")),
    ("captions", figure_in(2)),
    ("captions", figure_in(6)),
    ("captions", figure_in(13)),
    ("figures_in_words", edit(5, "What is", "Whatever is")),
    ("figures_in_words", lambda notebook: notebook.nb.cells[4].outputs[0].metadata.clear()),
    ("line_endings", lambda notebook: setattr(notebook, "raw", b"{\r\n}\r\n")),
    ("line_endings", lambda notebook: setattr(notebook, "raw", b"{}")),
]


@pytest.mark.parametrize(("name", "change"), BROKEN)
def test_a_broken_notebook_is_caught(tmp_path, name, change):
    notebook = good_notebook(tmp_path)
    change(notebook)
    caught = [rule.__name__ for rule in structure.RULES if list(rule(notebook))]
    assert caught == [name]


def test_every_rule_is_broken_once():
    assert {name for name, _ in BROKEN} == {rule.__name__ for rule in structure.RULES}


def test_there_is_a_course():
    assert NOTEBOOKS, f"no notebooks in {COURSE}"
