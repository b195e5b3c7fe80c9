"""The checkers behind "Your turn": `exercises.check("2.1", step)` tells what is right or wrong."""

from collections.abc import Callable
from typing import Any

from rnnlib.course.exercises import (
    notebook_00,
    notebook_01,
    notebook_02,
    notebook_03,
    notebook_04,
    notebook_05,
    notebook_06,
    notebook_07,
    notebook_08,
    notebook_09,
)
from rnnlib.course.exercises.checking import is_untouched
from rnnlib.course.exercises.notebook_06 import sealed

__all__ = ["CHECKERS", "check", "sealed"]

# number → checker: takes the answer, returns None where it is right, else one sentence
CHECKERS: dict[str, Callable[[Any], str | None]] = {
    **notebook_00.CHECKERS,
    **notebook_01.CHECKERS,
    **notebook_02.CHECKERS,
    **notebook_03.CHECKERS,
    **notebook_04.CHECKERS,
    **notebook_05.CHECKERS,
    **notebook_06.CHECKERS,
    **notebook_07.CHECKERS,
    **notebook_08.CHECKERS,
    **notebook_09.CHECKERS,
}


def check(number: str, answer: Any) -> None:
    """Print ○ for an exercise not attempted yet, ✓ for a right answer, ✗ and a sentence for a wrong one.

    Args:
        number: the exercise, such as "2.1".
        answer: the learner's function or value.

    Raises:
        ValueError: no exercise has that number; the message lists those that exist.
    """
    if number not in CHECKERS:
        raise ValueError(f"number: expected one of {', '.join(CHECKERS)}, got {number!r}")
    if is_untouched(answer):
        print(f"○ {number} not attempted yet")
        return
    fault = CHECKERS[number](answer)
    print(f"✓ {number}" if fault is None else f"✗ {number}: {fault}")
