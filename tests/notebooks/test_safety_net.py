"""A stored output that is not what its cell prints is caught: copies of the notebooks have some changed."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, v4
from notebook_files import NOTEBOOKS, load

RULES_OF_NBVAL = Path(__file__).parents[1] / "nbval_sanitize.cfg"


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


def change_finding(text: str) -> str:
    """Return ``text`` with another claim in its first measurement."""
    return text.replace("≈ measured: ", "≈ measured: hardly ", 1)


# The kind of output, what is changed in it, and how an output is recognised that has it.
CHANGES = [
    ("stream", change_number, re.compile(r"\A[^✓○≈]*\d[^✓○≈]*\Z")),
    ("stream", change_proof, re.compile("✓")),
    ("stream", change_finding, re.compile("≈")),
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
        [*command, f"--nbval-sanitize-with={RULES_OF_NBVAL}", f"--junitxml={report}", path.name],
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


def test_the_number_of_a_measurement_may_differ_but_nothing_else(tmp_path):
    printed = "≈ measured: it learns: 9 of 10 seeds\n5"
    stored = {
        "the same": printed,
        "another number": printed.replace("9 of", "8 of"),
        "a range": printed.replace("9 of 10 seeds", "0.5 to 1"),
        "another claim": printed.replace("it learns", "it forgets"),
        "another line below": printed.replace("5", "6"),
        "a proof": printed.replace("≈ measured: it learns: 9 of 10 seeds", "✓ it learns"),
    }
    nb = v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for count, text in enumerate(stored.values(), start=1):
        output = v4.new_output("stream", text=f"{text}\n")
        nb.cells.append(v4.new_code_cell(f"print({printed!r})", execution_count=count, outputs=[output]))
    nbformat.write(nb, tmp_path / "findings.ipynb")
    names = list(stored)
    failed = [names[k] for k in sorted(cells_that_fail(tmp_path / "findings.ipynb"))]
    assert failed == ["another claim", "another line below", "a proof"]


def test_the_rules_of_nbval_are_ascii_since_it_reads_them_in_any_encoding():
    assert RULES_OF_NBVAL.read_bytes().isascii()
