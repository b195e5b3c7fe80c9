"""A stored output that is not what its cell prints is caught: proved on one small notebook."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

SANITIZE = Path(__file__).parents[1] / "nbval_sanitize.cfg"
# what a cell prints, what is stored of it, and whether that must be caught
CELLS = [
    ("h_1 = 0.7619", "h_1 = 0.7619", False),
    ("h_2 = 0.7922", "h_2 = 0.7923", True),
    ("✓ the sums agree", "✓ the sums agree", False),
    ("✓ the states agree", "✗ the states agree", True),
    ("≈ measured: it learns: 9 of 10 seeds", "≈ measured: it learns: 8 of 10 seeds", False),
    ("≈ measured: it forgets: 9 of 10 seeds", "≈ measured: it remembers: 9 of 10 seeds", True),
    ("≈ found: it learns: 9 of 10 seeds", "≈ found: it learns: 8 of 10 seeds", False),
    ("≈ found: it forgets: 9 of 10 seeds", "≈ measured: it forgets: 9 of 10 seeds", True),
]


def failing_cells(folder: Path) -> set[int]:
    """Run nbval on a notebook made of these cells, and return those that it finds fault with."""
    cells = [
        new_code_cell(f"print({prints!r})", execution_count=i, outputs=[new_output("stream", text=f"{stored}\n")])
        for i, (prints, stored, _) in enumerate(CELLS, start=1)
    ]
    nbformat.write(new_notebook(cells=cells), folder / "toy.ipynb")
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "--nbval", "--nbval-current-env"]
    run = subprocess.run(
        [*command, f"--nbval-sanitize-with={SANITIZE}", "--junitxml=report.xml", "toy.ipynb"],
        cwd=folder,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # a second faster
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 1, run.stdout + run.stderr
    cases = ElementTree.parse(folder / "report.xml").iter("testcase")
    failed = [case.attrib["name"] for case in cases if case.find("failure") is not None]
    return {int(name.removeprefix("Cell ")) for name in failed}


def test_changed_outputs_are_caught_and_the_number_of_a_measurement_may_differ(tmp_path):
    assert failing_cells(tmp_path) == {i for i, (_, _, is_caught) in enumerate(CELLS) if is_caught}
