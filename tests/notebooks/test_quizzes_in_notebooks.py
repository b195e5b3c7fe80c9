"""Every quiz is asked in a notebook, can be answered there, and is proved below."""

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


def is_choice(name: str) -> bool:
    return isinstance(QUIZZES[name], Choice)


def stub_and_above(name: str) -> list:
    """Return the two cells above the stub of a quiz that is answered by a function."""
    return CELLS[place_of(name) - 3 : place_of(name) - 1]


@pytest.mark.parametrize("name", QUIZZES)
def test_its_title_and_its_question_stand_above_it(name):
    heading, question = CELLS[place_of(name) - 2 : place_of(name)] if is_choice(name) else stub_and_above(name)
    assert heading.source.endswith(f"### {name} · {QUIZZES[name].title}")
    assert question.source == f'quizzes.ask("{name}")'
    (shown,) = question.outputs
    assert shown.data["text/markdown"] == QUIZZES[name].as_markdown()


@pytest.mark.parametrize("name", QUIZZES)
def test_it_is_proved_before_the_next_one(name):
    for cell in CELLS[place_of(name) + 1 :]:
        if cell.cell_type == "code" and re.search(r"\bproof\(", cell.source):
            return
        assert not re.search(r"^##", cell.source, re.MULTILINE) or cell.cell_type == "code", f"no proof of {name}"


def test_no_quiz_is_asked_that_does_not_exist():
    asked = {name for cell in CELLS for name in re.findall(r'quizzes\.(?:ask|show|answer)\("([^"]+)"', cell.source)}
    assert asked == set(QUIZZES)
