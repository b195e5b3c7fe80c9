"""What the notebook tests share: a notebook with its neighbours, and the exercises in it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

COURSE = Path(__file__).resolve().parents[2] / "notebooks"
NOTEBOOKS = sorted(COURSE.glob("*.ipynb"))
CHECK = re.compile(r"""exercises\.check\(\s*["'](\d+\.\d+)["']""")


@dataclass
class NotebookFile:
    """A notebook, its bytes, and the file names of the notebooks before and after it, if any."""

    path: Path
    nb: NotebookNode
    raw: bytes
    previous: str | None
    next: str | None

    @property
    def chapter(self) -> int:
        return int(self.path.name[:2])

    @property
    def code_cells(self) -> list[tuple[int, NotebookNode]]:
        return [(i, cell) for i, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]

    @property
    def markdown_cells(self) -> list[tuple[int, NotebookNode]]:
        return [(i, cell) for i, cell in enumerate(self.nb.cells) if cell.cell_type == "markdown"]


@dataclass
class Exercise:
    """An exercise's number and the places of its three cells: task, stub, check."""

    number: str
    task: int
    stub: int
    check: int


@cache
def load(path: Path) -> NotebookFile:
    """Return the notebook at ``path``; tests must not change what they get, since it is shared."""
    raw = path.read_bytes()
    place = NOTEBOOKS.index(path)
    return NotebookFile(
        path=path,
        nb=nbformat.reads(raw.decode("utf-8"), as_version=4),
        raw=raw,
        previous=NOTEBOOKS[place - 1].name if place > 0 else None,
        next=NOTEBOOKS[place + 1].name if place + 1 < len(NOTEBOOKS) else None,
    )


def exercises_in(notebook: NotebookFile) -> list[Exercise]:
    """Return the exercises of ``notebook``: the check cell, and the two cells before it."""
    return [
        Exercise(match[1], task=i - 2, stub=i - 1, check=i)
        for i, cell in notebook.code_cells
        if (match := CHECK.search(cell.source))
    ]


def solution_in(task: str) -> str:
    """Return the Python block in the last ``<details>`` of an exercise's markdown, or nothing."""
    blocks = re.findall(r"```python\n(.*?)```", task.rpartition("<details")[2], re.DOTALL)
    return blocks[0] if blocks else ""


def printed(cell: NotebookNode) -> str:
    """Return what ``cell`` has printed."""
    return "".join(output.text for output in cell.outputs if output.get("name") == "stdout")
