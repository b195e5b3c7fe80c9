"""Checkers of notebook 06: sealed exhibits to diagnose from the table of a gradient check, and one repair."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib import SimpleRNN
from rnnlib.course.exercises.checking import PartsExercise

ALL = ("W_x", "W_h", "b", "x", "h0")
EVERY, BEFORE = "wrong at every step", "right at the last step, wrong before"
ARGUMENTS, SECOND, ITEMS = "arguments left alone", "a second call gives the same", "batch items independent"


@dataclass(frozen=True)
class Fingerprint:
    """What the table of a gradient check says of an exhibit.

    Attributes:
        wrong: the rows that are wrong with six steps.
        one: those that are wrong with a single step.
        by_shape: whether the shape gives the wrong row away.
        where: at which of the six steps dx is wrong, in the words of the table.
        failed: the checks below the table that fail with six steps.
    """

    wrong: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    by_shape: bool = False
    where: str = ""
    failed: tuple[str, ...] = ()


FINGERPRINTS = {
    "MissingNext": Fingerprint(ALL, where=BEFORE),
    "IndexMinusOne": Fingerprint(("W_h",), ("W_h",)),
    "NoSlope": Fingerprint(ALL, ALL, where=EVERY),
    "SlopeOnlyOnDh": Fingerprint(ALL, where=BEFORE),
    "SlopeOfH": Fingerprint(ALL, ALL, where=EVERY),
    "SlopeOfTheStepBefore": Fingerprint(ALL, ALL, where=EVERY),
    "NotTransposed": Fingerprint(ALL, ("h0",), where=BEFORE),
    "InputForState": Fingerprint(("W_h",), ("W_h",), by_shape=True),
    "WrongBiasAxis": Fingerprint(("b",), ("b",), by_shape=True),
    "AllAtOnce": Fingerprint(ALL, where="wrong at t = 0, 1, 2, 3"),
    "InPlace": Fingerprint(failed=(ARGUMENTS, SECOND)),
    "AddedUp": Fingerprint(failed=(SECOND,)),
    "Leak": Fingerprint(failed=(ITEMS,)),
}
REACH = 2  # the steps that a loss is walked back in sealed exhibit 4


class _Sealed1(SimpleRNN):
    def back(self, trace, dout, dstate=None):
        grads = super().back(trace, dout, dstate)
        dW_h = np.einsum("nti,ntj->ij", np.roll(trace.out, 1, axis=1), grads.a)
        return grads._replace(params={**grads.params, "W_h": dW_h})


class _Sealed2(SimpleRNN):
    def run(self, x, state=None, mask=None):
        x = np.asarray(x, dtype=float)
        return super().run(x - x.mean(axis=0), state, mask)

    def back(self, trace, dout, dstate=None):
        grads = super().back(trace, dout, dstate)
        return grads._replace(x=grads.x - grads.x.mean(axis=0))


class _Sealed3(SimpleRNN):
    def back(self, trace, dout, dstate=None):
        transposed = trace.saved._replace(W_h=trace.saved.W_h.T)
        return super().back(trace._replace(saved=transposed), dout, dstate)


class _Sealed4(SimpleRNN):
    def back(self, trace, dout, dstate=None):
        grads = super().back(trace, dout, dstate)
        x, h, _, W_x, W_h = trace.saved
        slope, dh = self.f_derivative(h[1:]), np.swapaxes(dout, 0, 1).copy()  # (T, N, H)
        dh[-1] += 0 if dstate is None else dstate
        walked = dh * slope
        da = walked.copy()
        for _ in range(REACH):
            walked = np.concatenate([walked[1:] @ W_h.T * slope[:-1], np.zeros_like(walked[:1])])
            da += walked
        params = {"W_x": np.einsum("tnd,tnh->dh", x, da), "W_h": np.einsum("tni,tnj->ij", h[:-1], da)}
        params |= {"b": da.sum(axis=(0, 1))} if "b" in self.params else {}
        return grads._replace(params=params, x=(da @ W_x.T).swapaxes(0, 1), state=da[0] @ W_h.T)


SEALED: dict[int, type[SimpleRNN]] = {1: _Sealed1, 2: _Sealed2, 3: _Sealed3, 4: _Sealed4}
NAMES = {1: "IndexMinusOne", 2: "Leak", 3: "NotTransposed"}


def sealed(number: int, W_x: Any, W_h: Any, b: Any) -> SimpleRNN:
    """Return the layer of sealed exhibit 1, 2, 3 or 4, with the given weights.

    Raises:
        ValueError: another number.
    """
    if number not in SEALED:
        raise ValueError(f"number: expected 1, 2, 3 or 4, got {number!r}")
    return SEALED[number](W_x, W_h, b)


def _diagnosis(number: int) -> Callable[[Any], str | None]:
    true = NAMES[number]
    names = {name.lower(): name for name in FINGERPRINTS}

    def check(answer: Any) -> str | None:
        name = names.get(answer.strip().lower()) if isinstance(answer, str) else None
        if name is None:
            return f"the answer is one of these names, as text: {', '.join(FINGERPRINTS)}"
        return None if name == true else _contradiction(name, FINGERPRINTS[name], FINGERPRINTS[true])

    return check


def _contradiction(name: str, named: Fingerprint, true: Fingerprint) -> str:
    """Return what speaks against the exhibit that was named: something that the reader has seen, or can see."""
    if named.wrong != true.wrong:
        return f"{name} would show {_rows(named.wrong)} with six steps; this table shows {_rows(true.wrong)}"
    if named.by_shape != true.by_shape:
        return f"{name} would show a wrong shape here, since D is not H; in this table the shape is right"
    if named.where != true.where:
        return f"with {name} the line about x would be: {named.where}; here it is: {true.where}"
    if named.failed != true.failed:
        would_fail, fails = (_and(tuple(f'"{check}"' for check in checks)) for checks in (named.failed, true.failed))
        return f"of the checks below the table, {name} would fail {would_fail}; here {fails} fails"
    return f"with six steps {name} looks the same; with a single step it would show {_rows(named.one)}: make that table"


def _rows(names: tuple[str, ...]) -> str:
    return "no wrong row" if not names else f"{'only ' * (names != ALL)}{_and(names)} wrong"


def _and(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _reach(answer: Any) -> str | None:
    """Check (reach, T): how many steps a loss is walked back, and the fewest steps with which the check fails."""
    whole = isinstance(answer, tuple | list) and all(isinstance(n, int | np.integer) for n in answer)
    if not whole or len(answer) != 2 or min(answer) < 0:
        return "the answer is a pair of whole numbers, (reach, T)"
    reach, T = answer
    if reach != REACH:
        wrong = ", ".join(str(t) for t in range(5 - reach))
        line = f"x wrong at t = {wrong}" if wrong else "no step at which x is wrong"
        return f"a reach of {reach} would leave, of six steps, {line}; compare with the table"
    if T < 1:
        return "T: a check needs at least one step"
    if T < REACH + 2:
        return f"T: with T = {T} the check passes"
    return None if T == REACH + 2 else f"T: with T = {T} the check fails, but so it does with {T - 1}"


def _sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def _sigmoid_slope(h: np.ndarray) -> np.ndarray:
    return h * (1 - h)


def _tanh_slope(h: np.ndarray) -> np.ndarray:
    return 1 - h**2


def _no_slope(h: np.ndarray) -> np.ndarray:
    return np.ones_like(h)


def walk_back(dh, h, W_h, on_dh=_sigmoid_slope, on_the_way=_sigmoid_slope):
    """Return da (N, T, H), with the slope that meets dh, and the one that meets what comes back."""
    da = dh * on_dh(h)
    for t in reversed(range(h.shape[1] - 1)):
        da[:, t] += (da[:, t + 1] @ W_h.T) * on_the_way(h[:, t])
    return da


def _walks(rng: np.random.Generator) -> list[tuple]:
    """Return (dh, h, W_h) of several sizes, h from the forward pass of a layer with the sigmoid."""
    problems = []
    for N, T, H in [(2, 4, 3), (3, 6, 2), (1, 5, 4)]:
        W_h, state, states = rng.standard_normal((H, H)), rng.uniform(size=(N, H)), []
        for _ in range(T):
            state = _sigmoid(rng.standard_normal((N, H)) + state @ W_h)
            states.append(state)
        problems.append((rng.standard_normal((N, T, H)), np.stack(states, axis=1), W_h))
    return problems


def _twice_on_dh(dh, h, W_h):
    return walk_back(dh * _sigmoid_slope(h), h, W_h)


def _of_the_next_step(dh, h, W_h):
    slope, da = _sigmoid_slope(h), dh * _sigmoid_slope(h)
    for t in reversed(range(h.shape[1] - 1)):
        da[:, t] += (da[:, t + 1] @ W_h.T) * slope[:, t + 1]
    return da


def _all_at_once(dh, h, W_h):
    slope = _sigmoid_slope(h)
    da = dh * slope
    da[:, :-1] += (da[:, 1:] @ W_h.T) * slope[:, :-1]
    return da


NOT_ON_THE_WAY = "what comes back from the next step never meets f'"
TANH = "1 − h² is the slope of tanh, and this layer has the sigmoid"

CHECKERS = {
    "6.1": _diagnosis(1),
    "6.2": _diagnosis(2),
    "6.3": _diagnosis(3),
    "6.4": PartsExercise(
        right=lambda dh, h, W_h: (da := walk_back(dh, h, W_h), da[:, 0] @ W_h.T),
        problems=_walks,
        parts=[
            (
                "da",
                "(N, T, H)",
                [
                    (
                        lambda dh, h, W_h: walk_back(dh, h, W_h, _tanh_slope, _no_slope),
                        f"this is still as it was found: {TANH}, and {NOT_ON_THE_WAY}",
                    ),
                    (lambda dh, h, W_h: walk_back(dh, h, W_h, _tanh_slope, _tanh_slope), TANH),
                    (lambda dh, h, W_h: walk_back(dh, h, W_h, on_the_way=_no_slope), NOT_ON_THE_WAY),
                    (lambda dh, h, W_h: walk_back(dh, h, W_h, on_the_way=_tanh_slope), f"on the way back {TANH}"),
                    (lambda dh, h, W_h: walk_back(dh, h, W_h, on_dh=_tanh_slope), f"on dh {TANH}"),
                    (lambda dh, h, W_h: walk_back(dh, h, W_h, on_dh=_no_slope), "dh never meets f'"),
                    (lambda dh, h, W_h: walk_back(dh, h, W_h, _no_slope, _no_slope), "f' is missing"),
                    (
                        _twice_on_dh,
                        "dh meets the slope twice: in the first line, and again in the loop",
                    ),
                    (
                        lambda dh, h, W_h: walk_back(dh, _sigmoid(h), W_h),
                        "h is the sigmoid's output already: here the sigmoid is taken of it once more",
                    ),
                    (
                        lambda dh, h, W_h: walk_back(dh, h, W_h.T),
                        "W_h must be transposed on the way back",
                    ),
                    (lambda dh, h, W_h: dh * _sigmoid_slope(h), "nothing comes back from the next step"),
                    (
                        _of_the_next_step,
                        "what comes back meets the slope of step t + 1, from which it comes, not that of step t",
                    ),
                    (
                        _all_at_once,
                        "each step gets only what its neighbour got from its own loss: da of the next step must be "
                        "complete first",
                    ),
                    (lambda dh, h, W_h: dh + 0 * h, "this is dh: the slope and the walk are both missing"),
                ],
            ),
            (
                "dh0",
                "(N, H)",
                [
                    (lambda dh, h, W_h: walk_back(dh, h, W_h)[:, 0], "this is da_1; W_h led from h_0 to it"),
                    (lambda dh, h, W_h: walk_back(dh, h, W_h)[:, 0] @ W_h, "W_h must be transposed"),
                    (
                        lambda dh, h, W_h: walk_back(dh, h, W_h)[:, -1] @ W_h.T,
                        "h_0 went into the first step, not into the last",
                    ),
                    (
                        lambda dh, h, W_h: walk_back(dh, h, W_h)[:, 0] @ W_h.T * _sigmoid_slope(h[:, 0]),
                        "da_1 has met the slope of step 1 already, and no f was taken of h_0",
                    ),
                ],
            ),
        ],
    ),
    "6.5": _reach,
}
