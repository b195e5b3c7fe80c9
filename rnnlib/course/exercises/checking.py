"""How an exercise is checked: the learner's function against the right one, then against typical wrong ones."""

import dis
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

HARMLESS = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}  # what `...` alone compiles to


@dataclass(frozen=True)
class FunctionExercise:
    """An exercise whose answer is a function.

    Attributes:
        right: the function that is asked for.
        problems: makes the tuples of arguments to try, from a Generator.
        mistakes: typical wrong functions, each with the sentence that tells what is wrong.
        shape: the letters of the result's shape, such as "(N, H)".
        atol: the largest difference allowed.
    """

    right: Callable
    problems: Callable[[np.random.Generator], list[tuple]]
    mistakes: list[tuple[Callable, str]]
    shape: str
    atol: float = 1e-10

    def __call__(self, answer: Any) -> str | None:
        """Return what is wrong with the answer in one sentence, or None where it is right."""
        if not callable(answer):
            return f"this is {answer!r}; the check needs the function itself, without brackets"
        problems = self.problems(np.random.default_rng(22))
        return next((fault for problem in problems if (fault := self._fault(answer, problem))), None)

    def _fault(self, answer: Callable, arguments: tuple) -> str | None:
        given = [_copy(argument) for argument in arguments]
        try:
            result = answer(*given)
        except Exception as error:  # whatever the learner's code raises is what we report
            if borrowed := _borrowed_sizes(answer):
                return f"it reads {borrowed} from the notebook: take the sizes from its own arguments, as in x.shape"
            return f"it raises {type(error).__name__}{_for(arguments)}: {error}"
        if result is None:
            return f"it returns nothing{_for(arguments)}: a return is missing, or was not reached"
        try:
            result = np.asarray(result)
        except ValueError:
            return f"the result is no array: its rows have different lengths; it should be {self.shape}"
        right = np.asarray(self.right(*arguments))
        if any(not np.array_equal(one, other) for one, other in zip(given, arguments, strict=True)):
            return "it changes an array that it was given: work on a copy"
        if _agree(result, right, self.atol):
            return None
        for wrong, sentence in self.mistakes:
            if _agree(result, _result(wrong, arguments), self.atol):
                return sentence
        if borrowed := _borrowed_sizes(answer):
            return f"it reads {borrowed} from the notebook: take the sizes from its own arguments, as in x.shape"
        return self._difference(result, right) + _for(arguments)

    def _difference(self, result: np.ndarray, right: np.ndarray) -> str:
        if result.shape != right.shape:
            return f"the result has shape {result.shape}; it should be {self.shape} = {right.shape}"
        if result.dtype.kind not in "fiub":
            return f"the result is not made of numbers, but of {result.dtype}"
        if not np.all(np.isfinite(result)):
            return "the result is not made of finite numbers: it holds NaN or infinity"
        where = np.unravel_index(np.argmax(np.abs(result - right)), right.shape)
        place = f" at {tuple(int(i) for i in where)}" if where else ""
        return f"the numbers differ{place}: {result[where]:.6g} instead of {right[where]:.6g}"


def is_untouched(answer: Any) -> bool:
    """Tell whether the answer is still the stub: `...`, or a function whose body does nothing."""
    if answer is ...:
        return True
    code = getattr(answer, "__code__", None)
    if code is None:
        return False
    instructions = list(dis.get_instructions(code))
    constants = {i.argval for i in instructions if i.opname in ("LOAD_CONST", "RETURN_CONST")} - {None, ...}
    return not constants and {i.opname for i in instructions} <= HARMLESS


def _for(arguments: tuple) -> str:
    """Name the arguments where they are short enough to read."""
    return "" if any(isinstance(a, np.ndarray) for a in arguments) else f" for {arguments}"


def _borrowed_sizes(answer: Callable) -> str:
    """Name the sizes N, T, D, H that a function reads as globals: in the notebook they have other values."""
    code = getattr(answer, "__code__", None)
    used = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"} if code else set()
    return ", ".join(letter for letter in "NTDH" if letter in used)


def _copy(argument: Any) -> Any:
    return argument.copy() if isinstance(argument, np.ndarray) else argument


def _result(function: Callable, arguments: tuple) -> Any:
    try:
        return function(*[_copy(argument) for argument in arguments])
    except ValueError:  # this mistake does not run on these shapes, so it is not the learner's
        return None


def _agree(result: np.ndarray, right: Any, atol: float) -> bool:
    """Tell whether the two agree in shape and in every number."""
    if right is None or result.shape != np.shape(right):
        return False
    return result.dtype.kind in "fiub" and bool(np.all(np.abs(result - np.asarray(right)) <= atol))
