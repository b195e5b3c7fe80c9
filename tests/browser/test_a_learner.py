"""What a learner does in the browser: answers a quiz, moves a slider, solves an exercise, starts with `make lab`."""

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest
from lab_page import LabPage, output_of

from conftest import NOTEBOOKS, clean_environment
from rnnlib.course.quizzes import QUIZZES

ROOT = NOTEBOOKS.parent
QUIZ = "third-weight"  # its options have formulas
ONE_STEP = "return np.maximum(0, x_t @ W_x + h_prev @ W_h + b) + x_t @ W_skip"
SLIDERS = ["01_sequences_and_state", "07_binary_addition", "08_vanishing_gradients"]


def answer_and_read(panel, option, expected):
    """Choose `option` in the panel of a quiz, press Check, and wait for what must be said."""
    panel.locator(".rnn-quiz-choice button").nth(option - 1).click()
    panel.locator(".rnn-quiz-check").click()
    panel.locator(".rnn-quiz-feedback", has_text=expected).wait_for()


def test_a_quiz_tells_why_an_option_is_wrong_and_why_one_is_right(open_notebook):
    lab = open_notebook(NOTEBOOKS / "09_confirmation_quizzes.ipynb")
    lab.run_all()
    question = lab.code_cell(f'quizzes.ask("{QUIZ}")').locator(".jp-RenderedMarkdown")
    assert question.locator("mjx-container").count() == 3  # x_{t-1}, h_{t-1}, y_{t-1}
    assert "$" not in question.inner_text()
    panel = lab.code_cell(f'quizzes.show("{QUIZ}")').locator(".rnn-quiz")
    quiz = QUIZZES[QUIZ]
    wrong = 1
    assert wrong != quiz.right
    answer_and_read(panel, wrong, f"✗ {QUIZ}: {quiz.options[wrong - 1].feedback}")
    answer_and_read(panel, quiz.right, f"✓ {QUIZ}: {quiz.options[quiz.right - 1].feedback}")
    counts = lab.run(lab.code_cell("quizzes.score()")).splitlines()
    assert counts[1].split()[-4:] == ["2", "1", "1", "0"]  # questions, answered, right, at first


@pytest.mark.parametrize("stem", SLIDERS)
def test_a_slider_moves_its_figure(open_notebook, stem):
    lab = open_notebook(NOTEBOOKS / f"{stem}.ipynb")
    lab.run_all()
    cell = lab.code_cell("def slider(")
    before = cell.locator(".jp-OutputArea img").get_attribute("src")
    cell.locator(".noUi-handle").press("ArrowRight")
    moved = """([cell, before]) => {
        const figures = cell.querySelectorAll('.jp-OutputArea img');
        return figures.length === 1 && figures[0].src !== before;
    }"""
    lab.page.wait_for_function(moved, arg=[cell.element_handle(), before])


def test_an_exercise_is_answered_wrong_and_then_right(open_notebook):
    lab = open_notebook(NOTEBOOKS / "02_forward_pass.ipynb")
    lab.run_all()
    stub, check = lab.code_cell("def step("), lab.code_cell('exercises.check("2.1"')
    assert output_of(check) == "○ 2.1 not attempted yet"
    lab.replace_last_line(stub, "return np.maximum(0, x_t @ W_x + b) + x_t @ W_skip")
    lab.run(stub)
    assert lab.run(check) == "✗ 2.1: h_t ignores h_prev: W_h never touches the previous state"
    lab.replace_last_line(stub, ONE_STEP)
    lab.run(stub)
    assert lab.run(check) == "✓ 2.1"


@pytest.fixture
def make_lab(tmp_path):
    """Run `make lab` in a copy of the course with this Python, and return its process and the address it prints."""
    course = tmp_path / "my folder コース"
    (tmp_path / "HOME").mkdir()
    shutil.copytree(ROOT, course, ignore=shutil.ignore_patterns(".*", "my-course"))
    (course / ".venv").symlink_to(sys.prefix)  # the environment that runs these tests serves the copy too
    environment = {**clean_environment(tmp_path), "DISPLAY": "", "WAYLAND_DISPLAY": "", "BROWSER": ""}
    with subprocess.Popen(
        ["make", "lab", "INSTALL=true"], cwd=course, env=environment, stdout=subprocess.PIPE, encoding="utf-8",
        start_new_session=True,
    ) as process:  # fmt: skip
        yield course, next((found[0] for line in process.stdout if (found := re.search(r"http\S+", line))), None)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        try:
            process.communicate(timeout=30)
        finally:
            if process.poll() is None:  # it has not ended: the test fails, and the next one must not wait
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.skipif(os.name == "nt" or shutil.which("make") is None, reason="this way in needs make")
def test_the_whole_way_from_make_lab_to_a_solved_exercise(browser, make_lab):
    course, address = make_lab
    assert address, "make lab printed no address"
    lab = LabPage(browser.new_page(), course / "my-course")
    lab.open(address, "00_start_here.ipynb")
    lab.page.wait_for_timeout(2000)
    assert lab.page.locator(".Toastify__toast").count() == 0  # no question about news, nor any other
    stub, check = lab.code_cell("def twice("), lab.code_cell('exercises.check("0.1"')
    lab.replace_last_line(stub, "return 2 * x")
    lab.run(stub)
    assert lab.run(check) == "✓ 0.1"
    lab.save()
    assert "return 2 * x" in lab.path.read_text(encoding="utf-8")
    ours = course / "notebooks" / lab.path.name
    assert ours.read_bytes() == (NOTEBOOKS / lab.path.name).read_bytes()
    lab.page.close()
    assert not lab.complaints
