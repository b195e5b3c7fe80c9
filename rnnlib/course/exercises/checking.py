"""How an exercise is checked: the learner's function against the right one, then against typical wrong ones."""

import dis
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Mistakes = list[tuple[Callable, str]]


@dataclass(frozen=True)
class FunctionExercise:
    """An exercise whose answer is a function that returns one array.

    Attributes:
        right: the function that is asked for.
        problems: makes the tuples of arguments to try, from a Generator.
        mistakes: typical wrong functions, each with the sentence that tells what is wrong.
        shape: the letters of the result's shape, such as "(N, H)".
        atol: the largest difference allowed.
    """

    right: Callable
    problems: Callable[[np.random.Generator], list[tuple]]
    mistakes: Mistakes
    shape: str
    atol: float = 1e-10

    def __call__(self, answer: Any) -> str | None:
        """Return what is wrong with the answer in one sentence, or None where it is right."""
        return _first_fault(answer, self.problems, self._fault)

    def _fault(self, answer: Callable, result: Any, arguments: tuple) -> str | None:
        mistakes = _mistakes_of(answer, self.mistakes, self.problems, self.atol)
        return _compare(answer, result, np.asarray(self.right(*arguments)), arguments, mistakes, self.shape, self.atol)


@dataclass(frozen=True)
class PartsExercise:
    """An exercise whose answer is a function that returns several arrays.

    Attributes:
        right: the function that is asked for; it returns a tuple.
        problems: makes the tuples of arguments to try, from a Generator.
        parts: for each array of the result its name, the letters of its shape, and typical wrong functions
            that return this array alone.
        atol: the largest difference allowed.
    """

    right: Callable
    problems: Callable[[np.random.Generator], list[tuple]]
    parts: list[tuple[str, str, Mistakes]]
    atol: float = 1e-10

    def __call__(self, answer: Any) -> str | None:
        """Return what is wrong with the answer in one sentence, or None where it is right."""
        return _first_fault(answer, self.problems, self._fault)

    def _fault(self, answer: Callable, result: Any, arguments: tuple) -> str | None:
        names = ", ".join(name for name, _, _ in self.parts)
        if not isinstance(result, tuple | list) or len(result) != len(self.parts):
            return f"it should return {len(self.parts)} results, separated by commas: return {names}"
        rights = self.right(*arguments)
        for i, ((name, shape, known), part, right) in enumerate(zip(self.parts, result, rights, strict=True)):
            mistakes = _mistakes_of(lambda *given, i=i: answer(*given)[i], known, self.problems, self.atol)
            fault = _compare(answer, part, np.asarray(right), arguments, mistakes, shape, self.atol)
            if fault:
                return f"{name}: {fault}"
        return None


def _first_fault(answer: Any, make_problems: Callable, find_fault: Callable) -> str | None:
    if not callable(answer):
        return f"this is {answer!r}; the check needs the function itself, without brackets"
    for arguments in make_problems(np.random.default_rng(22)):
        given = [_copy(argument) for argument in arguments]
        try:
            result = answer(*given)
        except Exception as error:  # whatever the learner's code raises is what we report
            raised = f"it raises {type(error).__name__}{_for(arguments)}: {error}"
            return _borrowed_sizes(answer) or raised + _in_numpy(error)
        if result is None:
            return f"it returns nothing{_for(arguments)}: a return is missing, or was not reached"
        if any(not np.array_equal(one, other) for one, other in zip(given, arguments, strict=True)):
            return "it changes an array that it was given: work on a copy"
        fault = find_fault(answer, result, arguments)
        if fault:
            return fault
    return None


def _mistakes_of(answer: Callable, known: Mistakes, make_problems: Callable, atol: float) -> Iterator[tuple]:
    """Yield the known mistakes that the answer shares on every problem: by one alone it could be mistaken for them."""
    for wrong, sentence in known:
        problems = make_problems(np.random.default_rng(22))
        if all(_does_the_same(answer, wrong, arguments, atol) for arguments in problems):
            yield wrong, sentence


def _does_the_same(answer: Callable, wrong: Callable, arguments: tuple, atol: float) -> bool:
    expected = _result(wrong, arguments)
    if expected is None:
        return True
    try:
        result = np.asarray(_result(answer, arguments))
    except Exception:  # the learner's code may raise anything
        return False
    return _agree(result, expected, atol)


def _compare(
    answer: Callable, result: Any, right: np.ndarray, arguments: tuple, mistakes: Iterable, shape: str, atol: float
) -> str | None:
    try:
        result = np.asarray(result)
    except ValueError:
        return f"the result is no array: its rows have different lengths; it should be {shape}"
    if _agree(result, right, atol):
        return None
    for wrong, sentence in mistakes:
        if _agree(result, _result(wrong, arguments), atol):
            return sentence
    return _borrowed_sizes(answer) or _difference(result, right, shape) + _for(arguments)


def _difference(result: np.ndarray, right: np.ndarray, shape: str) -> str:
    if result.shape != right.shape:
        wanted = shape if shape == str(right.shape) else f"{shape} = {right.shape}"
        return f"the result has shape {result.shape}; it should be {wanted}"
    if result.dtype.kind not in "fiub":
        return f"the result is not made of numbers, but of {result.dtype}"
    if not np.all(np.isfinite(result)):
        return "the result is not made of finite numbers: it holds NaN or infinity"
    where = np.unravel_index(np.argmax(np.abs(np.subtract(result, right, dtype=float))), right.shape)
    place = f" at {tuple(int(i) for i in where)}" if where else ""
    return f"the numbers differ{place}: {float(result[where]):.6g} instead of {float(right[where]):.6g}"


def _stub() -> None: ...


def _documented_stub() -> None:
    """Do nothing."""


def _returning_stub() -> Any:
    return ...


# What this Python makes of a body that does nothing; a constant that is returned would be among co_consts.
STUBS = {stub.__code__.co_code for stub in (_stub, _documented_stub, _returning_stub)}


def is_untouched(answer: Any) -> bool:
    """Tell whether the answer is still the stub: `...`, a function whose body does nothing, or a class of such."""
    if answer is ...:
        return True
    if isinstance(answer, type):
        members = [member for cls in answer.__mro__[:-1] for member in vars(cls).values()]
        methods = [member for member in members if hasattr(member, "__code__")]
        return bool(methods) and all(map(is_untouched, methods))
    code = getattr(answer, "__code__", None)
    return code is not None and code.co_code in STUBS and set(code.co_consts) <= {None, ..., answer.__doc__}


def _for(arguments: tuple) -> str:
    """Name the arguments where they are short enough to read."""
    if any(isinstance(argument, np.ndarray) for argument in arguments):
        return ""
    return f" for {arguments[0]!r}" if len(arguments) == 1 else f" for {arguments}"


def _in_numpy(error: Exception) -> str:
    """Say what to write instead where an array was asked for one True or False."""
    if "truth value of an array" not in str(error):
        return ""
    return " `max`, `min`, `if` and `and` need single numbers: for arrays take np.maximum, np.minimum, np.where or &"


def _borrowed_sizes(answer: Callable) -> str:
    """Return a sentence where a function reads N, T, D or H as globals: in the notebook they have other values."""
    code = getattr(answer, "__code__", None)
    used = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"} if code else set()
    sizes = [letter for letter in "NTDH" if letter in used and isinstance(answer.__globals__.get(letter), int)]
    borrowed = ", ".join(sizes)
    return (
        f"it reads {borrowed} from the notebook: take the sizes from its own arguments, as in x.shape"
        if borrowed
        else ""
    )


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
    return result.dtype.kind in "fiub" and bool(np.all(np.abs(np.subtract(result, right, dtype=float)) <= atol))
