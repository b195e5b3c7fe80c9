"""Every quiz stands in a notebook as text, can be answered there, and is proved below."""

import re

import pytest
from notebook_files import NOTEBOOKS, load

from rnnlib.course.quizzes import QUIZZES
from rnnlib.course.quizzes.question import Choice

CELLS = [cell for path in NOTEBOOKS for cell in load(path).nb.cells]


def place_of(name: str) -> int:
    """Return the index of the cell in which the quiz is asked."""
    (place,) = (i for i, cell in enumerate(CELLS) if re.search(rf'quizzes\.(show|answer)\("{name}"', cell.source)
                and cell.cell_type == "code")  # fmt: skip
    return place


def as_text(quiz) -> str:
    """Return what an unrun notebook must show of a quiz."""
    options = [f"\n{n}. {option.text}" for n, option in enumerate(quiz.options, 1)] if isinstance(quiz, Choice) else []
    return f"· {quiz.title}\n\n{quiz.text}" + ("\n" + "".join(options) if options else "")


@pytest.mark.parametrize("name", QUIZZES)
def test_the_question_and_its_options_stand_above_it_as_text(name):
    above = CELLS[: place_of(name)]
    asked = next(cell for cell in reversed(above) if cell.cell_type == "markdown")
    assert f"### {name} {as_text(QUIZZES[name])}" in asked.source


@pytest.mark.parametrize("name", QUIZZES)
def test_it_is_proved_before_the_next_one(name):
    for cell in CELLS[place_of(name) + 1 :]:
        if cell.cell_type == "code" and re.search(r"\bproof\(", cell.source):
            return
        assert not re.search(r"^##", cell.source, re.MULTILINE) or cell.cell_type == "code", f"no proof of {name}"


def test_no_quiz_is_asked_that_does_not_exist():
    asked = {name for cell in CELLS for name in re.findall(r'quizzes\.(?:show|answer)\("([^"]+)"', cell.source)}
    assert asked == set(QUIZZES)
