"""Run notebooks from the top and store their outputs: ``python -m rnnlib.course.refresh [NOTEBOOK ...]``.

Run twice, it writes the same bytes. A notebook in which a cell raises, or writes to stderr, or shows
a widget outside a cell tagged ``nbval-ignore-output``, is left as it is, and the cell is named.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from rnnlib.course.captions import alternative_texts
from rnnlib.course.lab import use_settings

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
IGNORE_OUTPUT = "nbval-ignore-output"
WIDGET = "application/vnd.jupyter.widget-view+json"
FIGURE = "image/png"
SECONDS_PER_CELL = 300


class RefreshError(Exception):
    """A notebook whose outputs are not fit to be stored; the message names the cell."""


def run(nb: NotebookNode, folder: Path) -> None:
    """Execute ``nb`` in place, with ``folder`` as working directory and a fresh kernel of this Python."""
    client = NotebookClient(
        nb,
        kernel_name=KERNELSPEC["name"],
        timeout=SECONDS_PER_CELL,
        record_timing=False,  # times differ from run to run
        extra_arguments=["--log-level=ERROR"],  # the kernel's own advice is no part of the notebook
        coalesce_streams=True,  # how prints are cut into messages differs too
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise RefreshError(f"{_place_of_error(nb)} raised {error.ename}: {error.evalue}") from error
    except CellTimeoutError as error:
        raise RefreshError(f"a cell ran longer than {SECONDS_PER_CELL} s") from error
    except DeadKernelError as error:
        raise RefreshError("the kernel died") from error


def check(nb: NotebookNode) -> None:
    """Raise RefreshError at the first output that must not be stored."""
    for index, cell in _code_cells(nb):
        if _ignored(cell):
            continue
        for output in cell.outputs:
            if output.get("name") == "stderr":
                raise RefreshError(f"{_place(index, cell)} wrote to stderr: {output.text.strip()}")
            if WIDGET in output.get("data", {}):
                raise RefreshError(f"{_place(index, cell)} shows a widget and is not tagged {IGNORE_OUTPUT}")


def clean(nb: NotebookNode) -> None:
    """Drop from ``nb`` what is random or depends on the machine, and give each figure its caption in words."""
    nb.metadata = NotebookNode(kernelspec=NotebookNode(KERNELSPEC), language_info=NotebookNode(name="python"))
    for cell in nb.cells:
        for key in ("execution", "lines_to_next_cell", "cell_marker"):  # times in JupyterLab; what jupytext leaves
            cell.metadata.pop(key, None)
    for _, cell in _code_cells(nb):
        if _ignored(cell):
            cell.outputs = []  # widgets, and their ids are random
    for index, text in alternative_texts(nb).items():
        for output in nb.cells[index].outputs:
            if FIGURE in output.get("data", {}):
                output.metadata[FIGURE] = NotebookNode(alt=text)


def refresh(path: Path) -> bool:
    """Run the notebook at ``path`` and store its outputs; return whether the file changed."""
    before = path.read_bytes()
    nb = nbformat.reads(before.decode("utf-8"), as_version=4)
    run(nb, path.resolve().parent)
    check(nb)
    clean(nb)
    after = (nbformat.writes(nb).rstrip("\n") + "\n").encode("utf-8")
    if after != before:
        path.write_bytes(after)
    return after != before


def _code_cells(nb: NotebookNode) -> list[tuple[int, NotebookNode]]:
    return [(index, cell) for index, cell in enumerate(nb.cells) if cell.cell_type == "code"]


def _ignored(cell: NotebookNode) -> bool:
    return IGNORE_OUTPUT in cell.metadata.get("tags", [])


def _place(index: int, cell: NotebookNode) -> str:
    first_line = cell.source.strip().partition("\n")[0]
    return f"cell {index} ({first_line})"


def _place_of_error(nb: NotebookNode) -> str:
    for index, cell in _code_cells(nb):
        if any(output.output_type == "error" for output in cell.outputs):
            return _place(index, cell)
    return "a cell"


def main(argv: Sequence[str] | None = None) -> int:
    """Refresh the notebooks named on the command line, or all; return 1 if one was refused."""
    parser = argparse.ArgumentParser(prog="python -m rnnlib.course.refresh", description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, help="which ones (default: the whole course)")
    paths = parser.parse_args(argv).notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    refused = 0
    with tempfile.TemporaryDirectory() as ipython:
        # Start-up files and settings of whoever refreshes must not reach the stored outputs.
        os.environ["IPYTHONDIR"] = ipython
        use_settings(os.environ)
        for path in paths:
            try:
                print(f"{path.name}: {'stored anew' if refresh(path) else 'unchanged'}", flush=True)
            except (RefreshError, OSError, nbformat.reader.NotJSONError) as error:
                refused += 1
                print(f"{path.name}: not stored: {_plain(str(error))}", file=sys.stderr, flush=True)
    return 1 if refused else 0


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


if __name__ == "__main__":
    sys.exit(main())
