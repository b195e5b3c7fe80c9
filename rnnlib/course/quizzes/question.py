"""What a quiz is: a question with options, each wrong one tied to a misconception, or one answered by a function."""

from dataclasses import dataclass
from typing import Any

from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.validation import check_int


@dataclass(frozen=True)
class Option:
    """A possible answer, and what is said to whoever chooses it. Both in Markdown's `code` and $formulas$."""

    text: str
    feedback: str


@dataclass(frozen=True)
class Choice:
    """A question that is answered with the number of an option.

    Attributes:
        title: what it is about, with the Japanese term.
        text: the question.
        options: the answers to choose from; the first is number 1.
        right: the number of the right one.
    """

    title: str
    text: str
    options: tuple[Option, ...]
    right: int

    def as_markdown(self) -> str:
        """Return the question and its numbered options."""
        options = [f"{number}. {option.text}" for number, option in enumerate(self.options, start=1)]
        return "\n".join([self.text, "", *options])

    def judge(self, answer: Any) -> tuple[bool, str]:
        """Return whether option number `answer` is right, and the sentence about it.

        Raises:
            TypeError: not a whole number.
            ValueError: no option has this number.
        """
        number = check_int("option", answer)
        if number > len(self.options):
            raise ValueError(f"option: expected a number from 1 to {len(self.options)}, got {number}")
        return number == self.right, self.options[number - 1].feedback


@dataclass(frozen=True)
class Formula:
    """A question that is answered with a Python function, which is tried on random numbers.

    Attributes:
        title: what it is about, with the Japanese term.
        text: the question.
        checker: tells what is wrong with a function, or None.
        why: what is said about the right answer.
    """

    title: str
    text: str
    checker: FunctionExercise
    why: str

    def as_markdown(self) -> str:
        """Return the question."""
        return self.text

    def judge(self, answer: Any) -> tuple[bool, str]:
        """Return whether the function `answer` is right, and a sentence about it."""
        fault = self.checker(answer)
        return fault is None, self.why if fault is None else fault
