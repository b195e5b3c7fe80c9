"""A stored output that is not what its cell prints is caught: copies of the notebooks have some changed."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nbformat
import pytest
from nbformat import NotebookNode
from notebook_files import NOTEBOOKS, load


def text_of(output: NotebookNode) -> str:
    """Return the text of ``output`` that nbval compares, or nothing."""
    return output.text if output.output_type == "stream" else output.get("data", {}).get("text/plain", "")


def put_text(output: NotebookNode, text: str) -> None:
    """Replace the text of ``output``."""
    if output.output_type == "stream":
        output.text = text
    else:
        output.data["text/plain"] = text


def change_number(text: str) -> str:
    """Return ``text`` with its last digit replaced by the next one."""
    return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1) % 10), text)


def change_proof(text: str) -> str:
    """Return ``text`` with its first ✓ made a ✗."""
    return text.replace("✓", "✗", 1)


# The kind of output, what is changed in it, and how an output is recognised that has it.
CHANGES = [
    ("stream", change_number, re.compile(r"\A[^✓○]*\d[^✓○]*\Z")),
    ("stream", change_proof, re.compile("✓")),
    ("execute_result", change_number, re.compile(r"\d")),
]


def change_outputs(nb: NotebookNode) -> set[int]:
    """Change in ``nb`` the first output of each kind; return the cells, as nbval counts them."""
    code_cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    changed = set()
    for kind, change, has in CHANGES:
        for k, cell in enumerate(code_cells):
            output = next((o for o in cell.outputs if o.output_type == kind and has.search(text_of(o))), None)
            if output and k not in changed:
                put_text(output, change(text_of(output)))
                changed.add(k)
                break
    return changed


def cells_that_fail(path) -> set[int]:
    """Run nbval on the notebook at ``path`` and return the code cells that it finds fault with."""
    report = path.with_suffix(".xml")
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval", "--nbval-current-env"]
    run = subprocess.run(
        [*command, f"--junitxml={report}", path.name],
        cwd=path.parent,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # a second faster
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode in (0, 1), run.stdout + run.stderr
    cases = ElementTree.parse(report).iter("testcase")
    failed = [case.attrib["name"] for case in cases if case.find("failure") is not None]
    return {int(name.removeprefix("Cell ")) for name in failed}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_changed_outputs_are_caught(path, tmp_path):
    nb = nbformat.reads(load(path).raw.decode("utf-8"), as_version=4)
    changed = change_outputs(nb)
    assert changed, "the notebook prints no number and no proof"
    nbformat.write(nb, tmp_path / path.name)
    assert cells_that_fail(tmp_path / path.name) == changed
