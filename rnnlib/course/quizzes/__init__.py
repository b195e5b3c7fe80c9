"""The confirmation quizzes: `quizzes.ask("third-weight")` asks, `quizzes.show("third-weight")` shows buttons to answer.

Without a mouse, `quizzes.answer("third-weight", 2)` answers.
"""

from difflib import get_close_matches
from typing import Any

from IPython.display import display

from rnnlib.course.contents import NOTEBOOKS
from rnnlib.course.exercises.checking import is_untouched
from rnnlib.course.quizzes import (
    notebook_01,
    notebook_02,
    notebook_03,
    notebook_04,
    notebook_05,
    notebook_06,
    notebook_07,
    notebook_08,
    notebook_09,
    notebook_10,
    notebook_11,
    notebook_12,
    notebook_13,
    notebook_14,
    notebook_15,
)
from rnnlib.course.quizzes.panel import panel
from rnnlib.course.quizzes.question import Choice, Formula
from rnnlib.course.quizzes.score import Score

__all__ = ["QUIZZES", "answer", "ask", "score", "show"]

MODULES = (
    notebook_01,
    notebook_02,
    notebook_03,
    notebook_04,
    notebook_05,
    notebook_06,
    notebook_07,
    notebook_08,
    notebook_09,
    notebook_10,
    notebook_11,
    notebook_12,
    notebook_13,
    notebook_14,
    notebook_15,
)
# number of the notebook that a quiz asks about → name → quiz
BY_NOTEBOOK: dict[str, dict[str, Choice | Formula]] = {module.__name__[-2:]: module.QUIZZES for module in MODULES}
QUIZZES = {name: quiz for quizzes in BY_NOTEBOOK.values() for name, quiz in quizzes.items()}
_SESSION = Score()


def ask(name: str) -> None:
    """Show the question of the quiz `name`, and its options.

    Raises:
        ValueError: no quiz has this name.
    """
    text = _find(name).as_markdown()
    _SESSION.note_asked(name)
    display({"text/markdown": text, "text/plain": text}, raw=True)


def show(name: str) -> None:
    """Show a panel to answer the quiz `name`: a button for each option, and one to check.

    Raises:
        ValueError: there is no such quiz, or it is answered with a function and has no options to show.
    """
    quiz = _find(name)
    if isinstance(quiz, Formula):
        raise ValueError(f"name: {name} has no options; answer it by quizzes.answer({name!r}, your_function)")
    display(panel(quiz, lambda option: _judge(name, option)))


def answer(name: str, option_or_function: Any) -> None:
    """Print ✓ or ✗ and why for an answer to the quiz `name`, and ○ for a stub that is still empty.

    Args:
        name: the quiz, such as "third-weight".
        option_or_function: the number of an option, or the function that is asked for.

    Raises:
        TypeError: the quiz has options, and this is not the number of one.
        ValueError: no quiz has this name, or no option this number.
    """
    _find(name)
    if is_untouched(option_or_function):
        print(f"○ {name} not answered yet")
    else:
        print(_judge(name, option_or_function))


def score() -> None:
    """Print how many of the quizzes that this session asked were answered, and how many rightly, by notebook."""
    titles = {notebook.number: f"{notebook.number} {notebook.title}" for notebook in NOTEBOOKS}
    print(_SESSION.table({titles[number]: list(quizzes) for number, quizzes in BY_NOTEBOOK.items()}))


def _judge(name: str, answer: Any) -> str:
    right, sentence = QUIZZES[name].judge(answer)
    _SESSION.note(name, right)
    return f"{'✓' if right else '✗'} {name}: {sentence}"


def _find(name: str) -> Choice | Formula:
    if name not in QUIZZES:
        near = get_close_matches(str(name), QUIZZES, n=3, cutoff=0.4) or list(QUIZZES)
        raise ValueError(f"name: expected the name of a quiz, such as {', '.join(near)}, got {name!r}")
    return QUIZZES[name]
