"""The course in a browser tab: notebooks run to their last ✓, an exercise, a quiz and a slider do what they do."""

import os
import re
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from lite_page import LitePage

from conftest import HTML, PYODIDE, ROOT, Handler
from rnnlib.course.contents import NOTEBOOKS
from rnnlib.course.quizzes import QUIZZES

SOME = ("01", "02", "05", "06", "09", "11")
RUN = [n for n in NOTEBOOKS if n.number in os.environ.get("LITE", ",".join(SOME)).split(",")]
START = NOTEBOOKS[0]
QUIZ = "third-weight"


class Running:
    """Notebooks that run, each in a browser that has never been here."""

    def __init__(self, browser: Any, address: str) -> None:
        assert PYODIDE.exists(), "`make test-site` installs the Pyodide of the tests"
        self.browser, self.address = browser, address
        self.open: dict[str, LitePage] = {}

    def start(self, file: str) -> LitePage:
        """Open a notebook, if it is not open yet, and click Run All."""
        if file not in self.open:
            self.open[file] = lite = LitePage(self.browser.new_context().new_page())
            lite.open(self.address, file)
            assert not any(cell.get("outputs") for cell in lite.saved()["cells"])
            lite.start_all()
        return self.open[file]

    def at_work(self) -> int:
        """Return how many are not done."""
        return sum(not lite.is_done() for lite in self.open.values())

    def close(self, file: str) -> None:
        """Close the browser of a notebook; nothing must have gone wrong in it."""
        lite = self.open.pop(file)
        lite.page.context.close()
        assert not lite.complaints


@pytest.fixture(scope="module")
def running(browser, address) -> Iterator[Running]:
    running = Running(browser, address)
    yield running
    for lite in running.open.values():  # of tests that have failed
        lite.page.context.close()


def check_run(lite: LitePage, file: str) -> None:
    """Wait for a notebook that has been started, and compare its proofs with the stored ones."""
    lite.wait_for_all()
    nb = lite.shown()
    outputs = [output for cell in nb["cells"] for output in cell.get("outputs", [])]
    errors = [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert not errors
    assert proved(nb) == proved(nbformat.read(ROOT / "notebooks" / file, as_version=4))


def proved(nb: dict) -> list[str]:
    """Return the lines with a ✓ that a notebook has printed."""
    outputs = [output for cell in nb["cells"] for output in cell.get("outputs", [])]
    text = "\n".join("".join(output.get("text", "")) for output in outputs)
    return [line for line in text.splitlines() if line.startswith("✓")]


def test_the_first_visit_loads_what_is_said_and_an_exercise_is_solved_and_kept(running, address, shots):
    before = Handler.sent
    lite = running.start(START.file)
    check_run(lite, START.file)
    (said,) = re.findall(r"about (\d+) MB", (HTML / "index.html").read_text(encoding="utf-8"))
    assert (Handler.sent - before) / 1e6 == pytest.approx(int(said), rel=0.2)
    stub, check = lite.code_cell("def twice("), lite.code_cell('exercises.check("0.1"')
    lite.replace_last_line(stub, "return x + x + 1")
    lite.run(stub)
    assert lite.run(check).startswith("✗ 0.1")
    lite.replace_last_line(stub, "return 2 * x")
    lite.run(stub)
    assert lite.run(check) == "✓ 0.1"
    lite.page.screenshot(path=shots / "lite-00.png")
    lite.save()
    lite.open(address, START.file)  # what was written stays in this browser
    assert any("return 2 * x" in source for source in lite.sources() if "def twice(" in source)
    running.close(START.file)


@pytest.mark.parametrize("notebook", RUN, ids=[n.number for n in RUN])
def test_it_runs_to_the_last_proof(running, shots, notebook):
    lite = running.start(notebook.file)
    for other in reversed(RUN[RUN.index(notebook) :]):  # two at a time; the last takes longest
        if running.at_work() < 2:
            running.start(other.file)
    check_run(lite, notebook.file)
    lite.page.screenshot(path=shots / f"lite-{notebook.number}.png")
    for number, use in (("01", move_the_slider), ("09", answer_a_quiz)):
        if notebook.number == number:
            use(lite, shots)
    running.close(notebook.file)


def move_the_slider(lite, shots):
    """Click on the track of a slider, and wait for another figure."""
    cell = lite.code_cell("def slider(")
    cell.scroll_into_view_if_needed()
    figure = cell.locator(".jp-OutputArea img").first
    before = figure.get_attribute("src")
    cell.locator(".noUi-base").first.click(position={"x": 30, "y": 2}, force=True)
    moved = "([cell, before]) => [...cell.querySelectorAll('.jp-OutputArea img')].some(img => img.src !== before)"
    lite.page.wait_for_function(moved, arg=[cell.element_handle(), before])
    cell.screenshot(path=shots / "lite-slider.png")


def answer_a_quiz(lite, shots):
    """Choose the right answer of a quiz with the mouse, check it with the keyboard, and wait for what is said."""
    cell = lite.code_cell(f'quizzes.show("{QUIZ}")')
    cell.scroll_into_view_if_needed()
    panel, quiz = cell.locator(".rnn-quiz"), QUIZZES[QUIZ]
    panel.locator(".rnn-quiz-choice button").nth(quiz.right - 1).click()
    panel.locator(".rnn-quiz-check").press("Enter")
    said = panel.locator(".rnn-quiz-feedback", has_text=f"✓ {QUIZ}: {quiz.options[quiz.right - 1].feedback}")
    said.wait_for()
    panel.screenshot(path=shots / "lite-quiz.png")
