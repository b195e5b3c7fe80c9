"""The course in a browser tab: notebooks run to their last ✓, an exercise, a quiz and a slider do what they do."""

import os
import re

import nbformat
import pytest
from lite_page import LitePage

from conftest import HTML, PYODIDE, ROOT, Handler
from rnnlib.course.contents import NOTEBOOKS
from rnnlib.course.quizzes import QUIZZES

SOME = ("00", "02", "05", "06", "09", "11")
RUN = [n for n in NOTEBOOKS if n.number in os.environ.get("LITE", ",".join(SOME)).split(",")]
FILES = {n.number: n.file for n in NOTEBOOKS}
QUIZ = "third-weight"
FONT_CACHE = "Matplotlib is building the font cache; this may take a moment.\n"  # once in each browser tab


@pytest.fixture
def lite(browser):
    """Return a JupyterLite that has never been open in this browser."""
    assert PYODIDE.exists(), "`make test-site` installs the Pyodide of the tests"
    context = browser.new_context()
    page = LitePage(context.new_page())
    yield page
    context.close()
    assert not page.complaints


def proved(nb: dict) -> list[str]:
    """Return the lines with a ✓ that a notebook has printed."""
    outputs = [output for cell in nb["cells"] for output in cell.get("outputs", [])]
    text = "\n".join("".join(output.get("text", "")) for output in outputs)
    return [line for line in text.splitlines() if line.startswith("✓")]


@pytest.mark.parametrize("notebook", RUN, ids=[n.number for n in RUN])
def test_it_runs_to_the_last_proof(lite, address, shots, notebook):
    lite.open(address, notebook.file)
    assert not any(cell.get("outputs") for cell in lite.saved()["cells"])
    lite.run_all()
    nb = lite.save()
    outputs = [output for cell in nb["cells"] for output in cell.get("outputs", [])]
    errors = [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    assert not [error for error in errors if error.get("text") != FONT_CACHE]
    assert proved(nb) == proved(nbformat.read(ROOT / "notebooks" / notebook.file, as_version=4))
    lite.page.screenshot(path=shots / f"lite-{notebook.number}.png")


def test_an_exercise_is_solved_by_typing_and_the_start_is_as_large_as_the_home_page_says(lite, address):
    before = Handler.sent
    lite.open(address, FILES["00"])
    lite.run_all()
    (said,) = re.findall(r"about (\d+) MB", (HTML / "index.html").read_text(encoding="utf-8"))
    assert (Handler.sent - before) / 1e6 == pytest.approx(int(said), rel=0.2)
    stub, check = lite.code_cell("def twice("), lite.code_cell('exercises.check("0.1"')
    lite.replace_last_line(stub, "return x + x + 1")
    lite.run(stub)
    assert lite.run(check).startswith("✗ 0.1")
    lite.replace_last_line(stub, "return 2 * x")
    lite.run(stub)
    assert lite.run(check) == "✓ 0.1"


def test_a_quiz_is_answered(lite, address, shots):
    lite.open(address, FILES["09"])
    lite.run_all()
    cell = lite.code_cell(f'quizzes.show("{QUIZ}")')
    cell.scroll_into_view_if_needed()
    panel, quiz = cell.locator(".rnn-quiz"), QUIZZES[QUIZ]
    panel.locator(".rnn-quiz-choice button").nth(quiz.right - 1).click()
    panel.locator(".rnn-quiz-check").press("Enter")
    said = panel.locator(".rnn-quiz-feedback", has_text=f"✓ {QUIZ}: {quiz.options[quiz.right - 1].feedback}")
    said.wait_for()
    panel.screenshot(path=shots / "lite-quiz.png")


def test_a_slider_moves_its_figure(lite, address, shots):
    lite.open(address, FILES["01"])
    lite.run_all()
    cell = lite.code_cell("def slider(")
    cell.scroll_into_view_if_needed()
    figure = cell.locator(".jp-OutputArea img").first
    before = figure.get_attribute("src")
    cell.locator(".noUi-base").first.click(position={"x": 30, "y": 2}, force=True)
    moved = "([cell, before]) => [...cell.querySelectorAll('.jp-OutputArea img')].some(img => img.src !== before)"
    lite.page.wait_for_function(moved, arg=[cell.element_handle(), before])
    cell.screenshot(path=shots / "lite-slider.png")
