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
    notebook_10,
    notebook_11,
    notebook_12,
    notebook_13,
    notebook_14,
    notebook_15,
)
from rnnlib.course.exercises.checking import is_untouched
from rnnlib.course.exercises.notebook_06 import sealed

__all__ = ["CHECKERS", "check", "sealed"]

MODULES = (
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
    notebook_10,
    notebook_11,
    notebook_12,
    notebook_13,
    notebook_14,
    notebook_15,
)
# number → checker: takes the answer, returns None where it is right, else one sentence
CHECKERS: dict[str, Callable[[Any], str | None]] = {
    number: checker for module in MODULES for number, checker in module.CHECKERS.items()
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
